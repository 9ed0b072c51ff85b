"""What is known about one provider's health, as a value, and what time alone makes of it.

What stands beside the machine's own phase as a field (a block, a rest, offline, switched off) hides it and gives it
back unharmed. health_step.py has the transitions.
"""

from __future__ import annotations

from collections.abc import Callable

from phoenix_tui.core import bands, health_models
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_models import Models, Rest
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import RateLimit
from phoenix_tui.core.values import dataclass, replace

REOPEN_CAP = 60.0
"""Seconds; the longest time between an outage being noticed and the next trial."""
RECENT_SAMPLES = 60
HEADROOM_KEPT = 16
"""Limits of one provider that are remembered."""


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt under way. Until `lease` it holds the one permit of a provider in probation; None: it holds none."""

    id: str
    model: str
    began: Moment
    key_generation: int
    lease: Moment | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Why the provider is not asked although it may be well. `until` None: until the key changes or is proved."""

    cause: ErrorClass
    since: Moment
    until: Moment | None


@dataclass(frozen=True, slots=True)
class Before:
    """How a provider stood before the counted failure at `at`, should that turn out to be no fault of its own."""

    at: Moment
    phase: HealthState
    consecutive_failures: int
    reliability: bands.Reliability
    retry_at: Moment | None
    failing_since: Moment | None
    last_failure: Moment | None
    last_error: ErrorInfo | None
    last_error_at: Moment | None = None


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
    offline: bool = False
    """This machine has no network, and the provider is elsewhere."""
    block: Block | None = None
    rest: Rest | None = None
    """A rest of all its models; each has its own in `models`."""
    retry_at: Moment | None = None
    failing_since: Moment | None = None
    """When the present outage made the provider unavailable."""
    key_generation: int = 0
    open: tuple[OpenAttempt, ...] = ()
    models: Models = ()
    consecutive_failures: int = 0
    successes: int = 0
    failures: int = 0
    neutrals: int = 0
    undoable: tuple[Before, ...] = ()
    """The newest counted failures, oldest first, as long as the network may turn out to have been lost."""
    response_time: float | None = None
    ttft_average: float | None = None
    ttft_last: float | None = None
    tokens_per_second: float | None = None
    recent: tuple[float | None, ...] = ()
    recent_at: tuple[float, ...] = ()
    """When each of `recent` was told (wall time, seconds since the epoch); 0 where that is not known."""
    headroom: tuple[RateLimit, ...] = ()
    last_error: ErrorInfo | None = None
    last_error_at: Moment | None = None
    """When a request or a check met it; None where that is not known."""
    last_used: Moment | None = None
    last_checked: Moment | None = None
    last_success: Moment | None = None
    last_failure: Moment | None = None
    probe_at: Moment | None = None
    failed_probes: int = 0
    """Probes that failed in a row."""
    quiet_until: Moment | None = None
    """After a sleep of the machine: until when broken connections say nothing about the provider."""
    as_of: Moment | None = None
    """When an earlier run kept this, as long as nothing has happened since."""

    @property
    def state(self) -> HealthState:
        """Its state, whichever model is asked: that of nobody in particular, so never COOLING."""
        if not self.enabled:
            return HealthState.DISABLED
        if not self.configured:
            return HealthState.UNCONFIGURED
        if self.block is not None:
            return HealthState.BLOCKED
        if self.offline:
            return HealthState.OFFLINE
        return self.phase

    def rest_of(self, model: str) -> Rest | None:
        """The rest that whoever would ask `model` has to wait for: its own or the provider's, whichever is longer."""
        own = health_models.of(self.models, model).rest
        if own is None or self.rest is None:
            return own or self.rest
        return own if own.until > self.rest.until else self.rest

    def state_of(self, model: str) -> HealthState:
        """The state as somebody sees it who would ask `model`."""
        state = self.state
        if state not in _HIDES_REST and self.rest_of(model) is not None:
            return HealthState.COOLING
        return state

    @property
    def last_model(self) -> str:
        """The model that was asked last; "" before the first request."""
        return self.models[0].model if self.models else ""

    @property
    def on_trial(self) -> bool:
        """Whether the permit of probation is taken."""
        return any(attempt.lease is not None for attempt in self.open)

    @property
    def waits_until(self) -> Moment | None:
        """When it may be asked again, whichever model is wanted."""
        rest_until = self.rest.until if self.rest else None
        return latest(self.retry_at, rest_until)


