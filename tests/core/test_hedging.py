"""A second provider beside one that is late: who speaks first answers, and the other costs nobody's health."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from phoenix_tui.core.configuration import Hedge
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import AttemptFailed, AttemptStarted, Completed, Hedged, TextDelta
from phoenix_tui.core.race import head_start
from phoenix_tui.core.snapshot import HealthState, ModelHealth
from phoenix_tui.core.types import OutcomeKind
from phoenix_tui.sim.faults import BlackHole, Error, Says, SlowFirstToken
from tests.core.conftest import QUESTION, World, WorldMaker

PLAIN = {"OPENROUTER_MODEL": "meta-llama/llama-3.3-70b-instruct", "LMSTUDIO_MODEL": ""}


async def in_doubt(it: World, name: str) -> None:
    """One failure: the provider is suspect, and its next request may be hedged."""
    it[name].set_fault(Error(error=ErrorClass.TIMEOUT))
    await it.events()
    assert it.client.get_provider_health(name).state is HealthState.SUSPECT
    for provider in it.simulator:
        provider.requests.clear()


def test_a_provider_in_doubt_gets_its_usual_time_and_any_other_more() -> None:
    known = ModelHealth("m", samples=20, ttft_median=0.7, ttft_p95=1.5)
    assert head_start(HealthState.SUSPECT, known) == head_start(HealthState.PROBATION, known) == 0.7
    assert head_start(HealthState.HEALTHY, known) == 1.5
    assert head_start(HealthState.HEALTHY, None) is None
    assert head_start(HealthState.SUSPECT, None) == 1.0
    assert head_start(HealthState.HEALTHY, ModelHealth("m", samples=20, ttft_p95=0.01)) == 0.5


async def test_the_second_answers_when_the_first_stays_silent(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", hedge=Hedge.SUSPECT, variables=PLAIN) as it:
        await in_doubt(it, "openrouter")
        it["openrouter"].set_fault(BlackHole())
        before = it.client.get_provider_health("openrouter")
        events = await it.events()
        health = it.client.get_provider_health("openrouter")
        assert (len(it["openrouter"].attempts), len(it["anthropic"].attempts)) == (1, 1)
    hedged = next(event for event in events if isinstance(event, Hedged))
    lost = next(event for event in events if isinstance(event, AttemptFailed))
    started = [event.attempt.target.provider for event in events if isinstance(event, AttemptStarted)]
    assert started == ["openrouter", "anthropic"]
    assert hedged.attempt.target.provider == "anthropic"
    assert (lost.attempt.target.provider, lost.error.error_class, lost.error.code) == (
        "openrouter",
        ErrorClass.CANCELLED,
        "outrun",
    )
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.target.provider == "anthropic"
    assert [record.outcome.kind for record in answer.attempts] == [OutcomeKind.FAILED, OutcomeKind.OK]
    assert (health.failed_requests, health.consecutive_failures) == (
        before.failed_requests,
        before.consecutive_failures,
    )
    assert (health.neutral_requests, health.in_flight) == (1, 0)


async def test_the_first_answers_when_it_speaks_after_all(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", hedge=Hedge.SUSPECT, variables=PLAIN) as it:
        await in_doubt(it, "openrouter")
        it["openrouter"].set_fault(SlowFirstToken(seconds=1.3), Says(text=("late ", "but ", "here")))
        it["anthropic"].set_fault(BlackHole())
        events = await it.events()
        other = it.client.get_provider_health("anthropic")
    assert any(isinstance(event, Hedged) for event in events)
    assert not any(isinstance(event, AttemptFailed) for event in events)
    answer = events[-1].answer  # type: ignore[union-attr]
    assert (answer.text, answer.target.provider) == ("late but here", "openrouter")
    assert (other.failed_requests, other.neutral_requests, other.in_flight) == (0, 1, 0)


async def test_texts_of_the_two_are_never_mixed(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", hedge=Hedge.SUSPECT, variables=PLAIN) as it:
        await in_doubt(it, "openrouter")
        it["openrouter"].set_fault(SlowFirstToken(seconds=1.0), Says(text=("first ",) * 40))
        it["anthropic"].set_fault(Says(text=("second ",) * 40))
        events = await it.events()
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert text in ("first " * 40, "second " * 40)
    assert isinstance(events[-1], Completed)
    assert events[-1].answer.text == text


async def test_both_failing_is_told_of_both_and_a_third_is_asked(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", "openai", hedge=Hedge.SUSPECT, variables=PLAIN) as it:
        await in_doubt(it, "openrouter")
        it["openrouter"].set_fault(SlowFirstToken(seconds=1.2), Error(error=ErrorClass.QUOTA))
        it["anthropic"].set_fault(Error(error=ErrorClass.QUOTA))
        events = await it.events()
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.target.provider == "openai"
    assert {record.target.provider for record in answer.attempts} == {"openrouter", "anthropic", "openai"}


async def test_who_is_well_and_not_late_is_asked_alone(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", hedge=Hedge.SUSPECT, variables=PLAIN) as it:
        for _ in range(9):  # too few to know what is late
            events = await it.events()
        assert it["anthropic"].attempts == []
    assert not any(isinstance(event, Hedged) for event in events)


async def test_it_is_off_unless_wanted(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", patience=0.02, variables=PLAIN) as it:
        await in_doubt(it, "openrouter")
        it["openrouter"].set_fault(BlackHole())
        events = await it.events()
    assert not any(isinstance(event, Hedged) for event in events)


@pytest.mark.parametrize("moment", [AttemptStarted, Hedged, TextDelta])
async def test_leaving_at_any_moment_stops_both(world: WorldMaker, moment: type) -> None:
    async with world("openrouter", "anthropic", hedge=Hedge.SUSPECT, variables=PLAIN) as it:
        await in_doubt(it, "openrouter")
        it["openrouter"].set_fault(BlackHole())
        if moment is Hedged:
            it["anthropic"].set_fault(BlackHole())
        reached = asyncio.Event()

        async def ask() -> None:
            async with it.client.stream(QUESTION) as turn:
                async for event in turn:
                    if isinstance(event, moment):
                        reached.set()
                        if moment is TextDelta:
                            await asyncio.Event().wait()

        task: asyncio.Task[Any] = asyncio.create_task(ask())
        async with asyncio.timeout(20):
            await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for name in ("openrouter", "anthropic"):
            assert it.client.get_provider_health(name).in_flight == 0
