"""The picture of one provider's health that everybody else sees."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health_models import ModelState, Rest, peak_falls_at, peak_now
from phoenix_tui.core.health_state import ProviderState, latest
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.policy import CONSEQUENCES, consequence_of
from phoenix_tui.core.snapshot import HealthState, ModelHealth, ProviderHealth
from phoenix_tui.core.types import RateLimit

_SKEW = 1.0
"""Seconds by which a stored wall time may be wrong before it is worked out anew."""
_BLOCKED = {
    ErrorClass.AUTH: "the key was refused",
    ErrorClass.PERMISSION: "the key may not use this model",
    ErrorClass.QUOTA: "credit or quota is used up",
}


def view(
    state: ProviderState, now: Moment, *, model: str | None = None, check_at: Moment | None = None
) -> ProviderHealth:
    """`state` as a frozen record, as somebody sees it who would ask `model` (None: the one asked last). `check_at` is
    when a lost network is looked for again. It changes only with the state, not with every tick of the clock."""
    wanted = state.last_model if model is None else model
    seen = state.state_of(wanted)
    rest = state.rest_of(wanted)
    return ProviderHealth(
        name=state.name,
        state=seen,
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
        last_error_at=_utc(state.last_error_at),
        retry_at=_ahead(_ends(state, seen, rest, check_at), now),
        reason=reason(state, wanted),
        recent=state.recent,
        recent_at=state.recent_at,
        in_flight=len(state.open),
        on_trial=state.on_trial,
        models=tuple([_model(its, now) for its in state.models]),
        headroom=_headroom(state.headroom, now),
        as_of=_utc(state.as_of),
    )


def unchanged_until(state: ProviderState, now: Moment) -> Moment:
    """Until when time alone changes nothing in the `view` of `state` taken `now`, on either clock; `now` itself
    while it counts down to something."""
    if state.block or state.rest or state.retry_at or state.offline or any(its.rest for its in state.models):
        return now
    falls = min((peak_falls_at(its.latency, now) for its in state.models), default=inf)
    resets = [limit.resets_at for limit in state.headroom if limit.resets_at is not None]
    return Moment(falls, min((at for at in resets if at > now.wall), default=inf))


def reason(state: ProviderState, model: str) -> str:
    """Why somebody who would ask `model` does not find the provider simply healthy, as a phrase; "" when they do."""
    words = consequence_of(state.last_error).words if state.last_error else ""
    match state.state_of(model):
        case HealthState.DISABLED:
            return "switched off"
        case HealthState.UNCONFIGURED:
            return "no server found" if state.local else "no key"
        case HealthState.BLOCKED if state.block:
            return _BLOCKED[state.block.cause]
        case HealthState.OFFLINE:
            return "this machine seems to be offline"
        case HealthState.UNAVAILABLE:
            run = f"{state.consecutive_failures} failures in a row"
            return f"{run}, the last: {words}" if words else run
        case HealthState.COOLING if rest := state.rest_of(model):
            return _resting(rest, everything=rest is state.rest)
        case HealthState.PROBATION:
            return "back after an outage, on trial"
        case HealthState.SUSPECT:
            return words
        case HealthState.UNKNOWN if state.failed_probes and words:
            return f"not asked yet; a check failed: {words}"
        case _:
            return ""


def _resting(rest: Rest, *, everything: bool = False) -> str:
    words = CONSEQUENCES[rest.cause].words
    if rest.cause is ErrorClass.MODEL_NOT_FOUND or rest.cause is ErrorClass.MODEL_NOT_READY:
        return words
    whose = " for all its models" if everything else ""
    return f"{words}{whose}, it asked for a pause" if rest.asked else f"{words}{whose}, left in peace for a while"


def _ends(state: ProviderState, seen: HealthState, rest: Rest | None, check_at: Moment | None) -> Moment | None:
    """When what is seen ends by itself."""
    match seen:
        case HealthState.BLOCKED if state.block:
            return state.block.until
        case HealthState.OFFLINE:
            return check_at
        case HealthState.UNAVAILABLE:
            return latest(state.retry_at, rest.until if rest else None)
        case HealthState.COOLING if rest:
            return rest.until
        case _:
            return None


def _ahead(until: Moment | None, now: Moment) -> datetime | None:
    """`until` as long as that is to come."""
    if until is None or until.monotonic <= now.monotonic:
        return None
    expected = now.plus(until.since(now))
    # A wall clock that was put right must not move a countdown.
    return _utc(expected if abs(expected.wall - until.wall) > _SKEW else until)


def _model(its: ModelState, now: Moment) -> ModelHealth:
    latency = its.latency
    return ModelHealth(
        model=its.model,
        cooling_until=_ahead(its.rest.until, now) if its.rest else None,
        cooling_reason=_resting(its.rest) if its.rest else "",
        samples=latency.samples,
        ttft_median=latency.median.value,
        ttft_p95=latency.p95.value,
        ttft_peak=peak_now(latency, now),
    )


def _headroom(limits: tuple[RateLimit, ...], now: Moment) -> tuple[RateLimit, ...]:
    """`limits` without those that have been reset since."""
    if all(limit.resets_at is None or limit.resets_at > now.wall for limit in limits):
        return limits
    return tuple(limit for limit in limits if limit.resets_at is None or limit.resets_at > now.wall)


def _utc(moment: Moment | None) -> datetime | None:
    return datetime.fromtimestamp(moment.wall, UTC) if moment else None
