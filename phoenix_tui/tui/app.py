"""The application: themes, sheets, signals, and the promise that no exit loses the conversation."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import Monochrome

from phoenix_tui import paths
from phoenix_tui.tui import keys
from phoenix_tui.tui.commands import PhoenixCommands
from phoenix_tui.tui.keys import ROWS, Keys
from phoenix_tui.tui.plain_signs import PlainSigns
from phoenix_tui.tui.screens.closing import Palette
from phoenix_tui.tui.screens.main import MainScreen
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.terminal_keys import read_plain_keys
from phoenix_tui.tui.theme import DARK, LIGHT, THEMES

ENDING_SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")
"""Names, since not every system has all of them. SIGINT comes from outside only: ctrl+c is a key here."""


class PhoenixApp(App[None], inherit_bindings=False):
    """The full screen of phoenix-tui. Build it with a `Start`, then `run_screen`."""

    TITLE = "phoenix-tui"
    COMMANDS = {PhoenixCommands}  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "hint_leave", "Hint", show=False, system=True),
        Binding(ROWS["quit"].keys, "quit", id="quit", show=False, priority=True),  # over every screen
    ]

    def __init__(self, start: Start) -> None:
        read_plain_keys()
        folder = paths.styles_dir()
        super().__init__(css_path=sorted(folder.glob("*.tcss")))
        self.begin = start
        self.keys = Keys()
        keys.use(self.keys)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = LIGHT if start.theme == "light" else DARK
        if start.no_color and not self.no_color:
            self.no_color = True
            self._filters.append(Monochrome())
        if start.ascii_only:
            self._filters.append(PlainSigns())
        if start.reduced_motion:
            self.animation_level = "none"
        self.main = MainScreen(start)
        self.ended_by: signal.Signals | None = None

    def get_default_screen(self) -> MainScreen:
        return self.main

    def on_mount(self) -> None:
        self.set_class(self.begin.ascii_only, "-ascii")
        loop = asyncio.get_running_loop()
        for name in ENDING_SIGNALS:
            if number := getattr(signal, name, None):
                with suppress(
                    NotImplementedError, RuntimeError, ValueError
                ):  # Windows; a thread that is not the main one
                    loop.add_signal_handler(number, self._end_by, number)

    def rebind(self, own: Mapping[str, str]) -> None:
        """Give actions other keys from now on: ids with Textual's comma lists. Every other action has those of the
        table."""
        self.keys.own = own
        self.set_keymap(own)

    def _end_by(self, number: signal.Signals) -> None:
        self.ended_by = signal.Signals(number)
        self.keep_session()
        self.exit(return_code=128 + number)

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, but for a press on what was just taken away (a notice that is clicked twice): it stays under
        the pointer until the next layout, and hit-testing of Textual 8.2 stops the app at it."""
        if isinstance(event, events.MouseDown | events.MouseMove) and not event.is_forwarded:
            widget, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
            if widget is not None and not widget.is_attached:
                return
        await super().on_event(event)

    def keep_session(self) -> None:
        """Write conversation and draft now. Safe at any moment, also when the screen is gone or has failed."""
        self.main.keeper.save_now(self.main.saved())

    def action_hint_leave(self) -> None:
        self.notify(f"{keys.label('quit')} leaves; {keys.label('stop')} stops an answer.", markup=False)

    def action_command_palette(self) -> None:
        if self.use_command_palette and not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_toggle_theme(self) -> None:
        self.theme = LIGHT if self.theme == DARK else DARK


def run_screen(app: PhoenixApp, *, mouse: bool = True) -> int:
    """Run `app` until it ends, keep what was said on every way out, give the exit code."""
    try:
        app.run(mouse=mouse)
    finally:
        app.keep_session()
        app.main.keeper.close()
    return app.return_code or 0
