"""What tests of the simulated providers share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import TypeVar

T = TypeVar("T")

TEXT = ("Hello", ",", " wor", "ld", "! ", "Gr", "üße", " 🐦", "\n\n", "* one", "\n", "* two")
"""The tokens of the answer that the fixture `sim` gives."""
REASONING = ("Let", " me", " see", ".")


class InstantClock:
    """Time that passes only by sleeping, and then at once. `slept` is every wait, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_790_000_000.0 + self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def collect(stream: AsyncIterable[T], seen: list[T]) -> None:
    """Everything of `stream` into `seen`, so that what came before an error is there to look at."""
    async for item in stream:
        seen.append(item)  # noqa: PERF401 - a comprehension would lose it all
