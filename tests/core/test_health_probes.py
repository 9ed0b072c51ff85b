"""Free checks: what they may change, and when the next one is wanted."""

from __future__ import annotations

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Target
from tests.helpers.health import Bench, HandClock, error, failed, ok, seeded

DOWN = (failed(), failed(), failed())


def due_in(bench: Bench, name: str = "a") -> float | None:
    at = bench.monitor.next_probe_at(name)
    return None if at is None else at - bench.clock.seconds


def test_a_passed_check_permits_a_trial_and_makes_nobody_healthy() -> None:
    bench = Bench(probed=True)
    assert bench.monitor.record_probe("a", True).state is HealthState.UNKNOWN
    bench.run("a", failed())
    assert bench.monitor.record_probe("a", True).state is HealthState.SUSPECT
    bench.run("a", failed(), failed())
    before = bench.monitor.health("a")
    after = bench.monitor.record_probe("a", True)
    assert (before.state, after.state) == (HealthState.UNAVAILABLE, HealthState.PROBATION)
    assert after.is_available
    assert after.retry_at is None
    assert bench.run("a", failed()).state is HealthState.UNAVAILABLE


def test_a_check_touches_no_count_and_no_average() -> None:
    bench = Bench(probed=True)
    before = bench.run("a", ok(), failed())
    bench.clock.move(1)
    for passed in (True, False):
        after = bench.monitor.record_probe("a", passed, error=None if passed else error(ErrorClass.NETWORK))
        for field in (
            "total_requests",
            "successful_requests",
            "failed_requests",
            "consecutive_failures",
            "average_response_time",
            "ttft_average",
            "recent",
            "band",
            "last_success",
            "last_failure",
            "state",
        ):
            assert getattr(after, field) == getattr(before, field), field
        assert before.last_checked is not None
        assert after.last_checked is not None
        assert after.last_checked > before.last_checked


def test_where_checks_run_the_time_alone_permits_nothing_until_a_check_is_long_overdue() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN)
    bench.clock.move(15.9)
    assert bench.state("a") is HealthState.UNAVAILABLE
    bench.clock.move(0.1)
    assert bench.state("a") is HealthState.PROBATION


def test_a_failed_check_keeps_it_away_but_not_beyond_three_minutes_after_the_last_request() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN)
    last_request = bench.clock.seconds
    trial_at = None
    for _ in range(100):
        wait = due_in(bench)
        assert wait is not None
        assert wait <= 60.0
        bench.clock.move(wait)
        if bench.monitor.record_probe("a", False, error=error(ErrorClass.SERVER)).is_available:
            trial_at = bench.clock.seconds
            break
    assert trial_at == last_request + 180.0
    assert bench.run("a", ok()).state is HealthState.HEALTHY


def test_a_failed_check_never_shortens_a_wait() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN[:2], failed(ErrorClass.RATE_LIMIT, retry_after=500.0, provider_wide=True))
    retry_at = bench.monitor.health("a").retry_at
    bench.clock.move(200)
    assert bench.monitor.record_probe("a", False, error=error(ErrorClass.SERVER)).retry_at == retry_at
    assert bench.state("a") is HealthState.UNAVAILABLE


def test_a_check_ends_the_outage_but_not_a_pause_that_was_asked_for() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN[:2], failed(ErrorClass.RATE_LIMIT, retry_after=50.0))
    health = bench.monitor.record_probe("a", True)
    assert health.state is HealthState.COOLING
    assert health.retry_at is not None
    assert bench.order() == ["b", "c"]
    bench.clock.move(50)
    assert bench.state("a") is HealthState.PROBATION


def test_only_a_check_that_proves_the_key_lifts_the_block_of_a_refused_one() -> None:
    bench = Bench(probed=True)
    bench.run("a", failed(ErrorClass.AUTH))
    bench.run("b", failed(ErrorClass.QUOTA))
    assert bench.monitor.record_probe("a", True, proves_key=False).state is HealthState.BLOCKED
    assert bench.monitor.record_probe("a", True).state is HealthState.UNKNOWN
    assert bench.monitor.record_probe("b", True).state is HealthState.BLOCKED


def test_a_check_that_finds_the_key_refused_blocks_before_any_request_is_wasted() -> None:
    bench = Bench(probed=True)
    health = bench.monitor.record_probe("a", False, error=error(ErrorClass.AUTH))
    assert (health.state, health.failed_requests) == (HealthState.BLOCKED, 0)
    assert bench.order() == ["b", "c"]


def test_a_provider_in_use_is_not_checked_and_an_idle_one_every_few_minutes() -> None:
    bench = Bench(probed=True)
    assert bench.monitor.due_probes() == ("a", "b", "c")
    bench.run("a", ok())
    assert bench.monitor.due_probes() == ("b", "c")
    assert due_in(bench) == 360.0
    bench.clock.move(299)
    bench.run("a", ok())
    bench.clock.move(299)
    assert bench.monitor.due_probes(bench.clock.seconds) == ("b", "c")
    bench.clock.move(61)
    assert set(bench.monitor.due_probes()) == {"a", "b", "c"}
    bench.monitor.record_probe("a", True)
    assert due_in(bench) == 360.0


