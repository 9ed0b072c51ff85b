"""Health that an earlier run has kept, made fit for this one.

What comes from a file may be old, from another clock, or nonsense. This is the one place that looks at it: what leaves
it can be worked with like any other state.
"""

from __future__ import annotations

import math

from phoenix_tui.core import ema, quantile
from phoenix_tui.core.bands import Reliability
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_models import MODELS_KEPT, Latency, Models, ModelState, Rest
from phoenix_tui.core.health_state import (
    HEADROOM_KEPT,
    RECENT_SAMPLES,
    REOPEN_CAP,
    Block,
    ProviderState,
    moved,
    on_probation,
)
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.policy import CONSEQUENCES, LONGEST_RESPECTED_WAIT, Effect
from phoenix_tui.core.quantile import Quantile
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import RateLimit
from phoenix_tui.core.values import replace

_OLDEST = 10 * 365 * 86_400.0
_MOST = 10**12
_LARGEST = 1e6
"""Of a sample, in seconds or in tokens a second."""
_HEAVIEST = 100.0
"""What decayed counts can add up to."""
_FRESH = Latency()
_LONGEST_TEXT = 500
_OUTAGE = frozenset({HealthState.UNAVAILABLE, HealthState.PROBATION})
_RUN_OF = {
    HealthState.UNKNOWN: (0, 0),
    HealthState.HEALTHY: (0, 0),
    HealthState.SUSPECT: (1, 2),
    HealthState.UNAVAILABLE: (3, _MOST),
    HealthState.PROBATION: (3, _MOST),
}
"""How many failures in a row there are in each phase: at least, and at most."""


def restored(
    current: ProviderState, kept: ProviderState, now: Moment, *, kept_at: float, same_key: bool
) -> ProviderState:
    """`current` with what `kept` knows, as old as it is. What is configured stays, and so does everything once a
    request of this run has been sent: that is newer."""
    if current.open or current.successes + current.failures + current.neutrals:
        return current
    age = max(0.0, now.wall - kept_at) if math.isfinite(kept_at) else 0.0

    def move(moment: Moment) -> Moment:
        ahead = moment.wall - kept_at - age
        return now.plus(max(-_OLDEST, min(ahead, LONGEST_RESPECTED_WAIT)) if math.isfinite(ahead) else 0.0)

    known = moved(kept, move)
    phase = known.phase if known.phase in _RUN_OF else HealthState.UNKNOWN
    fewest, most = _RUN_OF[phase]
    state = replace(
        current,
        phase=phase,
        consecutive_failures=max(fewest, min(known.consecutive_failures, most)),
        successes=_count(known.successes),
        failures=_count(known.failures),
        neutrals=_count(known.neutrals) + len(known.open),
        reliability=_reliability(known.reliability, now),
        before_failures=_reliability(known.before_failures, now),
        retry_at=_timer(known.retry_at, now, REOPEN_CAP),
        failing_since=_past(known.failing_since, now) if phase in _OUTAGE else None,
        block=_block(known.block, now) if same_key else None,
        rest=_rest(known.rest, now) if same_key else None,
        models=_models(known.models, now, same_key=same_key),
        response_time=_sample(known.response_time),
        ttft_average=_sample(known.ttft_average),
        ttft_last=_sample(known.ttft_last),
        tokens_per_second=_sample(known.tokens_per_second),
        recent=tuple(map(_sample, known.recent[-RECENT_SAMPLES:])),
        recent_at=_times(known, now),
        headroom=tuple(map(_limit, known.headroom[:HEADROOM_KEPT])),
        last_error=_error(known.last_error),
        last_error_at=_past(known.last_error_at, now),
        last_used=_past(known.last_used, now),
        last_checked=_past(known.last_checked, now),
        last_success=_past(known.last_success, now),
        last_failure=_past(known.last_failure, now),
        failed_probes=_count(known.failed_probes),
        as_of=now.plus(-min(age, _OLDEST)),
    )
    if phase is HealthState.UNAVAILABLE:
        return state if state.waits_until is not None else on_probation(state)
    return replace(state, retry_at=None)


