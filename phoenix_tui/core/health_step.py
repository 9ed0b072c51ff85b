"""The transitions of one provider's health: state and event in, state out.

Nothing here waits, reads a clock or draws chance of its own, so every trace can be replayed.
"""

from __future__ import annotations

from typing import TypeVar

from phoenix_tui.core import bands, ema, health_models
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import (
    Begun,
    CameOnline,
    Cleared,
    Configured,
    Enabled,
    Ended,
    Event,
    KeyChanged,
    ModelChanged,
    ModelsListed,
    Probed,
    Restored,
    Settled,
    WentOffline,
    Woke,
)
from phoenix_tui.core.health_restore import restored
from phoenix_tui.core.health_state import (
    HEADROOM_KEPT,
    RECENT_SAMPLES,
    REOPEN_CAP,
    Block,
    OpenAttempt,
    ProviderState,
    latest,
    moved,
    new_state,
    on_probation,
    settled,
)
from phoenix_tui.core.health_undo import undoable, undone
from phoenix_tui.core.moment import Moment, Uniform
from phoenix_tui.core.policy import Effect, asked_wait, consequence_of
from phoenix_tui.core.probe_schedule import check_soon, scheduled
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, OutcomeKind
from phoenix_tui.core.values import replace

FAILURES_TO_UNAVAILABLE = 3
REOPEN_BASE = 6.0
"""Seconds; the shortest time between an outage being noticed and the next trial."""
TRIAL_SHARE, PROBE_SHARE = 0.35, 0.25
"""Of the outage so far: the pause after a failed trial, and after a failed check, which costs nobody a wait."""
LONGEST_WITHOUT_TRIAL = 180.0
"""Seconds after the last request at which failing probes no longer keep a provider away: they may be what is broken."""
BLOCK_SECONDS = 900.0
"""A block by quota or permission ends by itself; one by a refused key does not."""
QUIET_SECONDS = 5.0
"""After a sleep of the machine its connections are broken, and nobody else is to blame."""
SHORTEST_WRITING = 0.1
"""Seconds under which a rate of tokens means nothing."""
T = TypeVar("T")
_CONNECTION_FAULTS = frozenset({ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.OFFLINE})


def step(state: ProviderState, event: Event, now: Moment, rng: Uniform) -> ProviderState:
    """The state after `event`. Raises ValueError for an attempt that begins twice or ends without having begun."""
    match event:
        case Begun():
            after = _begun(state, event, now)
        case Ended(attempt, outcome):
            after = _ended(state, attempt, outcome, now, rng)
        case Probed():
            after = _probed(state, event, now, rng)
        case Cleared():
            after = _cleared(state, now)
        case Woke(asleep):
            return check_soon(_woken(state, asleep, now), now, rng)
        case CameOnline():
            return check_soon(replace(state, offline=False), now, rng)
        case Restored(kept, kept_at, same_key):
            after = restored(state, kept, now, kept_at=kept_at, same_key=same_key)
            if after is state:
                return state
            if after.state is not HealthState.UNAVAILABLE:
                return check_soon(after, now, rng)
        case Settled(grace):
            return settled(state, now, grace=grace)
        case _:
            after = _told(state, event, now)
            if after.state is state.state:
                return after  # what changes nothing that is seen moves no probe either
    return scheduled(state, after, now, rng)


def _told(
    state: ProviderState,
    event: Configured | Enabled | KeyChanged | ModelChanged | ModelsListed | WentOffline,
    now: Moment,
) -> ProviderState:
    """What neither a request nor a check has shown."""
    match event:
        case Configured(value):
            return replace(state, configured=value)
        case Enabled(value):
            return replace(state, enabled=value)
        case KeyChanged():
            models = health_models.freed(state.models)
            return replace(state, key_generation=state.key_generation + 1, block=None, rest=None, models=models)
        case ModelChanged():
            blocked = state.block is not None and state.block.cause is ErrorClass.PERMISSION
            return replace(state, block=None if blocked else state.block, models=health_models.found(state.models))
        case ModelsListed(models):
            return replace(state, models=health_models.found(state.models, models))
        case WentOffline():
            return replace(undone(state, now), offline=True)


def _cleared(state: ProviderState, now: Moment) -> ProviderState:
    return replace(
        new_state(state.name, now, local=state.local),
        configured=state.configured,
        enabled=state.enabled,
        offline=state.offline,
        quiet_until=state.quiet_until,
        key_generation=state.key_generation,
        open=tuple(replace(attempt, lease=None) for attempt in state.open),
    )


