"""FallbackManager: the one owner of the order of providers and of every decision about what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try, most_actionable
from phoenix_tui.core.moment import Uniform
from phoenix_tui.core.next_step import Situation, next_step
from phoenix_tui.core.ordering import effective_order, next_retry_at
from phoenix_tui.core.snapshot import Placement, ProviderHealth
from phoenix_tui.core.types import Strategy, Target

__all__ = ["Decision", "FallbackManager", "GiveUp", "Strategy", "Tried", "Try", "most_actionable", "next_retry_at"]


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

        `health` must be fresh, `now` is wall time (seconds since the epoch). `targets` holds everybody who may be asked
        at all, `pinned` is the provider that the request names; with `fallback` False nobody but the first is asked.
        """
        order = self.order(health, targets, pinned=pinned)
        if not fallback:
            only = pinned or self._primary
            order = tuple(placement for placement in order if placement.target.provider == only)
        situation = Situation(
            tried=tried,
            order=order,
            health=health,
            allowed=targets.keys(),
            local=self._local,
            now=now,
            pinned=pinned,
            fallback=fallback,
        )
        return next_step(situation, self._rng)
