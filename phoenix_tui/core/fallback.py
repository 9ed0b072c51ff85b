"""FallbackManager: the one owner of the order of providers and of every decision about what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try, most_actionable
from phoenix_tui.core.moment import Uniform
from phoenix_tui.core.next_step import Situation, next_step
from phoenix_tui.core.ordering import Rules, effective_order, next_retry_at
from phoenix_tui.core.overtaking import Overtaking, pace_of
from phoenix_tui.core.request_fit import Needs, Prices, barred, no_price
from phoenix_tui.core.retry_budget import RetryBudget
from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth, Reason
from phoenix_tui.core.standing import Tier, tier_of
from phoenix_tui.core.types import Strategy, Target

__all__ = ["Decision", "FallbackManager", "GiveUp", "Strategy", "Tried", "Try", "most_actionable", "next_retry_at"]


class FallbackManager:
    """Keeps the person's order and decides, from health alone, who is asked and what follows a failure.

    `order` is the person's own order, `default` the one that `reset` returns to (`order` where None). The primary
    stands first, whether `order` names it or not. `pinned` keep their places in it: as long as they can be asked,
    neither reliability nor speed nor price moves them. `local` are providers on this machine. `prices` tells the price
    of a target in US dollars for a million tokens, three parts of input to one of output (None where it is not known;
    local ones are taken to cost nothing). `daily_budget`, in dollars, is only for the words in which it is told that it
    is used up. `budget` is shared by all whose retries should count together; one of its own by default.

    It owns two things that change with what happens: that budget, and who has overtaken whom in the strategy `latency`
    (see overtaking.py), which `order` and `decide` take note of.
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
        pinned: Collection[str] = (),
        prices: Prices = no_price,
        daily_budget: float | None = None,
        budget: RetryBudget | None = None,
    ) -> None:
        self._order = tuple(dict.fromkeys(order))
        self._default = self._order if default is None else tuple(dict.fromkeys(default))
        self._primary = primary
        self._rng = rng
        self._pinned = frozenset(pinned)
        self._strategy = strategy
        self._local = frozenset(local)
        self._prices = prices
        self._daily_budget = daily_budget
        self._budget = budget or RetryBudget()
        self._overtaking = Overtaking()

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
        """Back to the default order, with nobody pinned; the primary stays."""
        self._order = self._default
        self._pinned = frozenset()

    @property
    def chosen_order(self) -> tuple[str, ...] | None:
        """The order that the person made, the primary aside; None for the default one."""
        return None if self._order == self._default else self._order

    def set_order(self, order: Sequence[str] | None) -> None:
        """Take `order` for the person's own, None for the default one; the primary stays first."""
        self._order = self._default if order is None else tuple(dict.fromkeys(order))

    @property
    def pinned(self) -> frozenset[str]:
        """Who keeps its place whatever happens, as long as it can be asked."""
        return self._pinned

    def set_pinned(self, names: Collection[str]) -> None:
        """Let `names`, and nobody else, keep their places."""
        self._pinned = frozenset(names)

    @property
    def strategy(self) -> Strategy:
        """What makes the effective order out of the person's own."""
        return self._strategy

    def set_strategy(self, strategy: Strategy) -> None:
        """Let `strategy` make the effective order from now on."""
        self._strategy = strategy

    @property
    def budget(self) -> RetryBudget:
        """What may still be spent on retries and hedges."""
        return self._budget

    def spent_retry(self) -> None:
        """A retry is being made: a decision with `retry` is carried out."""
        self._budget.spend()

    def spent_hedge(self) -> None:
        """A second provider is being asked beside a first one."""
        self._budget.spend_hedge()

    def earned(self) -> None:
        """A request was answered."""
        self._budget.earn()

    def order(
        self,
        health: Mapping[str, ProviderHealth],
        targets: Mapping[str, Target],
        *,
        wanted: str | None = None,
        over_budget: bool = False,
    ) -> tuple[Placement, ...]:
        """The effective order now, of everybody in the person's order and `wanted`; each with its reasons where it
        differs. `over_budget` says that what may be spent today is spent."""
        return self._ordered(health, targets, wanted, Needs(over_budget=over_budget))

    def decide(
        self,
        *,
        tried: Sequence[Tried],
        health: Mapping[str, ProviderHealth],
        targets: Mapping[str, Target],
        now: float,
        wanted: str | None = None,
        fallback: bool = True,
        tokens: int | None = None,
        windows: Mapping[str, int | None] | None = None,
        named: str | None = None,
        over_budget: bool = False,
        resumes: bool = False,
    ) -> Decision:
        """What a request does next: at its start (`tried` empty), and after each failed attempt once it is recorded.

        `health` must be fresh and that of the targets' models, `now` is wall time (seconds since the epoch). `targets`
        holds everybody who may be asked at all, `wanted` is the provider that the request names; with `fallback` False
        nobody but the first is asked. `tokens` estimates the conversation, `windows` are the context windows of the
        targets' models, by provider (both in tokens, None where not known). `named` is the model that the person named,
        which is not refused on an estimate. `over_budget` says that what may be spent today is spent,
        `resumes` that a cut answer is to be gone on with, by the same provider if that can be.
        """
        needs = Needs(tokens, windows or {}, named, over_budget)
        order = self._ordered(health, targets, wanted, needs)
        if not fallback:
            only = wanted or self._primary
            order = tuple(placement for placement in order if placement.target.provider == only)
        situation = Situation(
            tried=tried,
            order=order,
            health=health,
            local=self._local,
            now=now,
            wanted=wanted,
            fallback=fallback,
            windows=needs.windows,
            may_retry=self._budget.allows,
            resumes=resumes,
        )
        return next_step(situation, self._rng)

    def another_for_hedge(
        self,
        beside: Target,
        *,
        tried: Sequence[Tried],
        health: Mapping[str, ProviderHealth],
        targets: Mapping[str, Target],
        tokens: int | None = None,
        windows: Mapping[str, int | None] | None = None,
        named: str | None = None,
        over_budget: bool = False,
    ) -> Target | None:
        """Who might be asked beside `beside`, which is late: the next who is fit, hosted and not tried yet; None where
        there is nobody, or the budget does not allow it.

        Neither of the two is on this machine, where loading a model is no fault. None is taken whose trial it would be:
        one that is broken off because the other was faster decides nothing. The other arguments are those of `decide`.
        """
        if beside.provider in self._local or not self._budget.allows_hedge:
            return None
        out = {beside.provider, *self._local, *(attempt.target.provider for attempt in tried)}
        for placement in self._ordered(health, targets, None, Needs(tokens, windows or {}, named, over_budget)):
            name = placement.target.provider
            if placement.eligible and name not in out and health[name].state is not HealthState.PROBATION:
                return placement.target
        return None

    def can_ask_others(
        self,
        out: Collection[str],
        health: Mapping[str, ProviderHealth],
        targets: Mapping[str, Target],
        *,
        wanted: str | None = None,
        over_budget: bool = False,
    ) -> bool:
        """Whether anybody but those in `out` may be asked now, however long the conversation is. The other arguments
        are those of `decide`."""
        names = [name for name in self._names(wanted) if name not in out and tier_of(health[name]) is Tier.READY]
        return len(self._barred(names, targets, Needs(over_budget=over_budget))) < len(names)

    def _names(self, wanted: str | None) -> tuple[str, ...]:
        """Everybody in the person's order, and `wanted`."""
        names = self.own_order
        return names if wanted is None or wanted in names else (*names, wanted)

    def _barred(
        self, names: Iterable[str], targets: Mapping[str, Target], needs: Needs
    ) -> dict[str, tuple[Reason, ...]]:
        return barred(names, targets, needs, prices=self._prices, local=self._local, daily_budget=self._daily_budget)

    def _ordered(
        self, health: Mapping[str, ProviderHealth], targets: Mapping[str, Target], wanted: str | None, needs: Needs
    ) -> tuple[Placement, ...]:
        names = self._names(wanted)
        known = [targets[name] for name in names if name in targets]
        is_race = self._strategy is Strategy.LATENCY
        paces = [pace for target in known if (pace := pace_of(target, health[target.provider]))] if is_race else []
        prices = {target.provider: self._price(target) for target in known} if self._strategy is Strategy.COST else {}
        rules = Rules(
            strategy=self._strategy,
            wanted=wanted,
            pinned=self._pinned,
            barred=self._barred(names, targets, needs),
            prices={name: price for name, price in prices.items() if price is not None},
            usual_ttft={pace.target.provider: pace.usual for pace in paces},
            overtaken=self._overtaking.look(paces) if is_race else frozenset(),
        )
        return effective_order(names, health, targets, rules)

    def _price(self, target: Target) -> float | None:
        return 0.0 if target.provider in self._local else self._prices(target)
