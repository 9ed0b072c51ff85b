"""Where one provider stands, how it compares with another, and the words for both."""

from __future__ import annotations

from enum import IntEnum

from phoenix_tui.core.snapshot import Band, HealthState, ProviderHealth, Reason, ReasonKind
from phoenix_tui.core.types import Strategy
from phoenix_tui.core.values import dataclass


class Tier(IntEnum):
    """How ready a provider is; the first part of its place."""

    WANTED = 0
    READY = 1
    RESTING = 2
    """Works, but rests after a rate limit, or its one trial is under way."""
    UNAVAILABLE = 3
    OFFLINE = 4
    """Out of reach with all of the network."""
    EXCLUDED = 5


_TIERS = {
    HealthState.UNKNOWN: Tier.READY,
    HealthState.HEALTHY: Tier.READY,
    HealthState.SUSPECT: Tier.READY,
    HealthState.PROBATION: Tier.READY,
    HealthState.COOLING: Tier.RESTING,
    HealthState.UNAVAILABLE: Tier.UNAVAILABLE,
    HealthState.OFFLINE: Tier.OFFLINE,
    HealthState.BLOCKED: Tier.EXCLUDED,
    HealthState.DISABLED: Tier.EXCLUDED,
    HealthState.UNCONFIGURED: Tier.EXCLUDED,
}
_USUAL_WORDS = {
    HealthState.COOLING: "rests until its rate limit is over",
    HealthState.UNAVAILABLE: "failed too often in a row",
    HealthState.OFFLINE: "this machine seems to be offline",
    HealthState.BLOCKED: "key, rights or credit must be mended first",
    HealthState.DISABLED: "switched off",
    HealthState.UNCONFIGURED: "not set up",
}
"""For a state that comes without words of its own."""
_GOOD = 0.95
"""A share of successes that nobody would call a reason to stand back."""


def tier_of(health: ProviderHealth) -> Tier:
    """The tier of a provider, the wish of a request aside."""
    tier = _TIERS[health.state]
    if tier is Tier.READY and (health.retry_at is not None or _trial_under_way(health)):
        return Tier.RESTING
    return tier


@dataclass(frozen=True, slots=True)
class Standing:
    """One provider in its own place (from 1) and tier. `price` is in dollars for a million tokens, `usual_ttft` its
    usual time to the first token in seconds; None where they are not known."""

    health: ProviderHealth
    own_place: int
    tier: Tier
    price: float | None = None
    usual_ttft: float | None = None

    @property
    def name(self) -> str:
        return self.health.name

    @property
    def fit(self) -> bool:
        """Whether it may be asked now."""
        return self.tier <= Tier.READY

    @property
    def band(self) -> Band:
        """Its reliability, as far as that matters: among those who are ready."""
        return self.health.band if self.tier is Tier.READY else Band.A


def kept_out(health: ProviderHealth) -> tuple[Reason, ...]:
    """Why its state keeps a provider out; empty where it does not."""
    if tier_of(health) <= Tier.READY:
        return ()
    words = health.reason or _USUAL_WORDS.get(health.state, "rests")
    match health.state:
        case HealthState.PROBATION:
            reason = Reason(ReasonKind.TRIAL, "a trial request is under way")
        case HealthState.BLOCKED:
            reason = Reason(ReasonKind.BLOCKED, words, health.retry_at)
        case HealthState.DISABLED | HealthState.UNCONFIGURED | HealthState.UNAVAILABLE | HealthState.OFFLINE:
            reason = Reason(ReasonKind.STATE, words, health.retry_at)
        case _:
            reason = Reason(ReasonKind.COOLING, words, health.retry_at)
    return (reason,)


def on_trial(health: ProviderHealth) -> tuple[Reason, ...]:
    """That its next request will be its trial, where it will."""
    if health.state is not HealthState.PROBATION:
        return ()
    return (Reason(ReasonKind.TRIAL, health.reason or "its next request is its trial"),)


def why_up(riser: Standing, other: Standing, strategy: Strategy) -> Reason | None:
    """Why `riser` stands before `other`, which the person put before it; None where nothing but a third one did it."""
    if riser.tier is Tier.WANTED:
        return Reason(ReasonKind.PINNED, "asked for by name")
    if not other.fit:
        return Reason(ReasonKind.PASSED, "others before it cannot be asked now")
    if riser.band < other.band:
        return Reason(ReasonKind.PASSED, "others before it are less reliable")
    if strategy is Strategy.LATENCY and riser.usual_ttft is not None and other.usual_ttft is not None:
        return Reason(
            ReasonKind.FASTER, f"usually begins after {_seconds(riser)}, {other.name} after {_seconds(other)}"
        )
    if strategy is Strategy.COST and riser.price is not None and other.price is not None:
        words = f"{_dollars(riser)} for a million tokens, {other.name} costs {_dollars(other)}"
        return Reason(ReasonKind.CHEAPER, words)
    return None


def why_down(faller: Standing, other: Standing, strategy: Strategy) -> Reason | None:
    """Why `faller`, which may be asked, stands behind `other`, which the person put behind it; None as for `why_up`."""
    if other.tier is Tier.WANTED:
        return Reason(ReasonKind.PINNED, f"{other.name} is asked for by name")
    if other.band < faller.band:
        return Reason(ReasonKind.UNRELIABLE, _unreliable(faller.health))
    if strategy is Strategy.LATENCY and faller.usual_ttft is not None and other.usual_ttft is not None:
        words = f"usually begins after {_seconds(faller)}, {other.name} after {_seconds(other)}"
        return Reason(ReasonKind.SLOWER, words)
    if strategy is Strategy.COST and faller.price is not None and other.price is not None:
        words = f"{_dollars(faller)} for a million tokens, {other.name} costs {_dollars(other)}"
        return Reason(ReasonKind.DEARER, words)
    return None


def _trial_under_way(health: ProviderHealth) -> bool:
    return health.state is HealthState.PROBATION and health.on_trial


def _unreliable(health: ProviderHealth) -> str:
    succeeded = sum(sample is not None for sample in health.recent)
    if not health.recent or succeeded / len(health.recent) >= _GOOD:
        return "it has been less reliable than others"
    return f"{100 * succeeded / len(health.recent):.0f} % of recent requests succeeded, others do better"


def _seconds(standing: Standing) -> str:
    return f"{standing.usual_ttft:.1f} s"


def _dollars(standing: Standing) -> str:
    return f"${standing.price:.2f}"
