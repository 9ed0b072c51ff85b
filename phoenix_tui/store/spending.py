"""What was spent, day by day, in the table `spending`; all programs of one person add to the same sums."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store.database import Database
from phoenix_tui.store.worker import Worker

T = TypeVar("T")

_MOST = 1e9
"""US dollars of a day; a sum beyond that was not written here."""
_SET = "INSERT INTO spending (day, dollars) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET dollars = excluded.dollars"
_SUM = "SELECT dollars FROM spending WHERE day = ?"


class SpendingStore:
    """Sums up for one program; the SpendMemory of its client."""

    def __init__(self, database: Database, worker: Worker, *, notice: Callable[[str], None]) -> None:
        self._database = database
        self._worker = worker
        self._notice = notice

    async def spent(self, day: str) -> float:
        """US dollars spent on `day` (ISO 8601) by all programs. Raises NotKept."""
        return await self._call(
            lambda: self._database.read(lambda it: self._sum(it, day)) if self._database.exists() else 0.0
        )

    async def spend(self, day: str, dollars: float) -> float:
        """Add `dollars` to `day`; its sum. Raises NotKept."""

        def add(connection: sqlite3.Connection) -> float:
            total = self._sum(connection, day) + dollars
            connection.execute(_SET, (day, total))
            return total

        return await self._call(lambda: self._database.write(add))

    async def _call(self, work: Callable[[], T]) -> T:
        try:
            return await self._worker.call(work)
        except NotKept as problem:
            self._notice(str(problem))
            raise

    def _sum(self, connection: sqlite3.Connection, day: str) -> float:
        """What is kept for `day`; a notice, and nothing, where that is no sum of money."""
        row = connection.execute(_SUM, (day,)).fetchone()
        dollars = row[0] if row else 0.0
        if isinstance(dollars, float) and 0 <= dollars <= _MOST:
            return dollars
        self._notice(f"What was spent on {day} cannot be read from {self._database.path}, and is counted anew.")
        return 0.0
