"""When a provider wants its next free check. Traffic is the best probe: whoever is in use needs none."""

from __future__ import annotations

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health_state import ProviderState, latest
from phoenix_tui.core.moment import Moment, Uniform
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.values import replace

IDLE_SECONDS = 300.0
SUSPECT_SECONDS = 2.0
BLOCKED_SECONDS = 600.0
LOCAL_FIRST_SECONDS, LOCAL_SECONDS = 5.0, 15.0
"""A local server comes back when its owner starts it, and asking it costs nothing."""
_SILENT = frozenset({ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.OFFLINE})
SOON_SECONDS = 1.0
"""Over which checks that are all wanted at once are scattered."""


def scheduled(before: ProviderState, state: ProviderState, now: Moment, rng: Uniform) -> ProviderState:
    """`state`, which has just come from `before`, with the moment of its next probe; None where it wants none."""
    return replace(state, probe_at=_next(before, state, now, rng))


def check_soon(state: ProviderState, now: Moment, rng: Uniform) -> ProviderState:
    """`state`, which something has made doubtful as a whole, with a probe at once; None where none is wanted at all."""
    hidden = {HealthState.DISABLED, HealthState.OFFLINE}
    if state.state in hidden or (state.state is HealthState.UNCONFIGURED and not state.local):
        return replace(state, probe_at=None)
    return replace(state, probe_at=now.plus(rng.uniform(0.0, SOON_SECONDS)))


def _next(before: ProviderState, state: ProviderState, now: Moment, rng: Uniform) -> Moment | None:
    match state.state:
        case HealthState.DISABLED | HealthState.OFFLINE:
            return None
        case HealthState.UNCONFIGURED if not state.local:
            return None
        case HealthState.UNAVAILABLE if not state.local or _is_there(state):
            return state.waits_until
        case HealthState.UNCONFIGURED | HealthState.UNAVAILABLE:
            return now.plus(LOCAL_SECONDS if state.failed_probes > 1 else LOCAL_FIRST_SECONDS)
        case HealthState.BLOCKED:
            return now.plus(BLOCKED_SECONDS)
        case HealthState.SUSPECT if state.consecutive_failures > before.consecutive_failures:
            rest = state.rest_of(state.last_model)
            return latest(now.plus(SUSPECT_SECONDS), rest.until if rest else None)
        case HealthState.UNKNOWN if state.last_checked is None and not state.open:
            return now
        case HealthState.UNKNOWN if state.local and state.failed_probes:
            return now.plus(LOCAL_SECONDS)
        case _:
            return _idle(state, now, rng)


def _is_there(state: ProviderState) -> bool:
    """Whether it answered when last asked, if only to refuse: that it answers a check is then no news, and no reason
    for a trial before its time."""
    return state.last_error is not None and state.last_error.error_class not in _SILENT


def _idle(state: ProviderState, now: Moment, rng: Uniform) -> Moment:
    probe_at = now.plus(IDLE_SECONDS * rng.uniform(0.8, 1.2))
    return max(probe_at, state.last_used.plus(IDLE_SECONDS)) if state.last_used else probe_at
