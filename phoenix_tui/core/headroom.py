"""How much of a provider's own limits is left, as the headers of its answers tell it. A success tells it too."""

from __future__ import annotations

import re
from collections.abc import Mapping

from phoenix_tui.core.adapters import waits
from phoenix_tui.core.types import RateLimit

# OpenAI and xAI name the limit last (x-ratelimit-remaining-tokens), OpenRouter not at all, Anthropic in the middle
# (anthropic-ratelimit-input-tokens-remaining).
_HEADER = re.compile(
    r"(?:x-ratelimit-(?P<what>limit|remaining|reset)(?:-(?P<kind>[a-z][a-z-]{0,30}))?"
    r"|anthropic-ratelimit-(?P<their_kind>[a-z][a-z-]{0,30})-(?P<their_what>limit|remaining|reset))\Z"
)
_UNNAMED = "requests"
_KINDS = ("requests", "tokens", "input-tokens", "output-tokens")
_MOST = 8
_HUGE = 10**15
_LONGEST_WAIT = 400 * 86400.0


def headroom(headers: Mapping[str, str], *, now: float) -> tuple[RateLimit, ...]:
    """The limits that `headers` (names in lower case) tell of, requests before tokens, at most eight.

    `now` is wall time, in seconds since the epoch. A number that cannot be is left out, and a limit with a negative
    number, or of zero, altogether: Azure sends -1 and 0 where it does not know.
    """
    told: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        if found := _HEADER.match(name):
            kind = found["kind"] or found["their_kind"] or _UNNAMED
            told.setdefault(kind, {})[found["what"] or found["their_what"]] = value.strip()
    limits = (_rate_limit(kind, values, now) for kind, values in sorted(told.items(), key=_place))
    return tuple(limit for limit in limits if limit is not None)[:_MOST]


def _place(told: tuple[str, object]) -> tuple[int, str]:
    kind = told[0]
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS), kind)


def _rate_limit(kind: str, values: Mapping[str, str], now: float) -> RateLimit | None:
    limit, remaining = _count(values.get("limit", "")), _count(values.get("remaining", ""))
    if limit == 0 or any(value.startswith("-") for value in values.values()) or (limit is None and remaining is None):
        return None
    wait = waits.until_reset(values.get("reset", ""), now)
    return RateLimit(kind, limit, remaining, now + wait if wait is not None and wait <= _LONGEST_WAIT else None)


def _count(text: str) -> int | None:
    amount = waits.number(text)
    return int(amount) if amount is not None and amount < _HUGE else None
