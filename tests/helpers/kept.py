"""Records and kept health to fill a store with."""

from __future__ import annotations

from dataclasses import replace

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import Ended
from phoenix_tui.core.health_state import new_state
from phoenix_tui.core.journal import HealthChanged, SessionBegan, Switched
from phoenix_tui.core.kept_health import KeptHealth
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, OutcomeKind, Strategy, Target

DAWN = 1_800_000_000.0
"""Wall time at which these days begin, seconds since the epoch."""


def at(seconds: float) -> Moment:
    """The moment `seconds` after dawn."""
    return Moment(1_000.0 + seconds, DAWN + seconds)


def began(seconds: float = 0.0, *names: str, seed: int = 7) -> SessionBegan:
    names = names or ("openrouter", "anthropic")
    return SessionBegan(at(seconds), seed, names, (), False, names[0], names, Strategy.BALANCED)


def failed(seconds: float, provider: str = "openrouter", message: str = "it failed") -> HealthChanged:
    """A failure that changes what is seen."""
    error = ErrorInfo(ErrorClass.RATE_LIMIT, message, 429, retry_after=12.0)
    event = Ended("a", Outcome(OutcomeKind.FAILED, 0.5, error=error))
    return HealthChanged(at(seconds), provider, event, HealthState.HEALTHY, HealthState.SUSPECT)


def switched(seconds: float) -> Switched:
    left, taken = Target("openrouter", "small"), Target("anthropic", "large")
    return Switched(at(seconds), "turn", left, taken, "connection reset", 340)


def kept(
    provider: str = "openai", seconds: float = 0.0, *, successes: int = 1, place: str = "https://api"
) -> KeptHealth:
    state = replace(new_state(provider, at(seconds)), successes=successes)
    return KeptHealth(provider, place, "00112233aabbccdd", DAWN + seconds, state)
