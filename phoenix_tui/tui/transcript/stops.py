"""Where the keyboard can stop in a transcript: at every entry, and at every fold."""

from __future__ import annotations

from typing import NamedTuple

from phoenix_tui.tui.transcript.layout import Layout, Place
from phoenix_tui.tui.transcript.view import HEAD


class Stop(NamedTuple):
    """One of them: "entry" is the first row of an entry, "answer" and "reasoning" are folds."""

    entry: int
    name: str


def names(layout: Layout, entry: int) -> list[str]:
    """The stops of one entry, from above."""
    return [slot.part.stop for slot in layout.view(entry).sections[HEAD].slots if slot.part.stop]


def row_of(layout: Layout, stop: Stop) -> int:
    """The row a stop stands on."""
    slots = layout.view(stop.entry).sections[HEAD].slots
    part = next((index for index, slot in enumerate(slots) if slot.part.stop == stop.name), 0)
    start = layout.row_of(Place(stop.entry, HEAD, part, 0))
    lines = slots[part].lines or () if part < len(slots) else ()
    return start + next((index for index, line in enumerate(lines) if line.spans), 0)


def beside(layout: Layout, stop: Stop, direction: int) -> Stop | None:
    """The next stop in `direction` (1 down, -1 up); None at the end."""
    here = names(layout, stop.entry)
    at = here.index(stop.name) if stop.name in here else 0
    if 0 <= at + direction < len(here):
        return Stop(stop.entry, here[at + direction])
    entry = stop.entry + direction
    while 0 <= entry < len(layout.entries):
        if there := names(layout, entry):
            return Stop(entry, there[0 if direction > 0 else -1])
        entry += direction
    return None


def first_in_view(layout: Layout, top: int, height: int, direction: int) -> Stop | None:
    """Where stepping begins: the uppermost stop in view going down, the lowest going up; else the nearest outside."""
    rows = range(top, top + height) if direction > 0 else range(top + height - 1, top - 1, -1)
    stop = _first(layout, rows)
    if stop is None and layout.height:
        stop = beside(layout, Stop(layout.place(top).entry, "entry"), direction) if direction > 0 else None
        stop = stop or Stop(layout.place(top).entry, "entry")
    return stop


def last_fold_in_view(layout: Layout, top: int, height: int) -> Stop | None:
    """The lowest fold in view."""
    return _first(layout, range(top + height - 1, top - 1, -1), ("answer", "reasoning"))


def _first(layout: Layout, rows: range, wanted: tuple[str, ...] = ("entry", "answer", "reasoning")) -> Stop | None:
    for row in rows:
        if 0 <= row < layout.height:
            place = layout.place(row)
            slot = layout.slot(place)
            if slot is not None and slot.part.stop in wanted and layout.line(place).spans:
                return Stop(place.entry, slot.part.stop)
    return None


def toggle(layout: Layout, stop: Stop) -> bool:
    """Open or close the fold at `stop`, or the first of the entry it stands on. False when there is none."""
    entry = layout.entries[stop.entry]
    folds = [name for name in names(layout, stop.entry) if name != "entry"]
    name = stop.name if stop.name in folds else folds[0] if folds else ""
    if name == "answer":
        entry.folded = not entry.folded
    elif name == "reasoning":
        entry.reasoning_open = not entry.shows_reasoning
    return bool(name)
