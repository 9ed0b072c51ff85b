"""The transitions of one provider's health: state and event in, state out.

Nothing here waits, reads a clock or draws chance of its own, so every trace can be replayed.
"""

from __future__ import annotations

from dataclasses import replace

from phoenix_tui.core import bands, ema
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import (
    Begun,
    Cleared,
    Configured,
    Enabled,
    Ended,
    Event,
    KeyChanged,
    ModelChanged,
    Probed,
)
from phoenix_tui.core.health_state import Block, OpenAttempt, ProviderState, Rest, new_state, on_probation
from phoenix_tui.core.moment import Moment, Uniform
from phoenix_tui.core.policy import Effect, asked_wait, consequence_of
from phoenix_tui.core.probe_schedule import scheduled
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, OutcomeKind

FAILURES_TO_UNAVAILABLE = 3
REOPEN_BASE, REOPEN_CAP = 6.0, 60.0
"""Seconds: the shortest and longest time between an outage being noticed and the next trial."""
LONGEST_WITHOUT_TRIAL = 180.0
"""Seconds after the last request at which failing probes no longer keep a provider away: they may be what is broken."""
BLOCK_SECONDS = 900.0
"""A block by quota or permission ends by itself; one by a refused key does not."""
RECENT_SAMPLES = 60
SHORTEST_WRITING = 0.1
"""Seconds under which a rate of tokens means nothing."""


def step(state: ProviderState, event: Event, now: Moment, rng: Uniform) -> ProviderState:
    """The state after `event`. Raises ValueError for an attempt that begins twice or ends without having begun."""
    return scheduled(state, _moved(state, event, now, rng), now, rng)


def _moved(state: ProviderState, event: Event, now: Moment, rng: Uniform) -> ProviderState:
    match event:
        case Begun(attempt):
            return _begun(state, attempt, now)
        case Ended(attempt, outcome):
            return _ended(state, attempt, outcome, now, rng)
        case Probed():
            return _probed(state, event, now, rng)
        case Configured(value):
            return replace(state, configured=value)
        case Enabled(value):
            return replace(state, enabled=value)
        case KeyChanged():
            return replace(state, key_generation=state.key_generation + 1, block=None, rest=None)
        case ModelChanged():
            blocked = state.block is not None and state.block.cause is ErrorClass.PERMISSION
            return replace(state, block=None) if blocked else state
        case Cleared():
            kept = new_state(state.name, now, local=state.local)
            return replace(
                kept,
                configured=state.configured,
                enabled=state.enabled,
                key_generation=state.key_generation,
                open=tuple(replace(attempt, trial=False) for attempt in state.open),
            )


def _begun(state: ProviderState, attempt: str, now: Moment) -> ProviderState:
    if any(other.id == attempt for other in state.open):
        raise ValueError(f"attempt {attempt} of {state.name} has already begun")
    trial = state.phase is HealthState.PROBATION and not state.on_trial
    under_way = OpenAttempt(attempt, now, state.key_generation, trial)
    return replace(state, open=(*state.open, under_way), last_used=now)


def _ended(state: ProviderState, attempt: str, outcome: Outcome, now: Moment, rng: Uniform) -> ProviderState:
    under_way = next((other for other in state.open if other.id == attempt), None)
    if under_way is None:
        raise ValueError(f"attempt {attempt} of {state.name} has not begun, or has ended before")
    left = tuple(other for other in state.open if other is not under_way)
    state = replace(state, open=left, last_used=now, last_checked=now)
    if outcome.kind is OutcomeKind.OK:
        return _succeeded(state, under_way, outcome, now)
    if outcome.kind is OutcomeKind.SKIPPED:
        return replace(state, neutrals=state.neutrals + 1)
    error = outcome.error or ErrorInfo(ErrorClass.UNKNOWN, "the attempt ended without saying why")
    effect = consequence_of(error).health
    if effect is Effect.NEUTRAL:
        return _rested(replace(state, neutrals=state.neutrals + 1), error, now)
    failed = replace(
        state,
        failures=state.failures + 1,
        last_failure=now,
        last_error=error,
        recent=_appended(state.recent, None),
    )
    if effect is Effect.BLOCKS:
        current = under_way.key_generation == state.key_generation
        return _blocked(failed, error, now) if current else failed
    return _rested(_counted(failed, outcome, now, rng), error, now)


