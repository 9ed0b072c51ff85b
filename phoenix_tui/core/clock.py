"""Time as an argument: what reads a clock or waits is handed one of these."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """A source of time. `monotonic` (seconds, arbitrary zero) drives timers; `wall` (seconds since the epoch) is only
    shown to people and stored."""

    def monotonic(self) -> float: ...

    def wall(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The real thing. Its monotonic time is the one that asyncio's own timers use."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def set_within(event: asyncio.Event, seconds: float | None, clock: Clock) -> bool:
    """Wait until `event` is set, for `seconds` at the most (None: for ever). Whether it is."""
    waits: list[asyncio.Task[object]] = [asyncio.ensure_future(event.wait())]
    if seconds is not None:
        waits.append(asyncio.ensure_future(clock.sleep(max(0.0, seconds))))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
        # Not suppressing anything: a cancellation that comes just here is for the caller.
        await asyncio.gather(*waits, return_exceptions=True)
    return event.is_set()
