"""What health and decisions cost, and whether a day of traffic leaves anything behind."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator

from bench.measure import Contestant, Limit, Line, Row, in_turn
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target, Usage

TITLE = "Health and decisions"
LOCAL = ("ollama", "lmstudio")
MODELS = {name: f"{name}-model" for name in PROVIDER_NAMES}
TARGETS = {name: Target(name, model) for name, model in MODELS.items()}
DAY = 86_400.0
TIMES = 200
"""Of one thing, for one sample."""


class Time:
    """A clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_800_000_000.0 + self.now


class Traffic:
    """Seven providers and the attempts made at them, most of which end well. Somebody is told of every change, as the
    client is."""

    def __init__(self) -> None:
        self.clock = Time()
        self.rng = random.Random(1)
        self.monitor = HealthMonitor(PROVIDER_NAMES, clock=self.clock, rng=self.rng, local=LOCAL)
        self.monitor.subscribe(lambda health: None)
        self.fallback = FallbackManager(PROVIDER_NAMES, primary="openrouter", rng=self.rng, local=LOCAL)
        self._number = 0

    def begin(self, name: str, model: str) -> Attempt:
        self._number += 1
        attempt = Attempt(f"a{self._number}", Target(name, model), 1, self.clock.now)
        self.monitor.begin(attempt)
        return attempt

    def outcome(self) -> Outcome:
        """One in fifty fails."""
        if self.rng.random() < 0.02:
            kind = self.rng.choice((ErrorClass.SERVER, ErrorClass.NETWORK, ErrorClass.TIMEOUT))
            return Outcome(OutcomeKind.FAILED, 1.0, error=ErrorInfo(kind, f"it failed ({self._number})"))
        first = self.rng.uniform(0.2, 0.9)
        return Outcome(OutcomeKind.OK, first + 2.0, ttft=first, chars=900, usage=Usage(100, 230))

    def live(self, seconds: float, *, every: float = 10.0, new_models: bool = False) -> None:
        """Traffic for so long, an attempt `every` so many seconds; with `new_models` every third at a model never asked
        before."""
        until = self.clock.now + seconds
        while self.clock.now < until:
            self.clock.now += every
            name = self.rng.choice(PROVIDER_NAMES)
            is_new = new_models and self.rng.random() < 0.3
            model = f"model-{self._number}" if is_new else MODELS[name]
            attempt = self.begin(name, model)
            self.decide()
            self.monitor.record(attempt, self.outcome())
            if self._number % 10 == 0:
                self.monitor.record_probe(self.rng.choice(PROVIDER_NAMES), self.rng.random() < 0.9)

    def decide(self) -> None:
        """What a request does next, from health as it is now."""
        health = self.monitor.by_name(MODELS)
        self.fallback.decide(tried=(), health=health, targets=TARGETS, now=self.clock.wall(), tokens=100)


def rows() -> Iterator[Line]:
    """Measure."""
    traffic = Traffic()
    traffic.live(3600)
    samples = in_turn(
        {"record": recording(traffic), "read": repeated(traffic.decide), "changed": deciding(traffic)}, 30
    )
    yield Limit(
        "an attempt recorded, and the health that it leaves", samples["record"], most=20e-6, scale=1e6, unit="us"
    )
    what = "a decision of FallbackManager, with the health of seven"
    yield Limit(f"{what}, nothing new", samples["read"], most=50e-6, scale=1e6, unit="us")
    yield Limit(f"{what}, one of them new", samples["changed"], most=50e-6, scale=1e6, unit="us")
    _, two, three = held_after_each_of_days(3)  # on the first day things are made that are made once
    yield Row(
        "memory after three days of traffic", "after two", [two], [three], most=1.05, scale=2**-10, unit="KiB", digits=0
    )


def recording(traffic: Traffic) -> Contestant:
    """Seconds to record an outcome and read the health that follows; how the attempt began does not count."""

    def run() -> float:
        taken = 0.0
        for _ in range(TIMES):
            attempt, outcome = traffic.begin("openai", MODELS["openai"]), traffic.outcome()
            started = time.perf_counter()
            traffic.monitor.record(attempt, outcome)
            traffic.monitor.health("openai", MODELS["openai"])
            taken += time.perf_counter() - started
        return taken / TIMES

    return run


def repeated(one: Callable[[], object]) -> Contestant:
    """Seconds of `one`."""

    def run() -> float:
        started = time.perf_counter()
        for _ in range(TIMES):
            one()
        return (time.perf_counter() - started) / TIMES

    return run


def deciding(traffic: Traffic) -> Contestant:
    """Seconds of a decision after each recorded attempt."""

    def run() -> float:
        taken = 0.0
        for _ in range(TIMES):
            traffic.monitor.record(traffic.begin("openai", MODELS["openai"]), traffic.outcome())
            started = time.perf_counter()
            traffic.decide()
            taken += time.perf_counter() - started
        return taken / TIMES

    return run


def held_after_each_of_days(days: int) -> list[float]:
    """Bytes that a monitor and a manager hold after one day of traffic, after two, and so on."""
    tracemalloc.start()
    traffic = Traffic()
    held = []
    for _ in range(days):
        traffic.live(DAY, new_models=True)
        gc.collect()
        held.append(float(tracemalloc.get_traced_memory()[0]))
    tracemalloc.stop()
    return held
