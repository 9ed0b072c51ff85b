"""A scroll bar of which only the cells are painted that look different."""

from __future__ import annotations

from itertools import zip_longest
from typing import Self

from rich.console import RenderableType
from rich.segment import Segment
from textual.geometry import Region
from textual.scrollbar import ScrollBar


class CalmScrollBar(ScrollBar):
    """For what grows while it is read: Textual paints the whole bar, a column of the screen, for each row that comes,
    which is two thousand bytes where the thumb has grown by an eighth of a cell."""

    _painted: tuple[list[Segment], ...] = ()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As `Widget` has it, for what looks different."""
        if repaint and self._painted and self.is_attached and not (regions or layout or recompose):
            pairs = enumerate(zip_longest(self._painted, self._rows(super().render())))
            regions = tuple(Region(0, y, self.size.width, 1) for y, (before, now) in pairs if before != now)
            if not regions:
                return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render(self) -> RenderableType:
        """As `ScrollBar` has it, to be painted now."""
        bar = super().render()
        self._painted = self._rows(bar)
        return bar

    def _rows(self, bar: RenderableType) -> tuple[list[Segment], ...]:
        console = self.app.console
        options = console.options.update(width=self.size.width, height=self.size.height)
        return tuple(console.render_lines(bar, options))