def _woken(state: ProviderState, asleep: float, now: Moment) -> ProviderState:
    """The time asleep has passed for all waits; only an outage is not known to have lasted through it."""
    after = moved(state, lambda moment: Moment(moment.monotonic - asleep, moment.wall))
    quiet_until = None if state.local else now.plus(QUIET_SECONDS)
    return replace(after, failing_since=state.failing_since, quiet_until=quiet_until)


def _begun(state: ProviderState, event: Begun, now: Moment) -> ProviderState:
    if any(other.id == event.attempt for other in state.open):
        raise ValueError(f"attempt {event.attempt} of {state.name} has already begun")
    trial = state.phase is HealthState.PROBATION and not state.on_trial
    lease = now.plus(event.lease) if trial else None
    under_way = OpenAttempt(event.attempt, event.model, now, state.key_generation, lease)
    models = health_models.used(state.models, event.model)
    return replace(state, open=(*state.open, under_way), models=models, last_used=now)


def _ended(state: ProviderState, attempt: str, outcome: Outcome, now: Moment, rng: Uniform) -> ProviderState:
    under_way = next((other for other in state.open if other.id == attempt), None)
    if under_way is None:
        raise ValueError(f"attempt {attempt} of {state.name} has not begun, or has ended before")
    state = replace(
        state,
        open=tuple(other for other in state.open if other is not under_way),
        headroom=outcome.headroom[:HEADROOM_KEPT] or state.headroom,
        last_used=now,
        last_checked=now,
        as_of=None,
    )
    if outcome.kind is OutcomeKind.OK:
        return _succeeded(state, under_way, outcome, now)
    if outcome.kind is OutcomeKind.SKIPPED:
        return replace(state, neutrals=state.neutrals + 1)
    error = outcome.error or ErrorInfo(ErrorClass.UNKNOWN, "the attempt ended without saying why")
    effect = consequence_of(error).health
    if effect is Effect.NEUTRAL or _is_ours(state, error):
        return _rested(replace(state, neutrals=state.neutrals + 1), under_way, error, now, rng)
    failed = replace(
        state,
        failures=state.failures + 1,
        last_failure=now,
        last_error=error,
        last_error_at=now,
        recent=_appended(state.recent, None),
        recent_at=_appended(state.recent_at, now.wall),
    )
    if effect is Effect.BLOCKS:
        current = under_way.key_generation == state.key_generation
        return _blocked(failed, error, now) if current else failed
    counted = _counted(failed, under_way, outcome, now, rng)
    if not state.local:
        counted = replace(counted, undoable=undoable(state, now))
    return _rested(counted, under_way, error, now, rng)


def _is_ours(state: ProviderState, error: ErrorInfo) -> bool:
    """Whether the fault is known to lie on this machine's side of the network."""
    return state.offline or (state.quiet_until is not None and error.error_class in _CONNECTION_FAULTS)


def _succeeded(state: ProviderState, attempt: OpenAttempt, outcome: Outcome, now: Moment) -> ProviderState:
    reliability = bands.counted(state.reliability, True, now)
    sample = outcome.ttft if ema.is_sample(outcome.ttft) else outcome.duration
    is_sample = ema.is_sample(sample)
    # What began before a block or a rest says nothing about them.
    outlived = state.block and attempt.key_generation == state.key_generation and attempt.began >= state.block.since
    rested = state.rest and attempt.began >= state.rest.since
    model = health_models.of(state.models, attempt.model)
    return replace(
        state,
        phase=HealthState.HEALTHY,
        block=None if outlived else state.block,
        rest=None if rested else state.rest,
        models=health_models.changed(state.models, health_models.answered(model, outcome.ttft, attempt.began, now)),
        retry_at=None,
        failing_since=None,
        failed_probes=0,
        consecutive_failures=0,
        undoable=(),
        successes=state.successes + 1,
        last_success=now,
        reliability=reliability,
        before_failures=reliability,
        response_time=ema.updated(state.response_time, outcome.duration),
        ttft_average=ema.updated(state.ttft_average, outcome.ttft),
        ttft_last=outcome.ttft if ema.is_sample(outcome.ttft) else state.ttft_last,
        tokens_per_second=ema.updated(state.tokens_per_second, _token_rate(outcome)),
        recent=_appended(state.recent, sample) if is_sample else state.recent,
        recent_at=_appended(state.recent_at, now.wall) if is_sample else state.recent_at,
    )


