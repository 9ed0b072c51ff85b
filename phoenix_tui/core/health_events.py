"""What can happen to one provider's health, as values: all that the state machine is ever told.

They are plain values, so that they can be written down and told again (see journal.py).
"""

from __future__ import annotations

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.health_state import ProviderState
from phoenix_tui.core.types import Outcome
from phoenix_tui.core.values import dataclass

LEASE_SECONDS = 120.0
"""How long a trial keeps the permit of probation, unless its attempt says otherwise."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A request was sent to `model`. As a trial, it has the permit of probation for `lease` seconds."""

    attempt: str
    model: str = ""
    lease: float = LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class Ended:
    """A request came to its end, however it did."""

    attempt: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Probed:
    """A free check ended. `proves_key` False where the endpoint answers without one; `key_generation` is that of the
    key with which it was made, None when that is known to be the present one."""

    passed: bool
    error: ErrorInfo | None = None
    proves_key: bool = True
    key_generation: int | None = None


@dataclass(frozen=True, slots=True)
class Configured:
    value: bool


@dataclass(frozen=True, slots=True)
class Enabled:
    value: bool


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """There is another key: what the old one was refused for says nothing about it."""


@dataclass(frozen=True, slots=True)
class ModelChanged:
    """Another model will be asked: a missing permission may have been the old one's."""


@dataclass(frozen=True, slots=True)
class ModelsListed:
    """A fresh list has these models, which had been missing."""

    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """The person wants everything forgotten."""


@dataclass(frozen=True, slots=True)
class WentOffline:
    """This machine has lost its network; what the provider failed at just before was not its fault."""


@dataclass(frozen=True, slots=True)
class CameOnline:
    """The network is back."""


@dataclass(frozen=True, slots=True)
class Woke:
    """The machine has slept for `asleep` seconds, which timers did not see pass."""

    asleep: float


@dataclass(frozen=True, slots=True)
class Settled:
    """The clock alone changed what is known. `grace`: seconds that a due probe is waited for."""

    grace: float


@dataclass(frozen=True, slots=True)
class Restored:
    """An earlier run had kept `state` at `kept_at` (wall time, seconds since the epoch). `same_key`: the provider is
    asked with the same key as then."""

    state: ProviderState
    kept_at: float
    same_key: bool


Event = (
    Begun
    | Ended
    | Probed
    | Configured
    | Enabled
    | KeyChanged
    | ModelChanged
    | ModelsListed
    | Cleared
    | WentOffline
    | CameOnline
    | Woke
    | Settled
    | Restored
)
