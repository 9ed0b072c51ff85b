"""Lines of styled text, drawn line by line: a new picture repaints only what differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

Line = tuple[tuple[str, str], ...]
"""One line as (text, style) parts. Styles are Textual style strings, texts are never markup."""


class LineView(ScrollView, can_focus=True):
    """Shows lines that others make; scrolls where there are more than fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-view--line"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Take the place of what is shown; only lines that differ are painted again."""
        before, self._lines = self._lines, tuple(lines)
        size = Size(self.scrollable_content_region.width, len(self._lines))
        if size != self.virtual_size:
            # Setting the reactive would lay the whole screen out again; only the scroll bar changes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        for y in range(max(len(before), len(self._lines))):
            if y >= len(before) or y >= len(self._lines) or before[y] != self._lines[y]:
                self._repaint(y)

    def line_text(self, y: int) -> str:
        """The plain text of one line, for tests and for reading aloud."""
        return "".join(text for text, _ in self._lines[y])

    @property
    def plain_text(self) -> str:
        """Everything that is shown, as plain lines."""
        return "\n".join(self.line_text(y).rstrip() for y in range(len(self._lines)))

    def style_at(self, y: int) -> Style:
        """What the line `y` is drawn on."""
        return self.get_visual_style("line-view--line")

    def _repaint(self, y: int) -> None:
        top = y - self.scroll_offset.y
        if 0 <= top < self.size.height:
            self.refresh(Region(0, top, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        style = self.style_at(at)
        if at >= len(self._lines) or width <= 0:
            return Strip.blank(width, style.rich_style)
        strips = Visual.to_strips(self, Content.assemble(*self._lines[at]), width, 1, style, pad=True)
        return strips[0].crop(0, width) if strips else Strip.blank(width, style.rich_style)
