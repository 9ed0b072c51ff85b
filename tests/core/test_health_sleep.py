"""A machine that slept, and a time of day that was put right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Target
from tests.helpers.health import Bench, HandClock, error, failed, ok, seeded

DOWN = (failed(), failed(), failed())


def sleep(bench: Bench, seconds: float = 7200.0) -> None:
    """The time of day goes on, our timers stand still; somebody then looks."""
    bench.clock.wall_offset += seconds
    bench.monitor.all()


@pytest.fixture
def bench() -> Bench:
    return Bench(names=("a", "b", "near"), local=("near",), probed=True)


def test_whoever_keeps_connections_hears_once_of_each_sleep_however_it_is_noticed(bench: Bench) -> None:
    heard: list[str] = []
    leave = bench.monitor.on_wake(lambda: heard.append("woke"))
    for notice in (
        lambda: bench.monitor.health("a"),
        bench.monitor.by_name,
        bench.monitor.tick,
        lambda: bench.run("a", ok()),
        lambda: bench.monitor.record_probe("b", True),
        lambda: bench.monitor.record_reachability(True),
    ):
        bench.clock.wall_offset += 21
        notice()
        bench.monitor.all()
    assert len(heard) == 6
    leave()
    leave()
    sleep(bench)
    assert len(heard) == 6


@pytest.mark.parametrize("by", [-86_400.0, -21.0, 19.9])
def test_a_time_of_day_that_is_put_right_is_no_sleep(bench: Bench, by: float) -> None:
    heard: list[str] = []
    bench.monitor.on_wake(lambda: heard.append("woke"))
    bench.run("a", *DOWN)
    bench.run("b", failed(ErrorClass.RATE_LIMIT, retry_after=90.0))
    at = bench.monitor.next_probe_at("a")
    bench.clock.move(1)
    bench.clock.wall_offset += by
    assert bench.monitor.health("a").retry_at == datetime.fromtimestamp(bench.clock.wall() + 5.0, UTC)
    assert bench.monitor.health("b").retry_at == datetime.fromtimestamp(bench.clock.wall() + 89.0, UTC)
    assert bench.monitor.next_probe_at("a") == at
    assert heard == []


@pytest.mark.parametrize(
    ("kind", "failures"),
    [
        (ErrorClass.NETWORK, 0),
        (ErrorClass.TIMEOUT, 0),
        (ErrorClass.OFFLINE, 0),
        (ErrorClass.SERVER, 1),
        (ErrorClass.PROTOCOL, 1),
        (ErrorClass.RATE_LIMIT, 1),
        (ErrorClass.AUTH, 1),
    ],
)
def test_for_five_seconds_after_a_sleep_broken_connections_are_nobodys_fault(
    bench: Bench, kind: ErrorClass, failures: int
) -> None:
    under_way = bench.begin("a")
    sleep(bench)
    bench.clock.move(4.9)
    health = bench.end(under_way, failed(kind))
    assert (health.failed_requests, health.neutral_requests) == (failures, 1 - failures)
    assert bench.run("near", failed(kind)).failed_requests == 1
    bench.clock.move(5.1)
    assert bench.run("b", failed(kind)).failed_requests == 1


def test_a_failed_check_just_after_a_sleep_says_nothing(bench: Bench) -> None:
    bench.run("a", ok())
    sleep(bench)
    health = bench.monitor.record_probe("a", False, error=error(ErrorClass.NETWORK))
    assert health.last_error is None
    assert bench.monitor.record_probe("a", False, error=error(ErrorClass.AUTH)).state is HealthState.BLOCKED


def test_after_a_sleep_everybody_who_may_be_asked_is_checked_at_once() -> None:
    waits = []
    for seed in range(20):
        clock = HandClock()
        monitor = HealthMonitor(("a", "b", "off", "none"), clock=clock, rng=seeded(seed), probed=True)
        for number, name in enumerate(("a", "b")):
            attempt = Attempt(str(number), Target(name), 1, clock.seconds)
            monitor.begin(attempt)
            monitor.record(attempt, ok())
        monitor.set_enabled("off", False)
        monitor.set_configured("none", False)
        clock.wall_offset += 3600
        monitor.tick()
        assert (monitor.next_probe_at("off"), monitor.next_probe_at("none")) == (None, None)
        for name in ("a", "b"):
            at = monitor.next_probe_at(name)
            assert at is not None
            waits.append(at - clock.seconds)
    assert 0.0 <= min(waits) < 0.1
    assert 0.9 < max(waits) <= 1.0


def test_waits_whose_time_has_passed_meanwhile_are_over_and_others_end_when_they_should(bench: Bench) -> None:
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=100.0), model="soon")
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=9000.0), model="late")
    bench.run("b", failed(ErrorClass.QUOTA))
    ends = bench.monitor.health("a", "late").retry_at
    sleep(bench)
    assert bench.state("a", "soon") is HealthState.SUSPECT
    assert bench.state("b") is HealthState.UNKNOWN
    assert bench.monitor.health("a", "late").retry_at == ends
    bench.clock.move(1800)
    assert bench.state("a", "late") is HealthState.SUSPECT


def test_an_outage_is_tried_again_and_is_not_thought_to_be_older_for_the_sleep(bench: Bench) -> None:
    bench.run("a", *DOWN)
    sleep(bench)
    assert bench.state("a") is HealthState.PROBATION
    health = bench.run("a", failed())
    assert health.retry_at is not None
    assert health.retry_at.timestamp() == pytest.approx(bench.clock.wall() + 6.0, abs=1e-3)


def test_a_trial_that_slept_has_lost_its_permit(bench: Bench) -> None:
    bench.run("a", *DOWN)
    bench.monitor.record_probe("a", True)
    trial = bench.begin("a")
    sleep(bench)
    assert not bench.monitor.health("a").on_trial
    health = bench.end(trial, failed(ErrorClass.TIMEOUT))
    assert (health.state, health.consecutive_failures) == (HealthState.PROBATION, 3)


def test_after_a_sleep_a_lost_network_is_looked_for_at_once(bench: Bench) -> None:
    bench.run("a", failed(ErrorClass.OFFLINE))
    bench.run("b", failed(ErrorClass.OFFLINE))
    for _ in range(6):
        bench.monitor.record_reachability(False)
    sleep(bench)
    assert bench.monitor.offline
    assert bench.monitor.next_reachability_check_at() == bench.clock.seconds


def test_what_was_seen_before_a_sleep_is_no_evidence_after_it(bench: Bench) -> None:
    bench.run("a", failed(ErrorClass.OFFLINE))
    sleep(bench)
    bench.run("b", failed(ErrorClass.OFFLINE))
    assert bench.state("a") is HealthState.SUSPECT
    bench.run("a", failed(ErrorClass.OFFLINE))
    assert bench.monitor.offline
    assert bench.monitor.health("a").failed_requests == 1


def test_an_attempt_is_recorded_although_whoever_hears_of_the_sleep_raises(bench: Bench) -> None:
    def raises() -> None:
        raise RuntimeError("a bug in a reader")

    attempt = bench.begin("a")
    bench.monitor.on_wake(raises)
    bench.clock.wall_offset += 60
    with pytest.raises(RuntimeError, match="a bug"):
        bench.end(attempt, ok())
    assert bench.monitor.health("a").successful_requests == 1
