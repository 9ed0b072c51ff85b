"""Words and numbers for people: units, aligned widths, and foreign text made safe.

Everything here returns plain strings. A string reaches a widget only inside a `Content`, so nothing in it is markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from phoenix_tui.core.text import strip_controls
from phoenix_tui.tui import spoken

SECONDS_TOLD = 100
"""How long ago a moment is told in seconds; then it is minutes."""


def seconds(value: float | None) -> str:
    """A short duration in at most five cells: `0.84s`, `12.3s`, `74s`, `3m`; a dash for None."""
    if value is None or value != value or value < 0:
        return "-"
    if value < 9.995:
        return f"{value:.2f}s" if value < 0.995 else f"{value:.1f}s"
    if value < 99.95:
        return f"{value:.1f}s"
    return f"{value:.0f}s" if value < 600 else f"{value / 60:.0f}m"


def countdown(remaining: float) -> str:
    """Time left, in whole units and never "0s" while something is still to come: `1s`, `59s`, `2m`, `3h`. Where it is
    read aloud, it changes each minute at most: `under a minute`, `about 2 minutes`."""
    whole = max(1, int(-(-remaining // 1)))
    if spoken.in_force():
        return "under a minute" if whole < 60 else f"about {_about(remaining)}"
    if whole < 100:
        return f"{whole}s"
    minutes = -(-whole // 60)
    return f"{minutes}m" if minutes < 100 else f"{-(-minutes // 60)}h"


def due(until: float, now: float) -> str:
    """When a wait is over, both moments in wall time: `in 12s`. Where that is read aloud it is the time of day, which
    does not change while one waits: `at 14:03:20`."""
    return f"at {time_of_day(until, now, exact=True)}" if spoken.in_force() else f"in {countdown(until - now)}"


def _about(duration: float) -> str:
    """Whole minutes, hours or days, as words."""
    minutes = round(duration / 60)
    if minutes < 100:
        return count(max(1, minutes), "minute")
    hours = round(duration / 3_600)
    return count(hours, "hour") if hours < 48 else count(round(duration / 86_400), "day")


def ago(elapsed: float) -> str:
    """How long ago, roughly: `just now`, `40 s ago`, `5 min ago`, `3 h ago`, `2 days ago`. As `countdown`, where it is
    read aloud: `moments ago`, `5 minutes ago`."""
    if spoken.in_force():
        return "moments ago" if elapsed < 60 else f"{_about(elapsed)} ago"
    if elapsed < 2:
        return "just now"
    if elapsed < SECONDS_TOLD:
        return f"{elapsed:.0f} s ago"
    if elapsed < 6_000:
        return f"{elapsed / 60:.0f} min ago"
    if elapsed < 172_800:
        return f"{elapsed / 3_600:.0f} h ago"
    return f"{elapsed / 86_400:.0f} days ago"


def time_of_day(wall: float, now: float, *, exact: bool = False) -> str:
    """A moment on this machine's clock: `14:03`, with seconds where `exact`; with its day where that is not today."""
    then, today = datetime.fromtimestamp(wall, UTC).astimezone(), datetime.fromtimestamp(now, UTC).astimezone()
    shown = f"{then:%H:%M:%S}" if exact else f"{then:%H:%M}"
    return shown if then.date() == today.date() else f"{then:%Y-%m-%d} {shown}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as whole percent. 99.9 % is not shown as 100 %."""
    if share is None:
        return "-"
    whole = int(share * 100) if share < 1 else 100
    return f"{whole}%"


def money(usd: float) -> str:
    """Dollars with as many digits as a small sum needs: `$1.20`, `$0.034`, `$0.0021`."""
    if usd >= 0.995 or usd == 0:
        return f"${usd:.2f}"
    return f"${usd:.3f}" if usd >= 0.0095 else f"${usd:.4f}"


def file_size(size: int) -> str:
    """Bytes as people read them: `412 bytes`, `4.1 kB`, `2 MB`."""
    if size < 1_000:
        return count(size, "byte")
    value, unit = (size / 1_000, "kB") if size < 999_950 else (size / 1_000_000, "MB")
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


def count(number: int, noun: str) -> str:
    """`1 request`, `1,204 requests`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def one_line(text: str) -> str:
    """Foreign text as one printable line: controls out, every run of white space one space."""
    return " ".join(strip_controls(text[:4_000]).split())


def clip(text: str, width: int, *, ellipsis: str = "…") -> str:
    """`text` on one line in at most `width` cells, its end cut off with an ellipsis where it is longer."""
    text = one_line(text)
    if cell_len(text) <= width:
        return text
    if width <= len(ellipsis):
        return ellipsis[: max(0, width)]
    return set_cell_size(text, width - len(ellipsis)).rstrip() + ellipsis


def fitting(phrases: Iterable[str], width: int, *, ellipsis: str = "…") -> str:
    """The first of `phrases`, on one line, that takes at most `width` cells; else the last one with words, clipped."""
    last = ""
    for phrase in phrases:
        last = one_line(phrase) or last
        if phrase and cell_len(last) <= width:
            return last
    return clip(last, width, ellipsis=ellipsis)


def fit(text: str, width: int, *, ellipsis: str = "…") -> str:
    """`clip`, filled up with spaces on the right to exactly `width` cells."""
    clipped = clip(text, width, ellipsis=ellipsis)
    return clipped + " " * (width - cell_len(clipped))


def wrapped(text: str, width: int) -> list[str]:
    """`text` without controls, broken at spaces into rows of at most `width` cells; a word that is too long is broken
    anywhere. At least one row."""
    rows = Content(strip_controls(text)).wrap(max(2, width))
    return [row.plain.rstrip() for row in rows] or [""]


def sentence(text: str, limit: int = 400) -> str:
    """A provider's own words as one sentence: one line, at most `limit` characters, with a full stop."""
    line = one_line(text)
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return line if not line or line[-1] in ".!?…:" else line + "."
