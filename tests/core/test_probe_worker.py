"""The worker checks who is due, never more than two at once, and rests without turning over in its sleep."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.probe import ProbeWorker
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target
from tests.helpers.manual_clock import ManualClock, settle

NAMES = ("one", "two", "three")
BROKEN = ErrorInfo(ErrorClass.SERVER, "broken")


class Bench:
    """A worker at work, with checks that last until the test ends them."""

    def __init__(self, *, watches_idle: bool) -> None:
        self.clock = ManualClock()
        self.monitor = HealthMonitor(NAMES, clock=self.clock, rng=random.Random(7), probed=True)
        self.checked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.passes = True
        self.worker = ProbeWorker(self.monitor, self._check, clock=self.clock, names=NAMES, watches_idle=watches_idle)
        self.monitor.subscribe(lambda _: self.worker.wake())

    async def _check(self, name: str) -> None:
        self.checked.append(name)
        if name in self.gates:
            await self.gates[name].wait()
        self.monitor.record_probe(name, self.passes, error=None if self.passes else BROKEN)

    def fail(self, name: str, times: int) -> None:
        for number in range(times):
            attempt = Attempt(f"{name}-{number}", Target(name, "m"), number + 1, self.clock.monotonic())
            self.monitor.begin(attempt)
            self.monitor.record(attempt, Outcome(OutcomeKind.FAILED, 0.1, error=BROKEN))


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.worker.run())
    await settle()
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert bench.worker._running == {}


async def test_everybody_is_checked_at_the_start_two_at_a_time() -> None:
    bench = Bench(watches_idle=True)
    bench.gates = {name: asyncio.Event() for name in NAMES}
    async with running(bench):
        assert bench.checked == ["one", "two"]
        bench.gates["one"].set()
        await settle()
        assert bench.checked == ["one", "two", "three"]


async def test_who_is_well_and_unused_is_left_alone_without_a_watcher() -> None:
    bench = Bench(watches_idle=False)
    async with running(bench):
        await bench.clock.advance(3600)
        assert bench.checked == []


async def test_a_suspect_is_checked_soon_and_an_unavailable_one_when_its_time_comes() -> None:
    bench = Bench(watches_idle=False)
    async with running(bench):
        bench.fail("two", 1)
        await bench.clock.advance(1.9)
        assert bench.checked == []
        await bench.clock.advance(0.2)
        assert bench.checked == ["two"]
        bench.checked.clear()
        bench.fail("three", 3)
        assert bench.monitor.health("three").state is HealthState.UNAVAILABLE
        await bench.clock.advance(60)
        assert "three" in bench.checked
        assert bench.monitor.health("three").state is HealthState.PROBATION
        assert bench.monitor.health("two").state is HealthState.SUSPECT


async def test_failing_checks_are_bounded() -> None:
    bench = Bench(watches_idle=False)
    bench.passes = False
    async with running(bench):
        bench.fail("one", 3)
        await bench.clock.advance(600)
        assert 5 <= len(bench.checked) <= 130


async def test_a_focused_screen_wakes_the_worker() -> None:
    bench = Bench(watches_idle=False)
    async with running(bench):
        assert bench.checked == []
        bench.worker.watches_idle = True
        bench.worker.wake()
        await settle()
        assert sorted(bench.checked) == sorted(NAMES)


async def test_a_resting_worker_holds_one_timer() -> None:
    bench = Bench(watches_idle=False)
    async with running(bench):
        bench.fail("one", 1)
        await settle()
        assert bench.clock.sleeping == 1


@pytest.mark.parametrize("turns", range(12))
async def test_it_can_be_stopped_at_every_step(turns: int) -> None:
    bench = Bench(watches_idle=False)
    task = asyncio.create_task(bench.worker.run())
    await settle()
    bench.worker.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await settle()
    assert task.done()
