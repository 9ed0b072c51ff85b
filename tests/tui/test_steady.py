"""Nothing is done for nobody: a size that is past is not laid out, what lies under another screen is not painted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events
from textual.geometry import Size
from textual.screen import Screen

from phoenix_tui.tui.frames import Frames
from phoenix_tui.tui.screens.provider_page import ProviderPage
from phoenix_tui.tui.widgets.lines import StatusLine
from tests.helpers.pictures import SeenTerminal, watch
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


async def test_what_lies_under_a_page_is_painted_when_the_page_goes(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 40)) as ui:
        await ui.run_actions("provider_page('openai')")
        await ui.until(lambda: isinstance(ui.app.screen, ProviderPage))
        await ui.pilot.pause()
        painted: list[Screen[object]] = []
        watch(ui.app, lambda screen, picture: painted.append(screen))
        ui.screen.tokens = 123_456
        ui.screen.chat_title = "something else"
        for _ in range(5):
            await ui.pilot.pause()
        assert painted == []
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.until(lambda: "something else" in ui.drawn)
        assert painted


@pytest.mark.parametrize("cells", [0, 200], ids=["whole", "portions"])
async def test_while_the_terminal_is_busy_changes_are_gathered_and_none_is_lost(
    open_screen: OpenScreen, cells: int
) -> None:
    async with open_screen(size=(120, 40)) as ui:
        driver: Any = ui.app._driver
        portions: list[int] = []
        driver.is_busy, driver.cells, driver.painted = True, cells, portions.append
        seen = SeenTerminal(ui.app)
        ui.screen.tokens = 111_111
        await ui.type("first")
        ui.screen.query_one(StatusLine).refresh()
        await ui.pilot.pause(0.05)
        await ui.type(" second")
        await ui.pilot.pause(0.05)
        assert not portions
        driver.is_busy = False
        await ui.until(lambda: "first second" in seen.text and "111,111" in seen.text)
        assert portions
        assert not cells or max(portions) <= 2 * cells


@pytest.mark.parametrize("action", ["", "help", "app.command_palette", "pick_primary", "settings"])
async def test_every_screen_paints_by_frames_and_not_by_a_timer_that_is_late(
    open_screen: OpenScreen, action: str
) -> None:
    async with open_screen() as ui:
        before = ui.app.screen
        if action:
            await ui.screen.run_action(action)
            await ui.until(lambda: ui.app.screen is not before)
        await ui.pilot.pause()
        timers: list[Any] = [*ui.app.screen._timers]
        assert isinstance(ui.app.screen._update_timer, Frames)
        assert not [timer for timer in timers if timer.name == "screen_update"]
