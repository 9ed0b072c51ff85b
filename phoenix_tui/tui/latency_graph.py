"""Latency over time as graphs: one cell is a fixed span of time, so that a graph moves only when time has really moved.

The height of a cell is that of the slowest answer in its span; a failure leaves a gap with a mark of its own, and where
nothing was asked there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from math import log

from phoenix_tui.core.snapshot import ProviderHealth, Snapshot
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.glyphs import Glyphs
from phoenix_tui.tui.text import count, seconds

STEP = 30.0
"""Seconds; every span is a multiple of it, so that all graphs move at the same moments."""
LONGEST = 3_600.0
"""Seconds that a graph reaches back at most."""
LABEL_CELLS = 6
"""Cells that the scale takes, left of a chart."""
FASTEST, SLOWEST = 0.15, 12.0
"""Times to first token, in seconds, at the foot and at the top of every graph."""

Part = tuple[str, str]
Line = tuple[Part, ...]

_FAILED, _ANSWERED, _AXIS = "$health-down bold", "$accent", "$text-muted"
_CHART_SPANS = (30, 60, 90, 120, 150, 180, 300)


@dataclass(frozen=True, slots=True)
class Span:
    """What came back in one span of time: the longest time to first token, in seconds (None: no answer), and whether
    anything failed."""

    slowest: float | None = None
    failed: bool = False

    @property
    def is_empty(self) -> bool:
        return self.slowest is None and not self.failed


def spans(health: ProviderHealth, now: float, length: float, number: int) -> tuple[Span, ...]:
    """The last `number` spans of `length` seconds, oldest first; the last one is the one that `now` (wall time) is in.
    They begin at multiples of their length."""
    current = now // length
    found: dict[int, Span] = {}
    for ttft, at in zip(health.recent, health.recent_at, strict=False):
        age = max(0, int(current - at // length))  # a clock that was put back has samples from the time to come
        if age >= number:
            continue
        span = found.get(age, Span())
        slowest = span.slowest if ttft is None else max(ttft, span.slowest or 0.0)
        found[age] = Span(slowest, span.failed or ttft is None)
    return tuple(found.get(age, Span()) for age in range(number - 1, -1, -1))


def moves_in(snapshot: Snapshot, now: float) -> float | None:
    """Seconds until the graphs move; None while there is nothing in any of them."""
    if any(at > now - LONGEST for health in snapshot.health for at in health.recent_at):
        return STEP - now % STEP
    return None


def height(ttft: float) -> float:
    """How high a time to first token stands, 0 to 1: by its logarithm, so that 0.3 s and 3 s look different and one
    slow answer does not flatten the rest."""
    return log(min(max(ttft, FASTEST), SLOWEST) / FASTEST) / log(SLOWEST / FASTEST)


def sparkline(found: Iterable[Span], glyphs: Glyphs) -> Line:
    """A graph of one line, a cell for each span."""
    return _merged(_spark(span, glyphs) for span in found)


def _spark(span: Span, glyphs: Glyphs) -> Part:
    if span.failed:
        return glyphs.failure, _FAILED
    if span.slowest is None:
        return " ", ""
    return glyphs.levels[round(height(span.slowest) * (len(glyphs.levels) - 1))], _ANSWERED


def chart(health: ProviderHealth, now: float, width: int, rows: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """The last hour with a scale and an axis of time: `rows` lines of graph and two below it, at most `width` cells
    wide. A single line where nothing was asked."""
    room = max(12, width - LABEL_CELLS - 2)
    length = next(length for length in _CHART_SPANS if LONGEST / length <= room or length == _CHART_SPANS[-1])
    found = spans(health, now, length, min(room, round(LONGEST / length)))
    if all(span.is_empty for span in found):
        return ((("nothing was asked in the last hour", "$text-muted"),),)
    lines = [_chart_row(found, row, rows, glyphs) for row in range(rows - 1, -1, -1)]
    margin = " " * LABEL_CELLS
    lines.append(((f"{margin} {glyphs.corner}{glyphs.axis * len(found)}", _AXIS),))
    lines.append(((f"{margin}  {_times(len(found))}", _AXIS),))
    return tuple(lines)


def _chart_row(found: tuple[Span, ...], row: int, rows: int, glyphs: Glyphs) -> Line:
    """One row of a chart, 0 the lowest. Its label is the time at its upper edge."""
    edge = FASTEST * (SLOWEST / FASTEST) ** ((row + 1) / rows)
    label = (f"{seconds(edge):>{LABEL_CELLS}} {glyphs.upright}", _AXIS)
    return (label, *_merged(_column(span, row, rows, glyphs) for span in found))


def _column(span: Span, row: int, rows: int, glyphs: Glyphs) -> Part:
    if span.failed:
        return (glyphs.failure, _FAILED) if row == 0 else (" ", "")
    if span.slowest is None:
        return " ", ""
    full = len(glyphs.levels)
    eighths = max(1, round(height(span.slowest) * rows * full)) - row * full  # the fastest answer is still an answer
    return (glyphs.levels[min(eighths, full) - 1], _ANSWERED) if eighths > 0 else (" ", "")


def _times(cells: int) -> str:
    """The axis of time of an hour, `cells` wide: its beginning, its middle where there is room, and now."""
    began, middle, end = "60 min ago", "30 min", "now"
    gap = cells - len(began) - len(end)
    if gap < len(middle) + 4:
        return began + " " * max(1, gap) + end
    left = cells // 2 - len(began) - len(middle) // 2
    return began + " " * left + middle + " " * (gap - left - len(middle)) + end


def summary(health: ProviderHealth, now: float) -> str:
    """What the last hour holds, in words: `23 answers, the slowest after 8.2s; 2 failures`."""
    known = [ttft for ttft, at in zip(health.recent, health.recent_at, strict=False) if at > now - LONGEST]
    answers = [ttft for ttft in known if ttft is not None]
    failures = len(known) - len(answers)
    slowest = f", the slowest after {seconds(max(answers))}" if answers else ""
    return f"{count(len(answers), 'answer')}{slowest}; {count(failures, 'failure')}"


def _merged(parts: Iterable[Part]) -> Line:
    """Neighbours of one style as one part: there is less to paint."""
    return tuple(("".join(sign for sign, _ in same), style) for style, same in groupby(parts, key=lambda part: part[1]))
