"""Lines of styled text, drawn line by line: a new picture repaints only what differs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

from phoenix_tui.tui import spoken

Line = tuple[tuple[str, str], ...]
"""One line as (text, style) parts. Styles are Textual style strings, texts are never markup."""


class LineView(ScrollView, can_focus=True):
    """Shows lines that others make; scrolls where there are more than fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-view--line"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._foot: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line], foot: Sequence[Line] = ()) -> None:
        """Take the place of what is shown; only lines that differ are painted again. `foot` stands below the lines, and
        stays in sight however many they are."""
        before = self._in_view()
        self._lines, self._foot = tuple(map(_as_it_is_read, lines)), tuple(map(_as_it_is_read, foot))
        size = Size(self.scrollable_content_region.width, len(self._lines) + len(self._foot))
        if size != self.virtual_size:
            # Setting the reactive would lay the whole screen out again; only the scroll bar changes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        for y, (old, new) in enumerate(zip_longest(before, self._in_view())):
            if old != new:
                self._repaint(y)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the first of the lines that are in view begins on the screen."""
        return self.content_region.offset

    def line_text(self, y: int) -> str:
        """The plain text of one line, for tests and for reading aloud."""
        return "".join(text for text, _ in (*self._lines, *self._foot)[y])

    @property
    def plain_text(self) -> str:
        """Everything that is shown, as plain lines."""
        return "\n".join(self.line_text(y).rstrip() for y in range(len(self._lines) + len(self._foot)))

    def line_at(self, y: int) -> int | None:
        """Which of the lines row `y` of the view shows; None for the foot and for what is below all."""
        return self._line_at(y, self.scrollable_content_region.height)

    def _line_at(self, y: int, height: int) -> int | None:
        rows = height - len(self._foot)
        at = y + self.scroll_offset.y
        return at if 0 <= y < rows and at < len(self._lines) else None

    def style_at(self, line: int | None) -> Style:
        """What the line of that number is drawn on; None: what is no line."""
        return self.get_visual_style("line-view--line")

    def _shown(self, y: int, height: int) -> Line | None:
        """What row `y` of a view so high shows, None for nothing."""
        if (line := self._line_at(y, height)) is not None:
            return self._lines[line]
        rows = height - len(self._foot)
        foot = y - min(rows, len(self._lines) - self.scroll_offset.y)
        return self._foot[foot] if 0 <= foot < len(self._foot) else None

    def _in_view(self) -> list[Line | None]:
        height = self.scrollable_content_region.height
        return [self._shown(y, height) for y in range(height)]

    def _repaint(self, y: int) -> None:
        """Paint row `y` of the view again."""
        self.refresh(Region(0, y, self.scrollable_content_region.width, 1))

    def render_line(self, y: int) -> Strip:
        width, height = self.scrollable_content_region.size
        style, line = self.style_at(self._line_at(y, height)), self._shown(y, height)
        if line is None or width <= 0:
            return Strip.blank(width, style.rich_style)
        strips = Visual.to_strips(self, Content.assemble(*line), width, 1, style, pad=True)
        return strips[0].crop(0, width) if strips else Strip.blank(width, style.rich_style)


def _as_it_is_read(line: Line) -> Line:
    return spoken.plain_line(line) if spoken.in_force() else line
