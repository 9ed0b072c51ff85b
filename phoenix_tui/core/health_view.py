"""The picture of one provider's health that everybody else sees."""

from __future__ import annotations

from datetime import UTC, datetime

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health_state import ProviderState
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.policy import consequence_of
from phoenix_tui.core.snapshot import HealthState, ProviderHealth

_SKEW = 1.0
"""Seconds by which a stored wall time may be wrong before it is worked out anew."""
_BLOCKED = {
    ErrorClass.AUTH: "the key was refused",
    ErrorClass.PERMISSION: "the key may not use this model",
    ErrorClass.QUOTA: "credit or quota is used up",
}


def view(state: ProviderState, now: Moment) -> ProviderHealth:
    """`state` as a frozen record. It changes only with the state, not with every tick of the clock."""
    return ProviderHealth(
        name=state.name,
        state=state.state,
        last_checked=_utc(state.last_checked),
        last_success=_utc(state.last_success),
        last_failure=_utc(state.last_failure),
        consecutive_failures=state.consecutive_failures,
        total_requests=state.successes + state.failures + state.neutrals + len(state.open),
        successful_requests=state.successes,
        failed_requests=state.failures,
        neutral_requests=state.neutrals,
        average_response_time=state.response_time,
        ttft_average=state.ttft_average,
        ttft_last=state.ttft_last,
        tokens_per_second=state.tokens_per_second,
        band=state.reliability.band,
        last_error=state.last_error,
        retry_at=_ahead(state, now),
        reason=_reason(state),
        recent=state.recent,
        in_flight=len(state.open),
        on_trial=state.on_trial,
    )


def _ahead(state: ProviderState, now: Moment) -> datetime | None:
    """When it may be asked again, as long as that is to come."""
    until = state.block.until if state.block else state.waits_until
    if until is None or until.monotonic <= now.monotonic:
        return None
    expected = now.plus(until.since(now))
    # A wall clock that was put right must not move a countdown.
    return _utc(expected if abs(expected.wall - until.wall) > _SKEW else until)


def _utc(moment: Moment | None) -> datetime | None:
    return datetime.fromtimestamp(moment.wall, UTC) if moment else None


def _reason(state: ProviderState) -> str:
    words = consequence_of(state.last_error).words if state.last_error else ""
    match state.state:
        case HealthState.DISABLED:
            return "switched off"
        case HealthState.UNCONFIGURED:
            return "no server found" if state.local else "no key"
        case HealthState.BLOCKED if state.block:
            return _BLOCKED[state.block.cause]
        case HealthState.UNAVAILABLE:
            return f"{state.consecutive_failures} failures in a row, the last: {words}"
        case HealthState.PROBATION:
            return "back after an outage, on trial"
        case _ if state.rest:
            return f"{words}, it asked for a pause" if words else "it asked for a pause"
        case HealthState.SUSPECT:
            return words
        case HealthState.UNKNOWN if state.failed_probes and words:
            return f"not asked yet; a check failed: {words}"
        case _:
            return ""
