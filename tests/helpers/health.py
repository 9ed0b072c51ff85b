"""A monitor and a manager over a clock that tests move, and the shortest way to say what a provider did."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from phoenix_tui.core.decision import Decision, Tried, Try
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.fallback import FallbackManager, Strategy
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target, Usage

WALL_AT_START = 1_800_000_000.0


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    seconds: float = 1000.0
    wall_offset: float = WALL_AT_START

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return self.wall_offset + self.seconds

    def move(self, seconds: float) -> None:
        self.seconds += seconds


class Highest:
    """Chance that always draws the upper end."""

    def uniform(self, a: float, b: float) -> float:
        return b


def ok(duration: float = 1.0, *, ttft: float | None = 0.5, tokens: int | None = None) -> Outcome:
    return Outcome(OutcomeKind.OK, duration, ttft=ttft, usage=Usage(output_tokens=tokens))


def error(kind: ErrorClass, **fields: object) -> ErrorInfo:
    return ErrorInfo(kind, f"it said {kind}", **fields)  # type: ignore[arg-type]


def failed(kind: ErrorClass = ErrorClass.SERVER, *, duration: float = 0.2, **fields: object) -> Outcome:
    return Outcome(OutcomeKind.FAILED, duration, error=error(kind, **fields))


def aborted(kind: ErrorClass = ErrorClass.NETWORK, **fields: object) -> Outcome:
    """An attempt that was cut after some text."""
    info = error(kind, **{"phase": Phase.STREAMING, **fields})
    return Outcome(OutcomeKind.ABORTED, 2.0, error=info, ttft=0.4, chars=40)


@dataclass
class Bench:
    """Providers by name, in the person's order, the first of them primary."""

    names: Sequence[str] = ("a", "b", "c")
    local: Sequence[str] = ()
    probed: bool = False
    strategy: Strategy = Strategy.BALANCED
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.monitor = HealthMonitor(self.names, clock=self.clock, rng=Highest(), local=self.local, probed=self.probed)
        self.manager = FallbackManager(
            self.names, primary=self.names[0], rng=Highest(), local=self.local, strategy=self.strategy
        )
        self.targets: dict[str, Target] = {name: Target(name, f"{name}-model") for name in self.names}
        self._ids = (str(number) for number in count(1))

    @property
    def models(self) -> Mapping[str, str]:
        """Which model of each provider would be asked."""
        return {name: target.model for name, target in self.targets.items()}

    def attempt(self, name: str, model: str | None = None) -> Attempt:
        target = self.targets[name] if model is None else Target(name, model)
        return Attempt(next(self._ids), target, 1, self.clock.seconds)

    def begin(self, name: str, model: str | None = None, *, lease: float = 120.0) -> Attempt:
        attempt = self.attempt(name, model)
        self.monitor.begin(attempt, lease=lease)
        return attempt

    def end(self, attempt: Attempt, outcome: Outcome) -> ProviderHealth:
        return self.monitor.record(attempt, outcome)

    def run(self, name: str, *outcomes: Outcome, model: str | None = None) -> ProviderHealth:
        """One attempt after another at `name`."""
        for outcome in outcomes:
            health = self.end(self.begin(name, model), outcome)
        return health

    def tried(self, name: str, outcome: Outcome, *, waited: float = 0.0, tool_call: bool = False) -> Tried:
        """An attempt of the request under test, recorded."""
        attempt = self.attempt(name)
        before = self.monitor.begin(attempt)
        self.monitor.record(attempt, outcome)
        return Tried(attempt.target, before, outcome, waited=waited, tool_call=tool_call)

    def state(self, name: str, model: str | None = None) -> HealthState:
        return self.monitor.health(name, model).state

    def order(self, wanted: str | None = None) -> list[str]:
        """Who would be asked, in order."""
        placements = self.manager.order(self.monitor.by_name(self.models), self.targets, wanted=wanted)
        return [placement.target.provider for placement in placements if placement.eligible]

    def reasons(self) -> Mapping[str, str]:
        placements = self.manager.order(self.monitor.by_name(self.models), self.targets)
        return {placement.target.provider: placement.reason for placement in placements}

    def decide(self, *tried: Tried, wanted: str | None = None, fallback: bool = True) -> Decision:
        return self.manager.decide(
            tried=tried,
            health=self.monitor.by_name(self.models),
            targets=self.targets,
            now=self.clock.wall(),
            wanted=wanted,
            fallback=fallback,
        )

    def next_name(self, *tried: Tried, wanted: str | None = None, fallback: bool = True) -> str | None:
        decision = self.decide(*tried, wanted=wanted, fallback=fallback)
        return decision.target.provider if isinstance(decision, Try) else None


def seeded(seed: int) -> random.Random:
    return random.Random(seed)
