"""What happened, as records that are enough to live a bad day through again: the incident log is made of these.

The core hands each record to one callable as it happens and forgets it. Health records hold the very events that the
state machine was told, so that the same machine, told them again, comes to the same states.
"""

from __future__ import annotations

from collections.abc import Callable

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.health_events import Event
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import HealthState, Placement
from phoenix_tui.core.types import Strategy, Target
from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """A client was made. `seed` is that of the monitor's own chance, `probed` whether it runs free checks; `local` are
    the providers on this machine. The rest is the order as it was configured."""

    at: Moment
    seed: int
    names: tuple[str, ...]
    local: tuple[str, ...]
    probed: bool
    primary: str
    order: tuple[str, ...]
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class HealthChanged:
    """The state machine of `provider` was told `event`. The states are those that a person saw before and after."""

    at: Moment
    provider: str
    event: Event
    before: HealthState
    after: HealthState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a turn did next. `target` is None when it gave up, `number` counts its attempts so far, `cause` is the fault
    that led to the decision, `order` the effective order at that moment."""

    at: Moment
    turn: str
    number: int
    target: Target | None
    reason: str
    wait: float = 0.0
    cause: ErrorInfo | None = None
    order: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Switched:
    """The conversation went from one provider to another within a turn, or the person chose another primary (`turn` is
    then "")."""

    at: Moment
    turn: str
    left: Target
    taken: Target
    reason: str
    chars: int = 0
    """How much of the cut answer had been shown."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn came to its end: `answered` by somebody, or None and the reason."""

    at: Moment
    turn: str
    requested: Target
    answered: Target | None
    reason: str = ""
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordsLost:
    """`count` records up to this moment could not be kept: more came than the disk took."""

    at: Moment
    count: int


Record = SessionBegan | HealthChanged | Decided | Switched | TurnEnded | RecordsLost


@dataclass(frozen=True, slots=True)
class Incident:
    """A record with its place in the log: `sequence` counts from 0 within `session`, the life of one client."""

    session: str
    sequence: int
    record: Record


Journal = Callable[[Record], None]
"""Takes each record as it happens. It must not block, and not raise."""
