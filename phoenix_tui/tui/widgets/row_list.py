"""A list of rows, each of one or more lines, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.reactive import reactive
from textual.style import Style

from phoenix_tui.tui.widgets.line_view import Line, LineView


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be chosen. `key` is empty for lines that only say something."""

    key: str
    lines: tuple[Line, ...]


class RowList(LineView):
    """Rows with a cursor. Subclasses make the rows; this one draws them, moves the cursor and keeps it on its key."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--row", "row-list--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose_by(-1)", "Previous", show=False),
        Binding("down,j", "choose_by(1)", "Next", show=False),
        Binding("home", "choose_first", "First", show=False),
        Binding("end", "choose_last", "Last", show=False),
    ]

    chosen: reactive[str] = reactive("", repaint=False)
    """Key of the row under the cursor."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()
        self._keys_at: tuple[str, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Take the place of what is shown; only lines that differ are painted again."""
        self._rows = tuple(rows)
        self._keys_at = tuple(row.key for row in rows for _ in row.lines)
        keys = self.keys
        if self.chosen not in keys:
            self.chosen = keys[0] if keys else ""
        self.show_lines([line for row in rows for line in row.lines])

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rows that can be chosen, from top to bottom."""
        return tuple(row.key for row in self._rows if row.key)

    def style_at(self, y: int) -> Style:
        is_chosen = self.has_focus and bool(self.chosen) and self.chosen in self._keys_at[y : y + 1]
        return self.get_visual_style("row-list--row", *(("row-list--chosen",) if is_chosen else ()))

    def watch_chosen(self, before: str, now: str) -> None:
        for y, key in enumerate(self._keys_at):
            if key and key in (before, now):
                self._repaint(y)
        ys = [y for y, key in enumerate(self._keys_at) if key == now]
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
        if at < len(self._keys_at) and (key := self._keys_at[at]):
            self.chosen = key
            if event.chain == 2:
                self.opened(key)

    def opened(self, key: str) -> None:
        """A row was clicked twice."""
