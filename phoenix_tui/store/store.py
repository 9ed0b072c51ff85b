"""The store of one program: kept health and the incident log over one file and one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store.database import BUSY_SECONDS, Database
from phoenix_tui.store.health import HealthStore
from phoenix_tui.store.incidents import IncidentLog
from phoenix_tui.store.spending import SpendingStore
from phoenix_tui.store.worker import Worker


class Store:
    """What outlives the program. Nothing is opened before the first use, and nothing here ever stops the program.

    `health` is the HealthMemory, `spending` the SpendMemory and `incidents.write` the Journal of one client. Close the
    client first, then this.
    """

    def __init__(
        self,
        folder: Path,
        *,
        wall: Callable[[], float] = time.time,
        on_notice: Callable[[str], None] | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._on_notice = on_notice
        self._lock = Lock()
        self._notices: list[str] = []
        self._database = Database(folder, notice=self._notice, wall=wall, busy_seconds=busy_seconds)
        self._worker = Worker("phoenix-store")
        self.health = HealthStore(self._database, self._worker, notice=self._notice, wall=wall)
        self.spending = SpendingStore(self._database, self._worker, notice=self._notice)
        self.incidents = IncidentLog(self._database, self._worker, notice=self._notice, wall=wall)

    @property
    def path(self) -> Path:
        """The file; it need not exist yet."""
        return self._database.path

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should know of it, as sentences, each once."""
        with self._lock:
            return tuple(self._notices)

    async def close(self) -> None:
        """Write what still waits, and let go of the file."""
        with suppress(NotKept):  # told as a notice where it matters; nothing can be done about it any more
            await self._worker.call(self._finish)
        self._worker.close()

    def _finish(self) -> None:
        self.incidents.drain()
        self._database.close()

    def _notice(self, sentence: str) -> None:
        with self._lock:
            if sentence in self._notices:
                return
            self._notices.append(sentence)
        if self._on_notice is not None:
            self._on_notice(sentence)


def open_store(folder: Path, *, on_notice: Callable[[str], None] | None = None) -> Store:
    """The store in the state folder `folder`. `on_notice` hears each notice as it comes, in a thread of the store's."""
    return Store(folder, on_notice=on_notice)
