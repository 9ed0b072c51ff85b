"""The demo's story, told to a client that does no more than go from one provider to the next."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from phoenix_tui.sim import Simulator
from phoenix_tui.sim.provider import Pace
from phoenix_tui.sim.story import OUTAGE_SECONDS, RATE_LIMIT_SECONDS, Story, demo_simulator, tell
from tests.helpers.simulation import SPEAKERS, Heard, InstantClock, RawClient, Speaker, hear, raw_request

ORDER = ("openrouter", "openai", "anthropic", "gemini")
BY_NAME = {speaker.provider: speaker for speaker in SPEAKERS.values()}


class Person:
    """Asks one question after the other. `ask` says what each provider did: its name, and how its answer ended."""

    def __init__(self, simulator: Simulator, order: tuple[str, ...] = ORDER) -> None:
        self.simulator = simulator
        self.order = order
        self._turns: list[dict[str, str]] = []
        self.heard: list[Heard] = []

    async def ask(self) -> list[tuple[str, str]]:
        self._turns.append({"role": "user", "content": f"question number {len(self._turns)}"})
        steps: list[tuple[str, str]] = []
        for name in self.order:
            for _ in range(2):
                steps.append((name, await self._attempt(name)))
                if steps[-1][1] != "429 rate":
                    break
            if steps[-1][1] == "whole":
                break
        self._turns.append({"role": "assistant", "content": "so it is"})
        return steps

    async def _attempt(self, name: str) -> str:
        speaker = BY_NAME[name]
        heard = await hear(self.simulator[name], _with(speaker, self._turns).request())
        self.heard.append(heard)
        if heard.status == 429:
            return "429 rate" if "retry-after" in heard.headers else "429 quota"
        if heard.status != 200 or heard.ending != "open":
            return str(heard.status) if heard.ending == "open" else heard.ending
        return "whole" if speaker.finish in heard.text else "error inside"


def _with(speaker: Speaker, turns: list[dict[str, str]]) -> Speaker:
    if speaker.provider == "gemini":
        roles = {"user": "user", "assistant": "model"}
        contents = [{"role": roles[turn["role"]], "parts": [{"text": turn["content"]}]} for turn in turns]
        return replace(speaker, body={"contents": contents})
    return replace(speaker, body={**speaker.body, "input" if speaker.provider == "openai" else "messages": turns})


@asynccontextmanager
async def told(clock: InstantClock) -> AsyncIterator[tuple[Simulator, Story]]:
    async with Simulator(clock=clock) as simulator:
        story = Story(clock)
        tell(simulator, story)
        yield simulator, story


async def test_the_first_time_through(clock: InstantClock) -> None:
    async with told(clock) as (simulator, story):
        person = Person(simulator)
        assert await person.ask() == [("openrouter", "whole")]
        assert await person.ask() == [("openrouter", "rst"), ("openai", "whole")]
        cut = person.heard[1].text
        assert cut.count('"choices"') == 60, "after sixty tokens"
        assert await person.ask() == [("openrouter", "503"), ("openai", "whole")]
        clock.now += OUTAGE_SECONDS
        assert await person.ask() == [("openrouter", "whole")]
        assert await person.ask() == [("openrouter", "whole")]
        assert await person.ask() == [("openrouter", "429 rate"), ("openrouter", "whole")]
        assert person.heard[-2].headers["retry-after"] == f"{RATE_LIMIT_SECONDS:g}"
        assert [await person.ask() for _ in range(2)] == [[("openrouter", "whole")]] * 2
        assert await person.ask() == [("openrouter", "error inside"), ("openai", "429 quota"), ("anthropic", "whole")]
        assert [await person.ask() for _ in range(2)] == [[("openrouter", "whole")]] * 2
        assert story.beat == 11


async def test_it_goes_on_and_never_leaves_the_person_without_an_answer(clock: InstantClock) -> None:
    async with told(clock) as (simulator, story):
        person, beats = Person(simulator), []
        for _ in range(41):
            steps = await person.ask()
            beats.append(story.beat)
            assert steps[-1][1] == "whole"
            clock.now += 10
        assert beats == [1, *[*range(2, 12)] * 4]
        without_credit = {name for name in ORDER for it in simulator[name].attempts if _is_quota(it.faults)}
        assert without_credit == {"openai"}, "nobody else ever runs out"


def _is_quota(faults: tuple[object, ...]) -> bool:
    return any(getattr(fault, "error", None) == "quota" for fault in faults)


@pytest.mark.parametrize("first", ORDER)
async def test_it_strikes_whoever_is_asked_first(clock: InstantClock, first: str) -> None:
    async with told(clock) as (simulator, _):
        person = Person(simulator, (first, *(name for name in ORDER if name != first)))
        await person.ask()
        steps = await person.ask()
        assert steps[0] == (first, "rst")
        assert steps[-1][1] == "whole"


async def test_probes_fail_during_the_outage_and_not_after_it(clock: InstantClock) -> None:
    async with told(clock) as (simulator, story):
        person = Person(simulator)
        probe = raw_request("GET", "/api/v1/key", headers={"authorization": "Bearer x"})
        await person.ask()
        assert (await hear(simulator["openrouter"], probe)).status == 200
        await person.ask()
        assert story.is_down("openrouter")
        assert (await hear(simulator["openrouter"], probe)).status == 503
        assert (await hear(simulator["openai"], raw_request("GET", "/v1/models"))).status == 401
        clock.now += OUTAGE_SECONDS
        heard = await hear(simulator["openrouter"], probe)
        assert json.loads(heard.body)["data"]["limit_remaining"] > 0


async def test_the_demo_is_paced_and_lm_studio_is_not_running(clock: InstantClock) -> None:
    async with demo_simulator(clock=clock) as simulator:
        assert all(provider.pace != Pace() for provider in simulator)
        with pytest.raises(ConnectionRefusedError):
            await RawClient(simulator["lmstudio"]).__aenter__()
        assert await Person(simulator).ask() == [("openrouter", "whole")]
        assert clock.slept
