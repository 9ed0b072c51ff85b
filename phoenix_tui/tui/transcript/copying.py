"""The text between two points of a transcript, as it should be pasted."""

from __future__ import annotations

from textual.selection import Selection

from phoenix_tui.tui.transcript.layout import Layout, place_of

GUTTER = 1
"""Columns before the text of every row (the cursor's); offsets of a selection count them."""


def selected_text(layout: Layout, selection: Selection) -> str:
    """What `selection` covers, its rows given as `Place.key`; wrapped rows whole again, without decoration."""
    if not layout.height:
        return ""
    layout.measure(0, 1)
    first = layout.place(0) if selection.start is None else place_of(selection.start.y)
    last = layout.place(layout.height - 1) if selection.end is None else place_of(selection.end.y)
    parts: list[str] = []
    row = layout.row_of(first)
    while row < layout.height:
        while layout.measure(row, row + 1):
            pass
        place = layout.place(row)
        if place > last:
            break
        line = layout.line(place)
        low, high = GUTTER + line.lead, None
        if selection.start is not None and place == first:
            low = max(low, selection.start.x)
        if selection.end is not None and place == last:
            high = selection.end.x
        if parts:
            parts.append(line.join)
        parts.append((" " * GUTTER + line.text)[low:high])
        row += 1
    return "".join(parts)
