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
