"""One turn over real sockets: what is told, in which order, and that leaving it at any moment leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Loading,
    Notice,
    ReasoningDelta,
    Restarted,
    Skipped,
    TextDelta,
    TurnEvent,
    Waiting,
)
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import ChatRequest, FallbackMode, Message, OutcomeKind, Target
from phoenix_tui.sim.faults import (
    BlackHole,
    CallsTool,
    Cut,
    Error,
    HeartbeatsOnly,
    ReasoningOnly,
    Refuse,
    ResetBeforeHeaders,
    Says,
    SlowFirstToken,
    SlowTokens,
    Stall,
)
from phoenix_tui.sim.record import Ending
from tests.core.conftest import QUESTION, World, WorldMaker
from tests.helpers.manual_clock import ManualClock

QUICK = 0.02
"""Patience at which a first token is waited for 0.2 s, and a stalled stream as long."""


def kinds(events: Sequence[TurnEvent]) -> list[str]:
    """The events by name, runs of deltas as one."""
    names = [type(event).__name__ for event in events]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


async def test_a_plain_turn(world: WorldMaker) -> None:
    async with world("openrouter", "openai") as it:
        events = await it.events()
        health = it.client.get_provider_health("openrouter")
    assert kinds(events) in (
        ["AttemptStarted", "TextDelta", "Completed"],
        ["AttemptStarted", "ReasoningDelta", "TextDelta", "Completed"],
    )
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.text == "openrouter says so"
    assert answer.target == answer.requested == Target("openrouter", "openai/gpt-6-luna")
    assert (health.state, health.total_requests, health.in_flight) == (HealthState.HEALTHY, 1, 0)
    assert answer.ttft is not None
    assert answer.ttft <= answer.duration


async def test_a_failure_before_any_text_hands_over_without_asking_and_is_named(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].set_fault(Error(error=ErrorClass.RATE_LIMIT))
        events = await it.events()
    failed = next(event for event in events if isinstance(event, AttemptFailed))
    assert failed.error.error_class is ErrorClass.RATE_LIMIT
    assert failed.next_target == Target("anthropic", "claude-haiku-5-5")
    assert isinstance(events[-1], Completed)
    assert [record.outcome.kind for record in events[-1].answer.attempts] == [OutcomeKind.FAILED, OutcomeKind.OK]


async def test_a_cut_retracts_what_was_shown_before_the_answer_begins_again(world: WorldMaker) -> None:
    async with world("gemini", "anthropic") as it:
        it["gemini"].set_fault(Says(text=("one ", "two ", "three ")), Cut(after=99))
        events = await it.events()
    at = next(index for index, event in enumerate(events) if isinstance(event, AttemptAborted))
    shown = "".join(event.text for event in events[:at] if isinstance(event, TextDelta))
    assert events[at].chars == len(shown)  # type: ignore[union-attr]
    assert events[at + 1] == Restarted(Target("anthropic", "claude-haiku-5-5"))
    after = "".join(event.text for event in events[at:] if isinstance(event, TextDelta))
    assert after == "anthropic says so"
    assert events[-1].answer.text == after  # type: ignore[union-attr]


async def test_reasoning_alone_is_dropped_and_not_called_a_cut(world: WorldMaker) -> None:
    async with world("gemini", "openai") as it:
        it["gemini"].set_fault(ReasoningOnly(), Cut(after=1))
        events = await it.events()
    assert any(isinstance(event, ReasoningDelta) for event in events)
    assert not any(isinstance(event, AttemptAborted) for event in events)
    assert events[-1].answer.target.provider == "openai"  # type: ignore[union-attr]


async def test_a_begun_tool_call_is_never_asked_again(world: WorldMaker) -> None:
    async with world("openrouter", "openai") as it:
        it["openrouter"].set_fault(CallsTool(after=1), Cut(after=99))
        await it.events()
        assert it.failure is not None
        assert "tool" in str(it.failure)
        assert it["openai"].attempts == []


async def test_a_short_wait_is_told_and_kept(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].script(Error(error=ErrorClass.RATE_LIMIT, retry_after=0.3))
        events = await it.events()
        first, second = it["openai"].attempts
    waiting = next(event for event in events if isinstance(event, Waiting))
    assert waiting.seconds >= 0.3
    assert second.at - first.at >= 0.28
    assert events[-1].answer.target.provider == "openai"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "fault",
    [BlackHole(), HeartbeatsOnly(seconds=0.01), SlowFirstToken(seconds=3600)],
    ids=["black hole", "keep-alives only", "headers, then nothing"],
)
async def test_silence_is_given_up_whatever_bytes_arrive(world: WorldMaker, fault: BlackHole) -> None:
    variables = {"OPENROUTER_MODEL": "meta-llama/llama-3.3-70b-instruct"}
    async with world("openrouter", "lmstudio", patience=QUICK, variables=variables) as it:
        it["openrouter"].set_fault(fault)
        events = await it.events()
        assert len(it["openrouter"].attempts) <= 1  # silence is never asked twice (a busy machine may not even connect)
    failed = next(event for event in events if isinstance(event, AttemptFailed))
    assert failed.error.error_class is ErrorClass.TIMEOUT
    assert events[-1].answer.target.provider == "lmstudio"  # type: ignore[union-attr]


async def test_a_stalled_stream_is_given_up(world: WorldMaker) -> None:
    async with world("anthropic", "openai", patience=QUICK) as it:
        it["anthropic"].set_fault(Says(text=("a ", "b ", "c ")), Stall(after=2))
        events = await it.events()
    aborted = next(event for event in events if isinstance(event, AttemptAborted))
    assert (aborted.error.error_class, aborted.error.code) == (ErrorClass.TIMEOUT, "stalled")


async def test_a_reader_that_takes_its_time_is_not_the_providers_silence(
    world: WorldMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    real, passed = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + passed[0])
    async with world("openai", "anthropic") as it:
        it["openai"].set_fault(Says(text=tuple(f"{number} " for number in range(20))), SlowTokens(seconds=0.01))
        kinds_seen = []
        async with it.client.stream(QUESTION) as turn:
            async for event in turn:
                kinds_seen.append(type(event))
                if isinstance(event, TextDelta):
                    passed[0] += 3600  # an hour goes by before the reader asks for more
    assert kinds_seen[-1] is Completed
    assert AttemptAborted not in kinds_seen


async def stopped_in(it: World, moment: str) -> None:
    """Begin a turn, wait for `moment`, cancel the task that reads it, and see that nothing is left."""
    reached = asyncio.Event()

    async def read() -> None:
        async with it.client.stream(QUESTION) as turn:
            async for event in turn:
                if type(event).__name__ == moment:
                    reached.set()

    task = asyncio.create_task(read())
    async with asyncio.timeout(30):
        await reached.wait()
        if moment == "AttemptStarted":
            await it["openai"].until(lambda provider: bool(provider.attempts))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await it["openai"].until(lambda provider: all(r.ending is not Ending.UNDER_WAY for r in provider.requests))
    health = it.client.get_provider_health("openai")
    assert health.in_flight == 0
    assert health.total_requests == health.successful_requests + health.failed_requests + health.neutral_requests
    assert health.consecutive_failures <= 1  # a stop is no failure; a retry wait follows one


@pytest.mark.parametrize(
    ("moment", "fault"),
    [
        ("AttemptStarted", BlackHole()),
        ("Waiting", Error(error=ErrorClass.RATE_LIMIT, retry_after=2.5)),
        ("TextDelta", Stall(after=2)),
    ],
)
async def test_stopping_in_any_wait_closes_the_connection(world: WorldMaker, moment: str, fault: BlackHole) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].set_fault(Says(text=("a ", "b ", "c ")), fault)
        await stopped_in(it, moment)


async def test_leaving_the_block_early_closes_the_connection(world: WorldMaker) -> None:
    async with world("openai") as it:
        it["openai"].set_fault(Says(text=("a ", "b ", "c ")), Stall(after=2))
        async with asyncio.timeout(30):
            async with it.client.stream(QUESTION) as turn:
                async for event in turn:
                    if isinstance(event, TextDelta):
                        break
            await it["openai"].until(lambda provider: provider.attempts[0].ending is Ending.LEFT)
        health = it.client.get_provider_health("openai")
    assert (health.in_flight, health.neutral_requests, health.failed_requests) == (0, 1, 0)


async def test_nobody_answers_with_the_most_actionable_error(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini") as it:
        it["openai"].set_fault(Refuse())
        it["anthropic"].set_fault(Error(error=ErrorClass.AUTH))
        it["gemini"].set_fault(Error(error=ErrorClass.OVERLOADED))
        await it.events()
        assert it.failure is not None
        assert it.failure.cause is not None
        assert it.failure.cause.error_class is ErrorClass.AUTH
        assert it.failure.cause.provider == "anthropic"
        providers = [record.target.provider for record in it.failure.attempts]
        assert providers == ["openai", "anthropic", "gemini", "gemini"]
        assert it.client.get_provider_health("anthropic").state is HealthState.BLOCKED


async def test_a_blocked_provider_is_passed_over_and_named(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].set_fault(Error(error=ErrorClass.AUTH))
        await it.events()
        events = await it.events()
        assert len(it["openai"].attempts) == 1
    assert [event.target.provider for event in events if isinstance(event, Skipped)] == ["openai"]
    records = events[-1].answer.attempts  # type: ignore[union-attr]
    assert [(r.target.provider, r.outcome.kind) for r in records] == [
        ("openai", OutcomeKind.SKIPPED),
        ("anthropic", OutcomeKind.OK),
    ]


async def test_what_is_the_same_before_every_answer_is_told_once(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].set_fault(Error(error=ErrorClass.QUOTA))
        told = [[type(event) for event in await it.events()].count(Skipped) for _ in range(4)]
        events = await it.events()
    assert told == [0, 1, 0, 0]  # first it was asked, then passed over
    kept = events[-1].answer.attempts  # type: ignore[union-attr]
    assert [record.outcome.kind for record in kept] == [OutcomeKind.SKIPPED, OutcomeKind.OK]  # the record stays


async def test_nothing_is_sent_elsewhere_where_that_is_never_wanted(world: WorldMaker) -> None:
    async with world("openai", "anthropic", fallback=FallbackMode.NEVER) as it:
        it["openai"].set_fault(Error(error=ErrorClass.QUOTA))
        await it.events()
        assert it.failure is not None
        assert it["anthropic"].attempts == []


async def test_a_model_holds_for_its_provider_and_for_nobody_else(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].set_fault(Error(error=ErrorClass.QUOTA))
        await it.events(replace(QUESTION, model="my-own-model"))
        await it.events(replace(QUESTION, provider="anthropic", model="another-model"))
        assert [record.model for record in it["openai"].attempts] == ["my-own-model"]
        assert [record.model for record in it["anthropic"].attempts] == ["claude-haiku-5-5", "another-model"]


async def test_a_default_model_that_is_gone_is_replaced_once_by_one_of_the_list(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].models = tuple(model for model in it["openai"].models if model.id != "gpt-6-luna")
        events = await it.events()
        again = await it.events()
        assert it["anthropic"].attempts == []
        usable = {model.id for model in it["openai"].models}
        assert [record.model in usable for record in it["openai"].attempts] == [False, True, True]
    assert isinstance(events[-1], Completed)
    assert isinstance(again[-1], Completed)


async def test_a_named_model_that_is_unknown_is_never_replaced(world: WorldMaker) -> None:
    async with world("openai") as it:
        await it.events(replace(QUESTION, model="gpt-none"))
        assert it.failure is not None
        assert it.failure.cause is not None
        assert it.failure.cause.error_class is ErrorClass.MODEL_NOT_FOUND
        assert [record.model for record in it["openai"].attempts] == ["gpt-none"]


async def test_a_compatible_server_without_responses_is_asked_in_chat_and_remembered(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        it["openai"].missing = {"/v1/responses"}
        events = await it.events()
        await it.events()
        paths = [record.path for record in it["openai"].attempts]
        assert it["anthropic"].attempts == []
    assert isinstance(events[-1], Completed)
    assert paths == ["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"]


async def test_a_chosen_wire_format_is_obeyed(world: WorldMaker) -> None:
    async with world("openai", variables={"OPENAI_API": "responses"}) as it:
        it["openai"].missing = {"/v1/responses"}
        await it.events()
        assert it.failure is not None
        assert {record.path for record in it["openai"].attempts} == {"/v1/responses"}


async def test_a_refused_temperature_is_left_out_and_told_once(world: WorldMaker) -> None:
    async with world("anthropic", "openrouter", temperature=0.3) as it:
        first, second = await it.events(), await it.events()
        await it.events(replace(QUESTION, provider="openrouter"))
        sent = [record.json.get("temperature") for name in ("anthropic", "openrouter") for record in it[name].attempts]
    assert sum(isinstance(event, Notice) for event in first) == 1
    assert not any(isinstance(event, Notice) for event in second)
    assert sent == [None, None, 0.3]


async def test_a_local_model_comes_from_the_live_list_and_may_take_its_time_to_load(world: WorldMaker) -> None:
    async with world("ollama", patience=QUICK) as it:
        it["ollama"].loaded = set()
        it["ollama"].load_seconds = 0.5  # longer than a hosted first token may take at this patience
        events = await it.events()
        wanted = it["ollama"].models[0].id
    assert any(isinstance(event, Loading) for event in events)
    assert isinstance(events[-1], Completed)
    assert events[-1].answer.target.model == wanted


async def test_a_model_that_has_answered_is_in_memory(world: WorldMaker) -> None:
    async with world("ollama") as it:
        it["ollama"].loaded = set()
        told = [[type(event) for event in await it.events()].count(Loading) for _ in range(2)]
        loaded = it.client.snapshot().info_of("ollama").model_loaded
    assert (told, loaded) == ([1, 0], True)


async def test_a_local_server_without_models_says_what_to_do(world: WorldMaker) -> None:
    async with world("ollama") as it:
        it["ollama"].models = ()
        await it.events()
        assert it["ollama"].attempts == []
        health = it.client.get_provider_health("ollama")
        assert it.failure is not None
        assert it.failure.cause is not None
        assert "ollama pull" in it.failure.cause.info.message
        assert (health.total_requests, health.in_flight) == (1, 0)


async def test_nothing_leaves_the_machine_when_it_must_not() -> None:
    from phoenix_tui.core.client import Client
    from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
    from phoenix_tui.core.errors import NoProviderAnswered
    from phoenix_tui.core.secret import Secret

    providers = (ProviderConfig("openai", True, Secret("sk-000000")), ProviderConfig("ollama", True, model="big-cloud"))
    config = ClientConfig(providers, primary="openai", order=("openai", "ollama"), local_only=True, probes=False)
    async with Client(config) as client:
        with pytest.raises(NoProviderAnswered) as caught:
            await client.ask("a secret")
        assert not any(placement.eligible for placement in client.snapshot().order)
    # Any traffic would have failed the test: only loopback can be reached, and nothing listens there.
    assert all(record.outcome.kind is OutcomeKind.SKIPPED for record in caught.value.attempts)


async def test_a_cloud_model_of_a_local_server_is_not_on_this_machine(world: WorldMaker) -> None:
    async with world("ollama", local_only=True) as it:
        big = replace(it["ollama"].models[0], id="big:120b-cloud")
        it["ollama"].models = (big,)
        await it.events()
        assert it.failure is not None
        assert it["ollama"].attempts == []
        it["ollama"].models = (big, replace(big, id="small:1b"))
        await it.client.list_models("ollama")
        events = await it.events()
        assert [record.model for record in it["ollama"].attempts] == ["small:1b"]
    assert isinstance(events[-1], Completed)


async def test_a_broken_connection_is_asked_again_on_a_fresh_one(world: WorldMaker) -> None:
    async with world("openai") as it:
        await it.events()  # leaves a connection in the pool
        it["openai"].script(ResetBeforeHeaders())
        events = await it.events()
        assert it["openai"].connections >= 0
    assert [type(event) for event in events if isinstance(event, AttemptStarted | Completed)] == [
        AttemptStarted,
        AttemptStarted,
        Completed,
    ]


async def test_whole_answers_leave_their_connection_to_the_next_request(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini", "ollama", "openrouter") as it:
        for name in ("openai", "anthropic", "gemini", "ollama", "openrouter"):
            for _ in range(3):
                await it.events(replace(QUESTION, provider=name))
            assert it[name].connections == 1, name


async def test_several_turns_at_once_keep_apart(world: WorldMaker) -> None:
    async with world("openai") as it:
        answers = await asyncio.gather(
            *(it.client.ask(ChatRequest((Message("user", f"question {number}"),))) for number in range(20))
        )
        health = it.client.get_provider_health("openai")
    assert {answer.text for answer in answers} == {"openai says so"}
    assert (health.total_requests, health.successful_requests, health.in_flight) == (20, 20, 0)


async def test_when_nobody_is_fit_the_first_to_recover_is_waited_for_and_asked(world: WorldMaker) -> None:
    clock = ManualClock()
    async with world("openai", clock=clock) as it:

        async def asked() -> list[TurnEvent]:
            task = asyncio.create_task(it.events())
            while not task.done():
                await clock.advance(0.1)
                await asyncio.wait([task], timeout=0.01)
            return task.result()

        it["openai"].set_fault(Error(error=ErrorClass.SERVER))
        while it.client.get_provider_health("openai").state is not HealthState.UNAVAILABLE:
            await asked()
        retry_at = it.client.get_provider_health("openai").retry_at
        assert retry_at is not None
        await clock.advance(retry_at.timestamp() - clock.wall() - 2.0)
        it["openai"].set_fault(Says(text=("back",)))
        events = await asked()
    assert isinstance(events[0], Waiting)
    assert events[0].seconds <= 2.01
    assert isinstance(events[-1], Completed)
