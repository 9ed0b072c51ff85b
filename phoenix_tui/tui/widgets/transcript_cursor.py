"""Pointing at things in the transcript, with the keyboard or the mouse, and what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip

from phoenix_tui.tui import addresses, keys, spoken
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.markdown.graphemes import at_cell
from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.transcript import stops
from phoenix_tui.tui.transcript.copying import GUTTER, code_text
from phoenix_tui.tui.transcript.entries import Entry, Kind
from phoenix_tui.tui.transcript.layout import Place
from phoenix_tui.tui.transcript.spots import SpotKind
from phoenix_tui.tui.transcript.stops import Stop
from phoenix_tui.tui.widgets.errand import Errand
from phoenix_tui.tui.widgets.transcript_view import TranscriptView

_NAMES = {
    Kind.USER: "question",
    Kind.ANSWER: "answer",
    Kind.SWITCH: "line",
    Kind.NOTICE: "line",
    Kind.ERROR: "error",
    Kind.OUTPUT: "output",
}
_NO_MORE = {SpotKind.CODE: "code", SpotKind.LINK: "link"}


class TranscriptCursor(TranscriptView):
    """A transcript with a cursor that goes from entry to entry, code to code, link to link."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.CHAT)]

    class LinkOpened(Message):
        """The person wants a link opened whose address they were shown. `url` begins with http:, https: or mailto:."""

        def __init__(self, url: str) -> None:
            super().__init__()
            self.url = url

    class Copied(Message):
        """The person wants `text` on the clipboard. `what` names it: "selection", "answer", "code", "address" ..."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    class Hinted(Message):
        """Why nothing happened: `hint` is a sentence."""

        def __init__(self, hint: str) -> None:
            super().__init__()
            self.hint = hint

    class OfferTaken(Message):
        """The person clicked something that can be done about an error; `action` is the one of the `Offer`."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget
        super().__init__(id=id, classes=classes)
        self._cursor: Stop | None = None
        self._hovered: Stop | None = None
        self._stepping = Errand(self, self._settle)

    def _begin(self) -> None:
        self._cursor = self._hovered = None
        self._stepping.stop()
        super()._begin()

    # -- what it looks like ----------------------------------------------------------------------------------------

    def line(self, y: int) -> Strip:
        """One row of the view, with the address of what is pointed at over the last one but that of the link itself."""
        strip = super().line(y)
        if (pointed := self._pointed_link()) is not None:
            address, verb, row = pointed
            last = self._rows - 1
            room = self._width - GUTTER - (cell_len(self._end_mark) if y == last else 0) - 2
            if y == (last if row != last else max(0, last - 1)) and room > 0:
                text = addresses.offer(address, room, verb=verb)
                strip = self._painter.over_start(strip, f" {text} ", ("address",))
        return strip

    def _pointed_link(self) -> tuple[str, str, int] | None:
        """The address to be shown, what acts on it, and the row of the view where its link begins."""
        for stop, verb in ((self._hovered, "a click"), (self._shown_cursor, keys.label("transcript.toggle"))):
            found = stops.spot(self._layout, stop) if stop is not None else None
            if stop is not None and found is not None and found.kind is SpotKind.LINK:
                return found.value, verb, stops.row_of(self._layout, stop) - self._viewport.top
        return None

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where what is pointed at begins on the screen; the last row that is shown, where nothing is."""
        x, y, _, _ = self.content_region
        stop, last = self._cursor_in_view, min(self._rows, self._layout.height) - 1
        row = stops.row_of(self._layout, stop) - self._viewport.top if stop is not None else last
        return Offset(x, y + max(0, min(row, self._rows - 1)))

    @property
    def _shown_cursor(self) -> Stop | None:
        """The cursor as long as keys come here."""
        return self._cursor if self.has_focus else None

    def _hint(self, line: Line) -> str:
        return "copy" if line.is_label and line.code is not None and not spoken.in_force() else ""

    def _decorated(self, place: Place, line: Line) -> Strip | None:
        stop = next((stop for stop in (self._hovered, self._shown_cursor) if stop and self._holds(stop, place)), None)
        found = stops.spot(self._layout, stop) if stop is not None else None
        if stop is None or found is None or not line.spans:
            return super()._decorated(place, line)
        hint = f"{keys.label('transcript.toggle')} copies" if self._hint(line) else ""
        strip = self._painter.row(line, self._width, has_cursor=stop == self._shown_cursor, hint=hint)
        if found.kind is SpotKind.LINK:
            here = [(run.start, run.end) for run in found.runs if run.line == place.line]
            strip = self._painter.marked(strip, here, "pointed")
        return strip

    def _holds(self, stop: Stop, place: Place) -> bool:
        return stops.holds(self._layout, stop, place)

    # -- the keyboard ----------------------------------------------------------------------------------------------

    def action_step(self, direction: int) -> None:
        """To the next entry, fold or code in `direction` (1 down, -1 up)."""
        self._go(direction, stops.STEPPED)

    def action_step_code(self, direction: int) -> None:
        """To the next block of code."""
        self._go(direction, frozenset({SpotKind.CODE}))

    def action_step_link(self, direction: int) -> None:
        """To the next link, whose address is shown."""
        self._go(direction, frozenset({SpotKind.LINK}))

    def _go(self, direction: int, kinds: frozenset[SpotKind]) -> None:
        if self._layout.height:
            self._stepping.begin(self._to_next(direction, kinds))

    def _to_next(self, direction: int, kinds: frozenset[SpotKind]) -> Iterator[None]:
        layout, view = self._layout, self._viewport
        after = self._cursor_in_view or stops.edge(layout, view.top, view.rows, direction)
        for stop in stops.walk(layout, after, direction, kinds):
            if stop is not None:
                self._point_at(stop)
                return
            yield
        if (what := next((_NO_MORE[kind] for kind in kinds if len(kinds) == 1), "")) != "":
            self.post_message(self.Hinted(f"There is no {what} further {'down' if direction > 0 else 'up'}."))

    def _point_at(self, stop: Stop) -> None:
        self._cursor = stop
        self._viewport.show_row(stops.row_of(self._layout, stop))
        self._show()

    @property
    def _cursor_in_view(self) -> Stop | None:
        """The cursor, if the person can see it."""
        if self._cursor is None:
            return None
        top, layout = self._viewport.top, self._layout
        rows = range(max(0, top), min(top + self._rows, layout.height))
        return self._cursor if any(self._holds(self._cursor, layout.place(row)) for row in rows) else None

    def action_activate(self) -> None:
        """Do what the thing under the cursor is for: a fold opens or closes, code is copied, a link opened."""
        stop = self._cursor_in_view
        found = stops.spot(self._layout, stop) if stop is not None else None
        if stop is None or found is None:
            view = self._viewport
            last = (Stop(*stop) for stop in self._folds_in_view(view.top, view.rows))
            if (stop := next(last, None)) is not None:
                self._toggle(stop)
        elif found.kind is SpotKind.CODE:
            self.action_copy()
        elif found.kind is SpotKind.LINK:
            self._open(found.value)
        else:
            self._toggle(stop)

    def _folds_in_view(self, top: int, height: int) -> Iterator[Stop]:
        """From below."""
        for row in range(min(top + height, self._layout.height) - 1, top - 1, -1):
            place = self._layout.place(row)
            for nth, found in enumerate(self._layout.spots(*place[:3])):
                if found.kind in stops.FOLDS and found.holds(place.line):
                    yield Stop(*place[:3], nth)

    def _toggle(self, stop: Stop) -> None:
        """Open or close the fold at `stop`, or the first of the entry that it stands on."""
        found = stops.spot(self._layout, stop)
        if found is not None and found.kind not in stops.FOLDS:
            fold = stops.fold(self._layout, stop.entry)
            found = stops.spot(self._layout, fold) if fold is not None else None
        self._cursor = stop
        if found is not None:
            entry = self._layout.entries[stop.entry]
            if found.kind is SpotKind.ANSWER:
                entry.folded = not entry.folded
            else:
                entry.reasoning_open = not entry.shows_reasoning
            self._fold_changed(stop)
        self.refresh()

    def _fold_changed(self, stop: Stop) -> None:
        """What was opened is wanted: its row stays where it is, also for a reader at the end."""
        row = stops.row_of(self._layout, stop)
        self._viewport.show_row(row)
        self._layout.changed(stop.entry)
        self._viewport.show_row(stops.row_of(self._layout, stop))
        if self._viewport.shows_end:
            self._viewport.go_to_end()
        self._show()

    def _open(self, address: str) -> None:
        if addresses.is_openable(address):
            self.post_message(self.LinkOpened(address))
        else:
            self._copy(address, "address")

    # -- copying ---------------------------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the selection, else what is under the cursor, else the last answer."""
        if selected := self.screen.get_selected_text():
            self._copy(selected, "selection")
        elif (stop := self._cursor_in_view) is not None and (found := stops.spot(self._layout, stop)) is not None:
            entry = self._layout.entries[stop.entry]
            match found.kind:
                case SpotKind.CODE:
                    self._copy(code_text(self._layout, stop), "code")
                case SpotKind.LINK:
                    self._copy(found.value, "address")
                case SpotKind.REASONING:
                    self._copy(str(entry.reasoning), "reasoning")
                case _:
                    self._copy_entry(entry)
        else:
            self.copy_last()

    def copy_last(self) -> None:
        """Copy the newest answer as it was written."""
        self._copy(self._conversation.last_answer(), "answer")

    def _copy_entry(self, entry: Entry) -> None:
        self._copy(str(entry.text), _NAMES[entry.kind])

    def _copy(self, text: str, what: str) -> None:
        if text:
            self.post_message(self.Copied(text, what))
        else:
            self.post_message(self.Hinted(f"There is no {what} to copy yet."))

    # -- the mouse -------------------------------------------------------------------------------------------------

    def _under(self, event: events.MouseEvent) -> Stop | None:
        """What the pointer is on."""
        offset = event.get_content_offset(self)
        if offset is None or not 0 <= (row := self._viewport.top + offset.y) < self._layout.height:
            return None
        place = self._layout.place(row)
        character = at_cell(self._layout.line(place).text, offset.x - GUTTER)
        for nth, found in enumerate(self._layout.spots(*place[:3])):
            # Of code only its label: a click into it begins a selection.
            where = found._replace(runs=found.runs[:1]) if found.kind is SpotKind.CODE else found
            if offset.x >= GUTTER and where.holds(place.line, None if found.kind is SpotKind.CODE else character):
                return Stop(*place[:3], nth)
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show where a link leads."""
        self._hover(self._under(event))

    def on_leave(self) -> None:
        """The pointer is elsewhere."""
        self._hover(None)

    def _hover(self, stop: Stop | None) -> None:
        found = stops.spot(self._layout, stop) if stop is not None else None
        stop = stop if found is not None and found.kind is SpotKind.LINK else None
        if stop != self._hovered:
            self._hovered = stop
            self.refresh()

    async def _on_click(self, event: events.Click) -> None:
        """A click does to what is under the pointer what enter does; on the mark below it goes to the end."""
        # The base class would select this whole widget at two clicks and everything beside it at three.
        event.prevent_default()
        if self.text_selection is not None:
            return  # it has ended a selection
        offset = event.get_content_offset(self)
        mark = cell_len(self._end_mark)
        if offset is not None and mark and offset.y == self._rows - 1 and offset.x >= self._width - mark:
            self.action_scroll_end()
        elif (stop := self._under(event)) is not None:
            self._click(stop)

    def _click(self, stop: Stop) -> None:
        found = stops.spot(self._layout, stop)
        if found is None:
            return
        was_shown = stop in (self._hovered, self._cursor)
        self._cursor = stop if found.kind is not SpotKind.OFFER else self._cursor
        match found.kind:
            case SpotKind.OFFER:
                self.post_message(self.OfferTaken(found.value))
            case SpotKind.CODE:
                self._copy(code_text(self._layout, stop), "code")
            case SpotKind.LINK if was_shown:
                self._open(found.value)
            case SpotKind.LINK:
                pass  # its address stands there now; another click acts
            case _:
                self._toggle(stop)
        self.refresh()
