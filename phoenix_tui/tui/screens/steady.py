"""A screen is laid out for the size that the terminal has now."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual import events
from textual._compositor import Compositor
from textual.app import App
from textual.geometry import Region
from textual.widget import Widget

from phoenix_tui.tui.frames import Frames, frames_of
from phoenix_tui.tui.portions import portion

WAIT_SECONDS = 0.005
"""How soon is looked again whether the terminal has taken what was written."""


class Steady:
    """For a screen that drops what it hears of sizes that are past, and that is painted as often as the terminal can
    take it.

    A screen that hears of a size lays itself out for it, and tells itself the same size once more. With two sizes on
    their way at once (a window that is dragged) and a message between them, they would be told in turns for ever, and
    each time everything would be laid out anew. And over a slow line pictures would wait for each other, and every key
    behind them: while one is on its way, what changes is gathered, and painted once when that has gone, in portions
    that the line can take, the one with the focus first.

    It is no screen itself, since Textual looks for styles along the first base that is one; it stands before that one.
    """

    app: App[Any]
    is_current: bool
    focused: Widget | None
    _compositor: Compositor
    _dirty_widgets: set[Widget]
    _layout_required: bool
    _scroll_required: bool
    _waits_for_terminal = False
    _frames: Frames | None = None

    @property
    def _update_timer(self) -> Any:
        """`Frames`, of which a screen asks no more than of the timer that it has."""
        if self._frames is None:
            screen: Any = self
            # By a message, as a timer does it: then it is this screen's turn, and what it awaits waits for it.
            self._frames = frames_of(partial(screen.call_later, screen._on_timer_update))
        return self._frames

    async def _on_resize(self, event: events.Resize) -> None:
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()

    def _compositor_refresh(self) -> None:
        driver: Any = self.app._driver
        seen: Any = self.app.screen
        if seen is not self or not hasattr(driver, "painted"):  # not what is written, or no Unix terminal
            super()._compositor_refresh()  # type: ignore[misc]  # it is the screen's, behind this
        elif driver.is_busy:
            self._look_later()
        else:
            later = self._take_a_portion(driver.cells) if driver.cells else set()
            cells = sum(region.area for region in self._compositor._dirty_regions)
            super()._compositor_refresh()  # type: ignore[misc]  # as above
            driver.painted(cells)
            if later:
                self._compositor._dirty_regions |= later
                self._look_later()

    def _take_a_portion(self, cells: int) -> set[Region]:
        """Leave of what is to be painted only so many cells; gives the rest."""
        focused = self.focused.region if self.focused is not None else Region()
        dirty, later = portion(self._compositor._dirty_regions, focused, cells)
        self._compositor._dirty_regions = dirty
        return later

    def _look_later(self) -> None:
        if not self._waits_for_terminal:
            self._waits_for_terminal = True
            self.app.set_timer(WAIT_SECONDS, self._look_again)

    def _look_again(self) -> None:
        """Paint what was put off, and what has changed since. Where a layout is due that paints it all; to paint before
        it would have Textual take for shown what no widget has been told the size of."""
        self._waits_for_terminal = False
        if self.is_current and not (self._layout_required or self._scroll_required):
            self._compositor.update_widgets(self._dirty_widgets)
            self._compositor_refresh()
