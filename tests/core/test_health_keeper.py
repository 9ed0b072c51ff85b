"""Health is kept rarely, only where it changed, and at the end; a memory that fails stops nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random

from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.health_keeper import SECONDS_BETWEEN, HealthKeeper
from phoenix_tui.core.kept_health import KeptHealth, NotKept
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Target
from tests.helpers.health import failed, ok
from tests.helpers.manual_clock import ManualClock, settle

NAMES = ("a", "b", "c")


class Memory:
    """What a store would keep, with each write as it came. `fails` lets the next calls raise."""

    def __init__(self, *kept: KeptHealth) -> None:
        self.kept = {each.provider: each for each in kept}
        self.writes: list[list[str]] = []
        self.fails = False

    async def load(self) -> tuple[KeptHealth, ...]:
        if self.fails:
            raise NotKept("The disk is on fire.")
        return tuple(self.kept.values())

    async def save(self, kept: Sequence[KeptHealth]) -> None:
        self.writes.append([each.provider for each in kept])
        if self.fails:
            raise NotKept("The disk is on fire.")
        self.kept |= {each.provider: each for each in kept}


class Run:
    """One run of the program: a monitor, its keeper, and what the providers did."""

    def __init__(self, memory: Memory, clock: ManualClock, *, place: str = "https://it", key: str = "print") -> None:
        self.monitor = HealthMonitor(NAMES, clock=clock, rng=Random(1))
        self.keeper = HealthKeeper(memory, self.monitor, NAMES, identity=lambda name: (place, key), clock=clock)
        self.monitor.subscribe(lambda health: self.keeper.changed())
        self.attempts = 0

    def fail(self, name: str) -> None:
        self.attempts += 1
        attempt = Attempt(str(self.attempts), Target(name), 1, 0.0)
        self.monitor.begin(attempt)
        self.monitor.record(attempt, failed())

    def answer(self, name: str) -> None:
        self.attempts += 1
        attempt = Attempt(str(self.attempts), Target(name), 1, 0.0)
        self.monitor.begin(attempt)
        self.monitor.record(attempt, ok())


@asynccontextmanager
async def running(run: Run) -> AsyncIterator[Run]:
    await run.keeper.load()
    task = asyncio.create_task(run.keeper.run())
    try:
        yield run
    finally:
        task.cancel()
        await asyncio.wait([task])
        await run.keeper.close()


async def test_there_is_at_most_one_write_in_five_seconds_and_only_after_a_change() -> None:
    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        await clock.advance(60)
        assert memory.writes == []
        it.answer("a")
        await settle()
        assert memory.writes == [["a"]]
        for _ in range(10):
            it.answer("a")
            it.answer("b")
            await clock.advance(0.4)
        assert memory.writes == [["a"]]
        await clock.advance(SECONDS_BETWEEN)
        assert memory.writes == [["a"], ["a", "b"]]
        await clock.advance(60)
        assert len(memory.writes) == 2
        assert memory.kept["b"].state.successes == 10


async def test_the_end_keeps_what_was_not_kept_yet() -> None:
    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        it.answer("a")
        await settle()
        it.answer("c")
        await settle()
        assert memory.writes == [["a"]]
    assert memory.writes == [["a"], ["c"]]


async def test_a_run_in_which_nothing_happened_writes_nothing() -> None:
    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        it.answer("a")
    writes = len(memory.writes)
    async with running(Run(memory, clock)):
        await clock.advance(1)
    assert len(memory.writes) == writes


async def test_an_outage_outlives_the_program() -> None:
    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        for _ in range(3):
            it.fail("a")
        it.answer("b")
    async with running(Run(memory, clock)) as it:
        assert it.monitor.health("a").state is HealthState.UNAVAILABLE
        assert it.monitor.health("a").consecutive_failures == 3
        assert it.monitor.health("b").state is HealthState.HEALTHY
        assert it.monitor.health("c").state is HealthState.UNKNOWN


async def test_what_was_learned_elsewhere_says_nothing_here() -> None:
    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        it.answer("a")
    async with running(Run(memory, clock, place="http://127.0.0.1:1")) as it:
        assert it.monitor.health("a").state is HealthState.UNKNOWN


async def test_a_refused_key_is_remembered_for_that_key_only() -> None:
    from phoenix_tui.core.errors import ErrorClass

    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        attempt = Attempt("x", Target("a"), 1, 0.0)
        it.monitor.begin(attempt)
        it.monitor.record(attempt, failed(ErrorClass.AUTH))
    async with running(Run(memory, clock)) as it:
        assert it.monitor.health("a").state is HealthState.BLOCKED
    async with running(Run(memory, clock, key="another")) as it:
        assert it.monitor.health("a").state is not HealthState.BLOCKED


async def test_a_provider_that_is_none_of_ours_is_passed_over() -> None:
    memory, clock = Memory(), ManualClock()
    async with running(Run(memory, clock)) as it:
        it.answer("a")
    memory.kept["nobody"] = KeptHealth("nobody", "https://it", "print", clock.wall(), memory.kept["a"].state)
    async with running(Run(memory, clock)) as it:
        assert it.monitor.health("a").successful_requests == 1


async def test_a_memory_that_fails_is_told_and_tried_again() -> None:
    memory, clock = Memory(), ManualClock()
    memory.fails = True
    async with running(Run(memory, clock)) as it:
        assert it.keeper.problem == "The disk is on fire."
        it.answer("a")
        await settle()
        assert (memory.writes, memory.kept) == ([["a"]], {})
        memory.fails = False
        it.answer("b")
        await clock.advance(SECONDS_BETWEEN)
        assert memory.writes == [["a"], ["a", "b"]]
        assert it.keeper.problem == ""
