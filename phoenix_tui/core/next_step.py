"""What a request does next, decided from values alone: once more the same provider, another one, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try, most_actionable
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.moment import Uniform
from phoenix_tui.core.ordering import OUT_OF_USE, next_retry_at, seconds_until
from phoenix_tui.core.policy import Retry, asked_wait, consequence_of
from phoenix_tui.core.snapshot import AVAILABLE_STATES, HealthState, Placement, ProviderHealth, ReasonKind
from phoenix_tui.core.values import dataclass

LONGEST_SLEEP = 3.0
"""Seconds that a request may sleep in all before its first token."""
RETRIES_PER_REQUEST = 2
PAUSE_SECONDS = 0.4
LONGEST_PAUSE_ASKED = 2.0
"""Seconds; a failing provider that asks for a longer pause is not asked again in this request."""
_CLOCK_TOLERANCE = 0.01
_FORBIDDEN = frozenset({ReasonKind.NOT_ALLOWED, ReasonKind.OVER_BUDGET})
"""What the person does not want is not done in need either."""
_MAY_RETRY = AVAILABLE_STATES | {HealthState.COOLING}
_OWN_GUESS = frozenset({HealthState.UNAVAILABLE, HealthState.OFFLINE, HealthState.PROBATION})
"""States that are a guess of ours, and may be wrong; the others are the provider's own word."""
_SHORTEN = "A shorter conversation, or a model with a larger context window, would do."


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a request stands: what it has tried, everybody's place and health now, all of them in `order`. `now` is
    wall time (seconds since the epoch), `windows` are context windows in tokens, by provider, where known. `may_retry`
    says whether the budget of retries allows one, `resumes` whether a cut answer is to be gone on with."""

    tried: Sequence[Tried]
    order: Sequence[Placement]
    health: Mapping[str, ProviderHealth]
    local: Collection[str]
    now: float
    wanted: str | None
    fallback: bool
    windows: Mapping[str, int | None] = field(default_factory=dict)
    may_retry: bool = True
    resumes: bool = False

    def wait_for(self, placement: Placement) -> float:
        """Seconds until it may be asked."""
        return seconds_until(self.health[placement.target.provider], self.now)

    def state_of(self, placement: Placement) -> HealthState:
        return self.health[placement.target.provider].state

    @property
    def sleep_left(self) -> float:
        """Seconds that the request may still sleep."""
        return LONGEST_SLEEP + _CLOCK_TOLERANCE - sum(attempt.waited for attempt in self.tried)


def next_step(situation: Situation, rng: Uniform) -> Decision:
    """The next step. A request always ends: no provider is chosen twice, but for one retry each and two in all."""
    if not situation.tried:
        return _another(situation)
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


def _another(situation: Situation) -> Decision:
    """The next who is fit, else in need one who is not."""
    done = {attempt.target.provider for attempt in situation.tried}
    left = [placement for placement in situation.order if placement.target.provider not in done]
    roomy = _with_more_room(situation, left)
    if _happened(situation, ErrorClass.OFFLINE):
        roomy.sort(key=lambda placement: placement.target.provider not in situation.local)
    for placement in roomy:
        if placement.eligible:
            return Try(placement.target, reason=placement.reason, skipped=_passed_over(situation, placement))
    return _in_need(situation, roomy) or _nobody_left(situation, too_long=len(roomy) < len(left))


def _with_more_room(situation: Situation, left: Iterable[Placement]) -> list[Placement]:
    """Those of `left` that may take a conversation which was too long for others: all but those whose window is known
    to be no larger than one that was too small."""
    too_small = [
        window
        for attempt in situation.tried
        if attempt.error.error_class is ErrorClass.CONTEXT_LENGTH
        and (window := situation.windows.get(attempt.target.provider)) is not None
    ]
    if not too_small:
        return [*left]
    floor = max(too_small)
    return [one for one in left if (situation.windows.get(one.target.provider) or floor + 1) > floor]


def _in_need(situation: Situation, left: Sequence[Placement]) -> Try | None:
    """Nobody is fit to be asked: rather than lose a question, ask the first to recover, once. After others have failed
    that is only somebody who is kept out by a guess of ours, or comes back while a request may wait."""
    if any(attempt.in_need for attempt in situation.tried):
        return None
    possible = [placement for placement in left if _may_be_tried(situation, placement)]
    if situation.tried:
        possible = [one for one in possible if situation.state_of(one) in _OWN_GUESS or _is_near(situation, one)]
    if not possible:
        return None
    chosen = min(possible, key=lambda placement: _remoteness(situation, placement))
    wait = situation.wait_for(chosen) if _is_near(situation, chosen) else 0.0
    reason = "the first to recover; nobody else can be asked"
    return Try(chosen.target, wait, reason, skipped=_passed_over(situation, chosen))


def _may_be_tried(situation: Situation, placement: Placement) -> bool:
    """Whether it may be asked when nobody else can: not what the person forbids, and not in vain."""
    if _forbidden(placement):
        return False
    if _is_too_small(placement) and placement.target.provider in situation.local:
        return False  # an estimate may be wrong, but a local server cuts off what is too long, and does not say so
    match situation.state_of(placement):
        case HealthState.DISABLED | HealthState.UNCONFIGURED:
            return False
        case HealthState.BLOCKED:
            return situation.health[placement.target.provider].retry_at is not None  # a refused key stays refused
        case HealthState.OFFLINE:
            return not _happened(situation, ErrorClass.OFFLINE)  # else it has just been seen that it is so
        case _:
            return True


def _remoteness(situation: Situation, placement: Placement) -> tuple[bool, bool, bool, float, bool]:
    """How unlikely it is to answer; among equals this machine comes first."""
    state = situation.state_of(placement)
    return (
        state is HealthState.BLOCKED,
        _is_too_small(placement),
        state is HealthState.OFFLINE,
        situation.wait_for(placement),
        placement.target.provider not in situation.local,
    )


def _is_too_small(placement: Placement) -> bool:
    return any(reason.kind is ReasonKind.TOO_SMALL for reason in placement.reasons)


def _is_near(situation: Situation, placement: Placement) -> bool:
    return situation.wait_for(placement) <= situation.sleep_left


def _nobody_left(situation: Situation, *, too_long: bool) -> GiveUp:
    """There is nobody to ask, not even in need. `too_long`: some were left out for want of room."""
    if situation.tried:
        words = f"Nobody else is known to take a conversation of this length. {_SHORTEN}"
        return _give_up(situation, words if too_long else "No other provider is left to ask.")
    in_use = tuple(one for one in situation.order if situation.state_of(one) not in OUT_OF_USE)
    named = in_use or tuple(situation.order[:1])
    why = "; ".join(f"{one.target.provider}: {one.reason}" for one in named)
    sentence = f"No provider can be asked now ({why})."
    if any(_is_too_small(one) for one in in_use):
        sentence += f" {_SHORTEN}"
    return _give_up(situation, sentence, skipped=in_use)


def _retry_wait(situation: Situation, rng: Uniform) -> float | None:
    """Seconds to wait before the same provider is asked once more; None when it is not."""
    last = situation.tried[-1]
    names = [attempt.target.provider for attempt in situation.tried]
    its = situation.health[last.target.provider]
    if not situation.may_retry or its.state not in _MAY_RETRY or (last.shown and not situation.resumes):
        return None
    if not any(one.target.provider == its.name and not _forbidden(one) for one in situation.order):
        return None
    if names.count(its.name) > 1 or len(names) - len(set(names)) >= RETRIES_PER_REQUEST:
        return None
    asked = asked_wait(last.error)
    wait = PAUSE_SECONDS * rng.uniform(0.8, 1.2)
    match consequence_of(last.error).retry:
        case Retry.NEVER if last.shown and last.error.error_class is ErrorClass.NETWORK:
            wait = 0.0  # it spoke a moment ago, and nobody goes on with its words as well as itself
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
    return wait if wait <= situation.sleep_left else None


def _forbidden(placement: Placement) -> bool:
    """Whether the person does not want it asked, which may have come to be so during the request."""
    return any(reason.kind in _FORBIDDEN for reason in placement.reasons)


def _passed_over(situation: Situation, chosen: Placement) -> tuple[Placement, ...]:
    """Those before `chosen` whose absence is worth a word (see `Try.skipped`)."""
    if situation.tried:
        return ()

    def is_news(placement: Placement) -> bool:
        if placement.target.provider == situation.wanted:
            return True  # asked for by name
        unwanted = any(reason.kind is ReasonKind.NOT_ALLOWED for reason in placement.reasons)
        return (
            placement.own_position < chosen.own_position
            and situation.state_of(placement) not in OUT_OF_USE
            and not unwanted
        )

    return tuple(placement for placement in situation.order if not placement.eligible and is_news(placement))


def _happened(situation: Situation, kind: ErrorClass) -> bool:
    return any(attempt.error.error_class is kind for attempt in situation.tried)


def _give_up(situation: Situation, reason: str, *, skipped: tuple[Placement, ...] = ()) -> GiveUp:
    waiting = (situation.health[one.target.provider] for one in situation.order if not _forbidden(one))
    return GiveUp(reason, most_actionable(situation.tried), next_retry_at(waiting), skipped)


def _stop_sentence(last: Tried) -> str:
    match last.error.error_class:
        case ErrorClass.CONTENT_FILTER:
            return "The provider refuses the content of this request, and no other is asked to get around that."
        case ErrorClass.CANCELLED:
            return "The request was stopped."
        case _:
            return "The provider does not accept this request as it is; sending it elsewhere unchanged would not help."
