"""What the screen needs of the world, as shapes. The caller hands in real things, tests hand in scripted ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.events import Confirming, TurnEvent
from phoenix_tui.core.snapshot import ProviderHealth, Snapshot
from phoenix_tui.core.types import ChatRequest, ModelInfo, Strategy
from phoenix_tui.core.values import dataclass

if TYPE_CHECKING:
    from phoenix_tui.core.configuration import ProviderConfig
    from phoenix_tui.core.key_verdict import KeyVerdict
    from phoenix_tui.core.secret import Secret


class TurnPort(Protocol):
    """The part of `phoenix_tui.core.turn.Turn` that the screen uses once it is entered."""

    def __aiter__(self) -> AsyncIterator[TurnEvent]: ...

    def confirm(self) -> None: ...

    def decline(self) -> None: ...

    def reconsider(self) -> None: ...


class ClientPort(Protocol):
    """The part of `phoenix_tui.core.client.Client` that the screen uses."""

    @property
    def primary_provider(self) -> str: ...

    def stream(self, request: ChatRequest) -> AbstractAsyncContextManager[TurnPort]: ...

    def snapshot(self) -> Snapshot: ...

    def watch(self) -> AsyncIterator[Snapshot]: ...

    def set_primary(self, name: str) -> None: ...

    def set_model(self, name: str, model: str) -> None: ...

    def set_strategy(self, strategy: Strategy) -> None: ...

    def move(self, name: str, by: int) -> None: ...

    def switch_off(self, name: str) -> None: ...

    def switch_on(self, name: str) -> None: ...

    def reset_order(self) -> None: ...

    def own_order(self) -> tuple[str, ...]: ...

    def pin(self, name: str) -> None: ...

    def unpin(self, name: str) -> None: ...

    @property
    def arrangement(self) -> Arrangement: ...

    def arrange(self, arrangement: Arrangement) -> None: ...

    def clear(self, name: str) -> None: ...

    async def prove_key(self, config: ProviderConfig) -> KeyVerdict: ...

    def reconfigure(self, config: ProviderConfig) -> None: ...

    async def probe(self, name: str) -> ProviderHealth: ...

    async def list_models(self, name: str) -> tuple[ModelInfo, ...]: ...

    def set_watching(self, *, idle: bool) -> None: ...


class ClientFactory(Protocol):
    """Makes the client when the first picture stands; what is heavy to import is imported here."""

    def __call__(self) -> AbstractAsyncContextManager[ClientPort]: ...


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where that stands with which one provider is reached, as words for a sentence.

    `file` is the person's own file, in which it is saved, and `saved` are the variables that have a line there.
    `overruled` has the variables whose value from another place wins over that file, and the place: "OPENAI_API_KEY
    (environment)". `address` is where the provider is asked, and `warnings` are sentences about that. `source` is where
    the key in force was found, written likewise; empty where there is none.
    """

    file: str
    address: str
    saved: frozenset[str] = frozenset()
    overruled: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    source: str = ""


class KeyKeeper(Protocol):
    """Tries and keeps what a provider is reached with: its key or, of a local server, its address and access token.
    `entered` has values by variable. Everything here reads or writes files: call it in a thread."""

    def place(self, name: str) -> KeyPlace:
        """Where that of the provider `name` stands now."""

    def tried(self, name: str, entered: Mapping[str, Secret]) -> ProviderConfig:
        """The provider as it would be with `entered`, all its other settings read anew; nothing is kept."""

    def save(self, name: str, entered: Mapping[str, Secret]) -> str:
        """Let `entered` hold for this run and, in the person's own file, for those to come. A sentence when the file
        could not be written, else empty."""

    def remove(self, name: str) -> str:
        """Take the provider's own lines out of that file, and let what was entered hold no more. As `save`."""


class Tone(StrEnum):
    """How a line of ours is meant."""

    INFO = "info"
    SWITCH = "switch"
    ERROR = "error"


class TurnStage(Protocol):
    """What stands above the prompt while a turn goes on."""

    def show_activity(self, what: str, until: float | None, why: str = "") -> None:
        """`what` goes on now, in a short phrase. `until` is the wall time until which something waits, None when
        nothing counts down; `why` says what for."""

    def show_question(self, question: Confirming | None) -> None:
        """Another provider is about to be told; None: not any more."""


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

    def rejoin_reply(self, text: str, note: str) -> None:
        """The reply was cut, its text so far is `text`, and what comes now goes on with it; `note` says so there."""

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
