"""Files that go with a message: told in the chat, sent to the model, kept for the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.types import Message
from phoenix_tui.tui.attachments import read_attachments
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import FakeClient, make_snapshot, nobody, says, started

SENT = "sum up @notes.md\n\n## notes.md\n\n```md\nfirst\nsecond\n```"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.md").write_text("first\nsecond\n", "utf-8")
    return tmp_path


def sent(ui: Opened, turn: int = 0) -> str:
    return ui.client.turns[turn].request.messages[-1].content


async def test_the_model_is_sent_the_file_and_the_chat_tells_of_it(open_screen: OpenScreen, folder: Path) -> None:
    async with open_screen(folder=folder) as ui:
        await ui.send("sum up @notes.md")
        await ui.answered()
        assert sent(ui) == SENT
        assert "You\nsum up @notes.md\n\nattached notes.md, 2 lines, 13 bytes" in ui.said
        assert "second\n" not in ui.said
        await ui.send("and now?")
        await ui.answered(2)
        assert ui.client.turns[1].request.messages[0] == Message("user", SENT), "it stays part of the conversation"


async def test_what_cannot_be_attached_is_told_and_nothing_is_sent(open_screen: OpenScreen, folder: Path) -> None:
    async with open_screen(folder=folder) as ui:
        await ui.send("sum up @gone.md")
        await ui.until(lambda: any("There is no file gone.md." in told for told in ui.told))
        assert ui.screen.prompt.value == "sum up @gone.md"
        assert not ui.client.turns
        assert not ui.screen.is_answering
        await ui.pilot.press("ctrl+u")
        await ui.send("sum up @@gone.md")
        await ui.answered()
        assert not any("There is no file" in told for told in ui.told), "it was not said of this one"
        assert sent(ui) == "sum up @gone.md"
        assert "You\nsum up @gone.md\n" in ui.said


async def test_an_unanswered_question_is_retried_with_what_was_attached(
    open_screen: OpenScreen, folder: Path, tmp_path: Path
) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), nobody(ErrorClass.AUTH, "bad key")])
    async with open_screen(client, folder=folder, state_folder=tmp_path / "state") as ui:
        await ui.send("sum up @notes.md")
        await ui.answered()
        assert ui.screen.prompt.value == "sum up @notes.md"
    (folder / "notes.md").unlink()
    client = FakeClient(make_snapshot(), says("It says so."))
    async with open_screen(client, folder=folder, state_folder=tmp_path / "state") as ui:
        await ui.until(lambda: "was kept" in ui.said)
        await ui.pilot.press("ctrl+r", "ctrl+r")
        await ui.answered()
        assert sent(ui) == SENT
        assert ui.screen.prompt.value == ""


async def test_esc_while_a_file_is_read_keeps_everything(
    open_screen: OpenScreen, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    may_read = threading.Event()

    def slowly(*arguments: object) -> object:
        may_read.wait(30)
        return read_attachments(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("phoenix_tui.tui.screens.writing_screen.read_attachments", slowly)
    try:
        async with open_screen(folder=folder) as ui:
            await ui.send("sum up @notes.md ")
            await ui.until(lambda: "reading what is attached" in ui.screen.activity)
            await ui.send("more")
            await ui.until(lambda: any("still coming" in told for told in ui.told))
            await ui.pilot.press("escape")
            await ui.until(lambda: not ui.screen.is_answering)
            assert ui.screen.prompt.value == "sum up @notes.md more"
            assert not ui.client.turns
    finally:
        may_read.set()


async def test_files_named_in_several_pasted_lines_are_not_attached(open_screen: OpenScreen, folder: Path) -> None:
    async with open_screen(folder=folder) as ui:
        ui.app.post_message(events.Paste("look:\n@./notes.md\n"))
        await ui.until(lambda: ui.screen.prompt.draft.folds)
        await ui.send("")
        await ui.answered()
        assert sent(ui) == "look:\n@./notes.md\n"


async def test_a_conversation_with_attachments_is_restored_without_its_picture(
    open_screen: OpenScreen, folder: Path, tmp_path: Path
) -> None:
    async with open_screen(folder=folder, state_folder=tmp_path / "state") as ui:
        await ui.send("sum up @notes.md")
        await ui.answered()
        saved = ui.screen.saved()
    async with open_screen() as ui:
        ui.screen.chat.restore(saved.exchanges, ())
        assert "attached notes.md, 2 lines, 13 bytes" in ui.said