def _count(number: int) -> int:
    return max(0, min(number, _MOST))


def _sample(value: float | None) -> float | None:
    return value if ema.is_sample(value) and value is not None and value <= _LARGEST else None


def _times(known: ProviderState, now: Moment) -> tuple[float, ...]:
    """When each of the newest samples was told, as far as that is known and lies behind `now`; 0 for the others."""
    count = len(known.recent[-RECENT_SAMPLES:])
    times = known.recent_at if len(known.recent_at) == len(known.recent) else (0.0,) * count
    return tuple(at if 0 <= at <= now.wall else 0.0 for at in times[-count:]) if count else ()


def _text(text: str) -> str:
    return text[:_LONGEST_TEXT]


def _past(moment: Moment | None, now: Moment) -> Moment | None:
    return min(moment, now) if moment is not None else None


def _timer(moment: Moment | None, now: Moment, cap: float) -> Moment | None:
    """When a wait ends; None when it is over."""
    if moment is None or moment.monotonic <= now.monotonic:
        return None
    return min(moment, now.plus(cap))


def _reliability(its: Reliability, now: Moment) -> Reliability:
    return Reliability(
        at=min(its.at, now),
        entered=min(its.entered, now),
        successes=_weight(its.successes),
        failures=_weight(its.failures),
        band=its.band,
        requests=_count(its.requests),
    )


def _weight(number: float) -> float:
    return number if 0 <= number <= _HEAVIEST else 0.0


def _block(block: Block | None, now: Moment) -> Block | None:
    if block is None or CONSEQUENCES[block.cause].health is not Effect.BLOCKS:
        return None
    if block.cause is ErrorClass.AUTH:
        return Block(block.cause, min(block.since, now), None)
    until = _timer(block.until, now, LONGEST_RESPECTED_WAIT)
    return Block(block.cause, min(block.since, now), until) if until is not None else None


def _rest(rest: Rest | None, now: Moment) -> Rest | None:
    until = _timer(rest.until, now, LONGEST_RESPECTED_WAIT) if rest is not None else None
    return replace(rest, since=min(rest.since, now), until=until) if rest is not None and until is not None else None


def _models(models: Models, now: Moment, *, same_key: bool) -> Models:
    by_name = {
        _text(its.model): ModelState(
            _text(its.model),
            _rest(its.rest, now) if same_key else None,
            _count(its.limits) if same_key else 0,
            _latency(its.latency, now),
        )
        for its in reversed(models)  # of two with one name, the one used last
    }
    return tuple(reversed(by_name.values()))[:MODELS_KEPT]


def _latency(latency: Latency, now: Moment) -> Latency:
    peak = _sample(latency.peak)
    sound = all(_is_usable(its, fresh) for its, fresh in ((latency.median, _FRESH.median), (latency.p95, _FRESH.p95)))
    if not sound or peak is None or latency.at is None or latency.samples < 1:
        return _FRESH
    return Latency(_count(latency.samples), latency.median, latency.p95, peak, min(latency.at, now))


def _is_usable(its: Quantile, fresh: Quantile) -> bool:
    """Whether `its` are markers of durations, for the same quantile as `fresh`."""
    return (
        its.p == fresh.p
        and bool(its.heights)
        and quantile.is_sound(its)
        and all(_sample(height) is not None for height in its.heights)
    )


def _limit(limit: RateLimit) -> RateLimit:
    resets_at = limit.resets_at
    return RateLimit(
        _text(limit.kind),
        None if limit.limit is None else _count(limit.limit),
        None if limit.remaining is None else _count(limit.remaining),
        resets_at if resets_at is not None and math.isfinite(resets_at) else None,
    )


def _error(error: ErrorInfo | None) -> ErrorInfo | None:
    if error is None:
        return None
    asked = error.retry_after
    return replace(
        error,
        message=_text(error.message),
        detail=_text(error.detail),
        retry_after=asked if asked is not None and math.isfinite(asked) else None,
    )
