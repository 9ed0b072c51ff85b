"""When health is kept: at most once in five seconds, only what has changed, and a last time at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.kept_health import HealthMemory, KeptHealth, NotKept

SECONDS_BETWEEN = 5.0
"""The shortest time between two writes."""

Identity = Callable[[str], tuple[str, str]]
"""Place and key print of a provider at this moment, as kept_health.py makes them."""


class HealthKeeper:
    """Carries the health in `monitor` from one run of the program to the next, through `memory`.

    A memory that fails stops nothing: `problem` says what was wrong last, and the next change is another try.
    """

    def __init__(
        self, memory: HealthMemory, monitor: HealthMonitor, names: Iterable[str], *, identity: Identity, clock: Clock
    ) -> None:
        self._memory = memory
        self._monitor = monitor
        self._names = tuple(names)
        self._identity = identity
        self._clock = clock
        self._news = asyncio.Event()
        self._kept = {name: monitor.state(name) for name in self._names}
        self.problem = ""
        """Why the last reading or writing failed, as a sentence; empty when it did not."""

    async def load(self) -> None:
        """Give the monitor what earlier runs have learned. Before anything is asked."""
        try:
            found = await self._memory.load()
        except NotKept as problem:
            self.problem = str(problem)
            return
        for kept in found:
            if kept.provider not in self._names:
                continue
            place, key_print = self._identity(kept.provider)
            if kept.place == place:
                same_key = kept.key_print == key_print
                self._monitor.restore(kept.provider, kept.state, kept_at=kept.kept_at, same_key=same_key)
        self._kept = {name: self._monitor.state(name) for name in self._names}

    def changed(self) -> None:
        """Some provider's health has changed, or its key."""
        self._news.set()

    async def run(self) -> None:
        """Keep every change, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self._save()
            await self._clock.sleep(SECONDS_BETWEEN)

    async def close(self) -> None:
        """Keep what has not been kept yet; after `run` was cancelled."""
        await self._save()

    async def _save(self) -> None:
        # Another program may know more of the others by now: what has not changed here is not written.
        states = {name: self._monitor.state(name) for name in self._names}
        changed = [name for name in self._names if states[name] != self._kept[name]]
        if not changed:
            return
        now = self._clock.wall()
        try:
            await self._memory.save([KeptHealth(name, *self._identity(name), now, states[name]) for name in changed])
        except NotKept as problem:
            self.problem = str(problem)
            return
        self.problem = ""
        self._kept = states
