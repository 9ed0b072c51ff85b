"""When a picture is due, with a clock handed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from phoenix_tui.tui.frames import FRAME, Frames


class _Loop:
    """A clock that stands still, and what is to be called when."""

    def __init__(self) -> None:
        self.now = 100.0
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.painted: list[float] = []
        self.frames = Frames(lambda: self.painted.append(self.now), lambda: self.now, self._call_at)

    def _call_at(self, when: float, call: Callable[[], None]) -> None:
        self.due.append((when, call))

    def run(self) -> None:
        """Until nothing is due any more."""
        while self.due:
            when, call = self.due.pop(0)
            self.now = max(self.now, when)
            call()


def test_the_first_picture_is_painted_at_once_and_the_next_when_the_frame_is_over() -> None:
    loop = _Loop()
    loop.frames.resume()
    loop.run()
    loop.now += FRAME / 4
    loop.frames.resume()
    loop.frames.resume()
    loop.run()
    assert loop.painted == [100.0, 100.0 + FRAME]


@pytest.mark.parametrize("late", [1.0, 1.4, 2.9, 1000.0])
def test_after_a_picture_that_took_long_or_a_pause_none_waits_for_a_whole_frame(late: float) -> None:
    loop = _Loop()
    loop.frames.resume()
    loop.run()
    loop.now += late * FRAME
    now = loop.now
    loop.frames.resume()
    loop.run()
    assert loop.painted == [100.0, now]


def test_what_is_not_wanted_any_more_is_not_painted() -> None:
    loop = _Loop()
    loop.frames.resume()
    loop.frames.pause()
    loop.run()
    assert loop.painted == []
    loop.frames.resume()
    loop.run()
    assert loop.painted == [100.0]


def test_what_is_wanted_again_before_it_was_due_is_painted_once() -> None:
    loop = _Loop()
    loop.frames.resume()
    loop.frames.pause()
    loop.frames.resume()
    loop.run()
    assert loop.painted == [100.0]
    assert loop.due == []
