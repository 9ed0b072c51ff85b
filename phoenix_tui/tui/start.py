"""Everything the screen is made from: plain values that the caller has built."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.types import Strategy, Target
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.look import Surroundings
from phoenix_tui.tui.ports import ClientFactory, KeyKeeper
from phoenix_tui.tui.preferences import Preferences

if TYPE_CHECKING:
    from phoenix_tui.core.journal import Record
    from phoenix_tui.tui.first_picture import Picture
    from phoenix_tui.tui.keeping import SessionKeeper
    from phoenix_tui.tui.session import Saved


class ChoiceKeeper(Protocol):
    """Keeps what the person chose on the screen: `arrangement`, of whose models and strategy only those count that
    were chosen here (`models` by provider, `strategy` None where none was). Called in a thread, with everything each
    time. Gives a sentence when it could not be kept, None when it was."""

    def __call__(
        self, arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None
    ) -> str | None: ...


class PreferenceKeeper(Protocol):
    """Keeps changes of preferences: plain values by name, None for what is not chosen any more. Called in a thread.
    Gives a sentence when they could not be kept, None when they were."""

    def __call__(self, changes: Mapping[str, object]) -> str | None: ...


class PictureKeeper(Protocol):
    """Leaves the first picture of the screen, and its columns and rows, to the next start. Called in a thread."""

    def __call__(self, picture: Picture, size: tuple[int, int]) -> None: ...


class ModelPrice(Protocol):
    """US dollars for a million tokens."""

    @property
    def input(self) -> float: ...

    @property
    def output(self) -> float: ...


class PriceReader(Protocol):
    """What a model costs, None where that is not known. Called in a thread: the first call loads a price list."""

    def __call__(self, target: Target) -> ModelPrice | None: ...


class IncidentReader(Protocol):
    """The newest `limit` records of the log that are worth a line, oldest first; with `provider` those that are about
    it. Raises NotKept."""

    async def __call__(self, limit: int, provider: str | None = None) -> tuple[Record, ...]: ...


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a screen that was left for the demo goes on with: what was said and written there, and its keeper."""

    keeper: SessionKeeper
    saved: Saved


@dataclass(frozen=True, slots=True)
class Start:
    """How one run of the screen begins.

    `open_client` makes the client after the first paint; `warm_up` runs before it in a thread and imports what is
    heavy. `problems` are sentences to show at the start about settings that are wrong, `notices` others (hints),
    `news` has those that have come up since; it is asked after each change of health. `state_folder` None keeps
    nothing, `choices` None no choices, `keys` None no keys and `incidents` None no log. `price` None knows no
    prices. `own_files` is the folder for what the screen writes besides the conversation: its own errors, and what
    no clipboard took; None writes neither. `models` and `strategy` are what was chosen on the screen before. With
    `local_only` nothing ever leaves this machine, whatever a conversation wants. `resumed` is what the screen had
    when it was left for the demo, and a demo that `comes_back` was opened from another screen. `folder` is where
    paths behind an @ begin, `editor` the command that the person's variables name ("" for none). `surroundings` and
    `preferences` make the look; `keep_preferences` None keeps no change of them. `keep_first_picture` None leaves no
    picture to the next start; `typed` gives, once, the text that was typed before the prompt stood. `wall` is the time
    of day in seconds since the epoch.
    """

    open_client: ClientFactory
    warm_up: Callable[[], None] | None = None
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    news: Callable[[], Sequence[str]] = tuple
    state_folder: Path | None = None
    own_files: Path | None = None
    choices: ChoiceKeeper | None = None
    keys: KeyKeeper | None = None
    incidents: IncidentReader | None = None
    price: PriceReader | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    strategy: Strategy | None = None
    system_prompt: str = ""
    resumed: Resumed | None = None
    is_demo: bool = False
    comes_back: bool = False
    local_only: bool = False
    folder: Path = Path()
    editor: str = ""
    surroundings: Surroundings = field(default_factory=Surroundings)
    preferences: Preferences = field(default_factory=Preferences)
    keep_preferences: PreferenceKeeper | None = None
    keep_first_picture: PictureKeeper | None = None
    typed: Callable[[], str] = str
    wall: Callable[[], float] = time.time
