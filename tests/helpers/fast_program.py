"""`phoenix-tui` with time running faster: `python -m tests.helpers.fast_program 10 ask --jsonl`.

The program waits as it always does, and each of its waits takes a tenth of the time: the clock of its event loop and
its own are set forward by what was not waited. Only waiting is hastened. What the program computes, and what the
machine makes it lose after a wait has run out, costs it no more than it costs us, so a busy machine is not taken for a
slow provider.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from typing import Any

from phoenix_tui.cli import main
from phoenix_tui.core.clock import SystemClock


class FastTime(selectors.DefaultSelector):
    """Waits for sockets and timers `speed` times as fast, and keeps the time that results."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed
        self._skipped = 0.0

    def monotonic(self) -> float:
        """Seconds, as an event loop wants them."""
        return time.monotonic() + self._skipped

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._skipped

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        began = time.monotonic()
        events = super().select(None if timeout is None else timeout / self._speed)
        waited = time.monotonic() - began
        skipped = waited * (self._speed - 1)
        # Never past the timer that was waited for: the rest is the machine's lateness.
        self._skipped += skipped if timeout is None else max(0.0, min(skipped, timeout - waited))
        return events


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop in the time of `fast`."""

    def __init__(self, fast: FastTime) -> None:
        self._fast = fast
        super().__init__(fast)

    def time(self) -> float:
        return self._fast.monotonic()


def hasten(speed: float) -> None:
    """Let everything from here on run `speed` times as fast; there may be one event loop."""
    fast = FastTime(speed)
    system: Any = SystemClock
    system.monotonic = lambda _: fast.monotonic()
    system.wall = lambda _: fast.wall()
    events: Any = asyncio.events
    events.new_event_loop = lambda: FastLoop(fast)


if __name__ == "__main__":
    hasten(float(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
