"""Keeps what must outlive the screen: conversation and draft now and then, the person's choices after each change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from threading import Lock

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.session import Found, Saved, SessionStore
from phoenix_tui.tui.start import ChoiceKeeper, PreferenceKeeper


class SessionKeeper:
    """Saves a session from the event loop without blocking it, and once more, at once, at the end.

    A save that began earlier never overwrites one that began later.
    """

    def __init__(self, store: SessionStore | None) -> None:
        self._store = store
        self._lock = Lock()
        self._newest = 0

    @property
    def problem(self) -> str:
        """What was wrong with the last reading or writing, as a sentence; empty when all is well."""
        return self._store.problem if self._store else ""

    def find(self) -> Found | None:
        """What an earlier run left behind. Reads files: call it in a thread."""
        return self._store.newest() if self._store else None

    def adopt(self, found: Found) -> None:
        """The person took `found` back; its file is replaced by this run's own."""
        if self._store:
            self._store.adopt(found)

    async def save(self, saved: Saved) -> None:
        """Write `saved` in a thread."""
        self._newest += 1
        await asyncio.to_thread(self._write, saved, self._newest)

    def save_now(self, saved: Saved) -> None:
        """Write `saved` before returning: for the end of the program, however it comes."""
        self._newest += 1
        self._write(saved, self._newest)

    def begin_another(self, saved: Saved) -> None:
        """Leave `saved` in its file and begin a new one."""
        self.save_now(saved)
        if self._store:
            with self._lock:
                self._store.begin_another()

    def close(self) -> None:
        """Let go of the file."""
        if self._store:
            with self._lock:
                self._store.close()

    def _write(self, saved: Saved, number: int) -> None:
        with self._lock:
            if self._store and number == self._newest:
                self._store.save(saved)


class PreferencesKeeper:
    """Gathers changes of preferences and hands them to the caller's keeper, one write at a time. From any thread."""

    def __init__(self, keeper: PreferenceKeeper | None) -> None:
        self._keeper = keeper
        self._gathered: dict[str, object] = {}
        self._gathering = Lock()
        self._writing = Lock()

    def add(self, changes: Mapping[str, object]) -> None:
        """Have `changes` written with the next save; never waits for a disk."""
        with self._gathering:
            for name, value in changes.items():
                before = self._gathered.get(name)
                is_table = isinstance(value, dict) and isinstance(before, dict)
                self._gathered[name] = {**before, **value} if is_table else value  # type: ignore[dict-item]  # as asked

    def save_now(self) -> str | None:
        """Write what was gathered. Gives a sentence when that failed."""
        with self._writing:
            with self._gathering:
                gathered, self._gathered = self._gathered, {}
            return self._keeper(gathered) if self._keeper is not None and gathered else None


class ChoicesKeeper:
    """Hands the newest choices to the caller's keeper, one at a time and in order."""

    def __init__(self, keeper: ChoiceKeeper | None) -> None:
        self._keeper = keeper
        self._turn = asyncio.Lock()

    async def keep(
        self, arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None
    ) -> str | None:
        """Keep them. Gives a sentence when that failed."""
        if self._keeper is None:
            return None
        async with self._turn:
            return await asyncio.to_thread(self._keeper, arrangement, models=models, strategy=strategy)
