"""Going from one thing that can be pointed at to the next, through all of a transcript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from phoenix_tui.tui.transcript.entries import Entry, Kind
from phoenix_tui.tui.transcript.layout import Layout, Place
from phoenix_tui.tui.transcript.spots import Spot, SpotKind, may_hold
from phoenix_tui.tui.transcript.view import HEAD

STEPPED = frozenset({SpotKind.ENTRY, SpotKind.ANSWER, SpotKind.REASONING, SpotKind.CODE})
"""What n and p go to."""
FOLDS = frozenset({SpotKind.ANSWER, SpotKind.REASONING})
_ON_HEADINGS = frozenset({SpotKind.ENTRY, SpotKind.ANSWER, SpotKind.REASONING})


class Stop(NamedTuple):
    """A spot by where it stands: stays right while an answer grows, is none when nothing stands there any more."""

    entry: int
    section: int
    part: int
    nth: int


def spot(layout: Layout, stop: Stop) -> Spot | None:
    """What stands at a stop."""
    if stop.entry >= len(layout.entries):
        return None
    spots = layout.spots(*stop[:3])
    return spots[stop.nth] if stop.nth < len(spots) else None


def row_of(layout: Layout, stop: Stop) -> int:
    """The row at which what stands at a stop begins."""
    found = spot(layout, stop)
    return layout.row_of(Place(stop.entry, stop.section, stop.part, found.runs[0].line if found else 0))


def holds(layout: Layout, stop: Stop, place: Place) -> bool:
    """Whether the row at `place` is part of what stands at `stop`, of code in all its pieces."""
    if place[:2] != stop[:2] or place.part < stop.part:
        return False
    found = spot(layout, stop)
    if found is None:
        return False
    if place.part == stop.part:
        return found.holds(place.line)
    code = layout.line(place).code
    return (
        found.kind is SpotKind.CODE
        and code is not None
        and code.continues
        and place.part in layout.code_parts(stop.entry, stop.section, stop.part)
    )


def walk(layout: Layout, after: Stop, direction: int, kinds: frozenset[SpotKind]) -> Iterator[Stop | None]:
    """The stops of `kinds` behind `after` in `direction` (1 down, -1 up), nearest first.

    Gives None wherever nothing was found in a bounded time, so that a search through a huge transcript can be left or
    gone on with. What is laid out on the way changes estimated heights.
    """
    entry = after.entry
    while 0 <= entry < len(layout.entries):
        if _may_hold(layout.entries[entry], kinds):
            yield from _walk_entry(layout, entry, after, direction, kinds)
        elif entry % 64 == 0:
            yield None
        entry += direction


def _walk_entry(
    layout: Layout, entry: int, after: Stop, direction: int, kinds: frozenset[SpotKind]
) -> Iterator[Stop | None]:
    sections = layout.view(entry).sections
    while entry in layout.unfinished and (direction < 0 or not kinds & _ON_HEADINGS):
        layout.changed(entry)
        yield None
    for section in range(len(sections))[::direction]:
        part = 0 if direction > 0 else len(sections[section].slots) - 1
        while 0 <= part < len(sections[section].slots):
            here = (entry, section, part)
            if _is_ahead(here, after[:3], direction) and sections[section].slots[part].part.may_hold(kinds):
                spots = layout.spots(*here)
                for nth in range(len(spots))[::direction]:
                    stop = Stop(*here, nth)
                    if spots[nth].kind in kinds and stop != after and _is_ahead(stop, after, direction):
                        yield stop
                yield None
            part += direction


def _is_ahead(one: tuple[int, ...], other: tuple[int, ...], direction: int) -> bool:
    return one >= other if direction > 0 else one <= other


def _may_hold(entry: Entry, kinds: frozenset[SpotKind]) -> bool:
    """Whether an entry is worth being laid out for what is looked for."""
    if not _ON_HEADINGS.isdisjoint(kinds):
        return True
    if entry.kind is not Kind.ANSWER:
        return False
    texts = [str(entry.reasoning)] if entry.shows_reasoning else []
    if not entry.folded:
        texts.append(str(entry.text))
    return any(may_hold(text, kinds) for text in texts)


def edge(layout: Layout, top: int, height: int, direction: int) -> Stop:
    """Where stepping through what is in view begins: before its first row going down, behind its last going up."""
    row = top if direction > 0 else top + height - 1
    place = layout.place(max(0, min(row, layout.height - 1)))
    spots = layout.spots(*place[:3])
    if direction > 0:
        nth = next((nth for nth, found in enumerate(spots) if found.runs[0].line >= place.line), len(spots))
        return Stop(*place[:3], nth - 1)
    nth = next((nth for nth in reversed(range(len(spots))) if spots[nth].runs[0].line <= place.line), -1)
    return Stop(*place[:3], nth + 1)


def fold(layout: Layout, entry: int) -> Stop | None:
    """The first fold of an entry."""
    for part, slot in enumerate(layout.view(entry).sections[HEAD].slots):
        if slot.part.may_hold(FOLDS):
            return Stop(entry, HEAD, part, 0)
    return None
