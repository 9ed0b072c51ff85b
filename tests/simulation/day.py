"""One day: made of a seed, lived in virtual time, looked at from beginning to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig, Hedge, OnCut, ProviderConfig
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import FallbackMode, Strategy
from tests.helpers.virtual import VirtualWorld, run_virtual
from tests.simulation.health_watch import HealthWatch
from tests.simulation.ledger import Ledger, canary
from tests.simulation.people import People
from tests.simulation.trace import Trace
from tests.simulation.turn_watch import TurnWatch
from tests.simulation.weather import Weather

Size = Literal["short", "medium", "long"]

_HOUR = 3600.0
_MENDED_WITHIN = 60.0 + 30.0
"""Seconds of traffic after which whoever is well again is used again: the policy's minute, and a slow check or two."""
_UNBLOCKED_WITHIN = 16 * 60.0
"""Seconds after which no block lasts that has no reason any more."""
_TRAFFIC = 9.0
"""Seconds between requests after the bad weather."""


@dataclass(frozen=True)
class Plan:
    """What kind of day it is. Times in seconds; `severity` is the share of time in which each provider has trouble."""

    seed: int
    size: Size
    names: tuple[str, ...]
    seconds: float
    requests: int
    people: int
    severity: float
    spell: float
    config: dict[str, Any]


def plan(seed: int, size: Size | None = None) -> Plan:
    """The day of `seed`: short ones, mostly, unless a size is wanted."""
    dice = Random(seed)
    size = size or dice.choices(("short", "medium", "long"), (970, 28, 2))[0]
    requests, hours = {
        "short": (dice.randint(6, 30), dice.uniform(0.02, 0.4)),
        "medium": (dice.randint(100, 300), dice.uniform(2, 8)),
        "long": (dice.randint(400, 1500), dice.uniform(8, 24)),
    }[size]
    names = list(PROVIDER_NAMES)
    if dice.random() < 0.5:
        dice.shuffle(names)
    if dice.random() < 0.3:
        names = names[: dice.randint(1, 6)]
    return Plan(
        seed=seed,
        size=size,
        names=tuple(names),
        seconds=hours * _HOUR,
        requests=requests,
        people=dice.choice((1, 1, 2, 4)),
        severity=dice.choice((0.02, 0.1, 0.3, 0.7)),
        spell=dice.choice((10.0, 60.0, 600.0)),
        config={
            "fallback": dice.choices(tuple(FallbackMode), (94, 3, 3))[0],
            "strategy": dice.choice(tuple(Strategy)),
            "hedge": dice.choices(tuple(Hedge), (70, 30))[0],
            "on_cut": dice.choices(tuple(OnCut), (70, 30))[0],
            "probes": dice.random() < 0.9,
            "watches_idle": dice.random() < 0.5,
        },
    )


@dataclass(frozen=True)
class Report:
    """How a day went."""

    plan: Plan
    trace: Trace
    questions: int
    answers: int


def live(plan: Plan) -> Report:
    """Lives the day. Raises what the client raised that it should not; broken invariants are in the trace."""
    trace = Trace()
    return run_virtual(lambda: _Day(plan, trace).live())


class _Day:
    def __init__(self, plan: Plan, trace: Trace) -> None:
        self._plan = plan
        self._trace = trace
        self._ledger = Ledger()

    async def live(self) -> Report:
        plan, trace = self._plan, self._trace
        trace.say(f"{plan}")
        async with VirtualWorld(*plan.names, seed=plan.seed) as world, world.client(self._config(world)) as client:
            health = HealthWatch(world, client, trace)
            client._monitor.subscribe(health.changed)  # each change by itself, where watch() shows the latest
            turns = TurnWatch(world, client, health, self._ledger, trace)
            people = People(world, client, turns, trace)
            weather = Weather(world, client, health, turns, self._ledger, trace, plan.severity)
            async with _together(*self._lives(people, weather, health)):
                await asyncio.sleep(plan.seconds)
            weather.clear_up()
            await self._afterwards(client, people, health)
            await asyncio.sleep(1)
            health.inspect()
            turns.final()
        return Report(plan, trace, people.questions, people.answers)

    def _config(self, world: VirtualWorld) -> ClientConfig:
        providers = tuple(
            ProviderConfig(name, configured=True, key=Secret(key) if (key := canary(name)) else None)
            for name in world.names
        )
        return world.config(**self._plan.config, providers=providers)

    def _lives(self, people: People, weather: Weather, health: HealthWatch) -> list[Coroutine[Any, Any, None]]:
        plan = self._plan
        mean = plan.seconds / plan.requests * plan.people
        return [
            *(people.ask_on(self._dice("person", number), mean) for number in range(plan.people)),
            people.fiddle(self._dice("settings"), plan.seconds / 5),
            *(weather.blow(name, self._dice("weather", name), plan.spell) for name in plan.names),
            weather.network(self._dice("network"), max(plan.seconds / 4, 10 * plan.spell)),
            _every(45.0, health.inspect),
        ]

    async def _afterwards(self, client: Client, people: People, health: HealthWatch) -> None:
        """Nothing goes wrong any more: whoever is well is used again soon, and everybody in the end."""
        dice = self._dice("afterwards")
        for name in self._plan.names:
            client.switch_on(name)
        began = self._now()
        while self._now() < began + _MENDED_WITHIN:
            await people.ask(dice, plainly=True)
            await asyncio.sleep(_TRAFFIC)
        self._all_fit(client, health, but=(HealthState.BLOCKED, HealthState.COOLING))
        if not all(placement.eligible for placement in client.snapshot().order):
            await asyncio.sleep(_UNBLOCKED_WITHIN)
        self._all_fit(client, health, but=())
        answers = people.answers
        await people.ask(dice, plainly=True)
        if client.config.probes:  # else nobody finds out that a key is good again
            self._trace.hold(9, people.answers > answers, "all is well, but nobody answers")

    def _all_fit(self, client: Client, health: HealthWatch, *, but: tuple[HealthState, ...]) -> None:
        if not client.config.probes:
            return  # who is in nobody's way stays where it is until somebody asks for it
        for placement in client.snapshot().order:
            its = client.get_provider_health(placement.target.provider)
            if its.state not in but and not health.rests(its.name):
                what = f"{its.name} is well, but {its.state} ({placement.reason})"
                self._trace.hold(10, placement.eligible, what)

    def _dice(self, *what: object) -> Random:
        return Random(":".join(map(str, (self._plan.seed, *what))))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def _together(*lives: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """All of these at once, until the block is left; what one of them raises ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(life) for life in lives]
        yield
        for task in tasks:
            task.cancel()


async def _every(seconds: float, look: Any) -> None:
    while True:
        await asyncio.sleep(seconds)
        look()
