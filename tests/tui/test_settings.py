"""The settings: every preference and every key, changed where one sees what it does."""

from __future__ import annotations

import pytest
from textual import events

from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.look import Surroundings
from phoenix_tui.tui.preferences import PREFERENCES, Preferences
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.settings import SettingsScreen
from phoenix_tui.tui.setting_rows import KEY, settings
from phoenix_tui.tui.widgets.settings_list import SettingsList
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.test_preferences import Kept


def listed(ui: Opened) -> SettingsList:
    return ui.app.screen.query_one(SettingsList)


def explained(ui: Opened) -> str:
    return str(ui.app.screen.query("#settings-about").first().render())


def line(ui: Opened, key: str) -> str:
    """What the list says of one setting, in single spaces."""
    found = listed(ui)
    lines = [found.line_text(y) for y in range(found.virtual_size.height) if found.on_line(y) == key]
    return " ".join(lines[0].split())


async def opened_at(ui: Opened, key: str) -> None:
    await ui.pilot.press("f10")
    await ui.until(lambda: isinstance(ui.app.screen, SettingsScreen))
    listed(ui).chosen = key
    await ui.pilot.pause()


def test_every_preference_and_every_action_is_there_with_its_source() -> None:
    own = Preferences(theme="nord", keys={"retry": "y"}, chosen=frozenset({"theme", "motion"}))
    around = Surroundings(is_still=True, screen_reader=True)
    rows = {row.key: row for row in settings(own, around, frozenset({"theme"}))}
    assert {*rows} == {"", *(preference.name for preference in PREFERENCES), *(KEY + row.id for row in KEYS)}
    assert (rows["theme"].value, rows["theme"].source) == ("nord", "file")
    assert (rows["motion"].value, rows["motion"].source) == ("full (reduced here)", "environment")
    assert (rows["screen_reader"].value, rows["screen_reader"].source) == ("no (on in this run)", "command line")
    assert (rows["notify"].value, rows["notify"].source) == ("off", "default")
    assert (rows[KEY + "retry"].value, rows[KEY + "retry"].source) == ("y", "yours")
    assert (rows[KEY + "stop"].value, rows[KEY + "stop"].source) == ("esc", "")


async def test_on_a_narrow_screen_what_a_key_does_can_still_be_read(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 20)) as ui:
        await opened_at(ui, "theme")
        assert line(ui, "theme") == "Theme < auto (phoenix-dark) > default"
        assert line(ui, "panel_width") == "Panel width as fits the terminal default"
        assert "left, right change   backspace default   esc closes" in ui.drawn
        listed(ui).chosen = KEY + "pick"
        await ui.pilot.pause()
        assert line(ui, KEY + "pick") == "Choose the primary from a list < ctrl+o >"
        assert line(ui, KEY + "newline") == "Begin a new line ctrl+j, shi…"
        assert "enter gives it a key   backspace default   esc closes" in ui.drawn


async def test_a_value_is_changed_with_the_keyboard_counts_at_once_and_is_taken_back(open_screen: OpenScreen) -> None:
    kept = Kept()
    async with open_screen(keep_preferences=kept) as ui:
        await opened_at(ui, "theme")
        assert line(ui, "theme") == "Theme < auto (phoenix-dark) > default"
        await ui.pilot.press("right", "enter")
        await ui.until(lambda: ui.app.theme == "phoenix-light")
        assert line(ui, "theme") == "Theme < phoenix-light > file"
        await ui.pilot.press("left")
        await ui.until(lambda: ui.app.theme == "phoenix-dark")
        await ui.pilot.press("down", "right")
        assert line(ui, "ascii") == "ASCII only < always > file"
        await ui.until(lambda: ui.app.has_class("-ascii"))
        await ui.pilot.press("backspace", "up", "backspace")
        assert line(ui, "theme") == "Theme < auto (phoenix-dark) > default"
        await ui.pilot.press("escape")
        assert ui.focus == "prompt"
        assert ui.app.screen is ui.screen
    assert kept.whole == {"theme": None, "ascii": None}


