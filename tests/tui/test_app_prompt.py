"""Writing: Enter, new lines, history, large pastes, slash commands."""

from __future__ import annotations

import pytest
from textual import events

from phoenix_tui.core.types import Message, ModelInfo
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.picker import Picker
from phoenix_tui.tui.widgets.chip_area import FOLD_CHARS
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import FakeClient, make_snapshot, says


def sent(ui: Opened, turn: int = 0) -> str:
    return ui.client.turns[turn].request.messages[-1].content


async def test_ctrl_j_begins_a_line_and_enter_sends_them_all(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("one\ntwo")
        assert ui.screen.prompt.size.height == 2
        await ui.pilot.press("shift+enter", "alt+enter")
        assert ui.screen.prompt.size.height == 4
        await ui.send("three")
        await ui.answered()
        assert sent(ui) == "one\ntwo\n\nthree"
        assert ui.screen.prompt.size.height == 1


@pytest.mark.parametrize(("rows", "lines"), [(36, 10), (30, 9), (20, 6), (15, 4), (12, 3)])
async def test_it_grows_to_a_share_of_the_screen_and_no_further(open_screen: OpenScreen, rows: int, lines: int) -> None:
    async with open_screen(size=(60, rows)) as ui:
        await ui.type("\n" * 20)
        await ui.until(lambda: ui.screen.prompt.size.height == lines)
        assert ui.screen.query_one("#keys").region.bottom == rows, "nothing is pushed off the screen"


async def test_it_grows_and_shrinks_with_the_terminal(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 36)) as ui:
        await ui.type("\n" * 20)
        await ui.until(lambda: ui.screen.prompt.size.height == 10)
        await ui.pilot.resize_terminal(60, 15)
        await ui.until(lambda: ui.screen.prompt.size.height == 4)
        await ui.pilot.resize_terminal(60, 36)
        await ui.until(lambda: ui.screen.prompt.size.height == 10)


async def test_white_space_alone_is_not_sent(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("  \n ")
        await ui.pilot.pause()
        assert not ui.client.turns


async def test_a_paste_of_many_lines_is_inserted_and_does_not_send(open_screen: OpenScreen) -> None:
    text = "def f():\n    return '[/x]'\n\x1b[31mred\x1b[0m"
    async with open_screen() as ui:
        ui.app.post_message(events.Paste(text))
        await ui.until(lambda: ui.screen.prompt.value)
        assert ui.screen.prompt.value == "def f():\n    return '[/x]'\nred"
        assert not ui.client.turns


async def test_a_paste_outside_the_prompt_goes_to_it(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("escape")
        ui.app.post_message(events.Paste("here"))
        await ui.until(lambda: ui.screen.prompt.value == "here")
        assert ui.focus == "prompt"


@pytest.mark.parametrize("text", ["x" * 1_000_000, "line of text\n" * 80_000], ids=["one line", "80,000 lines"])
async def test_a_megabyte_is_pasted_as_a_mark_and_sent_whole(open_screen: OpenScreen, text: str) -> None:
    async with open_screen() as ui:
        await ui.type("look: ")
        ui.app.post_message(events.Paste(text))
        await ui.until(lambda: "[paste\u00a01:" in ui.screen.prompt.text)
        assert len(ui.screen.prompt.text) < 100
        await ui.send(" ok?")
        await ui.answered()
        assert sent(ui) == f"look: {text} ok?"


async def test_a_folded_paste_that_comes_back_is_folded_again(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        ui.app.post_message(events.Paste("y" * (FOLD_CHARS + 1)))
        await ui.until(lambda: ui.screen.prompt.value)
        await ui.send("")
        await ui.answered()
        await ui.pilot.press("up")
        assert len(ui.screen.prompt.text) < 100
        assert ui.screen.prompt.value == "y" * (FOLD_CHARS + 1)


async def test_up_and_down_walk_through_what_was_sent_and_keep_the_draft(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for number, text in enumerate(("one", "two\nlines"), 1):
            await ui.send(text)
            await ui.answered(number)
        await ui.type("draft")
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "two\nlines"
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "two\nlines", "up in the second line is a move of the cursor"
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "one"
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "one"
        await ui.pilot.press("down", "down", "down")
        assert ui.screen.prompt.value == "draft"


async def test_single_letters_act_in_the_chat_and_others_go_back_to_the_prompt(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.pilot.press("escape")
        assert ui.focus == "transcript"
        await ui.pilot.press("i")
        assert ui.focus == "prompt"
        assert ui.screen.prompt.value == ""
        await ui.pilot.press("escape", "z")
        assert ui.screen.prompt.value == "z"
        await ui.pilot.press("escape", "escape")
        assert ui.focus == "prompt"


async def test_two_slashes_send_one_and_a_path_is_no_command(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("//help me")
        await ui.answered()
        await ui.send("/etc/hosts is what")
        await ui.answered(2)
        assert (sent(ui, 0), sent(ui, 1)) == ("/help me", "/etc/hosts is what")


async def test_an_unknown_command_names_the_nearest_and_stays_in_the_prompt(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/porviders")
        await ui.until(lambda: any("Did you mean /providers?" in told for told in ui.told))
        assert ui.screen.prompt.value == "/porviders"
        assert not ui.client.turns


async def test_use_makes_a_provider_the_primary(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/use anthropic")
        await ui.until(lambda: ("primary", "anthropic") in ui.client.calls)
        await ui.send("/use antrhopic")
        await ui.until(lambda: any("Did you mean anthropic?" in told for told in ui.told))
        await ui.send("/use")
        await ui.until(lambda: isinstance(ui.app.screen, Picker))


async def test_model_lists_and_chooses(open_screen: OpenScreen) -> None:
    client = FakeClient()
    client.models = (ModelInfo("gpt-6"), ModelInfo("[/x]small"), ModelInfo("embedding", usable=False))
    async with open_screen(client) as ui:
        await ui.send("/model")
        await ui.until(lambda: isinstance(ui.app.screen, Picker))
        await ui.pilot.press("escape")
        await ui.send("/model gpt-6")
        await ui.until(lambda: ("model", "openrouter", "gpt-6") in client.calls)


async def test_new_begins_another_conversation(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), says("one."))) as ui:
        await ui.send("first")
        await ui.answered()
        await ui.send("/new")
        await ui.until(lambda: ui.screen.conversation.is_empty)
        assert ui.said == ""
        assert ui.screen.tokens == 0
        await ui.send("second")
        await ui.answered(2)
        assert ui.client.turns[1].request.messages == (Message("user", "second"),)


async def test_help_opens_with_what_the_focus_is_for_and_every_key(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/help")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.pilot.press("escape")
        assert ui.app.screen is ui.screen
        await ui.pilot.press("f1")
        assert isinstance(ui.app.screen, HelpScreen)


async def test_quit_leaves(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/quit")
        await ui.until(lambda: ui.app._exit)
