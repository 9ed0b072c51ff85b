"""The lines everything is laid out to: text with the meaning of its style, not with colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from rich.cells import cell_len

from phoenix_tui.core.values import dataclass

Style = tuple[str, ...]
"""Names of meanings ("strong", "code", "heading"), outermost first; the widget turns them into colours."""

PLAIN: Style = ()


class Span(NamedTuple):
    """A piece of one line in one style."""

    text: str
    style: Style = PLAIN
    link: str = ""
    """The address that it leads to, whatever that is; empty for text that is no link."""


class Stretch(NamedTuple):
    """A part of a row, from `start` to `end` in characters, that belongs to one running text."""

    start: int
    end: int
    join: str
    """As `Line.join`, between the same stretch of the row before and this one."""


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code, or a piece of one. Rows of one piece share the object."""

    text: str
    """Exactly as it was written, but for seams of lines too long to be read whole (`inline.without_seams`)."""
    continues: bool = False
    """The block has begun in the part before."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the screen."""

    spans: tuple[Span, ...] = ()
    lead: int = 0
    """Characters at the start that only decorate (indent, bars, bullets' hanging space): not copied."""
    join: str = "\n"
    """What stands between the row before and this one in copied text: "" or " " where a line was only wrapped."""
    fill: Style = PLAIN
    """Style of the space up to the right edge (code blocks have a background)."""
    code: Code | None = None
    """The code that the row is part of, its label included."""
    is_label: bool = False
    """It says something about the rows around it and is no part of their text: not copied, not found."""
    cells: tuple[Stretch, ...] = ()
    """Where several texts stand side by side (a row of a table)."""

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The texts that the row is a part of; most rows are of one."""
        return self.cells or (Stretch(self.lead, sum(len(span.text) for span in self.spans), self.join),)

    @property
    def text(self) -> str:
        """The row as plain text, decoration included."""
        return "".join(span.text for span in self.spans)

    @property
    def width(self) -> int:
        """Cells the row takes."""
        return sum(cell_len(span.text) for span in self.spans)


BLANK = Line()


def indented(lines: Iterable[Line], first: Span, rest: Span, *, decorates_first: bool = True) -> list[Line]:
    """`lines` with `first` before the first and `rest` before the others.

    `rest` is decoration; `first` too unless `decorates_first` is False (a bullet is part of what is copied).
    """
    out: list[Line] = []
    for index, line in enumerate(lines):
        prefix = rest if index else first
        lead = len(prefix.text) + line.lead if index or decorates_first else 0
        if not prefix.text:
            out.append(line)
            continue
        shift = len(prefix.text)
        cells = tuple(Stretch(start + shift, end + shift, join) for start, end, join in line.cells)
        out.append(replace(line, spans=(prefix, *line.spans), lead=lead, cells=cells))
    return out


def plain_text(lines: Sequence[Line]) -> str:
    """What copying all of `lines` gives: wrapped lines whole again, without decoration."""
    parts: list[str] = []
    for line in lines:
        if not line.is_label:
            parts += line.join, line.text[line.lead :]
    return "".join(parts[1:])
