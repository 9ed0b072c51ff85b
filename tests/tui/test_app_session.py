"""Every way out keeps conversation and draft; the next start offers them."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from phoenix_tui.core.events import TextDelta
from phoenix_tui.core.types import Message
from phoenix_tui.tui.session import SessionStore
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import HOLD, FakeClient, make_snapshot, says, started


def session_files(folder: Path) -> list[Path]:
    return list(folder.glob("session-*.json"))


def left_in(folder: Path) -> tuple[list[str], str]:
    found = SessionStore(folder).newest()
    assert found is not None
    return [exchange.question for exchange in found.saved.exchanges], found.saved.draft


async def test_the_last_conversation_is_offered_and_restored(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.send("why?")
        await ui.answered()
        before = ui.said
        await ui.type("and then")
    client = FakeClient(make_snapshot(), says("Then this."))
    async with open_screen(client, state_folder=tmp_path) as ui:
        await ui.until(lambda: "Your last conversation (1 question, " in ui.said)
        await ui.pilot.press("ctrl+r")
        assert ui.said == before
        assert ui.screen.prompt.value == "and then"
        await ui.pilot.press("enter")
        await ui.answered()
        assert client.turns[0].request.messages == (
            Message("user", "why?"),
            Message("assistant", "Because of scattering."),
            Message("user", "and then"),
        )


async def test_what_is_not_restored_stays_for_later(open_screen: OpenScreen, tmp_path: Path) -> None:
    for _ in range(2):
        async with open_screen(state_folder=tmp_path) as ui:
            await ui.send("why?")
            await ui.answered()
    assert len(session_files(tmp_path)) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
async def test_a_signal_keeps_what_was_said_and_ends_the_program(
    open_screen: OpenScreen, tmp_path: Path, name: str
) -> None:
    number = signal.Signals[name]
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half"), HOLD])
    async with open_screen(client, state_folder=tmp_path) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.type("draft")
        assert signal.getsignal(number) is not signal.SIG_DFL
        os.kill(os.getpid(), number)
        await ui.until(lambda: ui.app._exit)
        assert left_in_running(tmp_path) == "draft", "written before anything else is tried"
    assert ui.app.return_code == 128 + number
    assert left_in(tmp_path) == (["why?"], "draft")


def left_in_running(folder: Path) -> str:
    (path,) = session_files(folder)
    draft = json.loads(path.read_text("utf-8"))["draft"]
    assert isinstance(draft, str)
    return draft


async def test_a_question_is_on_disk_before_it_is_answered(open_screen: OpenScreen, tmp_path: Path) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client, state_folder=tmp_path) as ui:
        await ui.send("why?")
        await ui.until(lambda: session_files(tmp_path))
        await ui.pilot.press("escape")
        await ui.answered()


async def test_a_draft_is_written_soon_after_it_was_typed(
    open_screen: OpenScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phoenix_tui.tui.screens.main.SAVED_AFTER", 0.01)
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.type("half a thought")
        await ui.until(lambda: session_files(tmp_path))


async def test_a_damaged_session_is_told_and_stops_nothing(open_screen: OpenScreen, tmp_path: Path) -> None:
    (tmp_path / "session-x.json").write_text("{", "utf-8")
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.until(lambda: "is damaged and was set aside" in ui.said)
        await ui.send("why?")
        await ui.answered()


async def test_a_state_folder_that_cannot_be_written_is_told(open_screen: OpenScreen, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", "utf-8")
    async with open_screen(state_folder=tmp_path / "state") as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.until(lambda: any("could not be saved" in told for told in ui.told))
        await ui.send("and why?")
        await ui.answered(2)
        ui.screen.save_soon()
        await ui.until(lambda: not [it for it in ui.screen.workers if it.group == "save" and not it.is_finished])
        assert sum("could not be saved" in told for told in ui.told) == 1, "it is told once"


async def test_new_keeps_the_old_conversation_in_its_file(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.send("first")
        await ui.answered()
        await ui.send("/new")
        await ui.until(lambda: ui.screen.conversation.is_empty)
        assert left_in(tmp_path) == (["first"], "")
