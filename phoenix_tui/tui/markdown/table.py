"""Tables laid out to a width: fitted columns, wrapped cells; stacked rows where columns would be too narrow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.markdown.lines import BLANK, Line, Span, Stretch, Style, indented
from phoenix_tui.tui.markdown.wrap import Row, wrap

Cell = Sequence[Span]
BORDER: Style = ("border",)
_MIN_COLUMN = 6
_SEPARATOR = " │ "


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as spans; every row has as many as `header`. `alignments` holds "left", "center" or "right"."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    alignments: tuple[str, ...]


def _cell_width(cell: Cell) -> int:
    lines = "".join(span.text for span in cell).split("\n")
    return max(cell_len(line) for line in lines)


def fitted(natural: Sequence[int], room: int) -> list[int]:
    """Widths for columns of `natural` width in `room` cells: narrow columns whole, the wide ones share what is left."""
    widths = [0] * len(natural)
    for position, column in enumerate(sorted(range(len(natural)), key=lambda index: natural[index])):
        share = room // (len(natural) - position)
        widths[column] = min(natural[column], share)
        room -= widths[column]
    return widths


def _aligned(spans: Sequence[Span], width: int, alignment: str) -> tuple[Span, Span]:
    """The space on both sides of a cell's content."""
    space = width - sum(cell_len(span.text) for span in spans)
    left = {"right": space, "center": space // 2}.get(alignment, 0)
    return Span(" " * left), Span(" " * (space - left))


_NO_MORE = Row((), "")
"""A cell that has ended above."""


def _row(cells: Sequence[Cell], widths: Sequence[int], alignments: Sequence[str]) -> list[Line]:
    columns = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    lines: list[Line] = []
    for index in range(max(len(column) for column in columns)):
        spans: list[Span] = []
        stretches: list[Stretch] = []
        at = 0
        for position, (column, width) in enumerate(zip(columns, widths, strict=True)):
            if position:
                spans.append(Span(_SEPARATOR, BORDER))
                at += len(_SEPARATOR)
            content, join = column[index] if index < len(column) else _NO_MORE
            left, right = _aligned(content, width, alignments[position])
            start = at + len(left.text)
            end = start + sum(len(span.text) for span in content)
            stretches.append(Stretch(start, end, join))
            spans += left, *content, right
            at = end + len(right.text)
        lines.append(Line(tuple(span for span in spans if span.text), cells=tuple(stretches)))
    return lines


def _stacked(table: Table, width: int) -> list[Line]:
    lines: list[Line] = []
    for index, row in enumerate(table.rows):
        if index:
            lines.append(Line((Span("─" * min(width, 12), BORDER),)))
        for title, cell in zip(table.header, row, strict=True):
            spans = [*title, Span(": "), *cell] if title else list(cell)
            wrapped = [Line(part.spans, join=part.join) for part in wrap(spans, max(1, width - 2))]
            lines.extend(indented(wrapped, Span(""), Span("  ")))
    if not table.rows:
        lines = [Line(part.spans, join=part.join) for title in table.header for part in wrap(title, width)]
    return lines


def table_lines(table: Table, width: int, *, continues: bool = False) -> list[Line]:
    """The rows of the screen for `table`. With `continues` the header has been shown by the piece before."""
    if not table.header:
        return [BLANK]
    columns = list(zip(table.header, *table.rows, strict=True))
    natural = [max(1, *(_cell_width(cell) for cell in column)) for column in columns]
    room = width - len(_SEPARATOR) * (len(natural) - 1)
    widths = fitted(natural, room) if room > 0 else []
    if not widths or any(got < min(need, _MIN_COLUMN) for got, need in zip(widths, natural, strict=True)):
        return _stacked(table, width)
    lines = []
    if not continues:
        lines = _row(table.header, widths, table.alignments)
        lines.append(Line((Span("─┼─".join("─" * column for column in widths), BORDER),)))
    for row in table.rows:
        lines.extend(_row(row, widths, table.alignments))
    return lines