_HIDES_REST = frozenset(
    {
        HealthState.DISABLED,
        HealthState.UNCONFIGURED,
        HealthState.BLOCKED,
        HealthState.OFFLINE,
        HealthState.UNAVAILABLE,
    }
)


def latest(*moments: Moment | None) -> Moment | None:
    """The latest of those that are there."""
    return max((moment for moment in moments if moment), default=None)


def new_state(name: str, now: Moment, *, local: bool = False) -> ProviderState:
    """A provider of which nothing is known yet; it wants a first probe at once."""
    fresh = bands.Reliability(at=now, entered=now)
    return ProviderState(name=name, reliability=fresh, before_failures=fresh, local=local, probe_at=now)


def on_probation(state: ProviderState) -> ProviderState:
    """An unavailable provider that may be tried once. Our own wait is over; one that it asked for is not."""
    return replace(state, phase=HealthState.PROBATION, retry_at=None)


def settled(state: ProviderState, now: Moment, *, grace: float) -> ProviderState:
    """`state` as time alone has made it: the very same value when that is nothing. `grace`: seconds that a due probe is
    waited for, 0 where none will run."""
    moment = now.monotonic
    if state.block and state.block.until and state.block.until.monotonic <= moment:
        state = replace(state, block=None)
    if state.rest and state.rest.until.monotonic <= moment:
        state = replace(state, rest=None)
    models = health_models.settled(state.models, now)
    if models is not state.models:
        state = replace(state, models=models)
    if state.open and any(attempt.lease and attempt.lease.monotonic <= moment for attempt in state.open):
        # There is one permit at most.
        state = replace(state, open=tuple(replace(attempt, lease=None) for attempt in state.open))
    if state.quiet_until and state.quiet_until.monotonic <= moment:
        state = replace(state, quiet_until=None)
    if state.phase is HealthState.UNAVAILABLE and (until := state.waits_until) and until.monotonic + grace <= moment:
        state = on_probation(state)
    reliability = bands.settled(state.reliability, now)
    return state if reliability is state.reliability else replace(state, reliability=reliability)


def next_change(state: ProviderState, *, grace: float) -> Moment | None:
    """When time alone will change what is seen next, apart from slow changes of band."""
    moments = [
        state.block.until if state.block else None,
        state.rest.until if state.rest else None,
        state.waits_until.plus(grace) if state.phase is HealthState.UNAVAILABLE and state.waits_until else None,
        *(its.rest.until for its in state.models if its.rest),
        *(attempt.lease for attempt in state.open),
    ]
    return min((moment for moment in moments if moment), default=None)


def moved(state: ProviderState, move: Callable[[Moment], Moment]) -> ProviderState:
    """`state` with each of its moments put where `move` says."""

    def maybe(moment: Moment | None) -> Moment | None:
        return move(moment) if moment is not None else None

    def reliability(its: bands.Reliability) -> bands.Reliability:
        return replace(its, at=move(its.at), entered=move(its.entered))

    def rest(its: Rest | None) -> Rest | None:
        return replace(its, since=move(its.since), until=move(its.until)) if its is not None else None

    block = state.block
    return replace(
        state,
        reliability=reliability(state.reliability),
        before_failures=reliability(state.before_failures),
        block=replace(block, since=move(block.since), until=maybe(block.until)) if block is not None else None,
        rest=rest(state.rest),
        retry_at=maybe(state.retry_at),
        failing_since=maybe(state.failing_since),
        open=tuple(replace(its, began=move(its.began), lease=maybe(its.lease)) for its in state.open),
        models=tuple(
            replace(its, rest=rest(its.rest), latency=replace(its.latency, at=maybe(its.latency.at)))
            for its in state.models
        ),
        undoable=(),
        last_used=maybe(state.last_used),
        last_checked=maybe(state.last_checked),
        last_success=maybe(state.last_success),
        last_failure=maybe(state.last_failure),
        last_error_at=maybe(state.last_error_at),
        probe_at=maybe(state.probe_at),
        quiet_until=maybe(state.quiet_until),
        as_of=maybe(state.as_of),
    )
