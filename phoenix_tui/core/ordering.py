"""The effective order: the person's own, corrected by health, with the reasons for every difference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from itertools import groupby

from phoenix_tui.core.snapshot import Band, HealthState, Placement, ProviderHealth, Reason
from phoenix_tui.core.standing import Standing, Tier, kept_out, on_trial, tier_of, why_down, why_up
from phoenix_tui.core.types import Strategy, Target
from phoenix_tui.core.values import dataclass

OUT_OF_USE = frozenset({HealthState.DISABLED, HealthState.UNCONFIGURED})
"""States in which a provider is none that the person counts on."""


def seconds_until(health: ProviderHealth, now: float) -> float:
    """Seconds from `now` (wall time) until the provider may be asked."""
    return max(0.0, health.retry_at.timestamp() - now) if health.retry_at else 0.0


def next_retry_at(health: Iterable[ProviderHealth]) -> float | None:
    """Wall time (seconds since the epoch) at which the first of those who wait may be asked again."""
    in_use = (its for its in health if its.state not in OUT_OF_USE)
    return min((its.retry_at.timestamp() for its in in_use if its.retry_at), default=None)


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes the order, beside the person's own and health.

    `wanted` is asked first by the request's own wish, if it may be asked now: a wish does not end an outage. `pinned`
    keep their places among those that may be asked. `barred` are those that the request may not be sent to, with the
    reasons. `prices` are in dollars for a million tokens, `usual_ttft` usual times to the first token in seconds, both
    by provider where known; `overtaken` has pairs of providers of which the first is clearly faster.
    """

    strategy: Strategy = Strategy.BALANCED
    wanted: str | None = None
    pinned: Collection[str] = ()
    barred: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    usual_ttft: Mapping[str, float] = field(default_factory=dict)
    overtaken: Collection[tuple[str, str]] = ()


def effective_order(
    own_order: Sequence[str],
    health: Mapping[str, ProviderHealth],
    targets: Mapping[str, Target],
    rules: Rules = Rules(),  # noqa: B008 - a frozen value
) -> tuple[Placement, ...]:
    """Every provider of `own_order` once, in the order in which they would be asked: by tier, by band of reliability,
    and then as the person put them. `latency` and `cost` rearrange within a band those that can be compared, while
    others keep their places; who is pinned keeps its own in any case. `strict` keeps all places but that of the wanted
    one."""
    own = [_standing(health[name], place, rules) for place, name in enumerate(own_order, 1)]
    if rules.strategy is Strategy.STRICT:
        ordered = sorted(own, key=lambda one: one.tier is not Tier.WANTED)
    elif not rules.pinned:
        ordered = _by_rank(own, rules)
    else:
        pins = [one for one in own if one.name in rules.pinned and one.tier is Tier.READY]
        kept = {pin.name for pin in pins}
        ordered = _with_pins(_by_rank([one for one in own if one.name not in kept], rules), pins, own)
    placements = []
    for position, one in enumerate(ordered, 1):
        name, own_place, fit = one.name, one.own_place, one.fit
        # Of most there is nothing to be said.
        is_plain = fit and position == own_place and one.health.state is not HealthState.PROBATION
        reasons = () if is_plain else _reasons(one, position, ordered, rules)
        placements.append(
            Placement(
                target=targets.get(name) or Target(name),
                position=position,
                own_position=own_place,
                eligible=fit,
                reason="; ".join([reason.words for reason in reasons]) if reasons else "",
                is_primary=own_place == 1,
                reasons=reasons,
                pinned=name in rules.pinned,
            )
        )
    return tuple(placements)


def _by_rank(those: Iterable[Standing], rules: Rules) -> list[Standing]:
    ranked = sorted(those, key=_rank)
    if rules.strategy is Strategy.BALANCED:
        return ranked
    groups = groupby(ranked, key=lambda one: (one.tier, one.band))
    return [one for _, group in groups for one in _arranged(list(group), rules)]


def _standing(health: ProviderHealth, own_place: int, rules: Rules) -> Standing:
    name = health.name
    tier = Tier.EXCLUDED if name in rules.barred else tier_of(health)
    if name == rules.wanted and tier is Tier.READY:
        tier = Tier.WANTED
    return Standing(health, own_place, tier, rules.prices.get(name), rules.usual_ttft.get(name))


def _with_pins(ordered: list[Standing], pins: list[Standing], own: Sequence[Standing]) -> list[Standing]:
    """`ordered` with each of `pins` put where it stands in `own` among those that may be asked, behind whom the request
    itself wants first."""
    ready = [one.name for one in own if one.tier is Tier.READY]
    wanted = sum(one.tier is Tier.WANTED for one in ordered)
    ordered = list(ordered)
    for pin in pins:  # by their own places, so that none moves one that was put before it
        ordered.insert(wanted + ready.index(pin.name), pin)
    return ordered


def _rank(one: Standing) -> tuple[Tier, Band, float, int]:
    until = one.health.retry_at
    waits = until is not None and one.tier in {Tier.RESTING, Tier.UNAVAILABLE}
    return one.tier, one.band, until.timestamp() if until is not None and waits else 0.0, one.own_place


def _arranged(group: list[Standing], rules: Rules) -> list[Standing]:
    """A band as `cost` or `latency` arrange it; who cannot be compared keeps its place."""
    if rules.strategy is Strategy.COST:
        by_price = sorted((one for one in group if one.price is not None), key=lambda one: one.price or 0.0)
        return _in_place_of(group, by_price)
    arranged: list[Standing] = []
    for one in group:
        if one.usual_ttft is None:
            continue
        place = len(arranged)
        while place > 0 and (one.name, arranged[place - 1].name) in rules.overtaken:
            place -= 1
        arranged.insert(place, one)
    return _in_place_of(group, arranged)


def _in_place_of(group: list[Standing], arranged: list[Standing]) -> list[Standing]:
    """`group` with the places of those in `arranged` taken in the order of `arranged`."""
    compared = {one.name for one in arranged}
    rest = iter(arranged)
    return [next(rest) if one.name in compared else one for one in group]


def _reasons(one: Standing, position: int, ordered: Sequence[Standing], rules: Rules) -> tuple[Reason, ...]:
    if not one.fit:
        return (*kept_out(one.health), *rules.barred.get(one.name, ()))
    if position == one.own_place:
        return on_trial(one.health)
    reasons: list[Reason | None] = []
    if position < one.own_place:
        behind = sorted(ordered[position:], key=lambda other: other.own_place)
        reasons += [why_up(one, other, rules.strategy) for other in behind if other.own_place < one.own_place]
    else:
        ahead = ordered[: position - 1]
        reasons += [why_down(one, other, rules.strategy) for other in ahead if other.own_place > one.own_place]
    distinct = {(reason.kind, reason.words): reason for reason in reversed(reasons) if reason is not None}
    return (*reversed(distinct.values()), *on_trial(one.health))
