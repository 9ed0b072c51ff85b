"""Bugs in the parts of the real screen: the answer comes whole, the conversation is kept, the bug is written down."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from textual.widget import Widget

from phoenix_tui.core.events import Completed, TextDelta
from phoenix_tui.tui.defects import at_home
from phoenix_tui.tui.error_log import LARGEST
from phoenix_tui.tui.transcript.layout import Layout
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from phoenix_tui.tui.widgets.lines import ActivityLine, KeyBar
from phoenix_tui.tui.widgets.prompt import Prompt
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import ANSWER, FakeClient, answer, make_snapshot, says, started
from tests.tui.test_app_session import left_in

WHOLE = answer("Half whole.")
KEY = "sk-ant-canary0123456789"


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError(f"a bug, near {KEY}")


@pytest.mark.parametrize(
    ("widget", "method", "told"),
    [
        (KeyBar, "render", "The key bar could not be drawn"),
        (ActivityLine, "render", "The activity line could not be drawn"),
        (HealthSidebar, "watch_snapshot", "The health sidebar did not do what it should"),
        (HealthSidebar, "render_line", "The health sidebar could not be drawn"),
        (Prompt, "on_text_area_changed", "The prompt did not do what it should"),
    ],
)
async def test_a_part_that_breaks_in_mid_answer_costs_neither_answer_nor_conversation(
    open_screen: OpenScreen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    widget: type[Widget],
    method: str,
    told: str,
) -> None:
    client = FakeClient(
        make_snapshot(), [started("openrouter"), TextDelta("Half "), ANSWER, TextDelta("whole."), Completed(WHOLE)]
    )
    async with open_screen(client, state_folder=tmp_path, own_files=tmp_path) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        monkeypatch.setattr(widget, method, broken)
        client.publish(make_snapshot("openrouter", "ollama"))
        await ui.type("draft")
        ui.screen.query_one(widget).refresh(layout=True)
        await ui.until(lambda: ui.told)
        client.turns[0].confirm()
        await ui.answered()
        assert "Half whole." in ui.said
        assert ui.screen.snapshot is not None
        assert len(ui.screen.snapshot.order) == 2
        where = at_home(tmp_path / "errors.log")
        assert ui.told[0] == f"{told} (ZeroDivisionError). It is written down in {where}; your conversation is safe."
        monkeypatch.undo()
        await ui.pilot.press("escape", "f1", "escape")
        ui.forgive(ZeroDivisionError)
    assert left_in(tmp_path) == (["why?"], "draft")
    log = tmp_path / "errors.log"
    written = log.read_text("utf-8")
    assert f"{told}.\nTraceback (most recent call last):" in written
    assert "ZeroDivisionError: a bug, near [redacted]" in written
    assert KEY not in written
    assert "why?" not in written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_a_layout_that_fails_once_costs_neither_the_answer_nor_what_comes_of_it(
    open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient(
        make_snapshot(),
        [started("openrouter"), ANSWER, TextDelta("Half "), ANSWER, TextDelta("whole."), Completed(WHOLE)],
    )
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        monkeypatch.setattr(Layout, "changed", broken)
        client.turns[0].confirm()
        await ui.until(lambda: ui.told)
        await ui.answered()
        monkeypatch.undo()
        assert ui.screen.conversation.exchanges[-1].answer == "Half whole."
        ui.forgive(ZeroDivisionError)


async def test_a_transcript_that_cannot_be_read_costs_only_how_it_looked(
    open_screen: OpenScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_screen(FakeClient(make_snapshot(), says("Fine.")), state_folder=tmp_path) as ui:
        await ui.send("why?")
        await ui.answered()
        monkeypatch.setattr(ui.screen.transcript, "dump", broken)
    assert [defect.part for defect in ui.app.defects] == ["main screen"]
    assert left_in(tmp_path) == (["why?"], "")


async def test_the_log_is_bounded_and_one_file_before_it_is_kept(open_screen: OpenScreen, tmp_path: Path) -> None:
    log, before = tmp_path / "errors.log", tmp_path / "errors.log.1"
    log.write_text("x" * LARGEST, "utf-8")
    before.write_text("older", "utf-8")
    async with open_screen(own_files=tmp_path) as ui:
        ui.app.caught(ui.screen.prompt, "failed", ZeroDivisionError())
        ui.forgive(ZeroDivisionError)
    ui.app._error_log.close(ui.app.defects)
    assert before.stat().st_size == LARGEST
    assert log.stat().st_size < LARGEST


async def test_a_log_that_cannot_be_written_is_no_second_error(open_screen: OpenScreen, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file", "utf-8")
    async with open_screen(own_files=tmp_path / "folder") as ui:
        ui.app.caught(ui.screen.prompt, "failed", ZeroDivisionError())
        await ui.until(lambda: ui.told)
        ui.forgive(ZeroDivisionError)
    ui.app._error_log.close(ui.app.defects)


async def test_without_a_prompt_it_ends_with_a_sentence(
    open_screen: OpenScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phoenix_tui.tui.widgets.lines.QuestionBar.__init__", broken)
    async with open_screen(own_files=tmp_path, opens=False) as ui:
        await ui.until(lambda: ui.app.last_words)
        ui.forgive(ZeroDivisionError)
    assert ui.app.last_words.startswith("phoenix-tui had to end: the main screen could not be built whole")


async def test_without_a_panel_it_goes_on(open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HealthSidebar, "__init__", broken)
    async with open_screen(opens=False) as ui:
        await ui.until(lambda: ui.told)
        await ui.send("why?")
        await ui.answered()
        assert "Because of scattering." in ui.said
        ui.forgive(ZeroDivisionError)
