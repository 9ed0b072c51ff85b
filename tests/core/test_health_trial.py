"""The one permit of probation: who has it, for how long, and what the trial decides."""

from __future__ import annotations

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, OutcomeKind
from tests.helpers.health import Bench, failed, ok

DOWN = (failed(), failed(), failed())


@pytest.fixture
def bench() -> Bench:
    """A provider in probation."""
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    return bench


def test_a_lease_that_is_over_gives_the_permit_back_and_changes_nothing_else(bench: Bench) -> None:
    bench.begin("a", lease=20.0)
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 20.0
    heard: list[bool] = []
    bench.monitor.subscribe(lambda health: heard.append(health.on_trial))
    bench.clock.move(19.9)
    assert bench.monitor.health("a").on_trial
    bench.clock.move(0.1)
    bench.monitor.tick()
    health = bench.monitor.health("a")
    assert (health.state, health.on_trial, health.in_flight, heard) == (HealthState.PROBATION, False, 1, [False])
    bench.begin("a")
    assert bench.monitor.health("a").on_trial


def test_without_a_word_the_lease_is_two_minutes(bench: Bench) -> None:
    attempt = bench.attempt("a")
    bench.monitor.begin(attempt)
    bench.clock.move(119.9)
    assert bench.monitor.health("a").on_trial
    bench.clock.move(0.1)
    assert not bench.monitor.health("a").on_trial


def test_a_success_counts_however_late_it_comes(bench: Bench) -> None:
    late = bench.begin("a", lease=20.0)
    bench.clock.move(30)
    second = bench.begin("a", lease=20.0)
    assert bench.end(late, ok()).state is HealthState.HEALTHY
    health = bench.end(second, failed())
    assert (health.state, health.consecutive_failures, health.on_trial) == (HealthState.SUSPECT, 1, False)


def test_a_failure_counts_however_late_it_comes_and_by_what_it_cost(bench: Bench) -> None:
    late = bench.begin("a", lease=20.0)
    bench.clock.move(30)
    bench.begin("a", lease=20.0)
    health = bench.end(late, failed(duration=30.0))
    assert (health.state, health.consecutive_failures) == (HealthState.UNAVAILABLE, 4)
    assert health.retry_at is not None
    assert health.retry_at.timestamp() == pytest.approx(bench.clock.wall() + 60.0, abs=1e-3)


def test_a_request_from_before_the_outage_shuts_it_again_but_was_no_trial() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.clock.move(1)
    bench.run("a", *DOWN)
    bench.clock.move(6)
    health = bench.end(early, failed(duration=7.0))
    assert health.state is HealthState.UNAVAILABLE
    assert health.retry_at is not None
    assert health.retry_at.timestamp() == pytest.approx(bench.clock.wall() + 6.0, abs=1e-3)


@pytest.mark.parametrize(
    "outcome", [failed(ErrorClass.CANCELLED), failed(ErrorClass.BAD_REQUEST), Outcome(OutcomeKind.SKIPPED, 0.0)]
)
def test_what_decides_nothing_gives_the_permit_back(bench: Bench, outcome: Outcome) -> None:
    health = bench.end(bench.begin("a"), outcome)
    assert (health.state, health.on_trial) == (HealthState.PROBATION, False)


def test_there_is_never_more_than_one_permit(bench: Bench) -> None:
    for _ in range(5):
        bench.begin("a")
        assert sum(attempt.lease is not None for attempt in bench.monitor.state("a").open) == 1
