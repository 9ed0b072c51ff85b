"""What the screen needs of the world, as shapes. The caller hands in real things, tests hand in scripted ones."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from phoenix_tui.core.events import TurnEvent
from phoenix_tui.core.snapshot import ProviderHealth, Snapshot
from phoenix_tui.core.types import ChatRequest, ModelInfo


class ClientPort(Protocol):
    """The part of `phoenix_tui.core.client.Client` that the screen uses."""

    @property
    def primary_provider(self) -> str: ...

    def stream(self, request: ChatRequest) -> AbstractAsyncContextManager[AsyncIterable[TurnEvent]]: ...

    def snapshot(self) -> Snapshot: ...

    def watch(self) -> AsyncIterator[Snapshot]: ...

    def set_primary(self, name: str) -> None: ...

    def set_model(self, name: str, model: str) -> None: ...

    def move(self, name: str, by: int) -> None: ...

    def switch_off(self, name: str) -> None: ...

    def switch_on(self, name: str) -> None: ...

    def reset_order(self) -> None: ...

    def own_order(self) -> tuple[str, ...]: ...

    async def probe(self, name: str) -> ProviderHealth: ...

    async def list_models(self, name: str) -> tuple[ModelInfo, ...]: ...

    def set_watching(self, *, idle: bool) -> None: ...


class ClientFactory(Protocol):
    """Makes the client when the first picture stands; what is heavy to import is imported here."""

    def __call__(self) -> AbstractAsyncContextManager[ClientPort]: ...


class Tone(StrEnum):
    """How a line of ours is meant."""

    INFO = "info"
    SWITCH = "switch"
    ERROR = "error"


class ChatView(Protocol):
    """The part of the chat pane that a turn is told to. It knows questions, replies and lines, not providers."""

    def ask(self, text: str) -> None:
        """A question of the person's."""

    def begin_reply(self, heading: str) -> None:
        """A reply begins; `heading` says who gives it."""

    def add_text(self, text: str) -> None:
        """A piece of the reply."""

    def add_reasoning(self, text: str) -> None:
        """A piece of the model's reasoning, shown apart from the reply."""

    def cut_reply(self, label: str) -> None:
        """What the reply has so far is kept, folded, under `label`; it is not the answer."""

    def end_reply(self, heading: str) -> None:
        """The reply is whole; `heading` now says what it took."""

    def stop_reply(self, heading: str) -> None:
        """The person stopped the reply; what there is stays."""

    def say(self, text: str, tone: Tone) -> None:
        """A line of ours."""

    def fail(self, text: str, hint: str) -> None:
        """A failure, and what can be done about it."""
