"""Times of day as people write them: `2h` ago, or a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(s|min|m|h|d|w)", re.ASCII)


def wall_time(text: str, now: float) -> float:
    """The time that `text` names, in seconds since the epoch; `now` likewise. A date without a zone is of this
    machine's. Raises ValueError with a sentence."""
    text = text.strip()
    if ago := _AGO.fullmatch(text):
        return now - float(ago[1]) * _UNITS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
        return moment.timestamp()  # of this machine's zone where it has none
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            f"{text[:40]!r} is no time; write how long ago (30min, 2h, 1d) or when (2026-11-30, 2026-11-30T14:05)."
        ) from error


def shown(wall: float) -> str:
    """A time of day with its date, as this machine's clock on the wall shows it."""
    return f"{datetime.fromtimestamp(wall, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
