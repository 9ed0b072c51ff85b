"""The watchdog ends a wait at its deadline, and never mistakes a cancellation from outside for its own."""

from __future__ import annotations

import asyncio

import pytest

from phoenix_tui.core.watchdog import DeadlinePassed, Watchdog


async def test_a_wait_that_ends_in_time_gives_its_result() -> None:
    watchdog = Watchdog()
    loop = asyncio.get_running_loop()
    for number in range(3):
        assert await watchdog.wait(asyncio.sleep(0, number), loop.time() + 60) == number
    watchdog.close()


async def test_a_passed_deadline_ends_the_wait_and_cancels_what_was_awaited() -> None:
    watchdog = Watchdog()
    never = asyncio.get_running_loop().create_future()
    with pytest.raises(DeadlinePassed):
        await watchdog.wait(never, asyncio.get_running_loop().time())
    assert never.cancelled()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_an_earlier_deadline_after_a_later_one_holds() -> None:
    watchdog = Watchdog()
    loop = asyncio.get_running_loop()
    await watchdog.wait(asyncio.sleep(0), loop.time() + 3600)
    with pytest.raises(DeadlinePassed):
        await watchdog.wait(loop.create_future(), loop.time())
    watchdog.close()


async def test_a_moved_deadline_is_looked_at_again_when_the_old_one_comes() -> None:
    watchdog = Watchdog()
    loop = asyncio.get_running_loop()
    await watchdog.wait(asyncio.sleep(0), loop.time() + 0.001)  # leaves a timer behind that comes too early
    arrived: asyncio.Future[str] = loop.create_future()
    loop.call_later(0.02, arrived.set_result, "in time")
    assert await watchdog.wait(arrived, loop.time() + 60) == "in time"
    watchdog.close()


async def test_a_cancellation_from_outside_stays_a_cancellation() -> None:
    waiting = asyncio.Event()

    async def wait_for_ever() -> None:
        watchdog = Watchdog()
        waiting.set()
        await watchdog.wait(asyncio.get_running_loop().create_future(), asyncio.get_running_loop().time() + 3600)

    task = asyncio.create_task(wait_for_ever())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_cancellation_that_meets_the_deadline_wins() -> None:
    entered = asyncio.Event()

    async def wait_until_now() -> None:
        watchdog = Watchdog()
        entered.set()
        loop = asyncio.get_running_loop()
        await watchdog.wait(loop.create_future(), loop.time())

    task = asyncio.create_task(wait_until_now())
    await entered.wait()
    asyncio.get_running_loop().call_soon(task.cancel)
    with pytest.raises((asyncio.CancelledError, DeadlinePassed)):
        await task
    assert task.done()
