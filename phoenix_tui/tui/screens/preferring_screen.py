"""The part of the main screen that has to do with the person's preferences, and with telling them things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Literal

from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import WorkType

from phoenix_tui.tui.keeping import PreferencesKeeper
from phoenix_tui.tui.look import look_of
from phoenix_tui.tui.preferences import Preferences, to_keep
from phoenix_tui.tui.screens.steady import Steady
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.text import clip
from phoenix_tui.tui.theme import opposite

LONGEST_NOTICE = 400
"""Cells of a passing notice; what is longer belongs into the chat."""
SHORT = 30
"""Rows under which one notice at a time is as much as may lie over the chat."""
KEPT_AFTER = 0.5
"""Seconds after a change of preferences until it is written, so that a panel being drawn wider is written once."""
Severity = Literal["information", "warning", "error"]
Work = Callable[[], Coroutine[None, None, None]]


class PreferringScreen(Steady, Screen[None]):
    """Holds the preferences: a change counts at once, everywhere, and is kept a moment later.

    Its reactives are handed down by data binding and paint nothing themselves: a screen that is painted is painted
    whole, which would be twenty kilobytes a second over ssh while anything counts.
    """

    preferences: reactive[Preferences] = reactive(Preferences(), repaint=False)

    class Preferred(Message):
        """The person changed `preferences`."""

        def __init__(self, preferences: Preferences) -> None:
            super().__init__()
            self.preferences = preferences

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.begin = start
        self.set_reactive(PreferringScreen.preferences, start.preferences)
        self.preferences_keeper = PreferencesKeeper(start.keep_preferences)
        self._keep_timer: Timer | None = None
        self._told: Severity = "warning"

    def _compositor_refresh(self) -> None:
        """Paint nothing while an opaque screen lies over this one: Textual would paint that one whole, for each change
        that nobody can see. When it goes, this one is painted whole."""
        over = self.app.screen
        if over is self or over.styles.background.a < 1:
            super()._compositor_refresh()

    def prefer(self, **changes: object) -> None:
        """Choose `changes`, by name; None takes a choice back to its default. They hold at once and are kept. Raises
        ValueError for what is no value of a preference."""
        before = self.preferences
        self.preferences = before.changed(changes)
        self.post_message(self.Preferred(self.preferences))
        self.preferences_keeper.add(to_keep(before, changes))
        if self._keep_timer is None:
            self._keep_timer = self.set_timer(KEPT_AFTER, self._keep_soon)

    def action_theme(self, name: str) -> None:
        """Wear the theme `name`."""
        self.prefer(theme=name)
        self.tell(f"The theme is {name} now.")

    def action_toggle_theme(self) -> None:
        """From dark to light, or back, in the same family where it has both."""
        self.action_theme(opposite(look_of(self.preferences, self.begin.surroundings).theme))

    def _keep_soon(self) -> None:
        self._keep_timer = None
        self.work(self._keep_preferences, "preferences")

    async def _keep_preferences(self) -> None:
        if problem := await asyncio.to_thread(self.preferences_keeper.save_now):
            self.tell(problem, "warning")

    def tell(self, sentence: str, severity: Severity = "information") -> None:
        """A passing notice: never markup, never controls, never long, whatever is in it."""
        if severity == self._told == "information" or self.size.height < SHORT:
            self.app.clear_notifications()  # what was done last is what counts; a pile would hide chat and prompt
        self._told = severity
        self.notify(clip(sentence, LONGEST_NOTICE), severity=severity, markup=False)

    def work(self, what: Work, group: str, *, exclusive: bool = False) -> None:
        """Do `what` beside everything else. It is handed over uncalled: a screen that is closing never begins it."""
        work: WorkType[None] = what
        self.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
