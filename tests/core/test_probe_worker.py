"""The worker checks who is due, never more than two at once, and rests without turning over in its sleep."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.probe import ProbeWorker
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target
from tests.helpers.manual_clock import ManualClock, settle

NAMES = ("one", "two", "three")
BROKEN = ErrorInfo(ErrorClass.SERVER, "broken")
NO_NETWORK = ErrorInfo(ErrorClass.OFFLINE, "no such name", code="dns")


class SleepyClock(ManualClock):
    """A clock whose machine can be put to sleep: later it is only the time of day that went on."""

    asleep = 0.0

    def wall(self) -> float:
        return super().wall() + self.asleep


class Bench:
    """A worker at work, with checks that last until the test ends them."""

    def __init__(self, *, watches_idle: bool) -> None:
        self.clock = SleepyClock()
        self.monitor = HealthMonitor(NAMES, clock=self.clock, rng=random.Random(7), probed=True)
        self.checked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.passes = True
        self.records = True
        self.defect: Exception | None = None
        self.reaches = False
        self.looked_at: list[float] = []
        self.worker = ProbeWorker(
            self.monitor, self._check, clock=self.clock, names=NAMES, watches_idle=watches_idle, reach=self._reach
        )
        self.monitor.subscribe(lambda _: self.worker.wake())

    async def _check(self, name: str) -> None:
        self.checked.append(name)
        if name in self.gates:
            await self.gates[name].wait()
        if self.defect is not None:
            raise self.defect
        if self.records:
            self.monitor.record_probe(name, self.passes, error=None if self.passes else BROKEN)

    async def _reach(self) -> bool:
        self.looked_at.append(self.clock.monotonic())
        if self.defect is not None:
            raise self.defect
        return self.reaches

    def fail(self, name: str, times: int, error: ErrorInfo = BROKEN) -> None:
        for number in range(times):
            attempt = Attempt(f"{name}-{number}", Target(name, "m"), number + 1, self.clock.monotonic())
            self.monitor.begin(attempt)
            self.monitor.record(attempt, Outcome(OutcomeKind.FAILED, 0.1, error=error))

    def lose_network(self) -> None:
        for name in NAMES[:2]:
            self.fail(name, 1, NO_NETWORK)
        assert self.monitor.offline


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


@pytest.fixture
async def reported() -> list[BaseException]:
    """What the loop's exception handler is told during the test."""
    told: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    return told


async def test_a_check_that_raises_is_reported_and_not_run_again_at_once(reported: list[BaseException]) -> None:
    bench = Bench(watches_idle=False)
    bench.defect = ZeroDivisionError("a fault of our own")
    async with running(bench):
        bench.fail("one", 3)
        await bench.clock.advance(50)
        assert bench.checked == ["one"]
        assert reported == [bench.defect]
        bench.defect = None
        await bench.clock.advance(50)
        assert bench.checked == ["one", "one"]
        assert bench.monitor.health("one").state is HealthState.PROBATION


async def test_a_check_that_records_nothing_does_not_make_the_worker_spin() -> None:
    bench = Bench(watches_idle=True)
    bench.records = False
    async with running(bench):
        await bench.clock.advance(9.5)
        assert len(bench.checked) == 10 * len(NAMES)


async def test_a_lost_network_is_looked_for_until_it_is_back() -> None:
    bench = Bench(watches_idle=False)
    async with running(bench):
        await bench.clock.advance(60)
        assert bench.looked_at == []
        bench.lose_network()
        await bench.clock.advance(20)
        waits = [round(later - earlier) for earlier, later in pairwise([60.0, *bench.looked_at])]
        assert waits == [1, 2, 4, 8]
        assert bench.checked == []
        bench.reaches = True
        await bench.clock.advance(16)
        assert not bench.monitor.offline
        count = len(bench.looked_at)
        await bench.clock.advance(100)
        assert len(bench.looked_at) == count


async def test_looking_for_the_network_waits_for_no_check(reported: list[BaseException]) -> None:
    bench = Bench(watches_idle=True)
    bench.gates = {name: asyncio.Event() for name in NAMES}
    async with running(bench):
        assert len(bench.checked) == 2
        bench.lose_network()
        await bench.clock.advance(1)
        assert len(bench.looked_at) == 1
        bench.defect = ZeroDivisionError("a fault of our own")
        await bench.clock.advance(30)
        assert len(bench.looked_at) == 2
        assert reported == [bench.defect]


async def test_a_sleep_is_noticed_soon_though_nothing_is_due() -> None:
    bench = Bench(watches_idle=False)
    woken: list[float] = []
    bench.monitor.on_wake(lambda: woken.append(bench.clock.monotonic()))
    async with running(bench):
        await bench.clock.advance(100)
        assert woken == []
        bench.clock.asleep = 7200
        await bench.clock.advance(5)
        assert len(woken) == 1


async def test_nobody_is_told_anything_while_nothing_changes() -> None:
    bench = Bench(watches_idle=False)
    told: list[str] = []
    bench.monitor.subscribe(lambda health: told.append(health.name))
    async with running(bench):
        await bench.clock.advance(600)
    assert told == []
