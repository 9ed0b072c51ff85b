"""Finding words in the transcript: marks where they are, and goes from one place to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textual.message import Message
from textual.strip import Strip

from phoenix_tui.tui.markdown.graphemes import whole
from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.transcript.entries import Entry
from phoenix_tui.tui.transcript.layout import Place
from phoenix_tui.tui.transcript.needle import NOTHING_FOUND, FoundIn, Needle
from phoenix_tui.tui.transcript.search import Match, Search
from phoenix_tui.tui.transcript.stops import Stop
from phoenix_tui.tui.transcript.view import THOUGHT, Slot
from phoenix_tui.tui.widgets.errand import Errand
from phoenix_tui.tui.widgets.transcript_cursor import TranscriptCursor


class _Opened(NamedTuple):
    """Folds that were opened for a match, as they were before."""

    entry: Entry
    section: int
    was_folded: bool
    reasoning_open: bool | None


class TranscriptFinder(TranscriptCursor):
    """A transcript in which something can be looked for."""

    class Found(Message):
        """The search has come so far: `current` is the number of the match that is shown, from 1, and 0 for none."""

        def __init__(self, current: int, count: int, *, is_searching: bool) -> None:
            super().__init__()
            self.current = current
            self.count = count
            self.is_searching = is_searching

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget
        super().__init__(id=id, classes=classes)
        self._search: Search | None = None
        self._match: Match | None = None
        self._origin: Place | None = None
        """Where the person was when they began to look for something: what they type is looked for from here on."""
        self._opened: _Opened | None = None
        self._searching = Errand(self, self._searched)
        self._going = Errand(self, self._settle)

    @property
    def is_finding(self) -> bool:
        """Whether something is looked for."""
        return self._search is not None

    # -- what is asked for -----------------------------------------------------------------------------------------

    def find(self, wanted: str) -> None:
        """Look for `wanted`, from where the person reads, and show the nearest match. Nothing ends the search."""
        self._match = None
        self._search = None
        self._searching.stop()
        if wanted.split() and self._layout.height:
            self._origin = self._origin or self._layout.place(self._viewport.top)
            layout = self._layout
            self._search = Search(
                layout.entries, Needle(wanted), layout.width, self._origin.entry, is_spoken=layout.is_spoken
            )
            self._searching.begin(self._search.steps())
        else:
            self._tell()
        self.refresh()

    def find_next(self, direction: int) -> None:
        """Show the next match (1 down, -1 up); behind the last one comes the first."""
        if self._search is not None and self._match is not None:
            self._show_match(self._search.beside(self._match, direction))

    def end_find(self) -> None:
        """Mark nothing any more. The view stays where it is, and a fold that was opened for the match open."""
        self._origin = self._opened = None
        self._going.stop()
        self.find("")

    # -- the search ------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        super()._begin()
        self.end_find()

    def _noticed(self, index: int) -> None:
        super()._noticed(index)
        if self._search is not None:
            self._search.changed(index)
            if not self._searching.is_running:
                self._searching.begin(self._search.steps())

    def on_resize(self) -> None:
        """Another width: tables may have other words."""
        if self._search is not None:
            self._search.resize(self._layout.width)
            self._searching.begin(self._search.steps())

    def _searched(self) -> None:
        """Some more has been looked through."""
        search = self._search
        if search is None:
            return
        if self._match is None and self._origin is not None:
            self._show_match(search.nearest(self._origin, self._matches_above(self._origin)))
        self._tell()
        self.refresh()

    def _tell(self) -> None:
        search = self._search
        count = search.count if search is not None else 0
        number = search.number(self._match) + 1 if search is not None and self._match is not None else 0
        self.post_message(self.Found(min(number, count), count, is_searching=bool(search and search.is_searching)))

    def _matches_above(self, place: Place) -> int:
        """How many matches the part at `place` has above that row."""
        slot = self._layout.slot(place)
        return sum(runs[0].line < place.line for runs in self._found_in(slot).matches) if slot is not None else 0

    def _found_in(self, slot: Slot) -> FoundIn:
        """Where the needle stands in the rows of a part."""
        needle = self._search.needle if self._search is not None else None
        if needle is None or slot.lines is None or slot.part.is_label:
            return NOTHING_FOUND
        if slot.found is None or slot.found.needle is not needle:
            slot.found = FoundIn(needle, slot.lines)
        return slot.found

    # -- going to a match ------------------------------------------------------------------------------------------

    def _show_match(self, match: Match | None) -> None:
        if match is not None:
            self._match = match
            self._origin = Place(match.entry, match.section, match.part, 0)
            self._going.begin(self._to_match(match))
            self._tell()

    def _to_match(self, match: Match) -> Iterator[None]:
        self._open_folds(match)
        layout, place = self._layout, Place(*match[:3], 0)
        while layout.slot(place) is None and match.entry in layout.unfinished:
            layout.changed(match.entry)
            yield
        slot = layout.slot(place)
        if slot is not None and match.nth < len(matches := self._found_in(slot).matches):
            place = place._replace(line=matches[match.nth][0].line)
            self._origin = place
        self._viewport.show_row(layout.row_of(place))

    def _open_folds(self, match: Match) -> None:
        """Open what hides a match, and close again what was opened for the one before."""
        entry = self._layout.entries[match.entry]
        opened = self._opened
        if opened is not None and (opened.entry, opened.section) != (entry, match.section):
            opened.entry.folded, opened.entry.reasoning_open = opened.was_folded, opened.reasoning_open
            self._layout.changed(self._conversation.index(opened.entry))
            self._opened = None
        hides_reasoning = match.section == THOUGHT and not entry.shows_reasoning
        if entry.folded or hides_reasoning:
            self._opened = _Opened(entry, match.section, entry.folded, entry.reasoning_open)
            entry.folded = False
            entry.reasoning_open = True if hides_reasoning else entry.reasoning_open
            self._layout.changed(match.entry)

    def _toggle(self, stop: Stop) -> None:
        """What the person folds or opens stays as they want it."""
        if self._opened is not None and self._opened.entry is self._layout.entries[stop.entry]:
            self._opened = None
        super()._toggle(stop)

    # -- what it looks like ----------------------------------------------------------------------------------------

    def _decorated(self, place: Place, line: Line) -> Strip | None:
        strip = super()._decorated(place, line)
        slot = self._layout.slot(place) if self._search is not None else None
        here = self._found_in(slot).in_row(place.line) if slot is not None else ()
        if not here:
            return strip
        current = self._match.nth if self._match is not None and self._match[:3] == place[:3] else -1
        is_current = any(nth == current for nth, _ in here)
        if strip is None or is_current:
            strip = self._painter.row(line, self._width, has_cursor=is_current, hint=self._hint(line))
        for nth, run in here:
            name = "match-current" if nth == current else "match"
            strip = self._painter.marked(strip, [(run.start, whole(line.text, run.end))], name)
        return strip
