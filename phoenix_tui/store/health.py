"""Health across restarts, in the table `health`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from phoenix_tui.core.kept_health import KeptHealth, NotKept
from phoenix_tui.store.codec import Unreadable, dump_state, load_state
from phoenix_tui.store.database import Database
from phoenix_tui.store.worker import Worker

KEPT_DAYS = 30
"""After which what was known of a provider at a place says nothing any more."""
LARGEST_STATE = 1_000_000
"""Characters; a row that is larger was not written here."""


class HealthStore:
    """Keeps health for one program; the HealthMemory of its client."""

    def __init__(
        self, database: Database, worker: Worker, *, notice: Callable[[str], None], wall: Callable[[], float]
    ) -> None:
        self._database = database
        self._worker = worker
        self._notice = notice
        self._wall = wall

    async def load(self) -> tuple[KeptHealth, ...]:
        """Every row that can be read; a notice where some cannot. Raises NotKept."""
        try:
            return await self._worker.call(lambda: self._database.read(self._load) if self._database.exists() else ())
        except NotKept as problem:
            self._notice(str(problem))
            raise

    async def save(self, kept: Sequence[KeptHealth]) -> None:
        """Keep all of `kept`, or nothing. What was kept later, by another program, stays. Raises NotKept."""
        try:
            await self._worker.call(lambda: self._save(kept))
        except NotKept as problem:
            self._notice(str(problem))
            raise

    def _load(self, connection: sqlite3.Connection) -> tuple[KeptHealth, ...]:
        kept: list[KeptHealth] = []
        unreadable = 0
        rows = connection.execute(
            "SELECT provider, place, key_print, kept_at, state FROM health WHERE kept_at >= ? ORDER BY provider, place",
            (self._wall() - KEPT_DAYS * 86_400,),
        )
        for provider, place, key_print, kept_at, state in rows:
            try:
                if not isinstance(state, str) or len(state) > LARGEST_STATE or not isinstance(kept_at, float):
                    raise Unreadable("it was not written here")
                kept.append(KeptHealth(str(provider), str(place), str(key_print), kept_at, load_state(state)))
            except Unreadable:
                unreadable += 1
        if unreadable:
            rows_of = "one provider" if unreadable == 1 else f"{unreadable} providers"
            self._notice(f"The health of {rows_of} kept in {self._database.path} cannot be read and begins anew.")
        return tuple(kept)

    def _save(self, kept: Sequence[KeptHealth]) -> None:
        rows = [(each.provider, each.place, each.key_print, each.kept_at, dump_state(each.state)) for each in kept]
        oldest = self._wall() - KEPT_DAYS * 86_400

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO health (provider, place, key_print, kept_at, state) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (provider, place) DO UPDATE SET key_print = excluded.key_print, "
                "kept_at = excluded.kept_at, state = excluded.state WHERE excluded.kept_at >= health.kept_at",
                rows,
            )
            connection.execute("DELETE FROM health WHERE kept_at < ?", (oldest,))

        self._database.write(write)
