"""When a provider wants its next free check. Traffic is the best probe: whoever is in use needs none."""

from __future__ import annotations

from dataclasses import replace

from phoenix_tui.core.health_state import ProviderState
from phoenix_tui.core.moment import Moment, Uniform
from phoenix_tui.core.snapshot import HealthState

IDLE_SECONDS = 300.0
SUSPECT_SECONDS = 2.0
BLOCKED_SECONDS = 600.0
LOCAL_FIRST_SECONDS, LOCAL_SECONDS = 5.0, 15.0
"""A local server comes back when its owner starts it, and asking it costs nothing."""


def scheduled(before: ProviderState, state: ProviderState, now: Moment, rng: Uniform) -> ProviderState:
    """`state`, which has just come from `before`, with the moment of its next probe; None where it wants none."""
    return replace(state, probe_at=_next(before, state, now, rng))


def _next(before: ProviderState, state: ProviderState, now: Moment, rng: Uniform) -> Moment | None:
    match state.state:
        case HealthState.DISABLED:
            return None
        case HealthState.UNCONFIGURED | HealthState.UNAVAILABLE if state.local:
            return now.plus(LOCAL_SECONDS if state.failed_probes > 1 else LOCAL_FIRST_SECONDS)
        case HealthState.UNCONFIGURED:
            return None
        case HealthState.BLOCKED:
            return now.plus(BLOCKED_SECONDS)
        case HealthState.UNAVAILABLE:
            return state.waits_until
        case HealthState.SUSPECT if state.consecutive_failures > before.consecutive_failures:
            soon = now.plus(SUSPECT_SECONDS)
            return max(soon, state.rest.until) if state.rest else soon
        case HealthState.UNKNOWN if state.last_checked is None and not state.open:
            return now
        case HealthState.UNKNOWN if state.local and state.failed_probes:
            return now.plus(LOCAL_SECONDS)
        case _:
            return _idle(state, now, rng)


def _idle(state: ProviderState, now: Moment, rng: Uniform) -> Moment:
    probe_at = now.plus(IDLE_SECONDS * rng.uniform(0.8, 1.2))
    return max(probe_at, state.last_used.plus(IDLE_SECONDS)) if state.last_used else probe_at
