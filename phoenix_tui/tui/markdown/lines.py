"""The lines everything is laid out to: text with the meaning of its style, not with colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rich.cells import cell_len

Style = tuple[str, ...]
"""Names of meanings ("strong", "code", "heading"), outermost first; the widget turns them into colours."""

PLAIN: Style = ()


class Span(NamedTuple):
    """A piece of one line in one style."""

    text: str
    style: Style = PLAIN
    link: str = ""
    """Where a click leads; empty for text that is no link."""


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
        spans = (prefix, *line.spans) if prefix.text else line.spans
        out.append(replace(line, spans=spans, lead=lead))
    return out


def plain_text(lines: Sequence[Line]) -> str:
    """What copying all of `lines` gives: wrapped lines whole again, without decoration."""
    parts: list[str] = []
    for index, line in enumerate(lines):
        if index:
            parts.append(line.join)
        parts.append(line.text[line.lead :])
    return "".join(parts)
