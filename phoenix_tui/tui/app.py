"""The application: themes, sheets, signals, and the promise that no exit loses the conversation."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome
from textual.geometry import Offset
from textual.widgets import Input
from textual.widgets._toast import ToastHolder, ToastRack

from phoenix_tui import paths
from phoenix_tui.tui import keys, real_cursor, spoken
from phoenix_tui.tui.commands import PhoenixCommands
from phoenix_tui.tui.desktop_app import DesktopApp
from phoenix_tui.tui.first_picture import Shown, picture_of
from phoenix_tui.tui.guard import ErrorsTo, Failed
from phoenix_tui.tui.keys import ROWS, Keys
from phoenix_tui.tui.look import look_of
from phoenix_tui.tui.messages import TerminalLost
from phoenix_tui.tui.no_color import NoColors
from phoenix_tui.tui.plain_signs import PlainSigns
from phoenix_tui.tui.preferences import Preferences
from phoenix_tui.tui.screens.closing import Palette
from phoenix_tui.tui.screens.main import MainScreen
from phoenix_tui.tui.screens.settings import SettingsScreen
from phoenix_tui.tui.sixteen_colors import SYSTEMS, SixteenColors
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.terminal_keys import read_plain_keys
from phoenix_tui.tui.theme import palette_named, theme_named
from phoenix_tui.tui.window_title import window_title

ENDING_SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")
"""Names, since not every system has all of them. SIGINT comes from outside only: ctrl+c is a key here."""


class PhoenixApp(DesktopApp, inherit_bindings=False):
    """The full screen of phoenix-tui. Build it with a `Start`, then `run_screen`."""

    TITLE = "phoenix-tui"
    COMMANDS = {PhoenixCommands}  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "hint_leave", "Hint", show=False, system=True),
        # Over every screen. Textual would bind both to keys of its own that nobody can change.
        Binding(ROWS["quit"].keys, "quit", id="quit", show=False, priority=True),
        Binding(ROWS["palette"].keys, "command_palette", id="palette", show=False, priority=True),
    ]

    def __init__(
        self, start: Start, shown: Shown | None = None, *, when_ready: Callable[[], None] = lambda: None
    ) -> None:
        """`shown` is what stands in the terminal already; `when_ready` is called when the first picture stands."""
        self._when_ready = when_ready
        read_plain_keys()
        self.shown = shown
        self._cursor_at = Offset()
        folder = paths.styles_dir()
        sheets = sorted(folder.glob("*.tcss"))
        super().__init__([*sheets], own_files=start.own_files, is_kept=start.state_folder is not None)
        self.begin = start
        self.keys = Keys()
        keys.use(self.keys)
        self._sixteen, self._colors, self._signs = SixteenColors(), NoColors(), PlainSigns()
        self._take_on(start.preferences)
        self.main = MainScreen(start)
        self.ended_by: signal.Signals | None = None
        self.is_terminal_lost = False
        self.leaves_for_demo = False
        """Whether it has ended for the demo to be opened."""

    def get_default_screen(self) -> MainScreen:
        return self.main

    @property
    def is_usable(self) -> bool:
        return self.main.prompt.is_attached

    def tell(self, sentence: str) -> None:
        self.main.tell(sentence)

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":  # Windows, a browser, or what the environment names
            return usual
        from phoenix_tui.tui.terminal_driver import TerminalDriver  # noqa: PLC0415 - it loads only where Unix is

        return TerminalDriver

    def on_ready(self) -> None:
        self._when_ready()
        self.main.work(self._keep_first_picture, "first picture")

    async def _keep_first_picture(self) -> None:
        """Leave it to the next start, where nothing stands in it that a person wrote or was told. To who listens, the
        same would be read twice then."""
        keep, main = self.begin.keep_first_picture, self.main
        is_bare = self.screen is main and main.conversation.is_empty and not (main.prompt.text or self.begin.problems)
        if keep is not None and is_bare and not spoken.in_force():
            field = main.prompt.field if main.prompt.has_focus else None
            picture = picture_of(main._compositor.render_strips(), field, main.prompt.rich_style)
            await asyncio.to_thread(keep, picture, (self.size.width, self.size.height))

    def on_mount(self) -> None:
        for name in ("chat_title", "is_answering"):
            self.watch(self.main, name, self._show_title)
        self._show_cursor()

    def on_load(self) -> None:
        """Before the terminal is changed: from here on no signal may leave it so."""
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
        has_sixteen = (
            self.console.color_system in SYSTEMS and not self.is_headless
        )  # without a terminal it says nothing
        owns = (*((self._sixteen,) if has_sixteen else ()), self._colors, self._signs)
        return [*filters, *(own for own in owns if own.enabled)]

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's own cursor is put after each picture: where the keys act now, whatever has moved that
        since. A magnifier, a braille display and what reads aloud follow it."""
        for node in (self.screen, self.screen.focused) if self._screen_stacks[self._current_mode] else ():
            at = getattr(node, "cursor_screen_offset", None)
            if isinstance(at, Offset):
                return at
        return self._cursor_at

    @cursor_position.setter
    def cursor_position(self, at: Offset) -> None:
        self._cursor_at = at

    @on(events.DescendantFocus)
    def _focused(self, event: events.DescendantFocus) -> None:
        """Nothing blinks on a calm screen, and an idle one draws nothing; the lines of dialogs would by themselves."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def _show_cursor(self) -> None:
        """Who listens needs the terminal's own cursor, which Textual hides behind the ones that it draws."""
        if show := getattr(self._driver, "show_cursor", None):  # as `_show_title`
            show(is_shown=spoken.in_force())
        else:
            self._send(real_cursor.sequence(is_shown=spoken.in_force()))

    @on(MainScreen.Preferred)
    def _preferred(self, event: MainScreen.Preferred) -> None:
        self._take_on(event.preferences)
        self._show_cursor()
        for screen in self.screen_stack:
            screen.refresh(layout=True)
            for widget in screen.walk_children():
                widget.refresh()

    def _take_on(self, preferences: Preferences) -> None:
        """Let `preferences` count from now on."""
        self.keys.own = preferences.keys
        self.set_keymap(preferences.keys)
        self.notifier.by, self.notifier.after = preferences.notify, preferences.notify_after
        look = look_of(preferences, self.begin.surroundings)
        if self.theme != look.theme:
            self.register_theme(theme_named(look.theme))
            self.theme = look.theme
            self._sixteen.use(palette_named(look.theme), is_safe=look.theme.startswith("colour-safe"))
        self._sixteen.enabled = not look.no_color
        self.no_color = self._colors.enabled = look.no_color
        self._signs.enabled = look.is_ascii
        spoken.use(is_spoken=look.is_spoken)
        self.animation_level = "none" if look.is_still else "full"
        self.set_class(look.is_ascii, "-ascii")
        self.set_class(look.is_spoken, "-spoken")

    def _end_by(self, number: signal.Signals) -> None:
        if number == signal.SIGINT and self.main.terminal_is_lent:
            return  # a ctrl+c that was meant for who has the terminal
        self.ended_by = signal.Signals(number)
        self.keep_session()
        self.exit(return_code=128 + number)

    def _show_title(self) -> None:
        if show := getattr(self._driver, "show_title", None):  # only a Unix terminal's driver has it
            show(window_title(self.main.chat_title, is_answering=self.main.is_answering))

    @on(TerminalLost)
    def _terminal_lost(self) -> None:
        self.is_terminal_lost = True
        self._end_by(signal.SIGHUP)

    @on(Driver.SignalResume)
    def _continued(self) -> None:
        """The shell has drawn over everything, or the terminal has cleared it."""
        self.refresh(layout=True)

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, but for a press on what was just taken away (a notice clicked twice): it stays under the
        pointer until the next layout, and hit-testing of Textual 8.2 stops the app at it."""
        if isinstance(event, events.MouseDown | events.MouseMove) and not event.is_forwarded:
            widget, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
            if widget is not None and not widget.is_attached:
                return
        await super().on_event(event)

    async def deliver(self, event: events.Key | events.Paste) -> None:
        """As `OrderlyApp` has it, but for a key that a screen waits for, whatever it may be."""
        screen = self.screen
        if not (isinstance(event, events.Key) and isinstance(screen, SettingsScreen) and screen.take_key(event.key)):
            await super().deliver(event)

    def _refresh_notifications(self) -> None:
        """As Textual's, which takes a notice out of its row and leaves the row: one would stand below another."""
        if self.screen_stack:
            there = {ToastRack._toast_id(notice) for notice in self._notifications}
            for holder in self.screen.query(ToastHolder):
                if holder.id not in there:
                    holder.remove()
        super()._refresh_notifications()

    def keep_session(self) -> None:
        """Write conversation, draft and preferences now. Safe at any moment, also when the screen is gone or failed."""
        self.main.preferences_keeper.save_now()
        with ErrorsTo(partial(self.caught, self.main, Failed.WORKING)):
            self.main.keeper.save_now(self.main.saved())
            return
        self.main.keeper.save_now(self.main.saved(with_shown=False))

    def action_leave_for_demo(self) -> None:
        self.leaves_for_demo = True
        self.exit()

    def action_hint_leave(self) -> None:
        self.tell(f"{keys.label('quit')} leaves; {keys.label('stop')} stops an answer.")

    def action_command_palette(self) -> None:
        if self.use_command_palette and not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))


def run_screen(app: PhoenixApp, *, mouse: bool = True) -> int:
    """Run `app` until it ends, keep what was said on every way out, give the exit code."""
    try:
        return app.run_to_its_end(mouse=mouse)
    finally:
        app.keep_session()
        app.main.keeper.close()
