"""The whole transcript as rows, of which only those near the view are ever laid out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from typing import NamedTuple

from phoenix_tui.tui.markdown.lines import BLANK, Line
from phoenix_tui.tui.markdown.render import READING_WIDTH
from phoenix_tui.tui.transcript.entries import Entry, Kind, State
from phoenix_tui.tui.transcript.heights import Heights
from phoenix_tui.tui.transcript.spots import Spot
from phoenix_tui.tui.transcript.view import EntryView, Slot

KEPT_VIEWS = 200
KEPT_SLOTS = 400
_IN_FULL = (Kind.USER, Kind.ANSWER, Kind.OUTPUT)
"""What is shown as a text with a head; all else is a line."""
STEPS = 4
"""Bounded steps of splitting Markdown done at once; a step is about 10 ms at worst."""


class Place(NamedTuple):
    """A row by what it belongs to: stays right when heights elsewhere change."""

    entry: int
    section: int
    part: int
    line: int

    @property
    def key(self) -> int:
        """One number that orders rows as they stand; never changes when rows above come, go or change."""
        return (self.entry << 56) | (self.section << 52) | (self.part << 26) | self.line


def place_of(key: int) -> Place:
    """The place a key stands for."""
    return Place(key >> 56, (key >> 52) & 0xF, (key >> 26) & 0x3FFFFFF, key & 0x3FFFFFF)


class Anchor(NamedTuple):
    """A row that is to be found again, at another width too."""

    place: Place
    characters: int
    """How much of its part's text stands before it."""
    tied: int
    """How many rows before it have as much before them (such as say something about what is around them)."""


