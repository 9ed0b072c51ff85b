"""The message in the person's own editor, over a screen that can lend its terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from phoenix_tui.tui.app import PhoenixApp
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import HOLD, FakeClient, make_snapshot, started


class LendingApp(PhoenixApp):
    """Stands for a screen on a real terminal: it can be suspended."""

    lent = 0

    @contextmanager
    def suspend(self) -> Iterator[None]:
        yield  # as the real one: what is raised in here is not caught
        self.lent += 1


@pytest.fixture
def editor(tmp_path: Path) -> str:
    """Makes `draft` out of a message: upper case, and a line more. Of others it does what they say."""
    script = tmp_path / "editor.py"
    script.write_text(
        """
import os, pathlib, signal, sys
path = pathlib.Path(sys.argv[-1])
text = path.read_text("utf-8")
if text == "fail\\n":
    sys.exit(2)
if text == "interrupt\\n":
    os.kill(os.getppid(), signal.SIGINT)
if text != "same\\n":
    path.write_text(text.upper() + "more\\n", "utf-8")
""",
        "utf-8",
    )
    return f"'{sys.executable}' '{script}' --wait"


async def test_what_the_editor_leaves_is_the_message_and_undo_takes_it_back(
    open_screen: OpenScreen, editor: str
) -> None:
    async with open_screen(app_class=LendingApp, editor=editor) as ui:
        await ui.type("draft")
        await ui.pilot.press("alt+e")
        await ui.until(lambda: ui.screen.prompt.value == "DRAFT\nmore")
        assert ui.app.lent == 1  # type: ignore[attr-defined]
        assert ui.focus == "prompt"
        assert not ui.client.turns
        await ui.pilot.press("ctrl+z")
        assert ui.screen.prompt.value == "draft"


async def test_it_works_from_a_command_and_from_the_chat(open_screen: OpenScreen, editor: str) -> None:
    async with open_screen(app_class=LendingApp, editor=editor) as ui:
        await ui.send("/edit")
        await ui.until(lambda: ui.screen.prompt.value == "more")
        await ui.pilot.press("escape", "alt+e")
        await ui.until(lambda: ui.screen.prompt.value == "MORE\nmore")
        assert ui.focus == "prompt"


async def test_a_chip_stays_one(open_screen: OpenScreen, editor: str) -> None:
    async with open_screen(app_class=LendingApp, editor=editor) as ui:
        ui.screen.prompt.paste("12345\n" * 500)
        await ui.type("see")
        await ui.pilot.press("alt+e")
        await ui.until(lambda: ui.screen.prompt.value == "12345\n" * 500 + "SEE\nmore")
        assert ui.screen.prompt.text.endswith("]SEE\nmore")


@pytest.mark.parametrize(
    ("text", "told"),
    [("fail", "ended with status 2. Your message is as it was."), ("same", "The message is unchanged.")],
)
async def test_a_message_that_was_not_changed_is_told(
    open_screen: OpenScreen, editor: str, text: str, told: str
) -> None:
    async with open_screen(app_class=LendingApp, editor=editor) as ui:
        await ui.type(text)
        await ui.pilot.press("alt+e")
        await ui.until(lambda: any(told in it for it in ui.told))
        assert ui.screen.prompt.value == text


async def test_an_editor_that_there_is_not_is_told(open_screen: OpenScreen) -> None:
    async with open_screen(app_class=LendingApp, editor="no-such-editor -x") as ui:
        await ui.pilot.press("alt+e")
        await ui.until(lambda: any("no-such-editor was not found" in told for told in ui.told))


async def test_without_a_terminal_to_lend_that_is_told(open_screen: OpenScreen, editor: str) -> None:
    async with open_screen(editor=editor) as ui:
        await ui.type("draft")
        await ui.pilot.press("alt+e")
        await ui.until(lambda: any("none to be lent here" in told for told in ui.told))
        assert ui.screen.prompt.value == "draft"


async def test_no_editor_while_an_answer_comes(open_screen: OpenScreen, editor: str) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client, app_class=LendingApp, editor=editor) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.type("draft")
        await ui.pilot.press("alt+e")
        await ui.until(lambda: any("still coming" in told for told in ui.told))
        assert ui.app.lent == 0  # type: ignore[attr-defined]
        assert ui.screen.is_answering


@pytest.mark.skipif(os.name == "nt", reason="no signals there")
async def test_a_ctrl_c_for_the_editor_does_not_end_the_program(open_screen: OpenScreen, editor: str) -> None:
    async with open_screen(app_class=LendingApp, editor=editor) as ui:
        await ui.type("interrupt")
        await ui.pilot.press("alt+e")
        await ui.until(lambda: ui.screen.prompt.value == "INTERRUPT\nmore")
        await ui.pilot.pause()
        assert ui.app.ended_by is None
        os.kill(os.getpid(), signal.SIGINT)
        await ui.until(lambda: ui.app.ended_by == signal.SIGINT)
