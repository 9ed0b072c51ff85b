"""What answers have cost today, so that a day's budget can be kept. A day is one of the person's own time zone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.core.moment import TimeSource
from phoenix_tui.core.types import Target, Usage

Costs = Callable[[Target, Usage], float | None]
"""What an answer with this usage has cost, in US dollars; None where that is not known."""


class SpendMemory(Protocol):
    """Sums up what all programs of this person spend, by day (ISO 8601). Both methods raise NotKept."""

    async def spent(self, day: str) -> float:
        """US dollars spent on `day` so far."""

    async def spend(self, day: str, dollars: float) -> float:
        """Add `dollars` to `day`; its sum."""


def provider_cost(target: Target, usage: Usage) -> float | None:
    """The provider's own figure, for want of a price list."""
    return usage.cost_usd


class Spending:
    """The day's sum and its `limit` (both in US dollars, None: no limit). What cannot be priced is not counted.

    A `memory` that fails stops nothing: this program's own sum goes on.
    """

    def __init__(self, limit: float | None, *, costs: Costs, memory: SpendMemory | None, clock: TimeSource) -> None:
        self.limit = limit
        self._costs = costs
        self._memory = memory
        self._clock = clock
        self._day = self._this_day()
        self._sum = 0.0
        self._unkept = 0.0
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    @property
    def today(self) -> float:
        """US dollars spent today, as far as is known."""
        return self._sum if self._day == self._this_day() else 0.0

    @property
    def is_used_up(self) -> bool:
        """Whether nothing more may be spent today."""
        return self.limit is not None and self.today >= self.limit

    def note(self, target: Target, usage: Usage) -> None:
        """An attempt has used so much, whatever came of it."""
        cost = self._costs(target, usage)
        if not cost or cost < 0:
            return
        if self._day != (day := self._this_day()):
            self._day, self._sum, self._unkept = day, 0.0, 0.0
        self._sum += cost
        self._unkept += cost
        self._news.set()

    async def load(self) -> None:
        """Learn what was spent today before. Raises NotKept."""
        if self._memory is not None:
            self._sum += await self._memory.spent(self._day)

    async def run(self) -> None:
        """Keep every sum, until cancelled; what is being kept then is still kept, before `keep` keeps the rest."""
        while True:
            await self._news.wait()
            keeping = asyncio.create_task(self.keep())
            await asyncio.shield(keeping)

    async def keep(self) -> None:
        """Keep what has not been kept yet. What the memory does not take waits for the next time."""
        async with self._one_at_a_time:
            self._news.clear()
            day, dollars = self._day, self._unkept
            if not dollars or self._memory is None:
                return
            try:
                total = await self._memory.spend(day, dollars)
            except NotKept:
                return  # told by the memory itself
            if day == self._day:
                self._unkept -= dollars
                self._sum = total + self._unkept

    def _this_day(self) -> str:
        return datetime.fromtimestamp(self._clock.wall()).astimezone().date().isoformat()
