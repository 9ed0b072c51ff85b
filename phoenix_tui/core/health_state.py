"""What is known about one provider's health, as a value, and what time alone makes of it.

What stands beside the machine's own phase as a field (a block, a rest, switched off) hides it and gives it back
unharmed. health_step.py has the transitions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from phoenix_tui.core import bands
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import HealthState


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt under way. `trial` holds the one permit of a provider in probation."""

    id: str
    began: Moment
    key_generation: int
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Why the provider is not asked although it may be well. `until` None: until the key changes or is proved."""

    cause: ErrorClass
    since: Moment
    until: Moment | None


@dataclass(frozen=True, slots=True)
class Rest:
    """A wait that the provider itself asked for."""

    since: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class ProviderState:
    """All that is known about one provider's health; plain values throughout. Averages in seconds."""

    name: str
    reliability: bands.Reliability
    before_failures: bands.Reliability
    """Reliability before the present run of failures; what counts again if the run turns out to be an outage."""
    phase: HealthState = HealthState.UNKNOWN
    """UNKNOWN, HEALTHY, SUSPECT, UNAVAILABLE or PROBATION: the machine without what hides it."""
    local: bool = False
    configured: bool = True
    enabled: bool = True
    block: Block | None = None
    rest: Rest | None = None
    retry_at: Moment | None = None
    failing_since: Moment | None = None
    """When the present outage made the provider unavailable."""
    key_generation: int = 0
    open: tuple[OpenAttempt, ...] = ()
    consecutive_failures: int = 0
    successes: int = 0
    failures: int = 0
    neutrals: int = 0
    response_time: float | None = None
    ttft_average: float | None = None
    ttft_last: float | None = None
    tokens_per_second: float | None = None
    recent: tuple[float | None, ...] = ()
    last_error: ErrorInfo | None = None
    last_used: Moment | None = None
    last_checked: Moment | None = None
    last_success: Moment | None = None
    last_failure: Moment | None = None
    probe_at: Moment | None = None
    failed_probes: int = 0
    """Probes that failed in a row."""

    @property
    def state(self) -> HealthState:
        """What anyone else sees as the state."""
        if not self.enabled:
            return HealthState.DISABLED
        if not self.configured:
            return HealthState.UNCONFIGURED
        if self.block is not None:
            return HealthState.BLOCKED
        return self.phase

    @property
    def on_trial(self) -> bool:
        """Whether the permit of probation is taken."""
        return any(attempt.trial for attempt in self.open)

    @property
    def waits_until(self) -> Moment | None:
        """When it may be asked again, by its own wish or by ours."""
        rest_until = self.rest.until if self.rest else None
        return max((moment for moment in (self.retry_at, rest_until) if moment), default=None)


def new_state(name: str, now: Moment, *, local: bool = False) -> ProviderState:
    """A provider of which nothing is known yet; it wants a first probe at once."""
    fresh = bands.Reliability(at=now, entered=now)
    return ProviderState(name=name, reliability=fresh, before_failures=fresh, local=local, probe_at=now)


def on_probation(state: ProviderState) -> ProviderState:
    """An unavailable provider that may be tried once. Our own wait is over; one that it asked for is not."""
    return replace(state, phase=HealthState.PROBATION, retry_at=None)


def settled(state: ProviderState, now: Moment, *, grace: float) -> ProviderState:
    """`state` as time alone has made it. `grace`: seconds that a due probe is waited for, 0 where none will run."""
    if state.block and state.block.until and state.block.until.monotonic <= now.monotonic:
        state = replace(state, block=None)
    if state.rest and state.rest.until.monotonic <= now.monotonic:
        state = replace(state, rest=None)
    if (
        state.phase is HealthState.UNAVAILABLE
        and (until := state.waits_until)
        and until.monotonic + grace <= now.monotonic
    ):
        state = on_probation(state)
    reliability = bands.settled(state.reliability, now)
    return state if reliability is state.reliability else replace(state, reliability=reliability)


def next_change(state: ProviderState, *, grace: float) -> Moment | None:
    """When time alone will change the state next, apart from slow changes of band."""
    moments = [
        state.block.until if state.block else None,
        state.rest.until if state.rest else None,
        state.waits_until.plus(grace) if state.phase is HealthState.UNAVAILABLE and state.waits_until else None,
    ]
    return min((moment for moment in moments if moment), default=None)
