"""A tiny app around the transcript, and the bounded waits its tests need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.app import App, ComposeResult
from textual.events import MouseEvent
from textual.pilot import Pilot

from phoenix_tui.tui.widgets.transcript import Transcript

SHEET = Path(__file__).parents[2] / "styles" / "transcript.tcss"


class Host(App[None]):
    """Holds one transcript and writes down what it says."""

    CSS_PATH = SHEET

    def __init__(self) -> None:
        super().__init__()
        self.transcript = Transcript()
        self.said: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.transcript

    def on_mount(self) -> None:
        self.transcript.focus()

    async def mouse(self, event: type[MouseEvent], x: int, y: int) -> None:
        """A mouse event as the terminal would send it, without the waits of a pilot."""
        await self.on_event(event(None, x, y, 0, 0, 1, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y))
        await asyncio.sleep(0)

    def on_transcript_link_opened(self, message: Transcript.LinkOpened) -> None:
        self.said.append(("link", message.url))

    def on_transcript_retry_asked(self) -> None:
        self.said.append("retry")

    def on_transcript_copied(self, message: Transcript.Copied) -> None:
        self.said.append((message.what, message.text))


def rows(transcript: Transcript) -> list[str]:
    """What the view shows, row by row, without trailing blanks."""
    height = transcript.scrollable_content_region.height
    return [transcript.render_line(y).text.rstrip() for y in range(height)]


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
