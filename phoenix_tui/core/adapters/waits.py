"""The wait that a provider asks for, in every form in which providers say it. All results are seconds from now."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,20})?(?:[eE]\+?\d{1,3})?\Z")
_PART = re.compile(r"(?:,?\s?(?:and\s)?)(\d{1,15}(?:\.\d{1,15})?)\s?([a-zµμ]{1,12})")
_IN_WORDS = re.compile(
    r"\b(?:try again|retry|wait|available again|reset|resets)(?:\s(?:in|after|for|at least))?:?\s(?:about\s)?(?=\d)"
)
_UNITS = {
    **dict.fromkeys(("ns", "nanoseconds"), 1e-9),
    **dict.fromkeys(("us", "µs", "μs", "microseconds"), 1e-6),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
# A bare number is a wait while it is small, else a moment: seconds since the epoch, or milliseconds.
_EPOCH_FROM, _EPOCH_MS_FROM = 1e9, 1e11
_TEXT_LENGTH = 4000


def number(text: str) -> float | None:
    """A number from 0 up; None for anything else."""
    text = text.strip()
    return _usable(float(text)) if _NUMBER.match(text) else None


def duration(text: str) -> float | None:
    """A duration as Go and protocol buffers write it (`6m0s`, `120ms`, `600.5s`); None for anything else."""
    text = text.strip()
    total, end = _parts(text, 0)
    return total if end == len(text) else None


def wait_in_words(text: str) -> float | None:
    """The wait in a sentence ("Please try again in 6m0s."); None without one."""
    text = text[:_TEXT_LENGTH].lower()
    for found in _IN_WORDS.finditer(text):
        total, end = _parts(text, found.end())
        if end > found.end():
            return total
    return None


def retry_after(headers: Mapping[str, str], now: float | None) -> float | None:
    """The wait of `retry-after-ms` and `retry-after` (seconds or an HTTP date). `now` None ignores dates."""
    if (milliseconds := number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    if (wait := number(value)) is not None or now is None:
        return wait
    return _until(_http_date(value), now)


def rate_limit_reset(headers: Mapping[str, str], now: float | None) -> float | None:
    """The wait until the limit that is used up counts anew: the longest of those with nothing remaining.

    Read are `x-ratelimit-reset[-requests|-tokens]` and `anthropic-ratelimit-*-reset`. `now` None ignores moments.
    """
    return max((wait for wait in _resets(headers, now) if wait is not None), default=None)


def _resets(headers: Mapping[str, str], now: float | None) -> Iterator[float | None]:
    for name, value in headers.items():
        if "ratelimit" not in name or "reset" not in name:
            continue
        # What remains is -1 where the provider does not know, and then its reset means nothing either.
        remaining = headers.get(name.replace("reset", "remaining"))
        if remaining is None or number(remaining) == 0:
            yield until_reset(value, now)


def until_reset(value: str, now: float | None) -> float | None:
    """The wait in a reset header: a Go duration, seconds, a moment as seconds or milliseconds since the epoch, or
    RFC 3339. None for anything else, for a moment that has passed, and for any moment where `now` is None."""
    amount = number(value)
    if amount is None:
        wait = duration(value)
        return wait if wait is not None or now is None else _until(_rfc3339(value), now)
    if amount < _EPOCH_FROM:
        return amount
    return None if now is None else _until(amount / 1000 if amount >= _EPOCH_MS_FROM else amount, now)


def _parts(text: str, position: int) -> tuple[float | None, int]:
    """The sum of the durations from `position` on, and where they end."""
    total: float | None = None
    while (part := _PART.match(text, position)) and part[2] in _UNITS:
        total = (total or 0.0) + float(part[1]) * _UNITS[part[2]]
        position = part.end()
    return total, position


def _until(moment: float | None, now: float) -> float | None:
    """Seconds from `now` to `moment`; None for one that has passed, which says nothing about the wait."""
    return None if moment is None or moment < now else moment - now


def _http_date(value: str) -> float | None:
    # Imported here: the email package is slow to load and hardly ever needed.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        return _timestamp(parsedate_to_datetime(value))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _rfc3339(value: str) -> float | None:
    try:
        return _timestamp(datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError):
        return None


def _timestamp(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _usable(value: float) -> float | None:
    return value if math.isfinite(value) and value >= 0 else None
