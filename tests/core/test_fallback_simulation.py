"""Traffic over seven providers, seeded: the order must neither flap nor ignore a provider that got worse."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from phoenix_tui.core.decision import Tried, Try
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Strategy
from tests.helpers.health import Bench, failed, ok

NAMES = ("primary", "b", "c", "d", "e", "f", "g")
SEEDS = range(12)


def half_a_second(name: str) -> float:
    return 0.5


def ask(bench: Bench, works: Callable[[str], bool], ttft: Callable[[str], float] = half_a_second) -> list[str]:
    """One whole request, with its retries and fallbacks; who was tried, in order. `ttft` is how soon the answer of a
    provider begins, in seconds."""
    tried: list[Tried] = []
    while isinstance(decision := bench.decide(*tried), Try):
        name = decision.target.provider
        bench.clock.move(decision.wait)
        if decision.retry:
            bench.manager.spent_retry()
        if works(name):
            bench.run(name, ok(ttft=ttft(name)))
            bench.manager.earned()
            return [*(one.target.provider for one in tried), name]
        tried.append(bench.tried(name, failed(ErrorClass.SERVER), waited=decision.wait))
    return [one.target.provider for one in tried]


def changes(choices: list[str]) -> int:
    return sum(one != other for one, other in pairwise(choices))


def noisy(rng: random.Random, usual: dict[str, float]) -> Callable[[str], float]:
    """Times to first token scattered around the usual ones as real ones are, with a very slow answer now and then."""
    return lambda name: usual[name] * rng.lognormvariate(0, 0.4) * (rng.uniform(3, 8) if rng.random() < 0.03 else 1)


@pytest.mark.parametrize("strategy", [Strategy.BALANCED, Strategy.LATENCY])
def test_among_equals_the_persons_primary_stays_first(strategy: Strategy) -> None:
    requests = 1000
    firsts: list[str] = []
    switches = 0
    for seed in SEEDS:
        rng = random.Random(seed)
        bench = Bench(names=NAMES, strategy=strategy)
        rates = {name: rng.uniform(0.95, 0.97) for name in NAMES}
        ttft = noisy(rng, dict.fromkeys(NAMES, 0.8))
        choices = []
        for _ in range(requests):
            bench.clock.move(rng.uniform(1, 30))
            choices.append(ask(bench, lambda name: rng.random() < rates[name], ttft)[0])  # noqa: B023 - used at once
        switches += changes(choices)
        firsts += choices
    assert firsts.count("primary") / len(firsts) >= 0.95
    assert switches / len(firsts) <= 1 / 1000


def test_who_is_clearly_faster_is_asked_first_without_flapping_until_it_is_slow() -> None:
    switches = requests = 0
    left_after = []
    for seed in SEEDS:
        rng = random.Random(seed)
        bench = Bench(names=NAMES[:3], strategy=Strategy.LATENCY)
        usual = {"primary": 1.0, "b": 0.4, "c": 1.0}
        ttft = noisy(rng, usual)

        def first() -> str:
            bench.clock.move(rng.uniform(1, 30))  # noqa: B023 - used at once
            return ask(bench, lambda name: rng.random() < 0.96, ttft)[0]  # noqa: B023 - used at once

        for _ in range(10):
            bench.run("b", ok(ttft=ttft("b")))
        choices = [first() for _ in range(300)]
        assert choices[-200:].count("b") >= 190
        switches += changes(choices)
        requests += len(choices)
        usual["b"] = 4.0
        left_after.append(0)
        while bench.order()[0] == "b" and left_after[-1] < 100:
            first()
            left_after[-1] += 1
    assert switches / requests <= 1 / 100  # one each, when it is seen to be faster
    assert max(left_after) <= 30


@pytest.mark.parametrize("warm", [0, 20, 300])
def test_a_primary_that_drops_to_sixty_per_cent_stands_back_within_thirty_requests(warm: int) -> None:
    demoted_after = []
    for seed in SEEDS:
        rng = random.Random(seed)
        bench = Bench(names=NAMES)
        rate = dict.fromkeys(NAMES, 0.96)
        for _ in range(warm):
            bench.clock.move(10)
            ask(bench, lambda name: rng.random() < rate[name])  # noqa: B023 - used at once
        rate["primary"] = 0.6
        requests = 0
        while bench.order()[0] == "primary" and requests < 200:
            bench.clock.move(10)
            ask(bench, lambda name: rng.random() < rate[name])  # noqa: B023 - used at once
            requests += 1
        demoted_after.append(requests)
    assert sum(demoted_after) / len(demoted_after) <= 30


@pytest.mark.parametrize("probes_pass", [True, None])
def test_an_outage_costs_few_attempts_and_is_over_soon_after_its_end(probes_pass: bool | None) -> None:
    """The primary fails for a minute; a request every four seconds; its checks pass all the time, or nobody checks."""
    for seed in SEEDS:
        rng = random.Random(seed)
        bench = Bench(names=("primary", "b"), probed=probes_pass is not None)
        start = bench.clock.seconds
        at_primary, back_after = 0, None
        for _ in range(30):
            down = bench.clock.seconds - start < 60
            asked = ask(bench, lambda name: name != "primary" or not down)  # noqa: B023 - used at once
            assert asked[-1] == ("b" if down else asked[-1])
            at_primary += asked.count("primary") if down else 0
            if not down and asked[-1] == "primary" and back_after is None:
                back_after = bench.clock.seconds - start - 60
            for _ in range(8):
                bench.clock.move(0.5)
                if probes_pass:
                    for name in bench.monitor.due_probes():
                        bench.monitor.record_probe(name, True)
            bench.clock.move(rng.uniform(0, 0.3))
        assert at_primary <= 8
        assert back_after is not None
        assert back_after <= 30


@pytest.mark.parametrize("strategy", [Strategy.STRICT, Strategy.BALANCED, Strategy.LATENCY])
def test_the_primary_is_first_again_as_soon_as_it_is_healthy(strategy: Strategy) -> None:
    for seed in SEEDS:
        rng = random.Random(seed)
        bench = Bench(names=NAMES, strategy=strategy)
        for _ in range(30):
            bench.clock.move(rng.uniform(1, 30))
            ask(bench, lambda name: rng.random() < 0.96)  # noqa: B023 - used at once
        ends = bench.clock.seconds + rng.uniform(40, 900)
        while bench.clock.seconds < ends:
            bench.clock.move(rng.uniform(1, 20))
            ask(bench, lambda name: name != "primary")
        over = bench.clock.seconds
        assert bench.state("primary") in (HealthState.UNAVAILABLE, HealthState.PROBATION)
        for _ in range(200):
            bench.clock.move(rng.uniform(1, 10))
            asked = ask(bench, lambda name: True)
            if asked[0] == "primary":
                break
        assert asked == ["primary"], "one trial"
        assert bench.clock.seconds - over <= 60 + 10, "the longest wait, and the longest pause between two requests"
        assert bench.state("primary") is HealthState.HEALTHY
        assert bench.order()[0] == "primary"
