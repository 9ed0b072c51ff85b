"""A tiny app around the transcript, and the bounded waits its tests need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import App, ComposeResult
from textual.events import MouseEvent
from textual.pilot import Pilot

from phoenix_tui.tui.theme import DARK, LIGHT, theme_named
from phoenix_tui.tui.widgets.transcript import Transcript

SHEET = Path(__file__).parents[2] / "styles" / "transcript.tcss"


class Host(App[None]):
    """Holds one transcript and writes down what it says."""

    CSS_PATH = SHEET

    def __init__(self) -> None:
        super().__init__()
        for name in (DARK, LIGHT):
            self.register_theme(theme_named(name))
        self.theme = DARK
        self.transcript = Transcript()
        self.said: list[object] = []
        self.found = (0, 0, False)
        """The last that was told of a search: which match of how many, and whether more may come."""

    def compose(self) -> ComposeResult:
        yield self.transcript

    def on_mount(self) -> None:
        self.transcript.focus()

    async def mouse(self, event: type[MouseEvent], x: int, y: int) -> None:
        """A mouse event as the terminal would send it, without the waits of a pilot."""
        await self.on_event(event(None, x, y, 0, 0, 1, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y))
        await asyncio.sleep(0)

    @on(Transcript.LinkOpened)
    def _link_opened(self, message: Transcript.LinkOpened) -> None:
        self.said.append(("link", message.url))

    @on(Transcript.OfferTaken)
    def _offer_taken(self, message: Transcript.OfferTaken) -> None:
        self.said.append(message.action)

    @on(Transcript.Copied)
    def _copied(self, message: Transcript.Copied) -> None:
        self.said.append((message.what, message.text))

    @on(Transcript.Hinted)
    def _hinted(self, message: Transcript.Hinted) -> None:
        self.said.append(message.hint)

    @on(Transcript.Found)
    def _found(self, message: Transcript.Found) -> None:
        self.found = (message.current, message.count, message.is_searching)


def rows(transcript: Transcript) -> list[str]:
    """What the view shows, row by row, without trailing blanks."""
    height = transcript.scrollable_content_region.height
    return [transcript.line(y).text.rstrip() for y in range(height)]


def row_with(transcript: Transcript, text: str) -> int:
    """The row of the view that holds `text`."""
    return next(y for y, row in enumerate(rows(transcript)) if text in row)


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Let the app run until `holds`; at most a few hundred turns of its loop."""
    for _ in range(500):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError("this never came true")
