"""Runs one scenario: simulated providers, the real `phoenix-tui ask --jsonl` as a process of its own, and a verdict."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from bench.failover_program import Program, Talk, Words
from bench.failover_scenarios import COLUMNS, SCENARIOS, Column, Scenario, Variant
from bench.failover_verdict import HEALTHY_SECONDS, Heard, Party, Score, Seen, Verdict, judge
from phoenix_tui.sim import Pace, Record, SimProvider, Simulator
from phoenix_tui.sim.catalogue import SimModel
from phoenix_tui.sim.model import Answer, Call

MODEL = "bench-1"
"""Of all providers. A name that says nothing about the model: one known to reason is given a minute to begin."""
_PRICE = (1.0, 0.1, 5.0)
_TOKENS_PER_SECOND = 1 / 0.015
_BEHIND = ("openai", "anthropic", "gemini")
"""The first two of these that are not under test stand behind the one that is."""
_TOKENS = (("token", 60), ("second", 50), ("third", 40))
"""What the three say, and how often, so that nobody's text or usage is taken for another's."""
_STARTS_AT_ONCE = 2
"""Programs; their start is what takes a machine, and its time counts."""


class FasterClock:
    """The servers' time, `speed` times as fast as ours."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._zero, self._wall = time.monotonic(), time.time()

    def monotonic(self) -> float:
        return (time.monotonic() - self._zero) * self._speed

    def wall(self) -> float:
        return self._wall + self.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be run: a scenario, in one of its variants, in one column."""

    scenario: Scenario
    variant: Variant
    column: Column

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.scenario.id, self.column.name, self.variant.name)))


@dataclass(frozen=True, slots=True)
class Run:
    """A case, what was seen, and what it is worth. `stderr` is what the program wrote there."""

    case: Case
    seen: Seen
    verdict: Verdict
    stderr: str


def cases(scenarios: Iterable[Scenario] = SCENARIOS, columns: Iterable[Column] = COLUMNS) -> list[Case]:
    """Everything there is to run of these, the longest first."""
    columns = tuple(columns)
    found = [Case(one, variant, column) for one in scenarios for variant in one.variants for column in columns]
    return sorted(found, key=lambda case: -case.scenario.length)


async def run_all(
    wanted: Iterable[Case], program: Program, *, jobs: int, tell: Callable[[Run], object] = lambda run: None
) -> list[Run]:
    """All the runs, `jobs` at a time; `tell` hears of each as it ends."""
    starts, running = asyncio.Semaphore(_STARTS_AT_ONCE), asyncio.Semaphore(jobs)

    async def one(case: Case) -> Run:
        async with running:
            run = await run_case(case, program, starts)
        tell(run)
        return run

    async with asyncio.TaskGroup() as group:
        under_way = [group.create_task(one(case)) for case in wanted]
    return [task.result() for task in under_way]


def worst(runs: Iterable[Run]) -> Score:
    """The score of a cell, which may have been run in several variants."""
    return max((run.verdict.score for run in runs), key=list(Score).index)


async def run_case(case: Case, program: Program, starts: asyncio.Semaphore) -> Run:
    """Run `case`; `starts` is taken while the program starts."""
    parties = _parties(case.column.provider)
    clock = FasterClock(program.speed)
    with tempfile.TemporaryDirectory(prefix="failover-", ignore_cleanup_errors=True) as folder:
        async with Simulator([party.name for party in parties], clock=clock) as simulator:
            for party in parties:
                _prepare(simulator[party.name], party)
                if case.scenario.refuses_prefill and party is not parties[0]:
                    simulator[party.name].refuses_prefill = True
            variables = {
                **simulator.environment(),
                **{f"{party.name.upper()}_MODEL": party.model for party in parties},
                **case.column.environment,
                "LLM_PROVIDER": parties[0].name,
                "LLM_FALLBACK_ORDER": ",".join(party.name for party in parties),
                "PHOENIX_TUI_CONFIG_DIR": f"{folder}/config",
                "PHOENIX_TUI_STATE_DIR": f"{folder}/state",
            }
            play = _Play(case, parties, simulator, clock, program)
            seen, words = await play.run(Talk(program, variables, folder), starts)
    checks = (*case.scenario.checks, *case.variant.checks)
    return Run(case, seen, judge(seen, checks, error_wanted=case.scenario.error_wanted), words.stderr)


class _Play:
    """One case under way."""

    def __init__(
        self, case: Case, parties: tuple[Party, ...], simulator: Simulator, clock: FasterClock, program: Program
    ) -> None:
        self._case = case
        self._parties = parties
        self._simulator = simulator
        self._primary = simulator[parties[0].name]
        self._clock = clock
        self._program = program
        self._began = 0.0

    async def run(self, talk: Talk, starts: asyncio.Semaphore) -> tuple[Seen, Words]:
        """The scenario's requests, then a healthy one."""
        scenario = self._case.scenario
        lifting: asyncio.Task[None] | None = None
        try:
            async with starts:
                if self._program.is_hastened:
                    await talk.ready()
                self._primary.set_fault(self._case.variant.fault(self._primary.name))
                self._began = self._clock.monotonic()
                if scenario.lasts is not None:
                    lifting = asyncio.create_task(self._lift_after(scenario.lasts))
                asking = asyncio.create_task(self._ask(talk, 0.0, scenario.limit))
                await self._first_sign(asking)
            heard = [await asking]
            while len(heard) < scenario.requests or self._may_be_late(len(heard)):
                await self._clock.sleep(max(0.0, len(heard) * scenario.interval - self._now()))
                heard.append(await self._ask(talk, self._now(), scenario.limit))
            asked = self._asked()
            self._primary.set_fault()
            after = await self._ask(talk, self._now(), 2 * HEALTHY_SECONDS)
            words = await talk.end()
        finally:
            talk.kill()
            if lifting:
                lifting.cancel()
        later = {name: records[len(asked[name]) :] for name, records in self._asked().items()}
        path, slack = self._case.column.path, self._program.slack
        return Seen(self._parties, tuple(heard), after, asked, later, self._began, path, slack, words.mess), words

    def _now(self) -> float:
        return self._clock.monotonic() - self._began

    async def _ask(self, talk: Talk, asked_at: float, limit: float) -> Heard:
        shape = await talk.ask("count to sixty", limit)
        took = _told_seconds(shape) if self._program.is_hastened else self._now() - asked_at
        return Heard(shape, asked_at, took)

    def _may_be_late(self, asked: int) -> bool:
        """Whether the primary has not been seen to recover after `asked` requests, and the machine may be to blame."""
        scenario = self._case.scenario
        over = (asked - scenario.requests) * scenario.interval
        return scenario.lasts is not None and over < self._program.slack and all(one.faults for one in self._attempts())

    async def _lift_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._primary.set_fault()

    async def _first_sign(self, asking: asyncio.Task[Heard]) -> None:
        """Until the program is seen to run."""
        reached = asyncio.create_task(self._primary.until(lambda primary: primary.made > 0))
        await asyncio.wait([reached, asking], return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()

    def _attempts(self) -> list[Record]:
        return self._asked()[self._primary.name]

    def _asked(self) -> dict[str, list[Record]]:
        return {provider.name: [one for one in provider.attempts if one.model] for provider in self._simulator}


def _parties(primary: str) -> tuple[Party, ...]:
    names = (primary, *(name for name in _BEHIND if name != primary))
    return tuple(
        Party(name, _model_of(name), tuple(f"{word}{number} " for number in range(count)))
        for name, (word, count) in zip(names, _TOKENS, strict=False)
    )


def _model_of(provider: str) -> str:
    return f"{MODEL}:latest" if provider == "ollama" else MODEL


def _prepare(provider: SimProvider, party: Party) -> None:
    """One model, in memory where that matters, which says what it should at the benchmark's pace."""

    def author(call: Call, dice: Random) -> Answer:
        del call, dice
        return Answer(text=party.tokens)

    provider.models = (SimModel(party.model, party.model, price=_PRICE, thinks=False, size=10**9),)
    provider.loaded = {party.model}
    provider.author = author
    provider.pace = Pace(_TOKENS_PER_SECOND, jitter=0.0)


def _told_seconds(shape: dict[str, Any] | None) -> float:
    """How long a request took by the program's own clock."""
    if shape is None:
        return 0.0
    if (duration := shape.get("duration_ms")) is not None:
        return float(duration) / 1000
    return sum(float(attempt["duration_ms"]) for attempt in shape["attempts"]) / 1000