def _succeeded(state: ProviderState, attempt: OpenAttempt, outcome: Outcome, now: Moment) -> ProviderState:
    reliability = bands.counted(state.reliability, True, now)
    sample = outcome.ttft if ema.is_sample(outcome.ttft) else outcome.duration
    # What began before a block or a rest says nothing about them.
    outlived = state.block and attempt.key_generation == state.key_generation and attempt.began >= state.block.since
    rested = state.rest and attempt.began >= state.rest.since
    return replace(
        state,
        phase=HealthState.HEALTHY,
        block=None if outlived else state.block,
        rest=None if rested else state.rest,
        retry_at=None,
        failing_since=None,
        failed_probes=0,
        consecutive_failures=0,
        successes=state.successes + 1,
        last_success=now,
        reliability=reliability,
        before_failures=reliability,
        response_time=ema.updated(state.response_time, outcome.duration),
        ttft_average=ema.updated(state.ttft_average, outcome.ttft),
        ttft_last=outcome.ttft if ema.is_sample(outcome.ttft) else state.ttft_last,
        tokens_per_second=ema.updated(state.tokens_per_second, _token_rate(outcome)),
        recent=_appended(state.recent, sample) if ema.is_sample(sample) else state.recent,
    )


def _counted(state: ProviderState, outcome: Outcome, now: Moment, rng: Uniform) -> ProviderState:
    consecutive = state.consecutive_failures + 1
    state = replace(state, consecutive_failures=consecutive)
    tried = state.phase in {HealthState.UNAVAILABLE, HealthState.PROBATION}
    if not tried and consecutive < FAILURES_TO_UNAVAILABLE:
        reliability = bands.counted(state.reliability, False, now)
        return replace(state, phase=HealthState.SUSPECT, reliability=reliability)
    failing_since = state.failing_since or now
    delay = _reopen_delay(now.since(failing_since), outcome.duration if tried else 0.0, rng)
    return replace(
        state,
        phase=HealthState.UNAVAILABLE,
        failing_since=failing_since,
        retry_at=_later(state.retry_at, now.plus(delay)),
        reliability=state.before_failures,
    )


def _reopen_delay(outage: float, trial_cost: float, rng: Uniform) -> float:
    """Seconds until the next trial: longer with the outage and with what a trial costs the person who waits for it.
    Chance only ever shortens it, so that the time to notice a recovery has a hard bound."""
    wanted = max(REOPEN_BASE, 0.35 * outage, 10 * trial_cost if ema.is_sample(trial_cost) else 0.0)
    return min(wanted, REOPEN_CAP) * rng.uniform(0.8, 1.0)


def _blocked(state: ProviderState, error: ErrorInfo, now: Moment) -> ProviderState:
    until = None
    if error.error_class is not ErrorClass.AUTH:
        until = now.plus(asked_wait(error) or BLOCK_SECONDS)
    # A refused key outranks the rest: nothing can be said about credit or rights behind it.
    if state.block is None or error.error_class is ErrorClass.AUTH:
        return replace(state, block=Block(error.error_class, now, until))
    if state.block.until is None:
        return state
    return replace(state, block=Block(error.error_class, now, _later(state.block.until, until)))


def _rested(state: ProviderState, error: ErrorInfo, now: Moment) -> ProviderState:
    wait = asked_wait(error)
    if not wait:
        return state
    until = now.plus(wait)
    return replace(state, rest=Rest(now, max(state.rest.until, until) if state.rest else until))


def _probed(state: ProviderState, event: Probed, now: Moment, rng: Uniform) -> ProviderState:
    state = replace(state, last_checked=now)
    if event.passed:
        proved = event.proves_key and state.block is not None and state.block.cause is ErrorClass.AUTH
        state = replace(state, failed_probes=0, block=None if proved else state.block)
        return on_probation(state) if state.phase is HealthState.UNAVAILABLE else state
    error = event.error
    state = replace(state, failed_probes=state.failed_probes + 1, last_error=error or state.last_error)
    if error is not None and consequence_of(error).health is Effect.BLOCKS:
        return _blocked(state, error, now)
    if state.phase is not HealthState.UNAVAILABLE:
        return state
    latest = (state.last_used or now).plus(LONGEST_WITHOUT_TRIAL)
    waits_until = state.waits_until
    if latest <= now and (waits_until is None or waits_until <= now):
        return on_probation(state)
    delay = _reopen_delay(now.since(state.failing_since or now), 0.0, rng)
    return replace(state, retry_at=_later(state.retry_at, min(now.plus(delay), latest)))


def _token_rate(outcome: Outcome) -> float | None:
    """Tokens a second after the first one; None for an answer that came as one piece."""
    tokens = outcome.usage.output_tokens
    if tokens is None or outcome.ttft is None:
        return None
    writing = outcome.duration - outcome.ttft
    return tokens / writing if writing >= SHORTEST_WRITING else None


def _later(one: Moment | None, other: Moment | None) -> Moment | None:
    return max((moment for moment in (one, other) if moment), default=None)


def _appended(recent: tuple[float | None, ...], sample: float | None) -> tuple[float | None, ...]:
    return (*recent, sample)[-RECENT_SAMPLES:]
