"""A key that is entered appears on the wire, in the person's own file, and nowhere else, however it ends."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from types import MethodType

import pytest
from rich.console import Console
from rich.traceback import Traceback
from textual import events

from phoenix_tui.commands.key_keeper import FileKeyKeeper
from phoenix_tui.config import Settings, load_settings, to_client_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.secret import Secret
from phoenix_tui.sim import Simulator, faults
from phoenix_tui.tui.screens.key_screen import KeyScreen
from phoenix_tui.tui.widgets.entry_field import EntryField
from tests.tui.conftest import Opened, OpenScreen

CANARY = "sk-canary-0123456789abcdef-7f3a"
PARTS = (CANARY, CANARY[3:], "canary", "7f3a")


class World:
    """Real settings, files and client over simulated providers; OpenAI takes the canary and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own = folder / "config"
        self.state = folder / "state"
        self.simulator = Simulator()
        self.keeper = FileKeyKeeper(self._settings, self.own)

    def _settings(self, entered: Mapping[str, str]) -> Settings:
        url = {"OPENAI_BASE_URL": self.simulator.environment()["OPENAI_BASE_URL"]}
        return load_settings(environ=url, cwd=self.folder / "none", config_dir=self.own, entered=entered)

    @asynccontextmanager
    async def open_client(self) -> AsyncIterator[Client]:
        async with self.simulator:
            self.simulator["openai"].key = CANARY
            async with Client(to_client_config(self._settings({}))) as client:
                yield client

    @property
    def written(self) -> dict[str, bytes]:
        """All files there are, but for the one that is to have the key."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files if path != self.own / ".env.local"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def enter(ui: Opened, text: str) -> None:
    """Paste `text` into the dialog of OpenAI and test it."""
    await ui.run_actions("set_key('openai')")
    ui.app.post_message(events.Paste(text))
    await ui.until(lambda: ui.app.screen.query(EntryField).first().entered)
    await ui.pilot.press("enter")


async def until_it_says(ui: Opened, words: str) -> None:
    await ui.until(lambda: isinstance(ui.app.screen, KeyScreen) and words in shown(ui))


def shown(ui: Opened) -> str:
    """The screen as text, as a screenshot has it."""
    return ui.app.export_screenshot().replace("&#160;", " ")


def assert_clean(ui: Opened, world: World, log: str) -> None:
    places = {
        "screen": shown(ui),
        "chat": ui.said,
        "notices": " ".join(ui.told),
        "prompt": ui.screen.prompt.value,
        "session": repr(ui.screen.saved()),
        "clipboard": ui.app.clipboard,
        "log": log,
        "widgets": " ".join(repr(widget) for widget in ui.app.screen.walk_children()),
    }
    for part in PARTS:
        for name, text in places.items():
            assert part not in text, name
        for name, content in world.written.items():
            assert part.encode() not in content, name


async def test_refused_untested_accepted_and_used(
    open_screen: OpenScreen, world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_screen(open_client=world.open_client, keys=world.keeper, state_folder=world.state) as ui:
        openai = world.simulator["openai"]

        openai.key = "another"
        await enter(ui, CANARY)
        await until_it_says(ui, "refused the key")
        assert_clean(ui, world, caplog.text)
        assert not (world.own / ".env.local").exists()
        await ui.pilot.press("escape")

        openai.set_fault(faults.Refuse())
        await enter(ui, f"export OPENAI_API_KEY={CANARY}\n")
        await until_it_says(ui, "Enter again saves it untested")
        assert_clean(ui, world, caplog.text)
        await ui.pilot.press("escape")

        openai.set_fault()
        openai.key = CANARY
        await enter(ui, f"'{CANARY}'")
        await ui.until(lambda: any("OpenAI takes the key." in told for told in ui.told))
        assert (world.own / ".env.local").read_text() == f"OPENAI_API_KEY={CANARY}\n"
        await ui.send("hello")
        await ui.until(lambda: "OpenAI" in ui.said and not ui.screen.is_answering)
        assert_clean(ui, world, caplog.text)
    told = capfd.readouterr()
    assert not any(part in told.out + told.err for part in PARTS)


class Defect(Exception):
    """A bug of ours."""


async def test_a_crash_in_the_middle_shows_none_of_it(
    open_screen: OpenScreen, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    opened: list[Opened] = []
    log = world.state / "errors.log"

    async def crash() -> None:
        async with open_screen(
            open_client=world.open_client, keys=world.keeper, state_folder=world.state, own_files=world.state
        ) as ui:
            opened.append(ui)
            await ui.run_actions("set_key('openai')")
            ui.app.post_message(events.Paste(CANARY))
            field = ui.app.screen.query(EntryField).first()
            await ui.until(lambda: field.entered == Secret(CANARY))

            def fail(self: EntryField, event: events.Key) -> bool:
                raise Defect

            field.take_key = MethodType(fail, field)  # type: ignore[method-assign]
            await ui.pilot.press("x")
            await ui.until(lambda: log.exists() and "Defect" in log.read_text())
            assert_clean(ui, world, "")

    with pytest.raises(Defect) as raised:
        await crash()
    console = Console(file=StringIO(), width=200)
    error = raised.value  # as Textual itself shows what nobody caught
    console.print(Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True))
    assert isinstance(console.file, StringIO)
    written = console.file.getvalue() + "".join(capfd.readouterr())
    assert "take_key" in written
    for part in PARTS:
        assert part not in written
