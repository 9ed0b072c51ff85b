"""The screen with a scripted client, and a bounded wait on a condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from phoenix_tui.tui import spoken
from phoenix_tui.tui.app import PhoenixApp
from phoenix_tui.tui.clipboard import Clipboard
from phoenix_tui.tui.look import Surroundings
from phoenix_tui.tui.notifying import Notifier
from phoenix_tui.tui.screens.main import MainScreen
from phoenix_tui.tui.start import Start
from tests.tui.fakes import NOW, FakeClient

SECONDS = 20.0
"""How long a condition is waited for; only a failing test waits so long."""
MouseKind = type[events.MouseEvent]


@dataclass
class Opened:
    """A running screen with its fake client."""

    app: PhoenixApp
    pilot: Pilot[None]
    client: FakeClient
    addresses: list[str] = field(default_factory=list)
    """Links that were opened."""
    sent: list[str] = field(default_factory=list)
    """What was sent to the terminal besides pictures."""

    def open_link(self, address: str) -> str | None:
        """Open nothing, and remember it."""
        self.addresses.append(address)
        return f"Opened {address}."

    @property
    def screen(self) -> MainScreen:
        return self.app.main

    @property
    def said(self) -> str:
        """All that stands in the chat."""
        return self.screen.transcript.plain_text()

    @property
    def told(self) -> list[str]:
        """Passing notices, oldest first."""
        return [notice.message for notice in self.app._notifications]

    @property
    def drawn(self) -> str:
        """What stands on the screen now, dialogs included."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def focus(self) -> str | None:
        """Id of what has the focus."""
        return self.screen.focused.id if self.screen.focused else None

    def forgive(self, *wanted: type[Exception]) -> None:
        """Exactly these defects were wanted; without this any defect fails the test when the screen is closed."""
        assert {defect.kind for defect in self.app.defects} == {kind.__name__ for kind in wanted}
        self.app._exception = None

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the screen work until `condition` holds; fails when it has not for so long that it never will."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for _ in range(50):
                if condition():
                    return
                await asyncio.sleep(0)
            await self.pilot.pause()
        pytest.fail(f"it never came to that; the chat says:\n{self.said}\nand the notices: {self.told}")

    async def type(self, text: str) -> None:
        """Send the keys of `text` in one burst, as a terminal does, and let them arrive."""
        for character in text:
            key = {"\n": "ctrl+j", "\r": "enter"}.get(character) or _character_to_key(character)
            self.app.post_message(events.Key(key, character))
        await self.pilot.pause()

    async def send(self, text: str) -> None:
        """Type `text` and press Enter."""
        await self.type(text + "\r")

    async def mouse(self, kind: MouseKind, at: tuple[int, int], *, button: int = 1) -> None:
        """One event of the mouse at a place of the screen, as a terminal tells it, and let it arrive."""
        x, y = at
        self.app.post_message(kind(None, x, y, 0, 0, button, False, False, False, x, y))
        await self.pilot.pause()

    async def drag(self, start: tuple[int, int], *steps: tuple[int, int], release: bool = True) -> None:
        """Press at `start`, go through `steps`, and release at the last of them."""
        await self.mouse(events.MouseMove, start, button=0)
        await self.mouse(events.MouseDown, start)
        for at in steps:
            await self.mouse(events.MouseMove, at)
        if release:
            await self.mouse(events.MouseUp, steps[-1] if steps else start)

    async def press_hastily(self, event: Callable[..., events.MouseEvent], x: int, y: int) -> None:
        """A mouse event as the terminal would send it; nothing waits until it has acted."""
        values = {"shift": False, "meta": False, "ctrl": False}
        await self.app.on_event(event(None, x, y, 0, 0, 1, **values, screen_x=x, screen_y=y))

    async def run_actions(self, *actions: str) -> None:
        """Run actions of the screen, as the palette does, one after the other."""
        for action in actions:
            await self.screen.run_action(action)
            await self.pilot.pause()

    async def rebind(self, own: Mapping[str, str]) -> None:
        """Give actions other keys, as the person does it: ids with Textual's comma lists."""
        self.screen.prefer(keys=own)
        await self.until(lambda: self.app.keys.own == own)

    async def answered(self, count: int = 1) -> None:
        """Wait until `count` turns have been asked for and the last one is over."""
        await self.until(lambda: len(self.client.turns) == count and not self.screen.is_answering)


@pytest.fixture(autouse=True)
def _somebody_looks() -> None:
    """Whatever the test before has opened; a screen that is opened says itself for whom it is."""
    spoken.use(is_spoken=False)


OpenScreen = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def open_screen() -> OpenScreen:
    """Opens the screen over a fake client: `async with open_screen(client, size=(100, 30), is_light=True) as ui`.
    `opens` False does not wait for the client; names of `Surroundings` (`is_light=True`) go into them."""

    @asynccontextmanager
    async def opening(
        client: FakeClient | None = None,
        *,
        size: tuple[int, int] = (120, 36),
        opens: bool = True,
        app_class: type[PhoenixApp] = PhoenixApp,
        **start: object,
    ) -> AsyncIterator[Opened]:
        client = client or FakeClient()
        around = {name: start.pop(name) for name in [*start] if name in Surroundings.__dataclass_fields__}
        start["surroundings"] = Surroundings(**around)  # type: ignore[arg-type]  # named by tests
        values: dict[str, object] = {"open_client": client.opened, "wall": lambda: NOW, **start}
        app = app_class(Start(**values))  # type: ignore[arg-type]
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                ui = Opened(app, pilot, client)
                app.clipboards = Clipboard(ui.sent.append, app.begin.own_files, {}, find=lambda _: None)
                app.notifier = Notifier(ui.sent.append, environ={}, find=lambda _: None)
                app.open_link = ui.open_link
                if opens:
                    await ui.until(lambda: ui.screen.snapshot is not None)
                await pilot.pause()
                yield ui
        finally:  # as run_screen does it
            app.keep_session()
            app.main.keeper.close()

    return opening
