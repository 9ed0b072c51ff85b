"""Text out of a transcript as it should be pasted: what is selected, and whole blocks of code."""

from __future__ import annotations

from textual.selection import Selection

from phoenix_tui.tui.markdown.graphemes import whole
from phoenix_tui.tui.markdown.inline import without_seams
from phoenix_tui.tui.transcript import stops
from phoenix_tui.tui.transcript.layout import Layout, place_of
from phoenix_tui.tui.transcript.stops import Stop

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
        row += 1
        if place > last:
            break
        line = layout.line(place)
        if line.is_label:
            continue
        text = line.text
        low, high = line.lead, len(text)
        if selection.start is not None and place == first:
            low = max(low, whole(text, selection.start.x - GUTTER))
        if selection.end is not None and place == last:
            high = whole(text, selection.end.x - GUTTER)
        if parts:
            parts.append(line.join)
        parts.append(text[low:high])
    return "".join(parts)


def code_text(layout: Layout, stop: Stop) -> str:
    """Exactly the code of the block at `stop`: all its pieces, no decoration; empty when there is none."""
    found = stops.spot(layout, stop)
    if found is None:
        return ""
    slots = layout.view(stop.entry).sections[stop.section].slots
    more = layout.code_parts(*stop[:3])[1:]
    return without_seams("\n".join([found.value, *(slots[part].part.continued_code(layout.width) for part in more)]))