def _counted(state: ProviderState, attempt: OpenAttempt, outcome: Outcome, now: Moment, rng: Uniform) -> ProviderState:
    consecutive = state.consecutive_failures + 1
    state = replace(state, consecutive_failures=consecutive)
    tried = state.phase in {HealthState.UNAVAILABLE, HealthState.PROBATION}
    if not tried and consecutive < FAILURES_TO_UNAVAILABLE:
        reliability = bands.counted(state.reliability, False, now)
        return replace(state, phase=HealthState.SUSPECT, reliability=reliability)
    failing_since = state.failing_since or now
    # Only what was sent into the outage has cost somebody a wait that a longer pause would have spared.
    cost = outcome.duration if tried and attempt.began >= failing_since else 0.0
    delay = _reopen_delay(TRIAL_SHARE, now.since(failing_since), cost, rng)
    return replace(
        state,
        phase=HealthState.UNAVAILABLE,
        failing_since=failing_since,
        retry_at=latest(state.retry_at, now.plus(delay)),
        reliability=state.before_failures,
    )


def _reopen_delay(share: float, outage: float, trial_cost: float, rng: Uniform) -> float:
    """Seconds until the next trial or check: longer with the outage, and with what a trial costs the person who waits
    for it. Chance only ever shortens it, so that the time to notice a recovery has a hard bound."""
    wanted = max(REOPEN_BASE, share * outage, 10 * trial_cost if ema.is_sample(trial_cost) else 0.0)
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
    return replace(state, block=Block(error.error_class, now, latest(state.block.until, until)))


def _rested(state: ProviderState, attempt: OpenAttempt, error: ErrorInfo, now: Moment, rng: Uniform) -> ProviderState:
    """The model that was asked, or the whole provider, rests if `error` says so; not for what an old key was told."""
    if attempt.key_generation != state.key_generation:
        return state
    model = health_models.of(state.models, attempt.model)
    rest = health_models.resting(state.rest if error.provider_wide else model.rest, error, model.limits, now, rng)
    limits = health_models.limited(model, error)
    if error.provider_wide:
        state = replace(state, rest=rest)
        rest = model.rest
    if rest is model.rest and limits == model.limits:
        return state
    return replace(state, models=health_models.changed(state.models, replace(model, rest=rest, limits=limits)))


def _probed(state: ProviderState, event: Probed, now: Moment, rng: Uniform) -> ProviderState:
    state = replace(state, last_checked=now, as_of=None)
    current = event.key_generation in {None, state.key_generation}
    if event.passed:
        proved = current and event.proves_key and state.block is not None and state.block.cause is ErrorClass.AUTH
        state = replace(state, failed_probes=0, undoable=(), block=None if proved else state.block)
        return on_probation(state) if state.phase is HealthState.UNAVAILABLE else state
    error = event.error
    blocks = error is not None and consequence_of(error).health is Effect.BLOCKS
    if (blocks and not current) or (error is not None and _is_ours(state, error)):
        return state
    state = replace(state, failed_probes=state.failed_probes + 1)
    if error is not None:
        state = replace(state, last_error=error, last_error_at=now)
    if error is not None and blocks:
        return _blocked(state, error, now)
    if state.phase is not HealthState.UNAVAILABLE:
        return state
    latest_trial = (state.last_used or now).plus(LONGEST_WITHOUT_TRIAL)
    waits_until = state.waits_until
    if latest_trial <= now and (waits_until is None or waits_until <= now):
        return on_probation(state)
    delay = _reopen_delay(PROBE_SHARE, now.since(state.failing_since or now), 0.0, rng)
    return replace(state, retry_at=latest(state.retry_at, min(now.plus(delay), latest_trial)))


def _token_rate(outcome: Outcome) -> float | None:
    """Tokens a second after the first one; None for an answer that came as one piece."""
    tokens = outcome.usage.output_tokens
    if tokens is None or outcome.ttft is None:
        return None
    writing = outcome.duration - outcome.ttft
    return tokens / writing if writing >= SHORTEST_WRITING else None


def _appended(values: tuple[T, ...], newest: T) -> tuple[T, ...]:
    return (*values, newest)[-RECENT_SAMPLES:]
