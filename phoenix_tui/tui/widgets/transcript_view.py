"""Showing a layout of rows: what is in view, where it stays, how it is selected; the entries are its subclass's."""

from __future__ import annotations

from time import perf_counter
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from phoenix_tui.tui import keys, spoken
from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.copying import GUTTER, selected_text
from phoenix_tui.tui.transcript.entries import Entry
from phoenix_tui.tui.transcript.layout import Layout, Place
from phoenix_tui.tui.transcript.viewport import Viewport
from phoenix_tui.tui.widgets.calm_scroll_bar import CalmScrollBar
from phoenix_tui.tui.widgets.transcript_paint import MEANINGS, Painter

FRAME = 1 / 30
"""Seconds between two times the open block of a streaming answer is laid out."""
_REST = 3
"""A layout that took long is followed by a pause this many times as long, so that keys are still heard."""
_BREATH = 0.01
"""Seconds at least between two steps through a text too long to be split at once."""


class TranscriptView(ScrollView, can_focus=True):
    """A conversation as rows, of which only those in view are laid out and painted."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{meaning}" for meaning in MEANINGS}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget
        super().__init__(id=id, classes=classes)
        self._conversation = Conversation()
        self._layout = Layout(self._conversation.entries, 1, is_spoken=spoken.in_force())
        self._viewport = Viewport(self._layout)
        self._painter = Painter(self)
        self._is_settling = False
        self._dirty: set[int] = set()
        self._timer: Timer | None = None
        self._is_due = False
        self._is_flushing = False
        self._painted: dict[int, Strip] = {}
        """How the rows of the view looked when they were last painted."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """As `Widget` has it."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = CalmScrollBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end when something new comes."""
        return self._viewport.follows

    @property
    def has_new_below(self) -> bool:
        """Whether something came that the reader, scrolled up, has not seen."""
        return self._viewport.has_new_below

    @property
    def is_late(self) -> bool:
        """Whether something has come that is not laid out yet."""
        return bool(self._dirty or self._layout.unfinished)

    # -- what is to be shown ---------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """All entries are others now."""
        self._layout = Layout(self._conversation.entries, self._layout.width, is_spoken=spoken.in_force())
        self._dirty.clear()
        self._viewport.show(self._layout)
        self._show()

    def _add(self, entry: Entry) -> int:
        self._conversation.add(entry)
        self._layout.added()
        self._viewport.came()
        self._noticed(self._conversation.index(entry))
        self._show()
        return entry.id

    def _noticed(self, index: int) -> None:
        """An entry was added, or has other text."""

    def _changed(self, entry: Entry) -> None:
        """Lay an entry out again: at once if nothing was just now, else when the frame is over."""
        self._dirty.add(self._conversation.index(entry))
        self._wake()

    def _wake(self, *, waits: bool = True) -> None:
        """Lay out what is late, when the frame is over; where it does not wait for that, now."""
        if self._timer is not None and not waits:
            self._timer.stop()
            self._timer = None
        if self._timer is None and not self._is_due and self.is_attached:
            self._is_due = True
            # Before any message that waits, and not in here: what fails in it is not the fault of who tells an answer.
            self.call_next(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self.is_late or not self.is_attached:
            return
        self._is_flushing = True
        try:
            self._lay_out()
        finally:
            self._is_flushing = False

    def _lay_out(self) -> None:
        """Lay out what is late, show it, and say when to look again."""
        began = perf_counter()
        for index in self._dirty | self._layout.unfinished:
            self._layout.changed(index)
        for index in self._dirty:
            self._noticed(index)
        is_new, self._dirty = bool(self._dirty), set()
        if is_new:
            self._viewport.came()
        self._settle()
        took = perf_counter() - began
        # What is left of a huge text comes in short steps with a breath between them.
        pause = max(_BREATH, took) if self._layout.unfinished else max(FRAME, _REST * took)
        self._timer = self.set_timer(pause, self._flush)

    # -- the view --------------------------------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _rows(self) -> int:
        return self.scrollable_content_region.height

    def _settle(self) -> None:
        """Heights may have changed: keep the reader's place, or the end, and show what is in view now."""
        self._viewport.settle()
        self._show()

    def _show(self) -> None:
        """Stand where the viewport stands, and paint it."""
        if not self._rows or self._is_settling:
            return
        self._is_settling = True
        top, size = self._viewport.top, Size(self._width, self._viewport.height)
        if size != self.virtual_size:
            # Setting the reactive would lay the whole screen out again; only the scroll bar changes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        if round(self.scroll_y) != top:
            self.scroll_target_y = top
            self.scroll_y = top
        self._is_settling = False
        if self._layout.unfinished and not self._is_flushing:
            self._wake()
        self._paint()

    def _paint(self) -> None:
        """Paint the rows that look different from how they were painted: while an answer comes, mostly its last."""
        width = self._width
        changed = [Region(0, y, width, 1) for y in range(self._rows) if self._painted.get(y) != self.line(y)]
        if changed:
            self.refresh(*changed)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what comes into view; at the end, follow again. Rows are painted as they differ, which `ScrollView`
        cannot know of."""
        self.vertical_scrollbar.position = new_value
        if self._rows != self._viewport.rows:
            return  # nobody has scrolled: the size is another, which `on_resize` is still to hear of
        if not self._is_settling and round(new_value) != self._viewport.top:
            self._viewport.scroll(round(new_value))
            self._show()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Where nothing is further down, not even empty rows behind the end, the wheel still goes to the end."""
        if not (event.ctrl or event.shift) and self._viewport.shows_end and not self.follows:
            event.stop()
            event.prevent_default()
            self.action_scroll_end()

    def on_resize(self) -> None:
        """Another width wraps everything anew, lazily; another height only shows more or less."""
        width = max(1, self._width - GUTTER)
        if width != self._layout.width and self.text_selection is not None:
            self.screen.clear_selection()
        self._viewport.resize(width, self._rows)
        self._show()

    def notify_style_update(self) -> None:
        """Another theme: rows stay, their colours are made anew. For who listens, the rows are others, too."""
        super().notify_style_update()
        self._painter.forget()
        if spoken.in_force() is not self._layout.is_spoken:
            self._begin()
        self._layout.repaint()

    def on_focus(self) -> None:
        """The cursor and the way back to the end look different."""
        self.refresh()

    def on_blur(self) -> None:
        """As on focus."""
        self.refresh()

    # -- rows ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row of the view, which is painted now."""
        self._painted[y] = line = self.line(y)
        return line

    def line(self, y: int) -> Strip:
        """One row of the view, as it is now."""
        strip = self._row(self._viewport.top + y)
        if y == self._rows - 1 and (mark := self._end_mark):
            strip = self._painter.over_end(strip, mark, ("new-below",))
        return strip

    @property
    def _end_mark(self) -> str:
        """What stands over the end of the last row when there is something new below it. Not for who listens: it would
        be read as the end of that row."""
        if not self.has_new_below or spoken.in_force():
            return ""
        key = keys.label("transcript.end" if self.has_focus else "chat_end")
        marks = (f" ↓ new below: {key} ", f" ↓ {key} ", "↓")
        return next((mark for mark in marks if cell_len(mark) <= self._width), "")

    def _row(self, row: int) -> Strip:
        layout = self._layout
        blank = Strip.blank(self._width, self._painter.style(()))
        if not 0 <= row < layout.height:
            return blank
        place = layout.place(row)
        slot = layout.slot(place)
        if slot is None or slot.lines is None or place.line >= len(slot.lines):
            return blank
        line = slot.lines[place.line]
        strip = self._decorated(place, line)
        if strip is None:
            kept = slot.strips.get(place.line)
            strip = kept if isinstance(kept, Strip) else self._painter.row(line, self._width, hint=self._hint(line))
            slot.strips[place.line] = strip
        if (selection := self.text_selection) is not None:
            strip = self._painter.selected(strip, selection, place.key, line)
        return strip.apply_offsets(0, place.key)

    def _hint(self, line: Line) -> str:
        """What stands at the right end of a row, quietly."""
        return ""

    def _decorated(self, place: Place, line: Line) -> Strip | None:
        """A row that looks different as long as something is there (a cursor, a match); None for all others."""
        return None

    # -- selection -------------------------------------------------------------------------------------------------

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the view with or without the selection."""
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the selection, wrapped rows whole again and without decoration."""
        if selection.start is None and selection.end is None:
            return self._conversation.plain_text(), "\n"
        return selected_text(self._layout, selection), "\n"

    def show_from(self, entry: int) -> None:
        """Show the entry of this id from its beginning."""
        if (found := self._conversation.get(entry)) is not None:
            self._viewport.show_from(self._layout.row_of(Place(self._conversation.index(found), 0, 0, 0)))
            self._show()

    # -- scrolling -------------------------------------------------------------------------------------------------

    def _scroll_by(self, rows: int) -> None:
        if rows > 0 and self._viewport.shows_end:
            self.action_scroll_end()
        else:
            self._viewport.scroll(self._viewport.top + rows)
            self._show()

    def action_scroll_up(self) -> None:
        """One row up."""
        self._scroll_by(-1)

    def action_scroll_down(self) -> None:
        """One row down."""
        self._scroll_by(1)

    def action_page_up(self) -> None:
        """One page up; one row stays in sight."""
        self._scroll_by(1 - self._rows)

    def action_page_down(self) -> None:
        """One page down; one row stays in sight."""
        self._scroll_by(self._rows - 1)

    def action_scroll_home(self) -> None:
        """To the first row."""
        self._viewport.scroll(0)
        self._show()

    def action_scroll_end(self) -> None:
        """To the last row, and stay there when more comes."""
        self._viewport.go_to_end()
        self._show()
