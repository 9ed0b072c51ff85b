"""A day's budget: what counts, from which day, and what may still be asked when it is used up."""

from __future__ import annotations

import asyncio

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.core.snapshot import ReasonKind
from phoenix_tui.core.spending import Spending, provider_cost
from phoenix_tui.core.types import Target, Usage
from phoenix_tui.sim.faults import Error
from tests.core.conftest import WorldMaker
from tests.helpers.health import HandClock

DAY = 86_400.0
TARGET = Target("openai", "gpt-6-luna")


class Memory:
    """Sums of a day, as another program could be adding to them."""

    def __init__(self, **spent: float) -> None:
        self.sums = dict(spent)
        self.fails = False

    async def spent(self, day: str) -> float:
        if self.fails:
            raise NotKept("The disk is full.")
        return self.sums.get(day, 0.0) + self.sums.get("others", 0.0)

    async def spend(self, day: str, dollars: float) -> float:
        if self.fails:
            raise NotKept("The disk is full.")
        self.sums[day] = self.sums.get(day, 0.0) + dollars
        return self.sums[day] + self.sums.get("others", 0.0)


def spending(memory: Memory | None = None, limit: float | None = 1.0, clock: HandClock | None = None) -> Spending:
    return Spending(limit, costs=provider_cost, memory=memory, clock=clock or HandClock())


def test_a_day_is_used_up_when_its_sum_reaches_the_limit() -> None:
    it = spending()
    it.note(TARGET, Usage(cost_usd=0.6))
    assert (it.today, it.is_used_up) == (0.6, False)
    it.note(TARGET, Usage(cost_usd=0.4))
    assert it.is_used_up


def test_without_a_limit_nothing_is_ever_used_up() -> None:
    it = spending(limit=None)
    it.note(TARGET, Usage(cost_usd=1e6))
    assert not it.is_used_up


@pytest.mark.parametrize("cost", [None, 0.0, -3.0])
def test_what_has_no_price_is_not_counted(cost: float | None) -> None:
    it = spending()
    it.note(TARGET, Usage(cost_usd=cost))
    assert it.today == 0.0


def test_a_new_day_begins_with_nothing() -> None:
    clock = HandClock()
    it = spending(clock=clock)
    it.note(TARGET, Usage(cost_usd=2.0))
    clock.seconds += DAY
    assert (it.today, it.is_used_up) == (0.0, False)
    it.note(TARGET, Usage(cost_usd=0.1))
    assert it.today == 0.1


async def test_what_other_programs_spend_counts_too() -> None:
    memory = Memory(others=0.5)
    it = spending(memory)
    await it.load()
    assert it.today == 0.5
    it.note(TARGET, Usage(cost_usd=0.2))
    memory.sums["others"] = 0.9
    await it.keep()
    assert it.today == pytest.approx(1.1)
    assert it.is_used_up


async def test_nothing_is_kept_twice() -> None:
    memory = Memory()
    it = spending(memory)
    it.note(TARGET, Usage(cost_usd=0.2))
    await it.keep()
    await it.keep()
    assert list(memory.sums.values()) == [0.2]


async def test_a_disk_that_fails_stops_nothing() -> None:
    memory = Memory()
    it = spending(memory)
    memory.fails = True
    it.note(TARGET, Usage(cost_usd=0.2))
    await it.keep()
    assert it.today == 0.2


async def test_what_a_disk_did_not_take_is_kept_when_it_does_again() -> None:
    memory = Memory()
    it = spending(memory)
    memory.fails = True
    it.note(TARGET, Usage(cost_usd=0.2))
    await it.keep()
    memory.fails = False
    it.note(TARGET, Usage(cost_usd=0.3))
    await it.keep()
    assert it.today == pytest.approx(0.5)
    assert sum(memory.sums.values()) == pytest.approx(0.5)


async def test_the_end_of_the_program_loses_nothing_and_counts_nothing_twice() -> None:
    """Its last sum is just on its way to the disk when everything is stopped."""
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow(Memory):
        async def spend(self, day: str, dollars: float) -> float:
            entered.set()
            await go.wait()
            return await super().spend(day, dollars)

    memory = Slow()
    it = spending(memory)
    beside = asyncio.create_task(it.run())
    it.note(TARGET, Usage(cost_usd=0.2))
    await entered.wait()
    it.note(TARGET, Usage(cost_usd=0.3))
    beside.cancel()
    last = asyncio.create_task(it.keep())
    await asyncio.wait([beside])
    go.set()
    await last
    assert sum(memory.sums.values()) == pytest.approx(0.5)


async def test_when_it_is_used_up_only_this_machine_is_asked(world: WorldMaker) -> None:
    async with world("openrouter", "openai", "lmstudio", daily_budget=1e-9) as it:
        first = await it.events()
        assert first[-1].answer.target.provider == "openrouter"  # type: ignore[union-attr]
        assert it.client.snapshot().spent_today > 0
        second = await it.events()
        assert second[-1].answer.target.provider == "lmstudio"  # type: ignore[union-attr]
        assert len(it["openrouter"].attempts) == 1
        reasons = {place.target.provider: place.reasons for place in it.client.snapshot().order}
    assert reasons["openai"][0].kind is ReasonKind.OVER_BUDGET
    assert reasons["lmstudio"] == () or reasons["lmstudio"][0].kind is not ReasonKind.OVER_BUDGET


async def test_not_even_in_need_is_more_spent(world: WorldMaker) -> None:
    async with world("openrouter", "openai", "lmstudio", daily_budget=1e-9) as it:
        await it.events()
        it["lmstudio"].set_fault(Error(error=ErrorClass.QUOTA))
        await it.events()
        assert it.failure is not None
        assert (len(it["openrouter"].attempts), len(it["openai"].attempts)) == (1, 0)
