"""Facts that widgets tell the screen, named in the past tense; the screen decides what follows."""

from __future__ import annotations

from textual.message import Message


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


class OrderMoved(ProviderMessage):
    """The person moved `provider` in the order: -1 is one place up, 1 one place down."""

    def __init__(self, provider: str, by: int) -> None:
        super().__init__(provider)
        self.by = by


class StrategyPassedOn(Message):
    """The person wants the order made by the next strategy."""


class OrderReset(Message):
    """The person wants the default order back."""
