"""A focusable list of rows, each of one or more lines, drawn line by line: a new picture repaints only what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size, Spacing
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
        self._foot: tuple[Line, ...] = ()

    def show_rows(self, rows: Sequence[Row], foot: Sequence[Line] = ()) -> None:
        """Take the place of what is shown; only lines that differ are painted again. `foot` stands below the rows, and
        stays in sight however many they are."""
        before = self._in_view()
        self._rows, self._foot = tuple(rows), tuple(foot)
        self._lines = [(row.key, line) for row in rows for line in row.lines]
        keys = self.keys
        if self.chosen not in keys:
            self.chosen = keys[0] if keys else ""
        size = Size(self.scrollable_content_region.width, len(self._lines) + len(self._foot))
        if size != self.virtual_size:
            # Setting the reactive would lay the whole screen out again; only the scroll bar changes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        for y, (old, new) in enumerate(zip_longest(before, self._in_view())):
            if old != new:
                self._repaint(y)

    def _in_view(self) -> list[tuple[str, Line] | None]:
        return [self._at(y) for y in range(self.scrollable_content_region.height)]

    def _at(self, y: int) -> tuple[str, Line] | None:
        """Key and line in row `y` of the view."""
        rows = self.scrollable_content_region.height - len(self._foot)
        foot = y - min(rows, len(self._lines) - self.scroll_offset.y)
        if foot >= 0:
            return ("", self._foot[foot]) if foot < len(self._foot) else None
        return self._lines[y + self.scroll_offset.y]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rows that can be chosen, from top to bottom."""
        return tuple(row.key for row in self._rows if row.key)

    def line_text(self, y: int) -> str:
        """The plain text of one line, for tests and for reading aloud."""
        lines = [*(line for _, line in self._lines), *self._foot]
        return "".join(text for text, _ in lines[y])

    @property
    def plain_text(self) -> str:
        """Everything that is shown, as plain lines."""
        return "\n".join(self.line_text(y).rstrip() for y in range(len(self._lines) + len(self._foot)))

    def _repaint(self, y: int) -> None:
        """Paint row `y` of the view again."""
        self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        found = self._at(y)
        if found is None or width <= 0:
            return Strip.blank(width, self.get_visual_style("row-list--row").rich_style)
        key, line = found
        is_chosen = bool(key) and key == self.chosen and self.shows_cursor
        style = self.get_visual_style("row-list--row", *(("row-list--chosen",) if is_chosen else ()))
        strips = Visual.to_strips(self, Content.assemble(*line), width, 1, style, pad=True)
        return strips[0].crop(0, width) if strips else Strip.blank(width, style.rich_style)

    def watch_chosen(self, before: str, now: str) -> None:
        for y, found in enumerate(self._in_view()):
            if found and found[0] and found[0] in (before, now):
                self._repaint(y)
        self.bring_into_view(now)

    def bring_into_view(self, key: str) -> None:
        """Scroll so that all lines of a row are seen."""
        ys = [y for y, (one, _) in enumerate(self._lines) if one == key]
        if ys and key:
            row, below = Region(0, ys[0], 1, len(ys)), Spacing(bottom=len(self._foot))
            self.scroll_to_region(row, spacing=below, animate=False, force=True)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh()

    def focus_on_click(self) -> bool:
        """Not where it is pulled wider: the focus stays with whoever has it."""
        return self.app.mouse_position.x != self.region.x

    @property
    def shows_cursor(self) -> bool:
        """Whether the chosen row looks chosen."""
        return self.has_focus

    def choose_by(self, step: int, *, around: bool = False) -> None:
        """Choose another row, so many further down (up where negative). `around`: from either end to the other."""
        keys = self.keys
        if self.chosen in keys:
            at = keys.index(self.chosen) + step
            self.chosen = keys[at % len(keys) if around else min(max(at, 0), len(keys) - 1)]

    def action_choose_by(self, step: int) -> None:
        self.choose_by(step)

    def action_choose_first(self) -> None:
        self.chosen = self.keys[0] if self.keys else ""

    def action_choose_last(self) -> None:
        self.chosen = self.keys[-1] if self.keys else ""

    def on_click(self, event: events.Click) -> None:
        if key := self.key_at(event):
            self.chosen = key
            if event.chain == 2:
                self.opened(key)

    def key_at(self, event: events.MouseEvent) -> str:
        """The key of the row under the mouse; empty where there is none."""
        offset = event.get_content_offset(self)
        found = self._at(offset.y) if offset is not None else None
        return found[0] if found else ""

    def opened(self, key: str) -> None:
        """A row was clicked twice."""
