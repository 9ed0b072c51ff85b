"""Showing a layout of rows: what is in view, where it stays, how it is selected; the entries are its subclass's."""

from __future__ import annotations

from time import perf_counter
from typing import ClassVar

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.copying import GUTTER, selected_text
from phoenix_tui.tui.transcript.entries import Entry
from phoenix_tui.tui.transcript.layout import Layout, Place
from phoenix_tui.tui.transcript.stops import Stop
from phoenix_tui.tui.widgets.transcript_paint import MEANINGS, Painter

FRAME = 1 / 30
"""Seconds between two times the open block of a streaming answer is laid out."""
_REST = 3
"""A layout that took long is followed by a pause this many times as long, so that keys are still heard."""
_BREATH = 0.01
"""Seconds at least between two steps through a text too long to be split at once."""
_ROUNDS = 8
"""How often rows are measured again because exact heights have brought others into view."""


class TranscriptView(ScrollView, can_focus=True):
    """A conversation as rows, of which only those in view are laid out and painted."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{meaning}" for meaning in MEANINGS}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget
        super().__init__(id=id, classes=classes)
        self._conversation = Conversation()
        self._layout = Layout(self._conversation.entries, 1)
        self._painter = Painter(self)
        self._follows = True
        self._has_new_below = False
        self._is_settling = False
        self._cursor: Stop | None = None
        self._dirty: set[int] = set()
        self._timer: Timer | None = None
        self._is_due = False
        self._is_flushing = False

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end when something new comes."""
        return self._follows

    @property
    def has_new_below(self) -> bool:
        """Whether something came that the reader, scrolled up, has not seen."""
        return self._has_new_below

    @property
    def is_late(self) -> bool:
        """Whether something has come that is not laid out yet."""
        return bool(self._dirty or self._layout.unfinished)

    def _changed(self, entry: Entry) -> None:
        """Lay an entry out again: at once if nothing was just now, else when the frame is over."""
        self._dirty.add(self._conversation.index(entry))
        self._wake()

    def _wake(self) -> None:
        if self._timer is None and not self._is_due and self.is_attached:
            self._is_due = True
            # Not a timer of no length: Textual divides by it when it is late.
            self.call_later(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self.is_late or not self.is_attached:
            return
        began = perf_counter()
        self._is_flushing = True
        anchor = self._anchor()
        for index in self._dirty | self._layout.unfinished:
            self._layout.changed(index)
        is_new, self._dirty = bool(self._dirty), set()
        if is_new:
            self._came(anchor)
        else:
            self._settle(anchor)
            self.refresh()
        took = perf_counter() - began
        # What is left of a huge text comes in short steps with a breath between them.
        pause = max(_BREATH, took) if self._layout.unfinished else max(FRAME, _REST * took)
        self._timer = self.set_timer(pause, self._flush)
        self._is_flushing = False

    def _came(self, anchor: Place | None) -> None:
        """Something was added: keep the reader's place, or the end."""
        self._has_new_below = self._has_new_below or not self._follows
        self._settle(anchor)
        self.refresh()

    # -- the view --------------------------------------------------------------------------------------------------

    def _anchor(self) -> Place | None:
        """What stands in the first row; None when the end is followed."""
        return None if self._follows or not self._layout.height else self._layout.place(self._top)

    @property
    def _top(self) -> int:
        return round(self.scroll_y)

    @property
    def _rows(self) -> int:
        return self.scrollable_content_region.height

    def _settle(self, anchor: Place | None) -> None:
        """Make what is in view exact and put the view where it belongs: on `anchor`, or at the end."""
        rows, layout = self._rows, self._layout
        if not rows or self._is_settling:
            return
        self._is_settling = True
        top = self._top
        for _ in range(_ROUNDS):
            if anchor is not None:
                top = layout.row_of(anchor)
            elif self._follows:
                top = layout.height
            top = max(0, min(top, layout.height - rows))
            if not layout.measure(top - rows, top + 2 * rows):
                break
        size = Size(self.scrollable_content_region.width, layout.height)
        if size != self.virtual_size:
            # Setting the reactive would lay the whole screen out again; only the scroll bar changes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        if self._top != top:
            self.scroll_target_y = top
            self.scroll_y = top
        self._is_settling = False
        if layout.unfinished and not self._is_flushing:
            self._wake()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what comes into view; at the end, follow again."""
        super().watch_scroll_y(old_value, new_value)
        if self._is_settling or round(old_value) == round(new_value):
            return
        self._follows = new_value >= self.max_scroll_y
        self._has_new_below = self._has_new_below and not self._follows
        self._settle(self._anchor())

    def on_resize(self) -> None:
        """Another width wraps everything anew, lazily; another height only shows more or less."""
        width = max(1, self.scrollable_content_region.width - GUTTER)
        anchor = self._anchor()
        if width != self._layout.width:
            if self.text_selection is not None:
                self.screen.clear_selection()
            self._layout.resize(width)
        self._settle(anchor)
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme: rows stay, their colours are made anew."""
        super().notify_style_update()
        self._painter.forget()
        self._layout.repaint()

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        strip = self._row(self._top + y)
        if self._has_new_below and y == self._rows - 1:
            return self._painter.with_mark(strip, self.scrollable_content_region.width)
        return strip

    def _row(self, row: int) -> Strip:
        width = self.scrollable_content_region.width
        layout = self._layout
        blank = Strip.blank(width, self._painter.style(()))
        if not 0 <= row < layout.height:
            return blank
        place = layout.place(row)
        slot = layout.slot(place)
        if slot is None or slot.lines is None or place.line >= len(slot.lines):
            return blank
        line, stop = slot.lines[place.line], slot.part.stop
        has_cursor = bool(stop) and bool(line.spans) and (place.entry, stop) == self._cursor
        strip = None if has_cursor else slot.strips.get(place.line)
        if not isinstance(strip, Strip):
            meta: dict[str, object] | None = {"stop": (place.entry, stop)} if stop else None
            strip = self._painter.row(line, width, meta, has_cursor=has_cursor)
            if not has_cursor:
                slot.strips[place.line] = strip
        if (selection := self.text_selection) is not None:
            strip = self._painter.selected(strip, selection, place.key, line.lead)
        return strip.apply_offsets(0, place.key)

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the view with or without the selection."""
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the selection, wrapped rows whole again and without decoration."""
        if selection.start is None and selection.end is None:
            return self._conversation.plain_text(), "\n"
        return selected_text(self._layout, selection), "\n"

    def _scroll_by(self, rows: int) -> None:
        self.scroll_to(y=self._top + rows, animate=False)

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
        self.scroll_to(y=0, animate=False)

    def action_scroll_end(self) -> None:
        """To the last row, and stay there when more comes."""
        self._follows, self._has_new_below = True, False
        self._settle(None)
        self.refresh()
