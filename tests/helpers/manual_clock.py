"""A clock that a test moves by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools

STARTED_AT = 1_700_000_000.0
"""Wall time of the zero, seconds since the epoch."""


class ManualClock:
    """Time stands still until `advance`. Whoever sleeps is woken in order, as if the time had really passed."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def monotonic(self) -> float:
        return self._now

    def wall(self) -> float:
        return STARTED_AT + self._now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), woken))
        await woken

    @property
    def sleeping(self) -> int:
        """How many wait for time to pass."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, and everybody act who was waiting for it."""
        until = self._now + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, woken = heapq.heappop(self._sleepers)
            self._now = max(self._now, at)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._now = until
        await settle()


async def settle(turns: int = 50) -> None:
    """Let every task run that can run without time or network."""
    for _ in range(turns):
        await asyncio.sleep(0)
