"""Facts that widgets tell the screen, named in the past tense; the screen decides what follows."""

from __future__ import annotations

from textual.message import Message


class ActionClicked(Message):
    """Something that stands for an action of the screen was clicked."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class PrimaryChosen(Message):
    """The person wants `provider` to be asked first."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class CheckRequested(Message):
    """The person wants a free check of `provider` now."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class KeyRequested(Message):
    """The person wants to give `provider` a key."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class OrderMoved(Message):
    """The person moved `provider` by so many places in their own order, up where it is negative; 0: it was dragged to
    where it stands there already."""

    def __init__(self, provider: str, by: int) -> None:
        super().__init__()
        self.provider = provider
        self.by = by


class ProviderSwitched(Message):
    """The person switched `provider` off, or on again."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class PinChanged(Message):
    """The person wants the place of `provider` kept, or given up."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class ProviderOpened(Message):
    """The person wants to see all there is of `provider`."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class UndoAsked(Message):
    """The person wants the last change to who is asked taken back."""


class StrategyPassedOn(Message):
    """The person wants the order made by the next strategy."""


class OrderReset(Message):
    """The person wants the default order back."""


class AnswerCame(Message):
    """A question was answered by `provider`, after `seconds`."""

    def __init__(self, provider: str, seconds: float) -> None:
        super().__init__()
        self.provider = provider
        self.seconds = seconds


class NobodyAnswered(Message):
    """A question came back: no provider answered it."""


class ConfirmationAsked(Message):
    """The person is asked whether `provider` may be sent the conversation."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class TerminalLost(Message):
    """The terminal is gone: its window was closed, or the connection to it has ended."""
