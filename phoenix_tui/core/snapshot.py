"""Health and order as frozen pictures: what the owners of that state publish, and all that anyone else ever sees."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.types import FallbackMode, RateLimit, Strategy, Target
from phoenix_tui.core.values import dataclass


class HealthState(StrEnum):
    """State of one provider. docs/ARCHITECTURE.md draws the machine."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    SUSPECT = "suspect"
    UNAVAILABLE = "unavailable"
    PROBATION = "probation"
    COOLING = "cooling"
    """The model that would be asked rests until its rate limit is over."""
    OFFLINE = "offline"
    """This machine has no network; nothing is held against the provider."""
    BLOCKED = "blocked"
    """Key, rights or credit must be mended first."""
    DISABLED = "disabled"
    """Switched off by the person."""
    UNCONFIGURED = "unconfigured"
    """No key, or no local server found."""

    @property
    def word(self) -> str:
        """The state as a person reads it, everywhere but in JSON: a word or two."""
        return _WORDS[self]


_WORDS = {
    HealthState.UNKNOWN: "untested",
    HealthState.HEALTHY: "healthy",
    HealthState.SUSPECT: "shaky",
    HealthState.UNAVAILABLE: "down",
    HealthState.PROBATION: "on trial",
    HealthState.COOLING: "cooling",
    HealthState.OFFLINE: "offline",
    HealthState.BLOCKED: "blocked",
    HealthState.DISABLED: "off",
    HealthState.UNCONFIGURED: "not set up",
}
AVAILABLE_STATES = frozenset({HealthState.UNKNOWN, HealthState.HEALTHY, HealthState.SUSPECT, HealthState.PROBATION})


class Band(StrEnum):
    """Reliability in four steps, by smoothed success rate; the order looks at the band, never at the rate."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """What is known about one model of a provider. Times to first token in seconds, over successes only.

    While `cooling_until` is ahead the model is not asked; `cooling_reason` is a phrase that says why. `ttft_peak` is a
    moving average that jumps up at once and falls slowly, for comparing providers; `samples` counts answers.
    """

    model: str
    cooling_until: datetime | None = None
    cooling_reason: str = ""
    samples: int = 0
    ttft_median: float | None = None
    ttft_p95: float | None = None
    ttft_peak: float | None = None


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """Everything known about one provider's health at one moment.

    Times of day are aware datetimes in UTC, durations are seconds. `average_response_time` is an exponential moving
    average over successes (None before the first); `ttft_average` likewise for the time to first token, `ttft_last` the
    newest sample. `recent` has the newest outcomes, oldest first: time to first token in seconds, or None for a
    failure; `recent_at` when each was told (wall time in seconds since the epoch, 0 where not known). `retry_at` is
    when an unavailable provider may be tried again.
    """

    name: str
    state: HealthState
    last_checked: datetime | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
    consecutive_failures: int = 0
    total_requests: int = 0
    successful_requests: int = 0
    failed_requests: int = 0
    neutral_requests: int = 0
    average_response_time: float | None = None
    ttft_average: float | None = None
    ttft_last: float | None = None
    tokens_per_second: float | None = None
    band: Band = Band.A
    last_error: ErrorInfo | None = None
    last_error_at: datetime | None = None
    """When a request or a check met it; None where that is not known."""
    retry_at: datetime | None = None
    reason: str = ""
    """Why the provider is not simply healthy, as a phrase for people; empty when it is."""
    recent: tuple[float | None, ...] = ()
    recent_at: tuple[float, ...] = ()
    in_flight: int = 0
    on_trial: bool = False
    """In probation: its one trial request is on its way, others pass it over."""
    models: tuple[ModelHealth, ...] = ()
    """What is known of its models, the one used last first."""
    headroom: tuple[RateLimit, ...] = ()
    """What its newest answer told of its own limits."""
    as_of: datetime | None = None
    """When this was kept, if it comes from an earlier run of the program and nothing has happened since."""

    @property
    def is_available(self) -> bool:
        """Whether requests may be sent to it."""
        return self.state in AVAILABLE_STATES

    def model(self, name: str) -> ModelHealth | None:
        """What is known of one of its models, None before the first answer."""
        return next((known for known in self.models if known.model == name), None)

    @property
    def success_rate(self) -> float | None:
        """Share of counted requests that succeeded, 0 to 1; None before the first."""
        counted = self.successful_requests + self.failed_requests
        return self.successful_requests / counted if counted else None


class ReasonKind(StrEnum):
    """Why a provider stands where it stands."""

    PINNED = "pinned"
    """The request asks for it, or for one that it makes room for, by name."""
    NOT_ALLOWED = "not_allowed"
    """Nothing may be sent to it: the conversation is kept on this machine."""
    STATE = "state"
    """Its state keeps it out (switched off, not set up, offline, unavailable)."""
    BLOCKED = "blocked"
    """Key, rights or credit must be mended first."""
    OVER_BUDGET = "over_budget"
    """The day's budget is used up, and it costs money or may do so."""
    COOLING = "cooling"
    """It rests until a limit of its own is over."""
    TRIAL = "trial"
    """It is in probation: its trial request is under way, or would be the next."""
    UNRELIABLE = "unreliable"
    """Others succeed more often."""
    PASSED = "passed"
    """It moved up, since others stand back."""
    FASTER = "faster"
    """Its answers begin clearly sooner than those of another, which is `SLOWER`."""
    SLOWER = "slower"
    CHEAPER = "cheaper"
    DEARER = "dearer"
    TOO_SMALL = "too_small"
    """The conversation does not fit its context window."""


