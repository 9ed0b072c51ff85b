"""The background worker of free checks. When a check is due is the monitor's word; this only runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState

_AT_ONCE = 2
"""Checks in flight at the most, over all providers."""

_LONGEST_REST = 5.0
"""Seconds after which the clocks are looked at in any case: only so is it noticed that the machine has slept."""

_SOONEST_AGAIN = 1.0
"""Seconds between two checks of one provider, whatever the monitor says."""

_AFTER_A_DEFECT = 60.0
"""Seconds until a check is run again that failed by a fault of our own."""

_IDLE_STATES = (HealthState.HEALTHY, HealthState.UNKNOWN, HealthState.COOLING)
_NETWORK = "network"


class ProbeWorker:
    """Runs `check(name)` for each provider whose check is due, one at a time for each provider, and while this machine
    seems offline `reach()`, which says whether any hosted provider can be reached.

    `watches_idle` also checks providers that are well and not in use; it may be switched at any time (a screen does it
    while it has the focus). Call `wake` when health may have changed what is due. What a check raises is a fault of our
    own: the loop's exception handler is told, and the worker goes on.
    """

    def __init__(
        self,
        monitor: HealthMonitor,
        check: Callable[[str], Awaitable[object]],
        *,
        clock: Clock,
        names: tuple[str, ...],
        watches_idle: bool,
        reach: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self.watches_idle = watches_idle
        self._monitor = monitor
        self._check = check
        self._reach = reach
        self._clock = clock
        self._names = names
        self._running: dict[str, asyncio.Task[object]] = {}
        self._not_before: dict[str, float] = {}
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
            if at > now:
                return
            if name == _NETWORK:
                self._start(name, self._look_for_network())
            elif self._may_check:
                self._start(name, self._checked(name))

    def _start(self, name: str, work: Coroutine[object, object, object]) -> None:
        task = asyncio.ensure_future(work)
        self._running[name] = task
        task.add_done_callback(partial(self._ended, name))

    async def _checked(self, name: str) -> None:
        await self._check(name)

    async def _look_for_network(self) -> None:
        if self._reach is not None:
            self._monitor.record_reachability(await self._reach())

    def _ended(self, name: str, task: asyncio.Task[object]) -> None:
        self._running.pop(name, None)
        self._woken.set()
        if task.cancelled():
            return
        pause = _SOONEST_AGAIN if task.exception() is None else _AFTER_A_DEFECT
        self._not_before[name] = self._clock.monotonic() + pause
        task.result()  # a fault of our own must not pass unseen: the loop's handler reports it

    @property
    def _may_check(self) -> bool:
        return len(self._running.keys() - {_NETWORK}) < _AT_ONCE

    def _wanted(self) -> Mapping[str, float]:
        """When each check is due that is not under way, on the monotonic clock, soonest first."""
        wanted = {name: at for name in self._names if (at := self._wanted_at(name)) is not None}
        if self._reach is not None and (at := self._monitor.next_reachability_check_at()) is not None:
            wanted[_NETWORK] = at
        due = {
            name: max(at, self._not_before.get(name, at)) for name, at in wanted.items() if name not in self._running
        }
        return dict(sorted(due.items(), key=lambda item: item[1]))

    def _wanted_at(self, name: str) -> float | None:
        if not self.watches_idle and self._monitor.health(name).state in _IDLE_STATES:
            return None
        return self._monitor.next_probe_at(name)

    async def _rest(self) -> None:
        """Until the next check is due, time changes a state, or somebody wakes the worker."""
        now = self._clock.monotonic()
        times = [now + _LONGEST_REST]
        # Where no other check may begin, the end of one of those under way wakes us.
        times.extend(at for name, at in self._wanted().items() if name == _NETWORK or self._may_check)
        if (tick_at := self._monitor.next_tick_at()) is not None:
            times.append(tick_at)
        waits: list[asyncio.Task[object]] = [
            asyncio.ensure_future(self._woken.wait()),
            asyncio.ensure_future(self._clock.sleep(max(0.0, min(times) - now))),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            # Not suppressing anything: a cancellation that comes just here is for the worker.
            await asyncio.gather(*waits, return_exceptions=True)
