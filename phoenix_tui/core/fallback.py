"""FallbackManager: the one owner of the order of providers and of every decision about what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.moment import Uniform
from phoenix_tui.core.ordering import Strategy, Tier, effective_order, tier_of
from phoenix_tui.core.policy import ACTIONABILITY, Retry, asked_wait, consequence_of
from phoenix_tui.core.snapshot import AVAILABLE_STATES, HealthState, Placement, ProviderHealth
from phoenix_tui.core.types import Target

LONGEST_SLEEP = 3.0
"""Seconds that a request may sleep in all before its first token."""
RETRIES_PER_REQUEST = 2
PAUSE_SECONDS = 0.4
LONGEST_PAUSE_ASKED = 2.0
"""Seconds; a failing provider that asks for a longer pause is not asked again in this request."""


class FallbackManager:
    """Keeps the person's order and decides, from health alone, who is asked and what follows a failure.

    `order` is the person's own order, `default` the one that `reset` returns to (`order` where None). The primary
    stands first, whether `order` names it or not. `local` are providers on this machine.
    """

    def __init__(
        self,
        order: Sequence[str],
        *,
        primary: str,
        rng: Uniform,
        strategy: Strategy = Strategy.BALANCED,
        local: Collection[str] = (),
        default: Sequence[str] | None = None,
    ) -> None:
        self._order = tuple(dict.fromkeys(order))
        self._default = self._order if default is None else tuple(dict.fromkeys(default))
        self._primary = primary
        self._rng = rng
        self._strategy = strategy
        self._local = frozenset(local)

    @property
    def primary(self) -> str:
        """The provider that the person wants asked first."""
        return self._primary

    @property
    def own_order(self) -> tuple[str, ...]:
        """The person's order: the primary, then the others as they put them, none twice."""
        return (self._primary, *(name for name in self._order if name != self._primary))

    def set_primary(self, name: str) -> None:
        """Puts `name` first. The others keep their places, and the old primary returns to its own."""
        self._primary = name

    def move(self, name: str, by: int) -> None:
        """Moves `name` down by `by` places (up where negative), as far as there are any. Who comes to stand first is
        the primary. Raises ValueError for a name that is not in the order."""
        order = list(self.own_order)
        place = order.index(name)
        order.remove(name)
        order.insert(max(0, min(place + by, len(order))), name)
        self._order = tuple(order)
        self._primary = order[0]

    def reset(self) -> None:
        """Back to the default order; the primary stays."""
        self._order = self._default

    def order(
        self, health: Mapping[str, ProviderHealth], targets: Mapping[str, Target], *, pinned: str | None = None
    ) -> tuple[Placement, ...]:
        """The effective order now, of everybody in the person's order and `pinned`; each with a reason where it
        differs."""
        names = self.own_order
        if pinned is not None and pinned not in names:
            names = (*names, pinned)
        return effective_order(names, health, targets, strategy=self._strategy, pinned=pinned)

    def decide(
        self,
        *,
        tried: Sequence[Tried],
        health: Mapping[str, ProviderHealth],
        targets: Mapping[str, Target],
        now: float,
        pinned: str | None = None,
        fallback: bool = True,
    ) -> Decision:
        """What a request does next: at its start (`tried` empty), and after each failed attempt once it is recorded.

        `health` must be fresh, `now` is wall time (seconds since the epoch). `pinned` is the provider that the request
        names; with `fallback` False nobody but the first is asked. At most one retry a provider and two a request,
        each provider at most once otherwise: a request always ends.
        """
        if tried:
            last = tried[-1]
            if last.tool_call:
                return self._give_up("The answer had begun to call a tool, so it is not asked again.", tried, health)
            if not consequence_of(last.error).next_provider:
                return self._give_up(_stop_sentence(last), tried, health)
            wait = self._retry_wait(tried, health, now)
            if wait is not None:
                return Try(last.target, wait, f"once more after: {consequence_of(last.error).words}", retry=True)
            if not fallback:
                return self._give_up("Falling back to another provider is off for this request.", tried, health)
        return self._next(tried, health, targets, now, pinned, fallback)

    def _next(
        self,
        tried: Sequence[Tried],
        health: Mapping[str, ProviderHealth],
        targets: Mapping[str, Target],
        now: float,
        pinned: str | None,
        fallback: bool,
    ) -> Decision:
        done = {attempt.target.provider for attempt in tried}
        order = self.order(health, targets, pinned=pinned)
        if not fallback:
            only = pinned or self._primary
            order = tuple(placement for placement in order if placement.target.provider == only)
        left = [placement for placement in order if placement.target.provider not in done]
        eligible = [placement for placement in left if placement.eligible]
        if any(attempt.error.error_class is ErrorClass.OFFLINE for attempt in tried):
            eligible.sort(key=lambda placement: placement.target.provider not in self._local)
        if eligible:
            chosen = eligible[0]
            skipped = () if tried else _passed_over(chosen, order, health, pinned)
            return Try(chosen.target, reason=chosen.reason, skipped=skipped)
        if tried:
            return self._give_up("No other provider is left to ask.", tried, health)
        return self._panic(left, health, now)

    def _panic(self, left: Sequence[Placement], health: Mapping[str, ProviderHealth], now: float) -> Decision:
        """Nobody is fit to be asked: rather than refuse a question, try who is the first to recover, once."""

        def key(placement: Placement) -> tuple[bool, float, bool]:
            its = health[placement.target.provider]
            blocked = its.state is HealthState.BLOCKED
            return blocked, _waits(its, now), its.name not in self._local

        possible = [placement for placement in left if _may_be_tried(health[placement.target.provider])]
        if not possible:
            return self._give_up("No provider can be asked now.", (), health)
        chosen = min(possible, key=key)
        wait = _waits(health[chosen.target.provider], now)
        return Try(
            chosen.target,
            wait if wait <= LONGEST_SLEEP else 0.0,
            "the first to recover; nobody else can be asked",
            skipped=tuple(other for other in possible if other.own_position < chosen.own_position),
        )

    def _retry_wait(self, tried: Sequence[Tried], health: Mapping[str, ProviderHealth], now: float) -> float | None:
        """Seconds to wait before the same provider is asked once more; None when it is not."""
        last = tried[-1]
        names = [attempt.target.provider for attempt in tried]
        its = health.get(last.target.provider)
        if its is None or its.state not in AVAILABLE_STATES or last.shown:
            return None
        if names.count(its.name) > 1 or len(names) - len(set(names)) >= RETRIES_PER_REQUEST:
            return None
        asked = asked_wait(last.error)
        pause = PAUSE_SECONDS * self._rng.uniform(0.8, 1.2)
        match consequence_of(last.error).retry:
            case Retry.NEVER:
                return None
            case Retry.AT_ONCE:
                wait = 0.0
            case Retry.AFTER_PAUSE:
                was_well = last.state_before in {HealthState.UNKNOWN, HealthState.HEALTHY}
                if not was_well or (asked is not None and asked > LONGEST_PAUSE_ASKED):
                    return None
                wait = pause
            case Retry.AFTER_ITS_WAIT:
                if asked is None:
                    return None
                wait = pause
        wait = max(wait, asked or 0.0, _waits(its, now))
        slept = sum(attempt.waited for attempt in tried)
        return wait if slept + wait <= LONGEST_SLEEP else None

    def _give_up(self, reason: str, tried: Sequence[Tried], health: Mapping[str, ProviderHealth]) -> GiveUp:
        mine = [health[name] for name in self.own_order if name in health]
        return GiveUp(reason, most_actionable(tried), next_retry_at(mine))


