"""The effective order: the person's own, corrected by health, with a reason for every difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from phoenix_tui.core.snapshot import Band, HealthState, Placement, ProviderHealth
from phoenix_tui.core.types import Strategy, Target


class Tier(IntEnum):
    """How ready a provider is; the first part of its place."""

    PINNED = 0
    READY = 1
    RESTING = 2
    """Works, but asked for a pause, or its one trial is under way."""
    UNAVAILABLE = 3
    EXCLUDED = 4


_READY = frozenset({HealthState.UNKNOWN, HealthState.HEALTHY, HealthState.SUSPECT, HealthState.PROBATION})


def tier_of(health: ProviderHealth) -> Tier:
    """The tier of a provider, pins aside."""
    if health.state is HealthState.UNAVAILABLE:
        return Tier.UNAVAILABLE
    if health.state not in _READY:
        return Tier.EXCLUDED
    if health.retry_at is not None or (health.state is HealthState.PROBATION and health.on_trial):
        return Tier.RESTING
    return Tier.READY


def seconds_until(health: ProviderHealth, now: float) -> float:
    """Seconds from `now` (wall time) until the provider may be asked."""
    return max(0.0, health.retry_at.timestamp() - now) if health.retry_at else 0.0


def next_retry_at(health: Iterable[ProviderHealth]) -> float | None:
    """Wall time (seconds since the epoch) at which the first of those who wait may be asked again."""
    in_use = (its for its in health if its.state not in {HealthState.DISABLED, HealthState.UNCONFIGURED})
    return min((its.retry_at.timestamp() for its in in_use if its.retry_at), default=None)


def effective_order(
    own_order: Sequence[str],
    health: Mapping[str, ProviderHealth],
    targets: Mapping[str, Target],
    *,
    strategy: Strategy = Strategy.BALANCED,
    pinned: str | None = None,
) -> tuple[Placement, ...]:
    """Every provider of `own_order` once, in the order in which they would be asked.

    Who has no target may not be asked by this client, however well it is.
    `pinned` is asked first by this request's own wish, if it may be asked now: a wish does not end an outage.
    """
    own_index = {name: index for index, name in enumerate(own_order)}

    def key(name: str) -> tuple[int, Band | str, float, int]:
        its = health[name]
        tier = tier_of(its) if name in targets else Tier.EXCLUDED
        if name == pinned and tier is Tier.READY:
            tier = Tier.PINNED
        band = its.band if tier is Tier.READY and strategy is Strategy.BALANCED else ""
        until = its.retry_at.timestamp() if its.retry_at and tier in {Tier.RESTING, Tier.UNAVAILABLE} else 0.0
        return tier, band, until, own_index[name]

    ordered = sorted(own_order, key=key)
    places = {name: place for place, name in enumerate(ordered)}
    return tuple(
        Placement(
            target=targets.get(name, Target(name)),
            position=places[name] + 1,
            own_position=own_index[name] + 1,
            eligible=key(name)[0] <= Tier.READY,
            reason=_reason(health[name], key(name)[0], moved=places[name] - own_index[name]),
            is_primary=own_index[name] == 0,
        )
        for name in ordered
    )


def _reason(health: ProviderHealth, tier: int, *, moved: int) -> str:
    match tier:
        case Tier.PINNED:
            return "asked for by name"
        case Tier.EXCLUDED | Tier.UNAVAILABLE:
            return health.reason or "nothing may be sent to it"
        case Tier.RESTING:
            return "a trial request is under way" if health.on_trial else health.reason
        case _ if health.band is not Band.A and moved > 0:
            return f"moved down: {_recent_success(health)} of recent requests succeeded"
        case _ if moved < 0:
            return "moved up: others are less reliable or not available"
        case _:
            return health.reason if health.state is HealthState.PROBATION else ""


def _recent_success(health: ProviderHealth) -> str:
    succeeded = sum(sample is not None for sample in health.recent)
    return f"{100 * succeeded / len(health.recent):.0f} %" if health.recent else "too few"
