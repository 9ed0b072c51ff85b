"""The hastened program waits less and computes the same: its own clock tells of the time that it would have waited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.helpers.fast_program import FastLoop, FastTime

T = TypeVar("T")


def run_fast(work: Coroutine[Any, Any, T], speed: float) -> T:
    with asyncio.Runner(loop_factory=lambda: FastLoop(FastTime(speed))) as runner:
        return runner.run(work)


async def passed(work: Coroutine[Any, Any, object]) -> tuple[float, float]:
    """Seconds of `work`, by the loop's clock and by ours."""
    loop, ours = asyncio.get_running_loop(), time.monotonic()
    began = loop.time()
    await work
    return loop.time() - began, time.monotonic() - ours


def test_a_wait_is_as_long_as_asked_by_its_own_clock_and_shorter_by_ours() -> None:
    own, ours = run_fast(passed(asyncio.sleep(200)), 2000)
    assert ours < 200 <= own
    # Of what the machine lost, none is multiplied.
    assert own <= 200 + ours


def test_timers_keep_their_order() -> None:
    async def in_turn() -> list[int]:
        ended: list[int] = []

        async def one(seconds: int) -> None:
            await asyncio.sleep(seconds)
            ended.append(seconds)

        await asyncio.gather(*(one(seconds) for seconds in (30, 10, 20)))
        return ended

    assert run_fast(in_turn(), 1000) == [10, 20, 30]


def test_computing_takes_its_time() -> None:
    async def busy() -> None:
        sum(range(200_000))

    own, ours = run_fast(passed(busy()), 1000)
    assert own <= ours


def test_a_wait_for_another_is_hastened_too() -> None:
    async def for_a_thread() -> None:
        await asyncio.to_thread(time.sleep, 0.02)

    own, ours = run_fast(passed(for_a_thread()), 1000)
    assert own > ours
