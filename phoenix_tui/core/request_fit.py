"""Whom one request cannot be sent to, however well they are: for want of room, of money, or by the person's wish."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field

from phoenix_tui.core.snapshot import Reason, ReasonKind
from phoenix_tui.core.types import Target
from phoenix_tui.core.values import dataclass

Prices = Callable[[Target], float | None]
"""US dollars for a million tokens of a target, three parts of input to one of output; None where it is not known."""

_CLEARLY = 1.25
"""An estimate of tokens may be this many times too high; what is within that may fit, and the provider will say."""


def no_price(target: Target) -> None:
    """The prices of somebody who knows none."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a request asks of whoever answers it.

    `tokens` is an estimate of its conversation, `windows` are context windows by provider (both in tokens, None where
    not known). `named` is the model that the person named: it is never refused on an estimate. `over_budget` says that
    what may be spent today is spent.
    """

    tokens: int | None = None
    windows: Mapping[str, int | None] = field(default_factory=dict)
    named: str | None = None
    over_budget: bool = False


def barred(
    names: Iterable[str],
    targets: Mapping[str, Target],
    needs: Needs,
    *,
    prices: Prices,
    local: Collection[str],
    daily_budget: float | None,
) -> dict[str, tuple[Reason, ...]]:
    """Those of `names` that the request may not be sent to, with the reasons. `daily_budget` is in dollars. What costs
    nothing is not kept out by it: local providers, and a price that is known to be 0."""
    found: dict[str, tuple[Reason, ...]] = {}
    for name in names:
        target = targets.get(name)
        if target is None:
            found[name] = (Reason(ReasonKind.NOT_ALLOWED, "it is not on this machine, which nothing may leave"),)
            continue
        reasons = []
        if needs.over_budget and name not in local and prices(target) != 0:
            amount = "" if daily_budget is None else f" of ${daily_budget:.2f}"
            reasons.append(Reason(ReasonKind.OVER_BUDGET, f"the day's budget{amount} is used up"))
        tokens, window = needs.tokens, needs.windows.get(name)
        if tokens is not None and window is not None and target.model != needs.named and tokens > window * _CLEARLY:
            words = f"the conversation, about {tokens:,} tokens, does not fit its {window:,}"
            reasons.append(Reason(ReasonKind.TOO_SMALL, words))
        if reasons:
            found[name] = tuple(reasons)
    return found
