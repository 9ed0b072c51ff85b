"""What the log of incidents says on the screen: to `/incidents`, newest last, and on the page of a provider, newest
first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from phoenix_tui.core.journal import Record
from phoenix_tui.core.timeline import Line, Tone, involved, timeline

Part = tuple[str, str]

NOTHING_KEPT = "Nothing is kept here: this run leaves no trace."
NOTHING_YET = "Nothing yet: failures, switches and changes of health will be here."

_STYLES = {Tone.NOTE: "", Tone.TROUBLE: "$health-down", Tone.RECOVERY: "$health-up"}


def incident_report(records: Iterable[Record]) -> list[list[Part]]:
    """`records` as lines of (text, style) parts, each day under its date."""
    lines: list[list[Part]] = []
    day = ""
    for line in timeline(records):
        when = _local(line.at.wall)
        if day != f"{when:%Y-%m-%d}":
            day = f"{when:%Y-%m-%d}"
            lines.append([(day, "$text-muted")])
        lines.append([(f"{when:%H:%M:%S}  ", "$text-muted"), (_said(line), _STYLES[line.tone])])
    return lines


def history_of(name: str, records: Iterable[Record], now: float) -> tuple[tuple[str, str, str], ...]:
    """What `records` say of the provider `name`, newest first, as (time, words, style), each day but today under its
    date; what befell the program as a whole belongs to it."""
    about = [record for record in records if not involved(record) or name in involved(record)]
    lines: list[tuple[str, str, str]] = []
    day = _local(now).date()
    for line in reversed(timeline(about)):
        when = _local(line.at.wall)
        if when.date() != day:
            day = when.date()
            lines.append(("", f"{day}", "$text-muted"))
        # A switch names both of its sides itself.
        said = line.words if name == line.provider or line.provider in line.words.split() else _said(line)
        lines.append((f"{when:%H:%M:%S}", said, _STYLES[line.tone]))
    return tuple(lines)


def _local(wall: float) -> datetime:
    return datetime.fromtimestamp(wall, UTC).astimezone()


def _said(line: Line) -> str:
    return f"{line.provider}: {line.words}" if line.provider else line.words