def most_actionable(tried: Iterable[Tried]) -> Tried | None:
    """The failure that a person can do most about, the earliest of equals; None when there is none."""
    return min(tried, key=lambda attempt: ACTIONABILITY[attempt.error.error_class], default=None)


def next_retry_at(health: Iterable[ProviderHealth]) -> float | None:
    """Wall time (seconds since the epoch) at which the first of those who wait may be asked again."""
    waiting = (its.retry_at.timestamp() for its in health if its.retry_at and its.state not in _OUT_OF_USE)
    return min(waiting, default=None)


_OUT_OF_USE = frozenset({HealthState.DISABLED, HealthState.UNCONFIGURED})


def _waits(health: ProviderHealth, now: float) -> float:
    """Seconds until the provider may be asked."""
    return max(0.0, health.retry_at.timestamp() - now) if health.retry_at else 0.0


def _may_be_tried(health: ProviderHealth) -> bool:
    """Whether it may be asked when nobody else can. A refused key is refused again, so never that."""
    if health.state is HealthState.BLOCKED:
        return health.retry_at is not None
    return tier_of(health) is not Tier.EXCLUDED


def _passed_over(
    chosen: Placement, order: Sequence[Placement], health: Mapping[str, ProviderHealth], pinned: str | None
) -> tuple[Placement, ...]:
    return tuple(
        placement
        for placement in order
        if not placement.eligible
        and (placement.own_position < chosen.own_position or placement.target.provider == pinned)
        and health[placement.target.provider].state not in _OUT_OF_USE
    )


def _stop_sentence(last: Tried) -> str:
    match last.error.error_class:
        case ErrorClass.CONTENT_FILTER:
            return "The provider refuses the content of this request, and no other is asked to get around that."
        case ErrorClass.CANCELLED:
            return "The request was stopped."
        case _:
            return "The provider does not accept this request as it is; another one would not either."