def test_a_suspect_is_checked_once_after_two_seconds() -> None:
    bench = Bench(probed=True)
    bench.run("a", ok(), failed())
    assert due_in(bench) == 2.0
    bench.clock.move(2)
    bench.monitor.record_probe("a", True)
    assert due_in(bench) == 358.0 + 2.0


def test_an_unavailable_one_is_checked_at_its_retry_time_and_not_before() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN)
    assert due_in(bench) == 6.0


@pytest.mark.parametrize("kind", [ErrorClass.AUTH, ErrorClass.QUOTA])
def test_a_blocked_one_is_checked_every_ten_minutes(kind: ErrorClass) -> None:
    bench = Bench(probed=True)
    bench.run("a", failed(kind))
    assert due_in(bench) == 600.0


def test_who_cannot_be_asked_is_not_checked_but_a_local_server_is_looked_for() -> None:
    bench = Bench(probed=True, local=("c",))
    bench.monitor.set_enabled("a", False)
    bench.monitor.set_configured("b", False)
    bench.monitor.set_configured("c", False)
    assert (due_in(bench, "a"), due_in(bench, "b"), due_in(bench, "c")) == (None, None, 5.0)
    bench.monitor.record_probe("c", False, error=error(ErrorClass.NETWORK))
    assert due_in(bench, "c") == 5.0
    bench.monitor.record_probe("c", False, error=error(ErrorClass.NETWORK))
    assert due_in(bench, "c") == 15.0
    bench.monitor.record_probe("c", True)
    assert due_in(bench, "c") == 5.0
    bench.monitor.set_enabled("c", False)
    assert due_in(bench, "c") is None


def test_a_local_server_in_an_outage_is_looked_for_often() -> None:
    bench = Bench(probed=True, local=("a",))
    bench.run("a", *(failed(ErrorClass.NETWORK),) * 3)
    assert due_in(bench) == 5.0
    bench.clock.move(5)
    assert bench.monitor.record_probe("a", True).state is HealthState.PROBATION


def test_a_local_server_that_refuses_is_checked_when_its_time_comes() -> None:
    bench = Bench(probed=True, local=("a",))
    bench.run("a", *(failed(ErrorClass.OVERLOADED),) * 3)
    assert due_in(bench) == 6.0


def test_a_suspect_that_asked_for_a_pause_is_left_in_peace_for_it() -> None:
    bench = Bench(probed=True)
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=30.0))
    assert due_in(bench) == 30.0
    bench.run("b", failed(ErrorClass.RATE_LIMIT, retry_after=1.0))
    assert due_in(bench, "b") == 2.0


def test_who_was_never_asked_is_checked_at_once_and_then_like_anybody_idle() -> None:
    bench = Bench(probed=True)
    assert due_in(bench) == 0.0
    bench.monitor.set_enabled("a", True)
    assert due_in(bench) == 0.0
    bench.begin("b")
    assert due_in(bench, "b") == 360.0
    bench.monitor.record_probe("a", True)
    assert due_in(bench) == 360.0


def test_idle_checks_are_scattered_but_never_early_for_one_in_use() -> None:
    idle: list[float] = []
    used: list[float] = []
    for seed in range(60):
        clock = HandClock()
        monitor = HealthMonitor(("a", "b"), clock=clock, rng=seeded(seed))
        monitor.record_probe("a", True)
        attempt = Attempt("1", Target("b"), 1, clock.seconds)
        monitor.begin(attempt)
        monitor.record(attempt, ok())
        for name, waits in (("a", idle), ("b", used)):
            at = monitor.next_probe_at(name)
            assert at is not None
            waits.append(at - clock.seconds)
    assert 240 <= min(idle) < 250
    assert 350 < max(idle) <= 360
    assert 300 == min(used) < max(used) <= 360


def test_the_longest_due_is_checked_first() -> None:
    bench = Bench(probed=True)
    for name, error_class in (("a", ErrorClass.SERVER), ("b", ErrorClass.AUTH), ("c", ErrorClass.SERVER)):
        bench.run(name, failed(error_class))
        bench.clock.move(1)
    bench.run("a", failed(), failed())
    bench.clock.move(1000)
    assert bench.monitor.due_probes() == ("c", "a", "b")


def test_a_failed_check_of_somebody_who_was_never_asked_is_told() -> None:
    bench = Bench(probed=True)
    health = bench.monitor.record_probe("a", False, error=error(ErrorClass.NETWORK))
    assert (health.state, health.reason) == (HealthState.UNKNOWN, "not asked yet; a check failed: connection failed")
    assert bench.monitor.record_probe("a", True).reason == ""


def test_a_local_server_that_does_not_answer_is_looked_for_again_soon() -> None:
    bench = Bench(probed=True, local=["a"])
    bench.monitor.record_probe("a", False, error=error(ErrorClass.NETWORK))
    assert due_in(bench) == 15.0
    bench.monitor.record_probe("a", True)
    assert (due_in(bench) or 0.0) > 200.0
