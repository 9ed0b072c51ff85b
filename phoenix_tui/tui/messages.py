"""Facts that widgets tell the screen, named in the past tense; the screen decides what follows."""

from __future__ import annotations

from textual.message import Message


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
    """The person moved `provider` in the order: -1 is one place up, 1 one place down."""

    def __init__(self, provider: str, by: int) -> None:
        super().__init__()
        self.provider = provider
        self.by = by


class ProviderSwitched(Message):
    """The person switched `provider` off, or on again."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


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
