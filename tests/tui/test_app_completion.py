"""The list above the prompt: commands, arguments and files, taken by keys that may all come at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, provider_error
from phoenix_tui.core.types import ModelInfo
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.picker import Picker
from phoenix_tui.tui.widgets.completion_list import CompletionList
from phoenix_tui.tui.widgets.lines import KeyBar
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, FakeClient, make_snapshot, started


def listed(ui: Opened) -> list[str]:
    """The rows of the list as they are painted; none while it is closed."""
    widget = ui.screen.query_one(CompletionList)
    return [line.rstrip() for line in str(widget.render()).split("\n")] if widget.display else []


def key(ui: Opened, name: str) -> None:
    """A key that comes in the same read as what was sent before it."""
    ui.app.post_message(events.Key(name, None))


class SlowLists(FakeClient):
    """Its model list comes when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.problem: Exception | None = None
        self.may_answer = asyncio.Event()

    async def list_models(self, name: str) -> tuple[ModelInfo, ...]:
        self.asked += 1
        await self.may_answer.wait()
        if self.problem:
            raise self.problem
        return self.models


@pytest.mark.parametrize("size", [(60, 20), (60, 15), (100, 30), (44, 12)])
async def test_the_list_lies_over_the_chat_and_never_over_the_prompt(
    open_screen: OpenScreen, size: tuple[int, int]
) -> None:
    async with open_screen(size=size) as ui:
        before = ui.screen.query_one("#conversation").region
        await ui.type("/")
        await ui.until(lambda: listed(ui))
        widget = ui.screen.query_one(CompletionList)
        await ui.until(lambda: widget.region.height)
        assert widget.region.height <= 10
        assert widget.region.bottom <= ui.screen.query_one("#activity").region.y
        assert widget.region.y >= ui.screen.query_one("#conversation").region.y
        assert ui.screen.query_one("#conversation").region == before, "nothing moves"
        assert "enter" not in str(ui.screen.query_one(KeyBar).render())
        assert "esc close" in str(ui.screen.query_one(KeyBar).render())


