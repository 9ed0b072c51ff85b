"""The background worker of free checks. When a check is due is the monitor's word; this only runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState

_AT_ONCE = 2
"""Checks in flight at the most, over all providers."""

_IDLE_STATES = (HealthState.HEALTHY, HealthState.UNKNOWN)


class ProbeWorker:
    """Runs `check(name)` for each provider whose check is due, one at a time for each provider.

    `watches_idle` also checks providers that are well and not in use; it may be switched at any time (a screen does it
    while it has the focus). Call `wake` when health may have changed what is due.
    """

    def __init__(
        self,
        monitor: HealthMonitor,
        check: Callable[[str], Awaitable[object]],
        *,
        clock: Clock,
        names: tuple[str, ...],
        watches_idle: bool,
    ) -> None:
        self.watches_idle = watches_idle
        self._monitor = monitor
        self._check = check
        self._clock = clock
        self._names = names
        self._running: dict[str, asyncio.Task[object]] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look again at what is due."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._woken.clear()
                self._monitor.tick()
                self._start_due()
                await self._rest()
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _start_due(self) -> None:
        now = self._clock.monotonic()
        for name, at in self._wanted().items():
            if len(self._running) >= _AT_ONCE:
                return
            if at <= now and name not in self._running:
                task = asyncio.ensure_future(self._check(name))
                self._running[name] = task
                task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, task: asyncio.Task[object]) -> None:
        self._running.pop(name, None)
        self._woken.set()
        if not task.cancelled():
            task.result()  # a fault of our own must not pass unseen: the loop's handler reports it

    def _wanted(self) -> Mapping[str, float]:
        """When each check is due, on the monotonic clock, soonest first."""
        wanted = {}
        for name in self._names:
            at = self._monitor.next_probe_at(name)
            idle = self._monitor.health(name).state in _IDLE_STATES
            if at is not None and (self.watches_idle or not idle):
                wanted[name] = at
        return dict(sorted(wanted.items(), key=lambda item: item[1]))

    async def _rest(self) -> None:
        """Until the next check is due, time changes a state, or somebody wakes the worker."""
        now = self._clock.monotonic()
        tick_at = self._monitor.next_tick_at()
        times = [at for name, at in self._wanted().items() if name not in self._running]
        if len(self._running) >= _AT_ONCE:
            times = []  # the end of one of them wakes us
        if tick_at is not None:
            times.append(tick_at)
        waits: list[asyncio.Task[object]] = [asyncio.ensure_future(self._woken.wait())]
        if times:
            waits.append(asyncio.ensure_future(self._clock.sleep(max(0.0, min(times) - now))))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            # Not suppressing anything: a cancellation that comes just here is for the worker.
            await asyncio.gather(*waits, return_exceptions=True)
