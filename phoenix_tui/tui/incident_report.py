"""What `/incidents` prints: what happened of late, newest last, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from phoenix_tui.core.journal import Record
from phoenix_tui.core.timeline import Tone, timeline

Part = tuple[str, str]

_STYLES = {Tone.NOTE: "", Tone.TROUBLE: "$health-down", Tone.RECOVERY: "$health-up"}


def incident_report(records: Iterable[Record]) -> list[list[Part]]:
    """`records` as lines of (text, style) parts, each day under its date."""
    lines: list[list[Part]] = []
    day = ""
    for line in timeline(records):
        when = datetime.fromtimestamp(line.at.wall, UTC).astimezone()
        if day != f"{when:%Y-%m-%d}":
            day = f"{when:%Y-%m-%d}"
            lines.append([(day, "$text-muted")])
        who = f"{line.provider}: " if line.provider else ""
        lines.append([(f"{when:%H:%M:%S}  ", "$text-muted"), (who + line.words, _STYLES[line.tone])])
    return lines
