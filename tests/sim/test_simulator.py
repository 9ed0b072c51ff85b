"""The simulator as a whole: it opens, closes, repeats itself, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import random
import socket

import pytest

from phoenix_tui.core.profiles import PROVIDER_NAMES as REAL_NAMES
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.sim import PROVIDER_NAMES, Simulator
from phoenix_tui.sim import faults as f
from phoenix_tui.sim.model import Answer, Call
from phoenix_tui.sim.provider import Pace
from phoenix_tui.sim.serve import serve
from tests.helpers.manual_clock import settle
from tests.helpers.simulation import SPEAKERS, InstantClock, RawClient, hear, raw_request


def test_the_seven_are_the_same_seven() -> None:
    assert PROVIDER_NAMES == REAL_NAMES


async def test_the_variables_are_those_of_the_profiles(sim: Simulator) -> None:
    variables = sim.environment()
    for name in PROVIDER_NAMES:
        profile = profile_of(name)
        assert variables[profile.url_variables[0]].startswith(sim[name].root)
        if not profile.local:
            assert variables[profile.key_variables[0]] == sim.key(name)
    assert len(variables) == 12


async def test_every_default_model_is_in_its_list(sim: Simulator) -> None:
    for name in PROVIDER_NAMES:
        default = profile_of(name).default_model
        assert not default or sim[name].find_model(default)


async def _record(seed: int) -> list[bytes]:
    """Everything that a fresh simulator of this seed says to the same questions."""
    said: list[bytes] = []
    async with Simulator(seed=seed, clock=InstantClock(), paced=True) as simulator:
        for speaker in SPEAKERS.values():
            provider = simulator[speaker.provider]
            said += [(await hear(provider, speaker.request(stream=stream))).raw for stream in (True, True, False)]
    return said


async def test_the_same_seed_says_the_same_to_the_last_byte() -> None:
    first, again, other = await _record(1), await _record(1), await _record(2)
    assert first == again
    assert not set(first) & set(other)
    assert len(set(first)) == len(first), "ids differ from answer to answer"


async def test_pace_is_kept_within_its_range() -> None:
    clock, speaker = InstantClock(), SPEAKERS["anthropic_messages"]
    async with Simulator(clock=clock, paced=True) as simulator:
        await hear(simulator["anthropic"], speaker.request())
    first, *rest = clock.slept
    assert 0.4 <= first <= 0.9
    rate = len(rest) / sum(rest)
    assert 60 <= rate <= 80
    assert len(set(rest)) > len(rest) / 2, "no two waits need be the same"


class _LateClock(InstantClock):
    """Sleeps a millisecond too long, as a loop does that counts in milliseconds."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        self.now += 0.001


async def test_a_wait_makes_up_for_what_the_one_before_was_late() -> None:
    clock, speaker = _LateClock(), SPEAKERS["anthropic_messages"]
    async with Simulator(clock=clock) as simulator:
        provider = simulator["anthropic"]
        provider.pace = Pace(tokens_per_second=1_000.0, jitter=0.0)
        provider.set_fault(f.Says(text=("word ",) * 200))
        began = clock.now
        await hear(provider, speaker.request())
    assert clock.now - began == pytest.approx(0.2, abs=0.005)


async def test_nothing_is_left_behind_whatever_clients_were_doing() -> None:
    before = asyncio.all_tasks()
    stalled, silent, idle = SPEAKERS["openai_responses"], SPEAKERS["anthropic_messages"], SPEAKERS["ollama_chat"]
    async with Simulator() as simulator:
        simulator["openai"].set_fault(f.Stall(after=2))
        simulator["anthropic"].set_fault(f.BlackHole())
        simulator["grok"].set_fault(f.Refuse())
        clients = [RawClient(simulator[name]) for name in ("openai", "anthropic", "ollama", "gemini")]
        for client in clients:
            await client.__aenter__()
        await clients[0].send(stalled.request())
        await clients[0].read_until(b"output_text.delta")
        await clients[1].send(silent.request())
        await simulator["anthropic"].until(lambda provider: len(provider.attempts) == 1)
        await clients[2].hear(idle.request())
        await clients[3].send(b"POST /half HTTP/1.1\r\n")
        ports = [provider.port for provider in simulator]
    assert asyncio.all_tasks() == before
    assert all(provider.connections == 0 for provider in simulator)
    for client in clients:
        await client.__aexit__(None, None, None)
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    gc.collect()  # an unclosed socket would warn now, and warnings are errors


async def test_who_connects_at_the_last_moment_is_reset() -> None:
    before = asyncio.all_tasks()
    async with Simulator(["openai"]) as simulator:
        await asyncio.sleep(0)
        late = socket.create_connection(("127.0.0.1", simulator["openai"].port))  # the loop has not seen it yet
    await settle()
    assert asyncio.all_tasks() == before
    late.close()
    gc.collect()


async def test_a_defect_of_the_simulation_is_not_swallowed() -> None:
    def broken(call: Call, dice: random.Random) -> Answer:
        raise ZeroDivisionError

    simulator = await Simulator(["openai"]).__aenter__()
    simulator["openai"].author = broken
    assert (await hear(simulator["openai"], SPEAKERS["openai_responses"].request())).ending == "fin"
    with pytest.raises(BaseExceptionGroup) as caught:
        await simulator.__aexit__(None, None, None)
    assert caught.group_contains(ZeroDivisionError)


async def test_a_taken_port_is_an_error_and_leaves_nothing_behind() -> None:
    async with Simulator(["openai"]) as simulator:
        port = simulator["openai"].port
        with pytest.raises(OSError, match=r"\S"):
            await Simulator(["openai"], port=port).__aenter__()
        assert (await hear(simulator["openai"], raw_request("GET", "/"))).status == 404
    async with Simulator(["openai"], port=port) as again:
        assert again["openai"].port == port
    gc.collect()


async def test_serving_prints_the_variables_and_runs_until_cancelled() -> None:
    lines: list[str] = []
    printed = asyncio.Event()

    def write(line: str) -> None:
        lines.append(line)
        if line.startswith(("export LMSTUDIO", "set LMSTUDIO")):
            printed.set()

    task = asyncio.create_task(serve(write, story=True))
    await printed.wait()
    variables = dict(line.split(" ", 1)[1].strip().split("=", 1) for line in lines)
    assert variables["OPENAI_API_KEY"].startswith("sk-sim-")
    port = int(variables["OLLAMA_BASE_URL"].rsplit(":", 1)[1])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
