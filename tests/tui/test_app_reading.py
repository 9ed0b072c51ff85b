"""Reading on the real screen: the find bar, copying, links, what can be done about a failure, and a hasty mouse."""

from __future__ import annotations

import asyncio
import random

import pytest
from textual import events
from textual.command import CommandList
from textual.widgets import Input

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import Completed, TextDelta
from phoenix_tui.tui.commands import commands
from phoenix_tui.tui.widgets.find_bar import FindBar, found
from phoenix_tui.tui.widgets.lines import KeyBar
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import BREATH, HOLD, FakeClient, answer, make_snapshot, nobody, says, started
from tests.tui.transcript_host import row_with, rows

TEXT = "Because **of** scattering.\n\n```py\nblue = 1\n```\n\nSee [this](https://e.org/a).\n"


def bar(ui: Opened) -> FindBar:
    return ui.screen.query_one(FindBar)


def told(ui: Opened) -> str:
    """What the find bar says of the search."""
    return str(ui.screen.query("#find-count").first().render())


async def asked(ui: Opened, *keys: str) -> None:
    await ui.send("why?")
    await ui.answered()
    await ui.until(lambda: not ui.screen.transcript.is_late)
    await ui.pilot.press(*keys)


async def test_words_are_found_from_the_prompt_and_closing_leaves_the_reader_there(open_screen: OpenScreen) -> None:
    text = "\n\n".join(f"paragraph {number}" for number in range(200))
    async with open_screen(FakeClient(make_snapshot(), says(text)), size=(100, 30)) as ui:
        await asked(ui, "ctrl+f")
        assert bar(ui).region.height == 1
        await ui.type("paragraph 7")
        await ui.until(lambda: told(ui) == "11 of 11")
        assert "esc close   enter next   up previous" in str(ui.screen.query_one(KeyBar).render())
        await ui.pilot.press("enter")
        await ui.until(lambda: told(ui) == "1 of 11")
        await ui.pilot.press("up", "up")
        await ui.until(lambda: told(ui) == "10 of 11")
        await ui.pilot.press("escape")
        assert (ui.focus, bar(ui).region.height) == ("transcript", 0)
        assert row_with(ui.screen.transcript, "paragraph 78")
        await ui.pilot.press("slash")
        assert ui.screen.query_one(Input).value == "paragraph 7"
        await ui.type("nothing like it")
        await ui.until(lambda: told(ui) == "Nothing in this chat says that.")
        assert row_with(ui.screen.transcript, "paragraph 78"), "nothing moves"


async def test_all_keys_of_a_burst_act_in_their_order(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), says("so so so"))) as ui:
        await asked(ui, "ctrl+f")
        for key, character in (("s", "s"), ("o", "o"), ("enter", "\r"), ("escape", None), ("x", "x")):
            ui.app.post_message(events.Key(key, character))
        await ui.until(lambda: ui.screen.prompt.value == "x")
        assert ui.screen.query_one(Input).value == "so"


async def test_a_paste_is_one_line_and_text_of_several_lines_is_found(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), says("one\ntwo words"))) as ui:
        await asked(ui, "ctrl+f")
        ui.app.post_message(events.Paste("one\n two\x1b[2J" + " " * 5_000))
        await ui.until(lambda: told(ui) == "1 of 1")
        assert ui.screen.query_one(Input).value == "one two"


async def test_there_is_nothing_to_find_before_anything_was_said_and_a_new_conversation_ends_it(
    open_screen: OpenScreen,
) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("ctrl+f")
        assert ui.told == ["There is nothing to look through yet."]
        await ui.send("why?")
        await ui.answered()
        await ui.send("/find scattering")
        await ui.until(lambda: told(ui) == "1 of 1")
        await ui.run_actions("new")
        assert (bar(ui).is_open, ui.focus) == (False, "prompt")


async def test_esc_closes_the_bar_first_and_stops_the_answer_next(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.pilot.press("ctrl+f")
        await ui.type("half")
        await ui.until(lambda: told(ui) == "1 of 1")
        await ui.pilot.press("tab", "escape")
        assert (bar(ui).is_open, client.turns[0].closed) == (False, False)
        await ui.pilot.press("escape")
        await ui.until(lambda: client.turns[0].closed)


def test_the_count_says_as_long_as_more_may_come() -> None:
    assert found(3, 1_700, is_searching=False) == "3 of 1,700"
    assert found(3, 17, is_searching=True) == "3 of 17…"
    assert found(0, 0, is_searching=True) == "looking…"


async def test_what_was_copied_is_named(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), says(TEXT))) as ui:
        await ui.run_actions("copy_last")
        assert ui.told[-1] == "There is no answer to copy yet."
        await asked(ui, "alt+c")
        await ui.until(lambda: ui.told[-1].startswith(f"Sent the answer ({len(TEXT)} characters)"))
        assert ui.app.clipboard == TEXT
        await ui.pilot.press("escape", "left_square_bracket", "c")
        await ui.until(lambda: ui.told[-1].startswith("Sent the code (8 characters)"))
        assert ui.app.clipboard == "blue = 1"


