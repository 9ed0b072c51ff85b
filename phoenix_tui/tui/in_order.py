"""The part of the application that takes what is typed in its order, also where it opens another screen."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path, PurePath

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from phoenix_tui.tui.surviving_app import SurvivingApp
from phoenix_tui.tui.widgets.entry_field import EntryField
from phoenix_tui.tui.widgets.prompt import Prompt

LONGEST = 2.0
"""Seconds after which keys go on although nobody said that the one before has acted: none may be lost for good."""


class Acted(Message):
    """All is done that was posted to its sender before. It goes the way of what a key brings about, behind it.
    `rounds` is how often it is to go that way again."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number = number
        self.rounds = rounds


class OrderlyApp(SurvivingApp):
    """Holds back what is typed as long as the key before it may still open a screen: what comes in one burst with
    `/key openai` and enter, a key above all, is for the dialog, and would else be in the prompt before that stands."""

    def __init__(self, css_path: list[PurePath], *, log_folder: Path | None, is_kept: bool) -> None:
        """As `SurvivingApp` has it."""
        super().__init__(css_path, log_folder=log_folder, is_kept=is_kept)
        self._held: deque[events.Key | events.Paste] = deque()
        self._waits = 0
        self._awaited: Widget | None = None
        self._patience: Timer | None = None
        """Runs while something is held back."""

    @property
    def _is_holding(self) -> bool:
        return self._awaited is not None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded or not self.screen_stack:
            await super().on_event(event)
        elif self._is_holding:
            self._held.append(event)
        else:
            await self._take(event)

    async def deliver(self, event: events.Key | events.Paste) -> None:
        """Hand on what was typed: its turn has come."""
        await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """As `App` has it. What has gone with its screen says nothing any more."""
        popped = super().pop_screen()
        if self._is_holding:
            self._wait_for(self.screen)
        return popped

    async def _take(self, event: events.Key | events.Paste) -> None:
        before = self.screen
        target = self.focused or before
        await self.deliver(event)
        if not self.screen_stack:
            return  # it was the one to leave with
        if self.screen is not before:
            self._wait_for(self.screen)
        elif isinstance(event, events.Key) and not _is_writing(event, target):
            # Twice: a key goes up to the app, which then has the widget act.
            self._wait_for(target, rounds=1)

    def _wait_for(self, pump: Widget, rounds: int = 0) -> None:
        """Hold what is typed until `pump`, and all above it, have done what was posted to it."""
        self._end_wait()
        self._awaited, self._waits = pump, self._waits + 1
        pump.call_later(pump.post_message, Acted(self._waits, rounds))
        self._patience = self.set_timer(LONGEST, partial(self.post_message, Acted(self._waits, 0)))

    def _end_wait(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = self._awaited = None

    @on(Acted)
    async def _acted(self, event: Acted) -> None:
        event.stop()
        if event.number != self._waits or self._awaited is None or not self.screen_stack:
            return
        if (now := self.screen) not in self._awaited.ancestors_with_self:
            self._wait_for(now)  # it has opened meanwhile, and is not built yet
        elif event.rounds:
            self._wait_for(self._awaited, event.rounds - 1)
        else:
            self._end_wait()
            while self._held and not self._is_holding:
                await self._take(self._held.popleft())


def _is_writing(event: events.Key, target: Widget) -> bool:
    return event.is_printable and isinstance(target, Prompt | EntryField | Input)
