"""Screens over the main one: a click or key that comes when they are gone closes nothing more."""

from __future__ import annotations

from textual import events

from tests.tui.conftest import OpenScreen


async def test_a_double_click_outside_the_palette_closes_the_palette_and_nothing_else(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("ctrl+p")
        await ui.until(lambda: ui.app.screen is not ui.screen)
        palette = ui.app.screen
        for chain in (1, 2):
            palette.post_message(events.Click(palette, 1, 34, 0, 0, 1, False, False, False, 1, 34, chain=chain))
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.send("still here")
        await ui.answered()


async def test_keys_that_close_the_help_twice_close_it_once(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("f1")
        help_screen = ui.app.screen
        assert help_screen is not ui.screen
        help_screen.dismiss()
        help_screen.dismiss()
        await ui.until(lambda: ui.app.screen is ui.screen)