async def test_a_link_is_opened_elsewhere_and_copied_where_there_is_no_browser(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), says(TEXT))) as ui:
        await asked(ui, "escape", "L", "enter")
        await ui.until(lambda: ui.told[-1:] == ["Opened https://e.org/a."])
        assert ui.addresses == ["https://e.org/a"]
    async with open_screen(FakeClient(make_snapshot(), says(TEXT))) as ui:
        ui.app.open_link = lambda _: None
        await asked(ui, "escape", "L", "enter")
        await ui.until(lambda: ui.told[-1].startswith("There is no browser here. Sent the address (15 characters)"))


async def test_what_can_be_done_is_offered_only_while_it_would_do_something(open_screen: OpenScreen) -> None:
    client = FakeClient(
        make_snapshot(), [started("openrouter"), nobody(ErrorClass.AUTH, "bad")], [started("openrouter"), HOLD]
    )
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.answered()
        transcript = ui.screen.transcript
        await ui.until(lambda: "o ask openrouter" in " ".join(rows(transcript)))
        y = row_with(transcript, "o ask openrouter")
        x = rows(transcript)[y].index("openrouter")
        await ui.pilot.click("#transcript", offset=(x + 1, y))
        await ui.until(lambda: len(client.turns) == 2 and client.turns[1].holding.is_set())
        assert client.turns[1].request.provider == "openrouter"
        await ui.until(lambda: "ask openrouter" not in " ".join(rows(transcript)))
        await ui.run_actions("stop")
        await ui.until(lambda: not ui.screen.is_answering)
        assert ui.screen.offers == (), "what was stopped has no error to stand with"


async def test_the_palette_acts_in_the_chat(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), says(TEXT))) as ui:
        await asked(ui)
        titled = {command.title: command.action for command in commands()}
        for title in ("to the code before", "copy the selection, else what the cursor is on, else the last answer"):
            await ui.screen.run_command(titled[f"Chat: {title}"])
        await ui.until(lambda: ui.app.clipboard == "blue = 1")
        assert ui.focus == "transcript"


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 6])
async def test_a_page_of_a_palette_that_has_no_room_is_no_defect(open_screen: OpenScreen, rows: int) -> None:
    async with open_screen(size=(60, rows)) as ui:
        await ui.pilot.press("ctrl+p")
        listed = ui.app.screen.query_one(CommandList)
        await ui.until(lambda: listed.option_count)
        await ui.pilot.press("pagedown", "pageup")
        assert not list(ui.app.defects)


async def test_a_notice_that_is_pressed_while_it_goes_away_stops_nothing(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for _ in range(3):
            ui.screen.tell("a notice")
            await ui.pilot.pause()
            x, y = ui.screen.query("Toast").first().region.offset
            for kind in (events.MouseDown, events.MouseUp, events.MouseDown, events.MouseMove, events.MouseUp) * 3:
                await ui.press_hastily(kind, x + 3, y)
                await asyncio.sleep(0)
        assert ui.app._exception is None


async def test_thousands_of_presses_and_drags_all_over_the_screen_while_an_answer_pours_in(
    open_screen: OpenScreen,
) -> None:
    rng = random.Random(3)
    pieces = ["word ", "\n\n", "- item\n", "```py\nx = 1\n", "```\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "漢👩‍💻é ",
              "> quoted\n", "[l](https://e.org/a) ", "# head\n", "**", "[r]: /b\n"]  # fmt: skip
    text = "".join(rng.choice(pieces) for _ in range(1_500))
    cuts = range(0, len(text), 9)
    script = [started("openrouter"), *(TextDelta(text[at : at + 9]) for at in cuts), Completed(answer(text))]
    script = [step for event in script for step in (event, BREATH)]
    client = FakeClient(make_snapshot(), script)
    async with open_screen(client, size=(100, 20)) as ui:
        await ui.send("much")
        kinds = (events.MouseDown, events.MouseMove, events.MouseUp, events.MouseScrollUp, events.MouseScrollDown)
        for step in range(2_000):
            x, y = rng.randrange(100), rng.randrange(20)
            kind = rng.choice(kinds)
            await ui.press_hastily(kind, x, y)
            if step % 5 == 0:
                await asyncio.sleep(0)
        await ui.answered()
        await ui.until(lambda: not ui.screen.transcript.is_late)
        assert ui.screen.conversation.exchanges[0].answer == text
        assert ui.screen.transcript.to_messages()[-1]["content"] == text
        assert ui.app._exception is None
