"""A focusable list of rows, each of one or more lines, drawn line by line: a new picture repaints only what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from phoenix_tui.tui.bindings import Group, bindings_of

Line = tuple[tuple[str, str], ...]
"""One line as (text, style) parts. Styles are Textual style strings, texts are never markup."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be chosen. `key` is empty for lines that only say something."""

    key: str
    lines: tuple[Line, ...]


class RowList(ScrollView, can_focus=True):
    """Rows with a cursor. Subclasses make the rows; this one draws them, moves the cursor and keeps it on its key."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--row", "row-list--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.LISTS)]

    chosen: reactive[str] = reactive("", repaint=False)
    """Key of the row under the cursor."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()
        self._lines: list[tuple[str, Line]] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Take the place of what is shown; only lines that differ are painted again."""
        self._rows = tuple(rows)
        before, self._lines = self._lines, [(row.key, line) for row in rows for line in row.lines]
        keys = self.keys
        if self.chosen not in keys:
            self.chosen = keys[0] if keys else ""
        size = Size(self.scrollable_content_region.width, len(self._lines))
        if size != self.virtual_size:
            # Setting the reactive would lay the whole screen out again; only the scroll bar changes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        for y in range(max(len(before), len(self._lines))):
            if y >= len(before) or y >= len(self._lines) or before[y] != self._lines[y]:
                self._repaint(y)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rows that can be chosen, from top to bottom."""
        return tuple(row.key for row in self._rows if row.key)

    def line_text(self, y: int) -> str:
        """The plain text of one line, for tests and for reading aloud."""
        return "".join(text for text, _ in self._lines[y][1])

    @property
    def plain_text(self) -> str:
        """Everything that is shown, as plain lines."""
        return "\n".join(self.line_text(y).rstrip() for y in range(len(self._lines)))

    def _repaint(self, y: int) -> None:
        top = y - self.scroll_offset.y
        if 0 <= top < self.size.height:
            self.refresh(Region(0, top, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        if at >= len(self._lines) or width <= 0:
            return Strip.blank(width, self.get_visual_style("row-list--row").rich_style)
        key, line = self._lines[at]
        is_chosen = bool(key) and key == self.chosen and self.has_focus
        style = self.get_visual_style("row-list--row", *(("row-list--chosen",) if is_chosen else ()))
        strips = Visual.to_strips(self, Content.assemble(*line), width, 1, style, pad=True)
        return strips[0].crop(0, width) if strips else Strip.blank(width, style.rich_style)

    def watch_chosen(self, before: str, now: str) -> None:
        for y, (key, _) in enumerate(self._lines):
            if key and key in (before, now):
                self._repaint(y)
        ys = [y for y, (key, _) in enumerate(self._lines) if key == now]
        if ys and now:
            self.scroll_to_region(Region(0, ys[0], 1, len(ys)), animate=False, force=True)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh()

    def focus_on_click(self) -> bool:
        """Not where it is pulled wider: the focus stays with whoever has it."""
        return self.app.mouse_position.x != self.region.x

    def action_choose_by(self, step: int) -> None:
        keys = self.keys
        if self.chosen in keys:
            self.chosen = keys[min(max(keys.index(self.chosen) + step, 0), len(keys) - 1)]

    def action_choose_first(self) -> None:
        self.chosen = self.keys[0] if self.keys else ""

    def action_choose_last(self) -> None:
        self.chosen = self.keys[-1] if self.keys else ""

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        at = offset.y + self.scroll_offset.y
        if at < len(self._lines) and (key := self._lines[at][0]):
            self.chosen = key
            if event.chain == 2:
                self.opened(key)

    def opened(self, key: str) -> None:
        """A row was clicked twice."""
