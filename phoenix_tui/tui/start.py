"""Everything the screen is made from: plain values that the caller has built."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.browser import open_address
from phoenix_tui.tui.ports import ClientFactory

if TYPE_CHECKING:
    from phoenix_tui.core.journal import Record


class ChoiceKeeper(Protocol):
    """Keeps what the person chose on the screen: `arrangement`, of whose models and strategy only those count that
    were chosen here (`models` by provider, `strategy` None where none was). Called in a thread, with everything each
    time. Gives a sentence when it could not be kept, None when it was."""

    def __call__(
        self, arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None
    ) -> str | None: ...


class IncidentReader(Protocol):
    """The newest `limit` records of the log that are worth a line, oldest first. Raises NotKept."""

    async def __call__(self, limit: int) -> tuple[Record, ...]: ...


@dataclass(frozen=True, slots=True)
class Start:
    """How one run of the screen begins.

    `open_client` makes the client after the first paint; `warm_up` runs before it in a thread and imports what is
    heavy. `notices` are sentences to show at the start (configuration problems, hints), `news` has those that have come
    up since; it is asked after each change of health. `state_folder` None keeps nothing, `choices` None no choices and
    `incidents` None no log (the demo). `models` and `strategy` are what was chosen on the screen before. With
    `local_only` nothing ever leaves this machine, whatever a conversation wants. `wall` is the time of day in
    seconds since the epoch. `open_address` opens a link, in a thread; it says whether there was anything to open it
    with.
    """

    open_client: ClientFactory
    warm_up: Callable[[], None] | None = None
    notices: tuple[str, ...] = ()
    news: Callable[[], Sequence[str]] = tuple
    state_folder: Path | None = None
    choices: ChoiceKeeper | None = None
    incidents: IncidentReader | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    strategy: Strategy | None = None
    system_prompt: str = ""
    is_demo: bool = False
    local_only: bool = False
    theme: str = "dark"
    ascii_only: bool = False
    no_color: bool = False
    reduced_motion: bool = False
    wall: Callable[[], float] = time.time
    open_address: Callable[[str], bool] = open_address