_LASTING = frozenset({ReasonKind.BLOCKED, ReasonKind.OVER_BUDGET})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a place in the order, as data; `words` is a phrase for people, `until` when it ends by itself."""

    kind: ReasonKind
    words: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """One provider's place in the effective order.

    `position` and `own_position` count from 1: where it stands now, and where the person put it. `eligible` says
    whether it would be tried at all, `pinned` that the person wants its place kept. `reason` is a phrase that explains
    a difference or an exclusion, else empty; `reasons` says the same as data.
    """

    target: Target
    position: int
    own_position: int
    eligible: bool
    reason: str = ""
    is_primary: bool = False
    reasons: tuple[Reason, ...] = ()
    pinned: bool = False

    @property
    def is_lasting(self) -> bool:
        """Whether what keeps it out will stay until the person, or the day, changes it: worth telling once, and not
        again before every answer."""
        return any(reason.kind in _LASTING for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class UpstreamStatus:
    """What a provider's public status page says: a hint beside the provider, never a verdict on it.

    `trouble` False says that the page reports nothing. `words` is the page's own headline (foreign text), `page` where
    a person can read more.
    """

    trouble: bool
    words: str
    page: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """What a provider is, beside how it is.

    `model` is the one that would be asked ("" while none is known), `problem` a sentence that says what is wrong with
    its configuration, `fix` the line that mends it; both empty when all is well. `model_problem` is what a check found
    wrong with that model (a local server may not have it), `context_window` how many tokens it holds, None where its
    list does not say. `local` means that nothing sent to it leaves this machine. `found` is a local server that no
    setting names: it answered on its default port. `broken` says that a setting is wrong, rather than missing.
    """

    name: str
    label: str
    configured: bool
    model: str = ""
    base_url: str = ""
    local: bool = False
    model_loaded: bool | None = None
    problem: str = ""
    fix: str = ""
    upstream: UpstreamStatus | None = None
    model_problem: str = ""
    found: bool = False
    broken: bool = False
    context_window: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Health, order and providers at one moment. `providers` and `health` are in the default order of the seven,
    `order` is the effective fallback order, made by `strategy`. Health is that of the model that would be asked.
    `offline` says that this machine seems to have no network; `spent_today` is what answers have cost today and
    `daily_budget` what they may (US dollars, None: no limit). `fallback` says what may happen when the first one fails.
    `version` grows with every change."""

    version: int
    primary: str
    providers: tuple[ProviderInfo, ...]
    health: tuple[ProviderHealth, ...]
    order: tuple[Placement, ...]
    strategy: Strategy = Strategy.BALANCED
    offline: bool = False
    spent_today: float = 0.0
    daily_budget: float | None = None
    fallback: FallbackMode = FallbackMode.AUTO

    def health_of(self, name: str) -> ProviderHealth:
        """Health of one provider. Raises KeyError for a name that is none of ours."""
        for health in self.health:
            if health.name == name:
                return health
        raise KeyError(name)

    def info_of(self, name: str) -> ProviderInfo:
        """What one provider is. Raises KeyError for a name that is none of ours."""
        for info in self.providers:
            if info.name == name:
                return info
        raise KeyError(name)
