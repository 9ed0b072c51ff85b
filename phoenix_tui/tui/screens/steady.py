"""A screen is laid out for the size that the terminal has now."""

from __future__ import annotations

from textual import events
from textual.app import App


class Steady:
    """For a screen that drops what it hears of sizes that are past.

    A screen that hears of a size lays itself out for it, and tells itself the same size once more. With two sizes on
    their way at once (a window that is dragged) and a message between them, they would be told in turns for ever, and
    each time everything would be laid out anew.

    It is no screen itself, since Textual looks for styles along the first base that is one; it stands before that one.
    """

    app: App[object]

    async def _on_resize(self, event: events.Resize) -> None:
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()