class Layout:
    """Rows of `entries` at one width; `is_spoken`: for somebody who listens."""

    def __init__(self, entries: list[Entry], width: int, *, is_spoken: bool = False) -> None:
        self.entries = entries
        self.is_spoken = is_spoken
        self.width = max(1, width)
        self._views: OrderedDict[int, EntryView] = OrderedDict()
        self._laid_out: OrderedDict[int, Slot] = OrderedDict()
        self.unfinished: set[int] = set()
        """Entries in view whose text is too long to be split at once; `changed` goes on with one."""
        self._heights: Heights | None = None

    @property
    def heights(self) -> Heights:
        """The rows of each entry, estimated when somebody first asks: of a long conversation not before its width is
        known."""
        if self._heights is None:
            views, estimate = self._views, self._estimate
            self._heights = Heights(
                [views[index].height if index in views else estimate(entry) for index, entry in enumerate(self.entries)]
            )
        return self._heights

    @property
    def height(self) -> int:
        """Rows of everything, partly estimated."""
        return self.heights.total

    def _estimate(self, entry: Entry) -> int:
        rows, text = 1 + entry.gap + bool(entry.hint), entry.text
        if (characters := text.characters) and entry.kind in _IN_FULL and not entry.folded:
            rows += text.newlines + characters // min(self.width, READING_WIDTH) + 1
        return rows + (entry.reasoning.characters > 0)

    def added(self) -> None:
        """Entries were put at the end."""
        if self._heights is not None:
            for index in range(len(self._heights), len(self.entries)):
                self._heights.append(self._estimate(self.entries[index]))

    def changed(self, index: int) -> None:
        """An entry changed, or is `unfinished`: split what is new of it, up to a bounded amount."""
        view = self._views.get(index)
        if view is None:
            if self.entries[index].state is not State.STREAMING:
                self.heights.set(index, self._estimate(self.entries[index]))
                return
            view = self.view(index)
        else:
            view.sync(STEPS)
        self.heights.set(index, view.height)
        self._note(index, view)

    def _note(self, index: int, view: EntryView) -> None:
        if view.has_more:
            self.unfinished.add(index)
        else:
            self.unfinished.discard(index)

    def view(self, index: int) -> EntryView:
        """The view of an entry, made when it is first needed."""
        view = self._views.get(index)
        if view is None:
            view = self._views[index] = EntryView(
                self.entries[index], self.width, steps=STEPS, is_spoken=self.is_spoken
            )
            self._note(index, view)
            self._drop_views()
        self._views.move_to_end(index)
        return view

    def _drop_views(self) -> None:
        surplus = len(self._views) - KEPT_VIEWS
        if surplus > 0:
            old = [i for i in self._views if self.entries[i].state is not State.STREAMING][:surplus]
            for index in old:
                del self._views[index]
                self.unfinished.discard(index)

    def resize(self, width: int) -> None:
        """Another width: everything is estimated until it is seen."""
        self.width = max(1, width)
        for view in self._views.values():
            view.resize(self.width)
        self._laid_out.clear()
        self._heights = None

    def place(self, row: int) -> Place:
        """What `row` belongs to."""
        index, rest = self.heights.find(row)
        return Place(index, *self.view(index).find(rest))

    def row_of(self, place: Place) -> int:
        """The row of a place; of the nearest one if it is gone."""
        if place.entry >= len(self.entries):
            return self.height
        view = self.view(place.entry)
        section = view.sections[place.section]
        height = section.heights[place.part] if place.part < len(section.slots) else 0
        start = self.heights.before(place.entry) + view.row_of(place.section, place.part)
        return start + max(0, min(place.line, height - 1))

    def extent(self, entry: int, section: int) -> tuple[int, int]:
        """The first row of a section and how many it has; none where nothing of the entry was ever in view."""
        view = self._views.get(entry)
        if view is None:
            return 0, 0
        return self.heights.before(entry) + view.row_of(section, 0), view.sections[section].heights.total

    def anchor(self, row: int) -> Anchor:
        """What finds `row` again."""
        place = self.place(row)
        starts = self._starts(place)
        line = min(place.line, len(starts) - 1)
        return Anchor(place, starts[line], line - starts.index(starts[line])) if starts else Anchor(place, 0, 0)

    def refound(self, anchor: Anchor) -> Anchor:
        """The same text at the present width: in the row that has it now."""
        starts = self._starts(anchor.place)
        if not starts:
            return anchor
        first = bisect_left(starts, starts[bisect_right(starts, anchor.characters) - 1])
        last = bisect_right(starts, starts[first]) - 1
        line = min(first + anchor.tied, last) if starts[first] == anchor.characters else last
        return anchor._replace(place=anchor.place._replace(line=line))

    def _starts(self, place: Place) -> list[int]:
        """How much of a part's text stands before each of its rows; a break counts as a character."""
        slot = self.slot(place)
        starts: list[int] = []
        at = 0
        for line in (slot.lines if slot is not None else None) or ():
            if starts and not line.is_label:
                at += len(line.join)
            starts.append(at)
            if not line.is_label:
                at += sum(end - start for start, end, _ in line.stretches)
        return starts

    def measure(self, first: int, last: int) -> bool:
        """Make heights from row `first` up to `last` exact. True when any was not."""
        changed = False
        row = max(0, first)
        while self.entries and row < min(last, self.height):
            index, rest = self.heights.find(row)
            view = self.view(index)
            changed = bool(self.heights.set(index, view.height)) or changed
            section_index, part, _ = view.find(min(rest, max(0, view.height - 1)))
            section = view.sections[section_index]
            if not section.slots:
                row = self.heights.before(index + 1)
                continue
            grown = self._measure(index, section_index, part)
            changed = changed or bool(grown)
            start = self.heights.before(index) + view.row_of(section_index, part)
            row = max(row + (not grown), start + section.heights[part])
        return changed

    def _measure(self, index: int, section_index: int, part: int) -> int:
        view = self.view(index)
        section = view.sections[section_index]
        grown = section.measure(part, self.width)
        slot = section.slots[part]
        self._laid_out[id(slot)] = slot
        self._laid_out.move_to_end(id(slot))
        while len(self._laid_out) > KEPT_SLOTS:
            self._laid_out.popitem(last=False)[1].forget()
        if grown:
            self.heights.set(index, view.height)
        return grown

    def slot(self, place: Place) -> Slot | None:
        """The laid-out part at a place; None when there is none."""
        slots = self.view(place.entry).sections[place.section].slots
        if place.part >= len(slots):
            return None
        if slots[place.part].lines is None:
            self._measure(place.entry, place.section, place.part)
        return slots[place.part]

    def spots(self, entry: int, section: int, part: int) -> list[Spot]:
        """What can be pointed at in the rows of a part."""
        slot = self.slot(Place(entry, section, part, 0))
        if slot is None or slot.lines is None:
            return []
        if slot.spots is None:
            slot.spots = slot.part.spots(slot.lines)
        return slot.spots

    def code_parts(self, entry: int, section: int, part: int) -> range:
        """The parts over which a block of code goes that begins in `part` as the last thing there."""
        slots = self.view(entry).sections[section].slots
        end = part + 1
        while end < len(slots) and slots[end].part.continues_code:
            end += 1
        return range(part, end)

    def line(self, place: Place) -> Line:
        """The row at a place."""
        slot = self.slot(place)
        lines = slot.lines if slot is not None else None
        return lines[place.line] if lines and place.line < len(lines) else BLANK

    def repaint(self) -> None:
        """Forget what was painted; the rows themselves stay."""
        for slot in self._laid_out.values():
            slot.strips = {}
