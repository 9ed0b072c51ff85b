"""The page of one provider, over the main screen: all that is known of it, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import keys, spoken
from phoenix_tui.tui.bindings import KEYS, Group, bindings_of
from phoenix_tui.tui.incident_report import NOTHING_KEPT, NOTHING_YET, history_of
from phoenix_tui.tui.keys import ROWS
from phoenix_tui.tui.provider_sections import History, Page, body, changes_in, heading
from phoenix_tui.tui.screens.closing import ClosesOnce
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.widgets.line_view import LineView
from phoenix_tui.tui.widgets.lines import KeyBar

if TYPE_CHECKING:
    from phoenix_tui.tui.screens.main import MainScreen

INCIDENTS_SHOWN = 100
FILES_READ_AFTER = 0.5
"""Seconds from a change of health until the files are read again: the log is written by then, and what comes in one
burst is read once."""
_STAYS = frozenset(
    {"primary", "pick_primary", "check", "switch", "clear_health", "pin", "move", "strategy", "undo", "set_key"}
    | {"choose_model", "provider_page", "settings", "copy_last", "theme", "toggle_theme"}
)
"""Actions of the main screen that change what the page shows; for all others it makes way."""
_OWN = frozenset({"stop", "help", "panels", "focus.next", "focus.previous"})
"""Rows from anywhere that mean something else here, or nothing."""


def _from_anywhere() -> Iterator[Binding]:
    """The keys that act anywhere act here too."""
    for row in KEYS:
        if row.group is Group.ANYWHERE and row.id not in _OWN:
            yield Binding(row.keys, f"anywhere('{row.id}')", id=row.id, show=False, priority=row.priority)


class PageBody(LineView, inherit_bindings=False):
    """The sections. Left and right belong to the page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown,space", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]


class ProviderPage(ClosesOnce, Screen[None]):
    """Follows the main screen's snapshot while it is open, and hands every change to it."""

    AUTO_FOCUS = "#page-body"
    HELP = (
        "All that is known of one provider. Times to first token are in seconds, over answers only; the median and the "
        "95 % are those of the model that would be asked. The graph has the slowest answer of each span of time, a "
        "cross is a failure. What happened comes from the log of incidents, newest first. {page.before} and "
        "{page.after} turn to the other providers, {stop} closes the page; an answer that is coming goes on meanwhile."
    )
    HELP_SPOKEN = (
        "All that is known of one provider, fact by fact. Times to first token are in seconds, over answers only; the "
        "median and the 95 % are those of the model that would be asked. What happened comes from the log of "
        "incidents, newest first. {page.before} and {page.after} turn to the other providers, {stop} closes the page; "
        "an answer that is coming goes on meanwhile."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(ROWS["stop"].keys, "close", id="stop", show=False),
        Binding(ROWS["help"].keys, "help", id="help", show=False, priority=True),
        *bindings_of(Group.PAGE),
        *_from_anywhere(),
    ]

    provider: reactive[str] = reactive("", init=False, repaint=False)

    def __init__(self, main: MainScreen, provider: str) -> None:
        super().__init__()
        self.set_reactive(ProviderPage.provider, provider)
        self._main = main
        self._heading = LineView(id="page-heading")
        self._heading.can_focus = False
        self._body = PageBody(id="page-body")
        self._snapshot: Snapshot | None = None
        self._history = History()
        self._key_source = ""
        self._next_draw: Timer | None = None
        self._next_reading: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._body
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.query_one(KeyBar).group = Group.PAGE
        self.watch(self._main, "shown", self._take)
        self._read_files()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def watch_provider(self) -> None:
        self._history, self._key_source = History(), ""
        self._body.scroll_home(animate=False)
        self.draw()
        self._read_files()

    def _take(self, snapshot: Snapshot | None) -> None:
        before, self._snapshot = self._snapshot, snapshot
        if before and snapshot and before.health_of(self.provider) != snapshot.health_of(self.provider):
            self._read_files_soon()
        self.draw()

    # What is shown

    def draw(self) -> None:
        """Show what is known now, and again as soon as time alone changes it."""
        if self._next_draw is not None:
            self._next_draw.stop()
            self._next_draw = None
        width = self._body.scrollable_content_region.width
        if self._snapshot is None:
            self._heading.show_lines([(("    the connections are still being opened", "$text-muted"),)])
        if self._snapshot is None or width <= 0:
            return
        page = Page(
            self._snapshot,
            self.provider,
            self._main.begin.wall(),
            width,
            self.size.height,
            self._main.glyphs,
            self._history,
            self._key_source,
        )
        self._heading.show_lines(heading(replace(page, width=self._heading.scrollable_content_region.width)))
        self._body.show_lines(body(page))
        wait = changes_in(page)
        if wait is not None:
            self._next_draw = self.set_timer(wait, self.draw)

    # What stands in files

    def _read_files_soon(self) -> None:
        if self._next_reading is None:
            self._next_reading = self.set_timer(FILES_READ_AFTER, self._read_files)

    def _read_files(self) -> None:
        self._next_reading = None
        self._main.work(partial(self._read, self.provider), "provider_page", exclusive=True)

    async def _read(self, name: str) -> None:
        """What happened to the provider `name`, and where its key was found."""
        keeper = self._main.begin.keys
        place = await asyncio.to_thread(keeper.place, name) if keeper is not None else None
        history = await self._read_history(name)
        if name == self.provider and self.is_attached:
            self._history, self._key_source = history, place.source if place else ""
            self.draw()

    async def _read_history(self, name: str) -> History:
        read = self._main.begin.incidents
        if read is None:
            return History(note=NOTHING_KEPT)
        try:
            records = await read(INCIDENTS_SHOWN, provider=name)
        except NotKept as problem:
            return History(note=str(problem))
        lines = history_of(name, records, self._main.begin.wall())
        return History(lines, "" if lines else NOTHING_YET)

    # What can be done

    def action_close(self) -> None:
        self.dismiss()

    def action_turn(self, by: int) -> None:
        """To the page of another provider, in the fixed order of the seven."""
        if self._snapshot is not None:
            names = [info.name for info in self._snapshot.providers]
            self.provider = names[(names.index(self.provider) + by) % len(names)]

    async def action_make_primary(self) -> None:
        await self.run_command(f"primary('{self.provider}')")

    async def action_check(self) -> None:
        await self.run_command(f"check('{self.provider}')")

    async def action_switch(self) -> None:
        await self.run_command(f"switch('{self.provider}')")

    async def action_clear(self) -> None:
        await self.run_command(f"clear_health('{self.provider}')")

    async def action_set_key(self) -> None:
        await self.run_command(f"set_key('{self.provider}')")

    async def action_choose_model(self) -> None:
        await self.run_command(f"choose_model('{self.provider}')")

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(keys.filled(spoken.help_of(self)), Group.PAGE))

    async def action_anywhere(self, row_id: str) -> None:
        """What a key from anywhere does."""
        await self.run_command(ROWS[row_id].action)

    async def run_command(self, action: str) -> None:
        """Run an action of the key table or of the palette; the page makes way unless it shows what that changes."""
        if action.startswith("app."):
            await self.run_action(action)
            return
        if action.partition("(")[0] not in _STAYS:
            self._main.come_forward()
        await self._main.run_command(action)
