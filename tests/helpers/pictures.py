"""What an app paints, picture by picture, and how a terminal shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyte
from textual._compositor import CompositorUpdate
from textual.screen import Screen


def watch(app: Any, painted: Callable[[Screen[object], CompositorUpdate], None]) -> None:
    """Call `painted` with each picture that `app` paints from now on, and with the screen that it is of."""
    display = app._display

    def watched(screen: Screen[object], picture: Any) -> None:
        if isinstance(picture, CompositorUpdate):
            painted(screen, picture)
        display(screen, picture)

    app._display = watched


class SeenTerminal:
    """A terminal that is sent all that `app` paints, piece by piece."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.screen = pyte.Screen(*app.size)
        self._stream = pyte.Stream(self.screen)
        self._take(app.screen, app.screen._compositor.render_update(full=True))
        watch(app, self._take)

    def _take(self, screen: Screen[object], picture: CompositorUpdate) -> None:
        self._stream.feed(picture.render_segments(self._app.console))

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)
