"""Facts that widgets tell the screen, named in the past tense; the screen decides what follows."""

from __future__ import annotations

from textual.message import Message


class ActionClicked(Message):
    """Something that stands for an action of the screen was clicked."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class ProviderMessage(Message):
    """A fact about one provider."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class ProviderOpened(ProviderMessage):
    """The person wants to see all that is known of `provider`."""


class PrimaryChosen(ProviderMessage):
    """The person wants `provider` to be asked first."""


class CheckRequested(ProviderMessage):
    """The person wants a free check of `provider` now."""


class ClearRequested(ProviderMessage):
    """The person wants the failures, waits and blocks of `provider` forgotten."""


class KeyRequested(ProviderMessage):
    """The person wants to give `provider` a key."""


class ModelRequested(ProviderMessage):
    """The person wants to choose the model of `provider`."""


class ProviderSwitched(ProviderMessage):
    """The person switched `provider` off, or on again."""


class PinChanged(ProviderMessage):
    """The person wants the place of `provider` kept, or given up."""


class OrderMoved(ProviderMessage):
    """The person moved `provider` by so many places in their own order, up where it is negative; 0: it was dragged to
    where it stands there already."""

    def __init__(self, provider: str, by: int) -> None:
        super().__init__(provider)
        self.by = by


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