async def test_letters_narrow_it_and_enter_takes_and_runs(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("/he")
        await ui.until(lambda: [row.split() for row in listed(ui)][:1] == [["▸", "/health", "PROVIDER", "the", "same"]])
        await ui.type("lp\r")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.pilot.press("escape")
        assert ui.screen.prompt.value == ""
        assert not listed(ui)


async def test_up_and_down_choose_and_scroll(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("/")
        await ui.pilot.press("up")
        await ui.until(lambda: listed(ui)[-1].startswith("▸ /quit"))
        await ui.pilot.press("down")
        await ui.until(lambda: listed(ui)[0].startswith("▸ /providers"))
        assert ui.screen.prompt.value == "/", "they do not walk through what was sent"


async def test_a_command_that_needs_an_argument_waits_for_it(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/ke")
        await ui.until(lambda: listed(ui)[:1] == ["▸ openrouter  the primary, healthy, openrouter-model"])
        assert ui.screen.prompt.value == "/key "
        await ui.send("anth")
        await ui.until(lambda: any("take no key" in told for told in ui.told))
        assert ui.screen.prompt.value == ""


async def test_one_that_can_do_without_runs_at_once(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/us")
        await ui.until(lambda: isinstance(ui.app.screen, Picker))
        await ui.pilot.press("escape")
        await ui.send("/use anth")
        await ui.until(lambda: ui.client.was_told("primary", "anthropic"))


async def test_everything_in_one_read_acts_in_its_order(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for name, character in (("slash", "/"), ("u", "u"), ("s", "s")):
            ui.app.post_message(events.Key(name, character))
        for name in ("tab", "down", "down", "down", "enter"):
            key(ui, name)
        await ui.until(lambda: ui.client.was_told("primary", "anthropic"))
        assert ui.focus == "prompt", "tab took, and did not go away"


async def test_esc_closes_it_leaves_the_text_and_stops_nothing(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.type("/us")
        await ui.until(lambda: listed(ui))
        await ui.pilot.press("escape")
        assert not listed(ui)
        assert ui.screen.prompt.value == "/us"
        assert ui.screen.is_answering
        await ui.type("e")
        assert not listed(ui), "it stays closed for this word"
        await ui.pilot.press("escape")
        await ui.until(lambda: not ui.screen.is_answering)
        await ui.pilot.press("ctrl+u")
        await ui.type("/")
        await ui.until(lambda: listed(ui))


async def test_it_closes_with_the_focus_and_with_the_word(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("/us")
        await ui.until(lambda: listed(ui))
        await ui.pilot.press("shift+tab")
        await ui.until(lambda: not listed(ui))
        await ui.pilot.press("tab", "end")
        assert not listed(ui), "moving about opens nothing"
        await ui.type("x y")
        assert not listed(ui)
        await ui.pilot.press("ctrl+u")
        await ui.type("/n")
        await ui.until(lambda: listed(ui))
        await ui.pilot.press("ctrl+j")
        await ui.until(lambda: not listed(ui))


async def test_a_click_takes(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("/use ")
        await ui.until(lambda: ui.screen.query_one(CompletionList).region.height)
        await ui.pilot.click(CompletionList, offset=(4, 3))
        await ui.until(lambda: ui.client.was_told("primary", "anthropic"))


async def test_models_are_fetched_once_and_typing_stays_free(open_screen: OpenScreen) -> None:
    client = SlowLists()
    client.models = (ModelInfo("gpt-6"), ModelInfo("gpt-6-mini"))
    async with open_screen(client) as ui:
        await ui.type("/model")
        key(ui, "tab")
        await ui.until(lambda: "is being fetched" in "".join(listed(ui)))
        await ui.type("m")
        client.may_answer.set()
        await ui.until(lambda: listed(ui) == ["  gpt-6-mini"])
        await ui.send("ine")
        await ui.until(lambda: client.was_told("model", "openrouter", "mine"))
        await ui.type("/model gpt")
        await ui.until(lambda: len(listed(ui)) == 2)
        for name in ("down", "down", "enter"):
            key(ui, name)
        await ui.until(lambda: client.was_told("model", "openrouter", "gpt-6-mini"))
        assert client.asked == 1


async def test_a_list_of_models_that_cannot_be_had_says_so_and_is_asked_for_again_later(
    open_screen: OpenScreen,
) -> None:
    client = SlowLists()
    info = ErrorInfo(ErrorClass.AUTH, "bad key", status=401)
    client.problem = provider_error(info, provider="openrouter", model="")
    client.may_answer.set()
    async with open_screen(client) as ui:
        await ui.type("/model ")
        await ui.until(lambda: "its models are not known" in "".join(listed(ui)))
        await ui.type("x")
        assert client.asked == 1
        client.problem, client.models = None, (ModelInfo("gpt-6"),)
        await ui.pilot.press("ctrl+u")
        await ui.type("/model ")
        await ui.until(lambda: listed(ui) == ["  gpt-6"])


async def test_a_file_is_completed_folder_by_folder(open_screen: OpenScreen, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("", "utf-8")
    async with open_screen(folder=tmp_path) as ui:
        await ui.type("look at @s")
        await ui.until(lambda: listed(ui) == ["▸ src/"])
        key(ui, "tab")
        await ui.until(lambda: listed(ui) == ["  main.py"])
        assert ui.screen.prompt.value == "look at @src/"
        key(ui, "tab")
        await ui.until(lambda: ui.screen.prompt.value == "look at @src/main.py " and not listed(ui))
        await ui.type("please")
        assert ui.screen.prompt.value == "look at @src/main.py please"


async def test_tab_waits_with_the_list_and_does_not_go_away(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(folder=tmp_path) as ui:
        await ui.type("@no")
        key(ui, "tab")
        await ui.pilot.pause()
        assert ui.focus == "prompt"


async def test_enter_sends_what_stands_there_already(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(folder=tmp_path) as ui:
        for name in ("note", "note-2"):
            (tmp_path / name).write_text("x", "utf-8")
        await ui.type("@no")
        await ui.until(lambda: listed(ui) == ["▸ note", "  note-2"])
        await ui.type("te")
        await ui.until(lambda: listed(ui))
        key(ui, "enter")
        await ui.until(lambda: ui.client.turns)
