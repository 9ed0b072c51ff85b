"""The client: one picture for whoever watches, checks that prove little, an order that is the person's own."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Never

import pytest

from phoenix_tui.commands.shapes import answer_shape
from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig, Hedge, OnCut, ProviderConfig
from phoenix_tui.core.errors import AccessError, ErrorClass, ProviderError
from phoenix_tui.core.key_verdict import KeyStanding
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import HealthState, Snapshot
from phoenix_tui.core.types import FallbackMode, Message, Strategy
from phoenix_tui.sim import SimProvider, Simulator
from phoenix_tui.sim.faults import Error, Html, Refuse
from tests.core.conftest import WorldMaker

MESSAGES = (Message("user", "hi"),)


async def test_a_slow_reader_sees_only_the_latest_picture(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        watching = it.client.watch()
        first = await anext(watching)
        for name in ("anthropic", "gemini", "openai", "anthropic"):
            it.client.set_primary(name)
        second = await anext(watching)
        assert (first.primary, second.primary) == ("openai", "anthropic")
        assert second.version - first.version == 4
        waiting = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        assert not waiting.done()  # nothing changed: nothing is told
        await it.client.ask("hi")
        assert (await waiting).health_of("anthropic").total_requests == 1
        await watching.aclose()  # type: ignore[attr-defined]


async def test_every_attempt_is_seen_by_whoever_watches(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        seen: list[Snapshot] = []

        async def watch() -> None:
            async for snapshot in it.client.watch():
                seen.append(snapshot)  # noqa: PERF401 - it ends by being cancelled

        task = asyncio.create_task(watch())
        it["openai"].set_fault(Error(error=ErrorClass.QUOTA))
        await it.client.ask("hi")
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert seen[-1].health_of("openai").state is HealthState.BLOCKED
    assert seen[-1].health_of("anthropic").state is HealthState.HEALTHY
    assert [place.target.provider for place in seen[-1].order if place.eligible] == ["anthropic"]
    assert [snapshot.version for snapshot in seen] == sorted({snapshot.version for snapshot in seen})


async def test_a_check_permits_a_trial_and_never_declares_anybody_healthy(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        health = await it.client.probe("openai")
        assert (health.state, health.total_requests) == (HealthState.UNKNOWN, 0)
        assert health.last_checked is not None
        assert all(not record.is_generation for record in it["openai"].requests)


@pytest.mark.parametrize("name", ["openrouter", "openai", "anthropic", "gemini", "grok"])
async def test_a_check_finds_a_wrong_key_without_generating_anything(world: WorldMaker, name: str) -> None:
    async with world(name) as it:
        it[name].key = "another key"
        health = await it.client.probe(name)
        assert (health.state, health.failed_requests) == (HealthState.BLOCKED, 0)
        it[name].key = None
        it.client.set_key(name, Secret("sk-new-0123456789"))
        assert it.client.get_provider_health(name).is_available
        assert it[name].attempts == []


async def test_a_login_page_is_no_passed_check(world: WorldMaker) -> None:
    async with world("openai") as it:
        it["openai"].set_fault(Html(everywhere=True))
        health = await it.client.probe("openai")
    assert health.last_error is not None
    assert health.last_error.error_class is ErrorClass.PROTOCOL


@pytest.mark.parametrize("name", ["openrouter", "openai", "anthropic", "gemini", "grok", "ollama", "lmstudio"])
async def test_the_live_list_is_read_to_its_end(world: WorldMaker, name: str) -> None:
    async with world(name) as it:
        models = await it.client.list_models(name)
        listed = {model.id for model in it[name].models}
        assert listed == {model.id for model in models}
        if it.client.providers[name].profile.local:
            assert any(model.loaded for model in models)
            assert not all(model.loaded for model in models)


async def test_a_list_that_is_refused_says_why(world: WorldMaker) -> None:
    async with world("anthropic") as it:
        it["anthropic"].key = "another key"
        with pytest.raises(AccessError) as caught:
            await it.client.list_models("anthropic")
        it["anthropic"].set_fault(Refuse())
        with pytest.raises(ProviderError, match=r"nothing answers|broke the connection"):
            await it.client.list_models("anthropic")
    assert caught.value.error_class is ErrorClass.AUTH


def local_config(provider: SimProvider) -> ClientConfig:
    """No key anywhere, and a local server that nobody configured."""
    return ClientConfig((ProviderConfig(provider.name, configured=False, root=provider.root),), probes=False)


@pytest.mark.parametrize("name", ["ollama", "lmstudio"])
async def test_without_a_key_a_local_server_that_answers_is_found_and_used(name: str) -> None:
    async with Simulator((name,)) as simulator, Client(local_config(simulator[name])) as client:
        assert client.get_available_providers() == []
        answer = await client.ask("hi")
        assert answer.target.provider == name
        assert client.snapshot().info_of(name).configured


async def test_the_worker_finds_a_local_server_and_says_so() -> None:
    async with Simulator(("ollama",)) as simulator:
        config = ClientConfig((ProviderConfig("ollama", configured=False, root=simulator["ollama"].root),))
        async with asyncio.timeout(30), Client(config) as client:
            async for snapshot in client.watch():
                if snapshot.info_of("ollama").configured:
                    break
            assert client.providers["ollama"].model == simulator["ollama"].models[0].id


async def test_the_order_is_the_persons_own(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini") as it:
        it.client.move("gemini", -1)
        assert it.client.own_order() == ("openai", "gemini", "anthropic")
        it.client.switch_off("gemini")
        assert it.client.get_available_providers() == ["openai", "anthropic"]
        it.client.set_primary("anthropic")
        assert it.client.primary_provider == "anthropic"
        assert (await it.client.ask("hi")).target.provider == "anthropic"
        it.client.reset_order()
        assert it.client.own_order() == ("anthropic", "openai", "gemini")
        assert "gemini" in it.client.get_available_providers()
        with pytest.raises(KeyError):
            it.client.set_primary("opnai")


async def test_a_provider_can_be_called_alone(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        provider = it.client.providers["openai"]
        answer = await provider.call("gpt-4o", MESSAGES, max_tokens=99, temperature=0.5)
        sent = it["openai"].attempts[0].json
        assert (answer.text, answer.target.model) == ("openai says so", "gpt-4o")
        assert (sent["max_output_tokens"], sent["temperature"], sent["store"]) == (99, 0.5, False)
        it["openai"].script(Error(error=ErrorClass.SERVER))
        with pytest.raises(ProviderError):
            await provider.call("gpt-4o", MESSAGES)
        it["openai"].script(Error(error=ErrorClass.RATE_LIMIT, retry_after=0.05))
        again = await provider.call_with_retry("gpt-4o", MESSAGES)
        assert again.text == "openai says so"
        it["openai"].set_fault(Error(error=ErrorClass.AUTH))
        with pytest.raises(AccessError):
            await provider.call_with_retry("gpt-4o", MESSAGES)
        health = it.client.get_provider_health("openai")
        assert (health.total_requests, health.successful_requests, health.failed_requests) == (5, 2, 3)
        assert not provider.is_available
        assert it["anthropic"].attempts == []


def test_a_key_that_is_given_later_ends_the_problem_of_having_none() -> None:
    client = Client(ClientConfig((ProviderConfig("openai", False, problem="no key", fix="OPENAI_API_KEY=..."),)))
    assert client.snapshot().info_of("openai").problem == "no key"
    client.set_key("openai", Secret("sk-new-0123456789"))
    info = client.snapshot().info_of("openai")
    assert (info.configured, info.problem) == (True, "")


async def test_two_clients_in_one_process_share_nothing(world: WorldMaker) -> None:
    async with world("openai") as one, world("openai") as other:
        await one.client.ask("hi")
        assert one.client.get_provider_health("openai").total_requests == 1
        assert other.client.get_provider_health("openai").total_requests == 0


async def test_a_client_that_was_left_leaves_nothing_running(world: WorldMaker) -> None:
    before = asyncio.all_tasks()
    async with Simulator(("openai",)) as simulator:
        key = Secret(simulator.key("openai"))
        provider = ProviderConfig("openai", True, key, simulator["openai"].root, "/v1")
        async with Client(ClientConfig((provider,), primary="openai", watches_idle=True)) as client:
            await client.ask("hi")
            assert asyncio.all_tasks() - before
        await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == set()


@pytest.mark.parametrize("method", ["load", "spent"])
async def test_a_client_that_could_not_be_entered_leaves_nothing_running(method: str) -> None:
    async def failing(*_: object) -> Never:
        raise ZeroDivisionError

    memory = SimpleNamespace(load=nothing, save=nothing, spent=nothing_spent, spend=nothing_spent)
    setattr(memory, method, failing)
    before = asyncio.all_tasks()
    with pytest.raises(ZeroDivisionError):
        async with Client(ClientConfig(providers=()), memory=memory, spending=memory):
            pass  # pragma: no cover - not entered
    assert asyncio.all_tasks() == before


async def nothing(*_: object) -> tuple[()]:
    return ()


async def nothing_spent(*_: object) -> float:
    return 0.0


@pytest.mark.parametrize(
    ("field", "word", "value"),
    [
        ("fallback", "never", FallbackMode.NEVER),
        ("strategy", "cost", Strategy.COST),
        ("hedge", "suspect", Hedge.SUSPECT),
        ("on_cut", "continue", OnCut.CONTINUE),
    ],
)
def test_a_choice_is_taken_by_its_word_and_no_other_word_counts_as_the_default(
    field: str, word: str, value: object
) -> None:
    assert getattr(ClientConfig(providers=(), **{field: word}), field) is value  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nevr"):
        ClientConfig(providers=(), **{field: "nevr"})  # type: ignore[arg-type]


async def test_a_key_is_in_no_picture_answer_or_error(world: WorldMaker) -> None:
    async with world("openai") as it:
        key = it.simulator.key("openai")
        answer = await it.client.ask("hi")
        it["openai"].set_fault(
            Error(error=ErrorClass.AUTH, body=json.dumps({"error": {"message": f"bad {key}"}}).encode())
        )
        with pytest.raises(ProviderError) as caught:
            await it.client.providers["openai"].call("", MESSAGES)
        shown = [repr(it.client.snapshot()), repr(it.client.config), repr(caught.value), str(caught.value)]
        shown += [json.dumps(answer_shape(answer)), repr(vars(it.client.providers["openai"]))]
    assert all(key not in text for text in shown)


async def test_an_arrangement_is_put_back_as_it_was(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini") as it:
        client = it.client
        client.pin("anthropic")
        client.switch_off("gemini")
        before = client.arrangement
        assert (before.primary, sorted(before.pinned), sorted(before.switched_off)) == (
            "openai",
            ["anthropic"],
            ["gemini"],
        )
        assert before.order is None
        client.set_primary("gemini")
        client.move("anthropic", 2)
        client.unpin("anthropic")
        client.switch_on("gemini")
        client.set_strategy(Strategy.COST)
        client.set_model("openai", "another")
        changed = client.arrangement
        assert changed.order == ("gemini", "openai", "anthropic")
        assert changed.models["openai"] == "another"
        client.arrange(before)
        assert client.arrangement == before
        assert client.own_order() == ("openai", "anthropic", "gemini")
        assert client.get_provider_health("gemini").state is HealthState.DISABLED
        assert [place.target.provider for place in client.snapshot().order if place.pinned] == ["anthropic"]
        client.arrange(changed)
        assert client.arrangement == changed


async def test_a_reset_goes_back_to_the_default_order_and_not_to_the_one_that_was_kept(world: WorldMaker) -> None:
    async with world("openai", "anthropic", "gemini", order=("openai", "gemini", "anthropic")) as it:
        chosen = it.client.arrangement
        assert chosen.order == ("openai", "gemini", "anthropic")
        it.client.reset_order()
        assert it.client.arrangement == replace(chosen, order=None)
        assert it.client.own_order() == ("openai", "anthropic", "gemini")


async def test_what_is_known_of_a_provider_can_be_forgotten(world: WorldMaker) -> None:
    async with world("openai") as it:
        it["openai"].key = "another key"
        await it.client.probe("openai")
        assert it.client.get_provider_health("openai").state is HealthState.BLOCKED
        it.client.clear("openai")
        health = it.client.get_provider_health("openai")
        assert (health.state, health.last_error) == (HealthState.UNKNOWN, None)


@pytest.mark.parametrize("name", ["openrouter", "openai", "anthropic", "gemini", "grok"])
async def test_a_key_is_proved_without_being_used(world: WorldMaker, name: str) -> None:
    async with world(name) as it:
        right = it.client.providers[name].config
        wrong = replace(right, key=Secret("sk-wrong-0123456789"))
        it[name].key = right.key.reveal() if right.key else None
        refused = await it.client.prove_key(wrong)
        assert refused.standing is KeyStanding.REFUSED
        assert refused.error is not None
        assert "sk-wrong" not in refused.error.message
        assert (await it.client.prove_key(right)).standing is KeyStanding.ACCEPTED
        it[name].set_fault(Refuse())
        assert (await it.client.prove_key(right)).standing is KeyStanding.UNPROVED
        health = it.client.get_provider_health(name)
        assert (health.state, health.last_checked) == (HealthState.UNKNOWN, None)
        assert it[name].attempts == []


async def test_a_provider_is_set_up_while_the_client_runs(world: WorldMaker) -> None:
    async with world("openai", "anthropic") as it:
        good = it.client.providers["openai"].config
        it.client.reconfigure(ProviderConfig("openai", configured=False, problem="no key"))
        assert it.client.get_provider_health("openai").state is HealthState.UNCONFIGURED
        it.client.set_model("openai", "gpt-4o")
        it.client.reconfigure(good)
        assert it.client.snapshot().info_of("openai").model == "gpt-4o"
        assert (await it.client.ask("hi")).target.provider == "openai"
