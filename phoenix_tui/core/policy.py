"""What each kind of fault does to a provider's health and to the request: one table, read by both of their owners.

`HealthMonitor` reads the `health` column, `FallbackManager` the rest, so the two can never disagree about a fault.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.values import dataclass, replace

LONGEST_RESPECTED_WAIT = 86_400.0
"""Seconds; a provider that asks for more is asked again after a day, so that no header can shut one out for ever."""


class Effect(StrEnum):
    """What a failed attempt says about the provider's health."""

    NEUTRAL = "neutral"
    """Nothing: the request, the person or this machine was at fault."""
    COUNTS = "counts"
    """A failure; three in a row make the provider unavailable."""
    BLOCKS = "blocks"
    """A failure that waiting does not mend: key, rights or credit must change first."""


class Retry(StrEnum):
    """Whether the same provider may be asked a second time within one request."""

    NEVER = "never"
    AT_ONCE = "at once"
    """On a fresh connection, if nothing was shown yet."""
    AFTER_PAUSE = "after a pause"
    """After about 0.4 s, if the provider was healthy or unknown before the attempt."""
    AFTER_ITS_WAIT = "after its own wait"
    """Only when the provider said how long to wait, and that is short."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One row of the table. `next_provider` False ends the request; `words` name the fault in a phrase for people.
    `cooling` is how long the model rests, in seconds, when the provider names no time (0: not at all)."""

    health: Effect
    retry: Retry
    next_provider: bool
    words: str
    cooling: float = 0.0


CONSEQUENCES: Mapping[ErrorClass, Consequence] = MappingProxyType(
    {
        ErrorClass.AUTH: Consequence(Effect.BLOCKS, Retry.NEVER, True, "key refused"),
        ErrorClass.PERMISSION: Consequence(Effect.BLOCKS, Retry.NEVER, True, "no permission"),
        ErrorClass.QUOTA: Consequence(Effect.BLOCKS, Retry.NEVER, True, "out of credit or quota"),
        ErrorClass.CONTEXT_LENGTH: Consequence(Effect.NEUTRAL, Retry.NEVER, True, "conversation too long"),
        ErrorClass.BAD_REQUEST: Consequence(Effect.NEUTRAL, Retry.NEVER, False, "request refused"),
        ErrorClass.CONTENT_FILTER: Consequence(Effect.NEUTRAL, Retry.NEVER, False, "content refused"),
        ErrorClass.MODEL_NOT_FOUND: Consequence(Effect.NEUTRAL, Retry.NEVER, True, "model not found", 600.0),
        ErrorClass.RATE_LIMIT: Consequence(Effect.COUNTS, Retry.AFTER_ITS_WAIT, True, "rate limit", 5.0),
        ErrorClass.OVERLOADED: Consequence(Effect.COUNTS, Retry.AFTER_PAUSE, True, "overloaded"),
        ErrorClass.MODEL_NOT_READY: Consequence(Effect.NEUTRAL, Retry.NEVER, True, "model not ready", 15.0),
        ErrorClass.TIMEOUT: Consequence(Effect.COUNTS, Retry.NEVER, True, "timeout"),
        ErrorClass.SERVER: Consequence(Effect.COUNTS, Retry.AFTER_PAUSE, True, "server error"),
        ErrorClass.NETWORK: Consequence(Effect.COUNTS, Retry.NEVER, True, "connection failed"),
        ErrorClass.PROTOCOL: Consequence(Effect.COUNTS, Retry.AT_ONCE, True, "unusable answer"),
        # Provisional: undone as soon as others show that the fault is on this machine (see offline.py).
        ErrorClass.OFFLINE: Consequence(Effect.COUNTS, Retry.NEVER, True, "offline"),
        ErrorClass.UNKNOWN: Consequence(Effect.COUNTS, Retry.NEVER, True, "unexpected fault"),
        ErrorClass.CANCELLED: Consequence(Effect.NEUTRAL, Retry.NEVER, False, "cancelled"),
    }
)
"""A row for every class; the most actionable first, which is the order in which one error of several is surfaced."""

ACTIONABILITY: Mapping[ErrorClass, int] = MappingProxyType({kind: rank for rank, kind in enumerate(CONSEQUENCES)})
"""Rank of each class; the smaller, the more a person can do about it."""

_UNSENT = frozenset({None, Phase.CONNECT, Phase.HEADERS})


def consequence_of(error: ErrorInfo) -> Consequence:
    """The row for `error`, refined by what only its other fields tell."""
    row = CONSEQUENCES[error.error_class]
    match error.error_class:
        case ErrorClass.NETWORK if error.code == "reset" and error.phase in _UNSENT:
            # A pooled connection that the server had closed looks just like this; a fresh one usually works.
            return replace(row, retry=Retry.AT_ONCE)
        case ErrorClass.PROTOCOL if error.status is not None and 300 <= error.status < 400:
            # A redirect is a matter of configuration: asking again, or counting it, changes nothing.
            return replace(row, health=Effect.NEUTRAL, retry=Retry.NEVER)
        case ErrorClass.PROTOCOL if error.status in (404, 405):
            # No such place on that server: it is no model API, or the base URL is wrong.
            return replace(row, retry=Retry.NEVER)
        case ErrorClass.BAD_REQUEST if error.status == 413:
            # Too large for this provider; limits differ, so another one may take it.
            return replace(row, next_provider=True)
        case _:
            return row


def asked_wait(error: ErrorInfo) -> float | None:
    """The wait in seconds that the provider asked for, None when it asked for none that makes sense."""
    wait = error.retry_after
    if wait is None or not math.isfinite(wait) or wait < 0:
        return None
    return min(wait, LONGEST_RESPECTED_WAIT)
