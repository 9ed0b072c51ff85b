"""Work of a widget that may take long, done in short slices so that keys are heard meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

from textual.timer import Timer
from textual.widget import Widget

_SLICE = 0.012
"""Seconds of work at a time, about; a step is never broken off."""
_BREATH = 0.01
"""Seconds between two slices."""


class Errand:
    """At most one piece of work at a time: beginning another one gives the first one up. Nothing runs when it is done.

    Work is an iterator that gives something, whatever it is, after each step; `after_slice` is called whenever it
    rests.
    """

    def __init__(self, widget: Widget, after_slice: Callable[[], None]) -> None:
        self._widget = widget
        self._after_slice = after_slice
        self._steps: Iterator[object] | None = None
        self._timer: Timer | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is more to do."""
        return self._steps is not None

    def begin(self, steps: Iterator[object]) -> None:
        """Do this instead; the first slice at once."""
        self.stop()
        self._steps = steps
        self._go_on()

    def stop(self) -> None:
        """Give up what is not done."""
        self._steps = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _go_on(self) -> None:
        self._timer = None
        until = perf_counter() + _SLICE
        steps = self._steps
        for _ in steps or ():
            if self._steps is not steps:
                return  # a step has begun something else
            if perf_counter() > until:
                self._timer = self._widget.set_timer(_BREATH, self._go_on)
                break
        else:
            if self._steps is steps:
                self._steps = None
        self._after_slice()
