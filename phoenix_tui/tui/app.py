"""The application: themes, sheets, signals, and the promise that no exit loses the conversation."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome

from phoenix_tui import paths
from phoenix_tui.tui import keys
from phoenix_tui.tui.commands import PhoenixCommands
from phoenix_tui.tui.keys import ROWS, Keys
from phoenix_tui.tui.look import Look, look_of
from phoenix_tui.tui.no_color import NoColors
from phoenix_tui.tui.plain_signs import PlainSigns
from phoenix_tui.tui.screens.closing import Palette
from phoenix_tui.tui.screens.main import MainScreen
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.terminal_keys import read_plain_keys
from phoenix_tui.tui.theme import theme_named

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
        self.keys = Keys(start.preferences.keys)
        keys.use(self.keys)
        self.set_keymap(start.preferences.keys)
        self._colors, self._signs = NoColors(), PlainSigns()
        self.look = Look()
        self._wear(look_of(start.preferences, start.surroundings))
        self.main = MainScreen(start)
        self.ended_by: signal.Signals | None = None

    def get_default_screen(self) -> MainScreen:
        return self.main

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for name in ENDING_SIGNALS:
            if number := getattr(signal, name, None):
                with suppress(
                    NotImplementedError, RuntimeError, ValueError
                ):  # Windows; a thread that is not the main one
                    loop.add_signal_handler(number, self._end_by, number)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As `App` has it; without colours ours takes the place of Textual's, which leaves greys."""
        filters = [own for own in super().get_line_filters() if not isinstance(own, Monochrome)]
        return [*filters, *(own for own in (self._colors, self._signs) if own.enabled)]

    @on(MainScreen.Preferred)
    def _preferred(self, event: MainScreen.Preferred) -> None:
        self.rebind(event.preferences.keys)
        self._wear(look_of(event.preferences, self.begin.surroundings))
        for screen in self.screen_stack:
            screen.refresh(layout=True)
            for widget in screen.walk_children():
                widget.refresh()

    def _wear(self, look: Look) -> None:
        """Look like `look` from now on."""
        self.look = look
        if self.theme != look.theme:
            self.register_theme(theme_named(look.theme))
            self.theme = look.theme
        self.no_color = self._colors.enabled = look.no_color
        self._signs.enabled = look.is_ascii
        self.animation_level = "none" if look.is_still else "full"
        self.set_class(look.is_ascii, "-ascii")
        self.set_class(look.is_spoken, "-spoken")

    def rebind(self, own: Mapping[str, str]) -> None:
        """Give actions other keys from now on: ids with Textual's comma lists. Every other action has those of the
        table."""
        self.keys.own = own
        self.set_keymap(own)

    def _end_by(self, number: signal.Signals) -> None:
        self.ended_by = signal.Signals(number)
        self.keep_session()
        self.exit(return_code=128 + number)

    def keep_session(self) -> None:
        """Write conversation, draft and preferences now. Safe at any moment, also when the screen is gone or failed."""
        self.main.keeper.save_now(self.main.saved())
        self.main.preferences_keeper.save_now()

    def action_hint_leave(self) -> None:
        self.notify(f"{keys.label('quit')} leaves; {keys.label('stop')} stops an answer.", markup=False)

    def action_command_palette(self) -> None:
        if self.use_command_palette and not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))


def run_screen(app: PhoenixApp, *, mouse: bool = True) -> int:
    """Run `app` until it ends, keep what was said on every way out, give the exit code."""
    try:
        app.run(mouse=mouse)
    finally:
        app.keep_session()
        app.main.keeper.close()
    return app.return_code or 0
