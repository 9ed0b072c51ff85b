"""What a request does next, decided from values alone: once more the same provider, another one, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try, most_actionable
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.moment import Uniform
from phoenix_tui.core.ordering import Tier, next_retry_at, seconds_until, tier_of
from phoenix_tui.core.policy import Retry, asked_wait, consequence_of
from phoenix_tui.core.snapshot import AVAILABLE_STATES, HealthState, Placement, ProviderHealth

LONGEST_SLEEP = 3.0
"""Seconds that a request may sleep in all before its first token."""
RETRIES_PER_REQUEST = 2
PAUSE_SECONDS = 0.4
LONGEST_PAUSE_ASKED = 2.0
"""Seconds; a failing provider that asks for a longer pause is not asked again in this request."""
_CLOCK_TOLERANCE = 0.01
_OUT_OF_USE = frozenset({HealthState.DISABLED, HealthState.UNCONFIGURED})


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a request stands: what it has tried, everybody's place (with none but those it may ask at all being
    eligible) and health now. `now` is wall time (seconds since the epoch), `allowed` names whom it may ask."""

    tried: Sequence[Tried]
    order: Sequence[Placement]
    health: Mapping[str, ProviderHealth]
    allowed: Collection[str]
    local: Collection[str]
    now: float
    pinned: str | None
    fallback: bool


def next_step(situation: Situation, rng: Uniform) -> Decision:
    """The next step. A request always ends: no provider is chosen twice, but for one retry each and two in all."""
    if not situation.tried:
        return _first(situation)
    last = situation.tried[-1]
    consequence = consequence_of(last.error)
    if last.tool_call:
        return _give_up(situation, "The answer had begun to call a tool, so it is not asked again.")
    if not consequence.next_provider:
        return _give_up(situation, _stop_sentence(last))
    wait = _retry_wait(situation, rng)
    if wait is not None:
        return Try(last.target, wait, f"once more after: {consequence.words}", retry=True)
    if not situation.fallback:
        return _give_up(situation, "No other provider is asked for this request.")
    return _another(situation)


def _first(situation: Situation) -> Decision:
    for placement in situation.order:
        if placement.eligible:
            return Try(placement.target, reason=placement.reason, skipped=_passed_over(situation, placement))
    return _panic(situation)


def _another(situation: Situation) -> Decision:
    done = {attempt.target.provider for attempt in situation.tried}
    left = [placement for placement in situation.order if placement.eligible and placement.target.provider not in done]
    if any(attempt.error.error_class is ErrorClass.OFFLINE for attempt in situation.tried):
        left.sort(key=lambda placement: placement.target.provider not in situation.local)
    if not left:
        return _give_up(situation, "No other provider is left to ask.")
    return Try(left[0].target, reason=left[0].reason)


def _panic(situation: Situation) -> Decision:
    """Nobody is fit to be asked: rather than refuse a question, ask who is the first to recover, once."""

    def key(placement: Placement) -> tuple[bool, float, bool]:
        its = situation.health[placement.target.provider]
        wait = seconds_until(its, situation.now)
        return its.state is HealthState.BLOCKED, wait, its.name not in situation.local

    possible = [placement for placement in situation.order if _may_be_tried(situation, placement)]
    if not possible:
        return _nobody(situation)
    chosen = min(possible, key=key)
    wait = seconds_until(situation.health[chosen.target.provider], situation.now)
    return Try(
        chosen.target,
        wait if wait <= LONGEST_SLEEP + _CLOCK_TOLERANCE else 0.0,
        "the first to recover; nobody else can be asked",
        skipped=tuple(other for other in possible if other.own_position < chosen.own_position),
    )


def _nobody(situation: Situation) -> GiveUp:
    """Not one can be asked, not even in need."""
    in_use = tuple(one for one in situation.order if situation.health[one.target.provider].state not in _OUT_OF_USE)
    named = in_use or tuple(situation.order[:1])
    why = "; ".join(f"{one.target.provider}: {one.reason}" for one in named)
    return _give_up(situation, f"No provider can be asked now ({why}).", skipped=in_use)


def _retry_wait(situation: Situation, rng: Uniform) -> float | None:
    """Seconds to wait before the same provider is asked once more; None when it is not."""
    last = situation.tried[-1]
    names = [attempt.target.provider for attempt in situation.tried]
    its = situation.health[last.target.provider]
    if last.shown or its.name not in situation.allowed or its.state not in AVAILABLE_STATES:
        return None
    if names.count(its.name) > 1 or len(names) - len(set(names)) >= RETRIES_PER_REQUEST:
        return None
    asked = asked_wait(last.error)
    wait = PAUSE_SECONDS * rng.uniform(0.8, 1.2)
    match consequence_of(last.error).retry:
        case Retry.NEVER:
            return None
        case Retry.AT_ONCE:
            wait = 0.0
        case Retry.AFTER_PAUSE:
            was_well = last.state_before in {HealthState.UNKNOWN, HealthState.HEALTHY}
            if not was_well or (asked is not None and asked > LONGEST_PAUSE_ASKED):
                return None
        case Retry.AFTER_ITS_WAIT:
            if asked is None:
                return None
    wait = max(wait, asked or 0.0, seconds_until(its, situation.now))
    slept = sum(attempt.waited for attempt in situation.tried)
    return wait if slept + wait <= LONGEST_SLEEP + _CLOCK_TOLERANCE else None


def _may_be_tried(situation: Situation, placement: Placement) -> bool:
    """Whether it may be asked when nobody else can. A refused key would be refused again, so never that."""
    its = situation.health[placement.target.provider]
    if its.name not in situation.allowed:
        return False
    if its.state is HealthState.BLOCKED:
        return its.retry_at is not None
    return tier_of(its) is not Tier.EXCLUDED


def _passed_over(situation: Situation, chosen: Placement) -> tuple[Placement, ...]:
    return tuple(
        placement
        for placement in situation.order
        if not placement.eligible
        and (placement.own_position < chosen.own_position or placement.target.provider == situation.pinned)
        and (
            placement.target.provider == situation.pinned  # asked for by name: its absence is worth a word
            or situation.health[placement.target.provider].state not in _OUT_OF_USE
        )
    )


def _give_up(situation: Situation, reason: str, *, skipped: tuple[Placement, ...] = ()) -> GiveUp:
    mine = (situation.health[placement.target.provider] for placement in situation.order)
    return GiveUp(reason, most_actionable(situation.tried), next_retry_at(mine), skipped)


def _stop_sentence(last: Tried) -> str:
    match last.error.error_class:
        case ErrorClass.CONTENT_FILTER:
            return "The provider refuses the content of this request, and no other is asked to get around that."
        case ErrorClass.CANCELLED:
            return "The request was stopped."
        case _:
            return "The provider does not accept this request as it is; sending it elsewhere unchanged would not help."
