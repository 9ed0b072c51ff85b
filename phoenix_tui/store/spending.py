"""What was spent, day by day, in the table `spending`; all programs of one person add to the same sums."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store.database import Database
from phoenix_tui.store.worker import Worker

T = TypeVar("T")

_ADD = (
    "INSERT INTO spending (day, dollars) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET "
    "dollars = spending.dollars + excluded.dollars"
)
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
            lambda: self._database.read(lambda it: _sum(it, day)) if self._database.exists() else 0.0
        )

    async def spend(self, day: str, dollars: float) -> float:
        """Add `dollars` to `day`; its sum. Raises NotKept."""

        def add(connection: sqlite3.Connection) -> float:
            connection.execute(_ADD, (day, dollars))
            return _sum(connection, day)

        return await self._call(lambda: self._database.write(add))

    async def _call(self, work: Callable[[], T]) -> T:
        try:
            return await self._worker.call(work)
        except NotKept as problem:
            self._notice(str(problem))
            raise


def _sum(connection: sqlite3.Connection, day: str) -> float:
    row = connection.execute(_SUM, (day,)).fetchone()
    return float(row[0]) if row else 0.0