async def test_it_is_changed_with_the_mouse_too(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await opened_at(ui, "notify_after")
        found = listed(ui)
        line = next(line for line in range(found.virtual_size.height) if found.on_line(line) == "motion")
        before, y = found.line_text(line), line - found.scroll_offset.y
        await ui.pilot.click(SettingsList, offset=(before.index("full"), y))
        assert found.chosen == "motion"
        assert ui.screen.preferences.motion == "full"
        await ui.pilot.click(SettingsList, offset=(before.index("full"), y))
        await ui.until(lambda: ui.screen.preferences.motion == "reduced")
        line = next(line for line in range(found.virtual_size.height) if found.on_line(line) == "notify_after")
        y = line - found.scroll_offset.y
        await ui.pilot.click(SettingsList, offset=(before.index("full"), y))
        await ui.pilot.click(SettingsList, offset=(found.line_text(line).index("<"), y))
        await ui.until(lambda: ui.screen.preferences.notify_after == 5)


@pytest.mark.parametrize("size", [(60, 15), (60, 12), (160, 50), (40, 12)])
async def test_it_fits_every_terminal_and_every_row_can_be_reached(
    open_screen: OpenScreen, size: tuple[int, int]
) -> None:
    async with open_screen(size=size) as ui:
        await opened_at(ui, "theme")
        await ui.pilot.press("end")
        found = listed(ui)
        assert found.chosen == KEY + KEYS[-1].id
        assert found.scroll_offset.y + found.size.height == found.virtual_size.height
        assert explained(ui)
        assert ui.app.screen.query("#settings-about").first().region.bottom <= size[1]
        for y in range(found.virtual_size.height):
            assert len(found.line_text(y)) <= found.size.width


async def test_an_action_is_given_another_key_and_gets_its_own_back(open_screen: OpenScreen) -> None:
    kept = Kept()
    async with open_screen(keep_preferences=kept) as ui:
        await opened_at(ui, KEY + "help")
        await ui.pilot.press("enter")
        assert explained(ui) == 'Press the key for "Show keys and commands"; esc leaves it as it is.'
        await ui.pilot.press("f12")
        assert explained(ui) == "f12: Show keys and commands."
        assert line(ui, KEY + "help") == "Show keys and commands < f12 > yours"
        await ui.pilot.press("escape", "f1")
        assert ui.app.screen is ui.screen
        await ui.pilot.press("f12")
        assert isinstance(ui.app.screen, HelpScreen)
        await ui.pilot.press("escape")
        await opened_at(ui, KEY + "help")
        await ui.pilot.press("backspace")
        assert line(ui, KEY + "help") == "Show keys and commands < f1 >"
    assert kept.whole == {"keys": {"help": None}}


@pytest.mark.parametrize(
    ("action", "key", "said"),
    [
        ("again", "z", "z is typed in the prompt"),
        ("again", "ctrl+k", "ctrl+k is for writing: delete to line end."),
        ("again", "ctrl+p", 'ctrl+p is the key of "Find any command" (palette) already. ctrl+r stays.'),
        ("again", "ctrl+q", "(quit) already."),
        ("again", "f10", "(settings) already."),
        ("retry", "o", 'o is the key of "Send the unanswered question to another provider" (other) already. r stays.'),
        ("again", "tab", "(focus.next) already."),
    ],
)
async def test_a_bad_or_clashing_key_is_refused_with_a_sentence(
    open_screen: OpenScreen, action: str, key: str, said: str
) -> None:
    async with open_screen() as ui:
        await opened_at(ui, KEY + action)
        await ui.pilot.press("enter", key)
        await ui.until(lambda: said in explained(ui))
        assert ui.screen.preferences.keys == {}
        assert isinstance(ui.app.screen, SettingsScreen)
        await ui.pilot.press("down")
        assert said not in explained(ui)


async def test_esc_leaves_a_key_as_it_is_and_stop_keeps_its_own(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await opened_at(ui, KEY + "stop")
        await ui.pilot.press("enter", "escape")
        assert ui.screen.preferences.keys == {}
        assert isinstance(ui.app.screen, SettingsScreen)
        await ui.pilot.press("enter", "f12")
        assert ui.screen.preferences.keys == {"stop": "escape,f12"}


async def test_in_the_demo_a_change_is_for_this_run_and_what_the_file_says_is_from_there(
    open_screen: OpenScreen,
) -> None:
    own = Preferences().changed({"theme": "nord"})
    async with open_screen(preferences=own, is_demo=True) as ui:
        await opened_at(ui, "motion")
        await ui.pilot.press("right")
        assert line(ui, "motion") == "Motion < reduced > this run"
        assert line(ui, "theme") == "Theme nord file"


async def test_they_are_found_with_a_slash_and_in_the_palette(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/settings")
        await ui.until(lambda: isinstance(ui.app.screen, SettingsScreen))
    async with open_screen() as ui:
        await ui.run_actions("settings")
        assert isinstance(ui.app.screen, SettingsScreen)


async def test_keys_that_come_in_one_burst_are_given_to_the_action(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await opened_at(ui, KEY + "copy_last")
        for key in ("enter", "f12", "escape"):
            ui.app.post_message(events.Key(key, None))
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.app.keys.own == {"copy_last": "f12"}
