"""Before another provider is sent the conversation, where the person wants to be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered
from phoenix_tui.core.events import Completed, Confirming, TurnEvent
from phoenix_tui.core.journal import Record, Switched
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.turn import Turn
from phoenix_tui.core.types import FallbackMode, Target
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Cut, Error
from tests.core.conftest import QUESTION, World, WorldMaker
from tests.helpers.manual_clock import ManualClock

DOWN = Error(error=ErrorClass.QUOTA)
LONG = 3600.0
"""A countdown, in seconds, that no test outlives."""


async def answering(it: World, *, yes: bool) -> TurnEvent | None:
    """Ask, and give this answer to the countdown; the last event."""
    event: TurnEvent | None = None
    async with it.client.stream(QUESTION) as turn:
        async for event in turn:
            if isinstance(event, Confirming):
                assert it["anthropic"].attempts == []
                turn.confirm() if yes else turn.decline()
    return event


async def test_the_countdown_says_who_is_next_and_why(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=0.01) as it:
        it["openai"].set_fault(DOWN)
        events = await it.events()
    confirming = next(event for event in events if isinstance(event, Confirming))
    assert confirming.target.provider == "anthropic"
    assert confirming.reason == "openai: out of credit or quota"
    assert isinstance(events[-1], Completed)  # nobody said no


async def test_a_word_sends_it_at_once(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        assert it.client.snapshot().fallback is FallbackMode.ASK
        it["openai"].set_fault(DOWN)
        last = await answering(it, yes=True)
    assert isinstance(last, Completed)
    assert last.answer.target.provider == "anthropic"


async def test_a_word_that_comes_while_the_countdown_runs_ends_it(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        asked = asyncio.Event()
        async with it.client.stream(QUESTION) as turn:

            async def person() -> None:
                await asked.wait()
                turn.confirm()

            waiting = asyncio.create_task(person())
            async for event in turn:
                if isinstance(event, Confirming):
                    asked.set()
            await waiting
    assert isinstance(event, Completed)


async def test_no_sends_nothing_to_anybody_else(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        with pytest.raises(NoProviderAnswered) as failure:
            await answering(it, yes=False)
        assert (it["anthropic"].attempts, it["gemini"].attempts) == ([], [])
    assert failure.value.cause is not None
    assert failure.value.cause.error_class is ErrorClass.QUOTA  # what openai said stays the cause


async def test_leaving_during_the_countdown_sends_nothing(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        counting = asyncio.Event()

        async def ask() -> None:
            async with it.client.stream(QUESTION) as turn:
                async for event in turn:
                    if isinstance(event, Confirming):
                        counting.set()

        task = asyncio.create_task(ask())
        await counting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert it["anthropic"].attempts == []
        assert it.client.get_provider_health("anthropic").total_requests == 0


async def test_whoever_holds_the_conversation_already_needs_no_word(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        events = await it.events(replace(QUESTION, known_to=frozenset({"anthropic"})))
    assert not any(isinstance(event, Confirming) for event in events)
    assert isinstance(events[-1], Completed)


async def test_the_same_provider_once_more_needs_no_word(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].script(Error(error=ErrorClass.SERVER))
        events = await it.events()
    assert not any(isinstance(event, Confirming) for event in events)
    assert events[-1].answer.target.provider == "openai"  # type: ignore[union-attr]


async def test_a_stand_in_from_the_first_needs_a_word_too(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=0.01) as it:
        it["openai"].set_fault(DOWN)
        await it.events()  # now it is known to be out of credit, and is not asked at all
        events = await it.events()
    confirming = [event for event in events if isinstance(event, Confirming)]
    assert [event.target for event in confirming] == [Target("anthropic", "claude-haiku-5-5")]
    assert confirming[0].reason == "openai: credit or quota is used up"


async def test_the_time_of_a_person_is_not_the_providers(world: WorldMaker) -> None:
    clock = ManualClock()

    async def decide_late(it: World) -> None:
        async with it.client.stream(QUESTION) as turn:
            async for event in turn:
                if isinstance(event, Confirming):
                    await clock.advance(1000)
                    turn.confirm()

    async with world(
        "openai", "anthropic", "gemini", clock=clock, fallback=FallbackMode.ASK, confirm_seconds=LONG
    ) as it:
        it["openai"].set_fault(DOWN)
        it["anthropic"].set_fault(Cut(after=1))
        await decide_late(it)
        assert len(it["gemini"].attempts) == 1


async def test_whoever_is_fit_again_after_the_countdown_is_asked_rather_than_a_stranger(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].script(Error(error=ErrorClass.AUTH))
        async with it.client.stream(QUESTION) as turn:
            async for event in turn:
                if isinstance(event, Confirming):
                    turn.decline()
                    break
        async with it.client.stream(QUESTION) as turn:
            async for event in turn:
                if isinstance(event, Confirming):
                    it.client.set_key("openai", Secret("sk-another"))
                    turn.confirm()
        assert it["anthropic"].attempts == []
    assert isinstance(event, Completed)
    assert event.answer.target.provider == "openai"


async def change(it: World, what: Callable[[Client], None], *answers: Callable[[Turn], None]) -> list[str]:
    """Have `what` done while the first countdown runs, and answer each with the next of `answers`; who was named."""
    named: list[str] = []
    async with it.client.stream(QUESTION) as turn:
        async for event in turn:
            if isinstance(event, Confirming):
                if not named:
                    what(it.client)
                answers[len(named)](turn)
                named.append(event.target.provider)
    return named


async def test_whoever_is_switched_off_during_the_countdown_is_sent_nothing(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        named = await change(it, lambda client: client.switch_off("anthropic"), Turn.reconsider, Turn.confirm)
        assert named == ["anthropic", "gemini"]
        assert (len(it["anthropic"].attempts), len(it["gemini"].attempts)) == (0, 1)


async def test_a_yes_holds_only_for_whom_it_was_said_of(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        with pytest.raises(NoProviderAnswered):
            await change(it, lambda client: client.switch_off("anthropic"), Turn.confirm)
        assert it["anthropic"].attempts == []


async def test_the_primary_that_is_chosen_during_the_countdown_is_asked_at_once(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        assert await change(it, lambda client: client.set_primary("gemini"), Turn.reconsider) == ["anthropic"]
        assert (len(it["anthropic"].attempts), len(it["gemini"].attempts)) == (0, 1)


async def test_what_changes_nothing_for_it_leaves_the_countdown_alone(world: WorldMaker) -> None:
    def reconsider_and_decline(turn: Turn) -> None:
        turn.reconsider()
        turn.decline()

    async with world("openai", "anthropic", "gemini", fallback=FallbackMode.ASK, confirm_seconds=LONG) as it:
        it["openai"].set_fault(DOWN)
        with pytest.raises(NoProviderAnswered):
            await change(it, lambda client: client.switch_off("gemini"), reconsider_and_decline)
        assert it["anthropic"].attempts == []


async def test_the_log_tells_of_no_switch_that_the_person_has_kept_from_happening() -> None:
    records: list[Record] = []
    async with Simulator(("openai", "anthropic")) as simulator:
        simulator["openai"].set_fault(DOWN)
        settings = simulated_config(simulator.environment() | {"LLM_PROVIDER": "openai"})
        asking = replace(settings, probes=False, fallback=FallbackMode.ASK, confirm_seconds=LONG)
        async with Client(asking, journal=records.append) as client:
            it = World(client, simulator)
            with pytest.raises(NoProviderAnswered):
                await answering(it, yes=False)
            assert not [record for record in records if isinstance(record, Switched)]
            await answering(it, yes=True)
    assert [record.taken.provider for record in records if isinstance(record, Switched)] == ["anthropic"]
