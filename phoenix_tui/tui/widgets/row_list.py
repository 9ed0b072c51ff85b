"""A focusable list of rows, each of one or more lines, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Region, Spacing
from textual.reactive import reactive
from textual.style import Style

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.widgets.line_view import Line, LineView

__all__ = ["Line", "Row", "RowList"]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be chosen. `key` is empty for lines that only say something."""

    key: str
    lines: tuple[Line, ...]


class RowList(LineView):
    """Rows with a cursor. Subclasses make the rows; this one moves the cursor and keeps it on its key."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--row", "row-list--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.LISTS)]

    chosen: reactive[str] = reactive("", repaint=False)
    """Key of the row under the cursor."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()
        self._keys_at: tuple[str, ...] = ()
        """The key of each line's row."""
        self._is_to_draw = False

    def draw_soon(self) -> None:
        """Make the rows anew, once, when all has changed that changes now: the time and what is known come together,
        and between Enter and the first word each of several times."""
        if not self._is_to_draw:
            self._is_to_draw = True
            self.call_next(self._draw_now)

    def _draw_now(self) -> None:
        self._is_to_draw = False
        self._draw()

    def _draw(self) -> None:
        """Make the rows and show them; for who draws soon."""
        raise NotImplementedError

    def show_rows(self, rows: Sequence[Row], foot: Sequence[Line] = ()) -> None:
        """Take the place of what is shown; only lines that differ are painted again. `foot` stands below the rows, and
        stays in sight however many they are."""
        self._rows = tuple(rows)
        self._keys_at = tuple(row.key for row in rows for _ in row.lines)
        self.show_lines([line for row in rows for line in row.lines], foot)
        keys = self.keys
        if self.chosen not in keys:  # told when the lines are those of the rows, and not before
            self.chosen = keys[0] if keys else ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rows that can be chosen, from top to bottom."""
        return tuple(row.key for row in self._rows if row.key)

    def style_at(self, line: int | None) -> Style:
        is_chosen = line is not None and bool(self.chosen) and self._keys_at[line] == self.chosen and self.shows_cursor
        return self.get_visual_style("row-list--row", *(("row-list--chosen",) if is_chosen else ()))

    def watch_chosen(self, before: str, now: str) -> None:
        for y in range(self.scrollable_content_region.height):
            line = self.line_at(y)
            if line is not None and (key := self._keys_at[line]) and key in (before, now):
                self._repaint(y)
        self.bring_into_view(now)

    def bring_into_view(self, key: str) -> None:
        """Scroll so that all lines of a row are seen."""
        ys = [y for y, one in enumerate(self._keys_at) if one == key]
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
    def cursor_screen_offset(self) -> Offset:
        """Where the chosen row begins on the screen."""
        line = self._keys_at.index(self.chosen) if self.chosen in self._keys_at else 0
        x, y, _, _ = self.content_region
        return Offset(x, y + max(0, line - self.scroll_offset.y))

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

    def action_choose_page(self, pages: int) -> None:
        """Go as many lines further as are seen, to the row there, or to the one at the end."""
        lines = [y for y, key in enumerate(self._keys_at) if key]
        here = next((y for y in lines if self._keys_at[y] == self.chosen), None)
        if here is None:
            return
        page = max(1, self.scrollable_content_region.height - len(self._foot) - 1)
        there = here + pages * page
        passed = [y for y in lines if (y <= there if pages > 0 else y >= there)]
        self.chosen = self._keys_at[passed[-1] if pages > 0 else passed[0]]

    def action_choose_first(self) -> None:
        self.chosen = self.keys[0] if self.keys else ""

    def action_choose_last(self) -> None:
        self.chosen = self.keys[-1] if self.keys else ""

    def on_line(self, line: int) -> str:
        """The key of the row to which a line belongs; empty where that cannot be chosen."""
        return self._keys_at[line]

    def on_click(self, event: events.Click) -> None:
        if key := self.under_mouse(event):
            self.chosen = key
            if event.chain == 2:
                self.opened(key)

    def under_mouse(self, event: events.MouseEvent) -> str:
        """The key of the row under the mouse; empty where there is none."""
        offset = event.get_content_offset(self)
        line = self.line_at(offset.y) if offset is not None else None
        return self._keys_at[line] if line is not None else ""

    def opened(self, key: str) -> None:
        """A row was clicked twice."""
