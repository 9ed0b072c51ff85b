"""When a screen is painted: at once where it was not for a while, else as soon as the frame is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

CallAt = Callable[[float, Callable[[], None]], object]

FRAME = 1 / 60
"""Seconds from the beginning of one picture to that of the next, at least."""


class Frames:
    """Takes the place of the timer by which Textual paints: that one, late once, waits for up to two frames more, and
    so it is late after each picture that took longer than one and after each pause.

    As that one: `resume` asks for a picture, `pause` takes that back, and nothing runs in between.
    """

    def __init__(self, paint: Callable[[], object], clock: Callable[[], float], call_at: CallAt) -> None:
        """`paint` is called when a picture is due. `clock` is in seconds; `call_at` calls at such a moment."""
        self._paint, self._clock, self._call_at = paint, clock, call_at
        self._is_wanted = self._is_due = False
        self._next = 0.0
        """Before that no picture is painted."""

    def resume(self) -> None:
        """A picture is wanted."""
        self._is_wanted = True
        if not self._is_due:
            self._is_due = True
            self._call_at(max(self._next, self._clock()), self._fire)

    def pause(self) -> None:
        """No picture is wanted any more."""
        self._is_wanted = False

    def _fire(self) -> None:
        self._is_due = False
        if self._is_wanted:
            self._next = self._clock() + FRAME
            self._paint()


def frames_of(paint: Callable[[], object]) -> Frames:
    """Those of the loop that runs."""
    loop = asyncio.get_running_loop()
    return Frames(paint, loop.time, loop.call_at)
