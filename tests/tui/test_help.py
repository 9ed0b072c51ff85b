"""The help: where the focus is first, every key and command, readable in any width, and found by typing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.tui.bindings import KEYS, Group
from phoenix_tui.tui.help_words import Line, help_lines, sections
from phoenix_tui.tui.keys import Keys
from phoenix_tui.tui.screens.help import HelpScreen, HelpText
from phoenix_tui.tui.slash import COMMANDS
from phoenix_tui.tui.text import one_line
from tests.tui.conftest import Opened, OpenScreen


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def shown(ui: Opened) -> str:
    return ui.app.screen.query_one(HelpText).plain_text


@pytest.mark.parametrize("group", [None, *Group])
def test_it_has_every_key_once_and_every_command(group: Group | None) -> None:
    entries = [entry for section in sections("About this part.", group, Keys()) for entry in section.entries]
    for row in KEYS:
        assert entries.count((Keys().labels(row.id), row.description)) >= 1
    assert len(entries) == len(KEYS) + len(COMMANDS) + 9
    for command in COMMANDS:
        assert any(left.startswith(f"/{command.name}") for left, _ in entries)


def test_what_has_the_focus_comes_first_with_all_keys_that_act_there() -> None:
    here, after, *_ = sections("This is the panel.", Group.HEALTH, Keys())
    assert (here.title, here.text, after.title) == ("Here", "This is the panel.", "Anywhere")
    assert ("c", "Check it now (free)") in here.entries
    assert ("home", "Go to the first") in here.entries


def test_own_keys_stand_in_it() -> None:
    (here, *_) = sections("", Group.PROMPT, Keys({"send": "ctrl+s"}))
    assert ("ctrl+s", "Send the message") in here.entries


@pytest.mark.parametrize("width", [36, 50, 56, 70, 92])
def test_a_long_description_stays_in_its_own_column(width: int) -> None:
    lines = text_of(help_lines(sections("Text " * 60, Group.PROMPT, Keys()), width))
    assert all(len(line) <= width for line in lines)
    column = 2 + min(24, max(12, width // 3))
    at = next(at for at, line in enumerate(lines) if line.startswith("  ctrl+g"))
    assert lines[at][column:].startswith("While it is asked:")
    if width < 60:
        assert lines[at + 1].startswith(" " * column)


@settings(deadline=None)
@given(st.integers(1, 120), st.text(max_size=10))
def test_any_width_and_any_words_give_lines_that_fit(width: int, words: str) -> None:
    lines = help_lines(sections("About.", Group.CHAT, Keys()), max(width, 24), one_line(words))
    assert lines
    assert all(len(line) <= max(width, 24) for line in text_of(lines))


def test_words_narrow_it() -> None:
    lines = text_of(help_lines(sections("", None, Keys()), 80, "Strategy"))
    assert "In the fallback order" in lines
    assert "Anywhere" not in lines
    assert any("/strategy" in line for line in lines)
    assert text_of(help_lines(sections("", None, Keys()), 80, "xyzzy")) == ['Nothing here has "xyzzy" in it.']


@pytest.mark.parametrize("size", [(60, 15), (60, 20), (100, 30), (40, 12)])
async def test_it_scrolls_to_its_end_is_searched_and_closed(open_screen: OpenScreen, size: tuple[int, int]) -> None:
    async with open_screen(size=size) as ui:
        await ui.pilot.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen) and "Here" in shown(ui))
        text = ui.app.screen.query_one(HelpText)
        await ui.pilot.press("down", "pagedown", "ctrl+end")
        await ui.until(lambda: text.scroll_offset.y == text.max_scroll_y > 0)
        await ui.pilot.press("ctrl+home", *"leave")
        await ui.until(lambda: "ctrl+q" in shown(ui) and "ctrl+g" not in shown(ui))
        assert text.scroll_offset.y == 0
        await ui.pilot.press("escape")
        assert ui.app.screen is ui.screen
        await ui.pilot.press("f1", "f1")
        assert ui.app.screen is ui.screen


async def test_it_begins_with_the_part_that_has_the_focus(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("tab", "f1")
        await ui.until(lambda: "The health of the seven" in shown(ui))
        assert shown(ui).index("Check it now") < shown(ui).index("Stop the answer")
