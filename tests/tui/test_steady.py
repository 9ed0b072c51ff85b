"""A size that is past is never laid out, on any screen: two on their way would undo each other for ever."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.geometry import Size

from tests.tui.conftest import OpenScreen


def between() -> None:
    """A message that stands between two others."""


PAST, NOW = Size(120, 35), Size(120, 36)


@pytest.mark.parametrize(
    "action", ["", "help", "app.command_palette", "pick_primary", "settings", "provider_page('openai')"]
)
async def test_two_sizes_at_once_end_in_the_newer_one(open_screen: OpenScreen, action: str) -> None:
    async with open_screen(size=(120, 40)) as ui:
        before = ui.app.screen
        if action:
            await ui.screen.run_action(action)
            await ui.until(lambda: ui.app.screen is not before)
        await ui.pilot.pause()
        screen = ui.app.screen
        laid_out: list[Size | None] = []
        lay_out = screen._refresh_layout

        def watched(size: Size | None = None, scroll: bool = False) -> None:
            laid_out.append(size)
            if len(laid_out) < 50:  # else a screen that goes on for ever would never come back here
                lay_out(size, scroll)
            screen.call_later(between)

        screen._refresh_layout = watched  # type: ignore[method-assign]
        ui.app._size = NOW  # it has heard of both, and tells the screen of each a moment after it came
        screen.post_message(events.Resize(PAST, PAST))
        screen.call_later(between)
        screen.post_message(events.Resize(NOW, NOW))
        for _ in range(2_000):
            await asyncio.sleep(0)
        assert NOW in laid_out
        assert PAST not in laid_out
        assert len(laid_out) < 10
