"""Takes pictures of the real screen in the demo's outage: SVGs, dark and light, wide and narrow.

The program is the installed one, with its simulated providers at their human pace; only its terminal is not drawn.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from phoenix_tui.commands.screen import demo_start
from phoenix_tui.tui.app import PhoenixApp
from phoenix_tui.tui.look import Surroundings

FOLDER = Path(__file__).parent
QUESTIONS = ("Why is the sky blue?", "And why is it red in the evening?")
SECONDS = 60.0
"""How long one answer may take; only a broken program takes so long."""
PICTURES = (
    ("outage-dark", "dark", (140, 40)),
    ("outage-light", "light", (140, 40)),
    ("outage-narrow", "dark", (64, 32)),
)
_WEB_FONT = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
"""Fonts from elsewhere, which nobody's page should have to fetch."""


async def picture(name: str, theme: str, size: tuple[int, int]) -> Path:
    """Live through the outage at `size` (columns, rows) and write what is seen then to `name`.svg."""
    app = PhoenixApp(replace(demo_start(), surroundings=Surroundings(is_light=theme == "light")))
    async with app.run_test(size=size, notifications=True) as pilot:
        main = app.main
        await _until(pilot, lambda: main.snapshot is not None)
        for question in QUESTIONS:
            for character in question:
                app.post_message(events.Key(character, character))
            await pilot.press("enter")
            await _until(pilot, lambda: main.is_answering)
            await _until(pilot, lambda: not main.is_answering)
        app.clear_notifications()
        await pilot.pause()
        path = FOLDER / f"{name}.svg"
        path.write_text(_WEB_FONT.sub("\n", app.export_screenshot(title="phoenix-tui --demo")), encoding="utf-8")
    return path


async def _until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await pilot.pause(0.05)


def main() -> None:
    for name, theme, size in PICTURES:
        print(asyncio.run(picture(name, theme, size)).relative_to(Path.cwd()))  # noqa: T201 - says what was made


if __name__ == "__main__":
    main()
