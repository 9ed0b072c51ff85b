"""Traffic over seven providers, seeded: the order must neither flap nor ignore a provider that got worse."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from phoenix_tui.core.decision import Tried, Try
from phoenix_tui.core.errors import ErrorClass
from tests.helpers.health import Bench, failed, ok

NAMES = ("primary", "b", "c", "d", "e", "f", "g")
SEEDS = range(12)


def ask(bench: Bench, works: Callable[[str], bool]) -> list[str]:
    """One whole request, with its retries and fallbacks; who was tried, in order."""
    tried: list[Tried] = []
    while isinstance(decision := bench.decide(*tried), Try):
        name = decision.target.provider
        bench.clock.move(decision.wait)
        if works(name):
            bench.run(name, ok())
            return [*(one.target.provider for one in tried), name]
        tried.append(bench.tried(name, failed(ErrorClass.SERVER), waited=decision.wait))
    return [one.target.provider for one in tried]


def changes(choices: list[str]) -> int:
    return sum(one != other for one, other in pairwise(choices))


def test_among_equals_the_persons_primary_stays_first() -> None:
    requests = 1000
    firsts: list[str] = []
    switches = 0
    for seed in SEEDS:
        rng = random.Random(seed)
        bench = Bench(names=NAMES)
        rates = {name: rng.uniform(0.95, 0.97) for name in NAMES}
        choices = []
        for _ in range(requests):
            bench.clock.move(rng.uniform(1, 30))
            choices.append(ask(bench, lambda name: rng.random() < rates[name])[0])  # noqa: B023 - used at once
        switches += changes(choices)
        firsts += choices
    assert firsts.count("primary") / len(firsts) >= 0.95
    assert switches / len(firsts) <= 1 / 1000


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
