"""A lost network: when it is believed, what it hides, and what is taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Outcome, OutcomeKind
from tests.helpers.health import Bench, error, failed, ok

LOST = failed(ErrorClass.OFFLINE)


@pytest.fixture
def bench() -> Bench:
    return Bench(names=("a", "b", "c", "near"), local=("near",))


def lose(bench: Bench) -> None:
    bench.run("a", LOST)
    bench.run("b", LOST)


def is_offline(bench: Bench) -> bool:
    return bench.monitor.offline


def counts(health: ProviderHealth) -> tuple[int, int, int, int]:
    return (
        health.successful_requests,
        health.failed_requests,
        health.neutral_requests,
        health.consecutive_failures,
    )


def test_two_hosted_providers_out_of_reach_within_five_seconds_mean_that_this_machine_is_offline(bench: Bench) -> None:
    bench.run("a", LOST)
    assert not is_offline(bench)
    bench.clock.move(5)
    bench.run("b", LOST)
    assert is_offline(bench)
    for name in ("a", "b", "c"):
        health = bench.monitor.health(name)
        assert (health.state, health.is_available, health.reason) == (
            HealthState.OFFLINE,
            False,
            "this machine seems to be offline",
        )
        assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + 1.0, UTC)
    assert bench.state("near") is HealthState.UNKNOWN


def test_neither_one_provider_nor_failures_far_apart_nor_local_ones_are_enough(bench: Bench) -> None:
    bench.run("a", LOST, LOST)
    bench.run("near", LOST)
    bench.run("b", failed(ErrorClass.NETWORK))
    bench.run("c", Outcome(OutcomeKind.SKIPPED, 0.0, error=error(ErrorClass.OFFLINE)))
    bench.clock.move(5.1)
    bench.run("c", LOST)
    assert not is_offline(bench)


def test_a_success_in_between_means_that_the_network_is_there(bench: Bench) -> None:
    bench.run("a", LOST)
    bench.run("near", ok())
    bench.run("c", ok())
    bench.run("b", LOST)
    assert not is_offline(bench)
    bench.run("near", ok())
    bench.run("a", LOST)
    assert is_offline(bench)


def test_checks_are_evidence_like_requests(bench: Bench) -> None:
    bench.monitor.record_probe("a", False, error=error(ErrorClass.OFFLINE))
    bench.monitor.record_probe("c", True)
    bench.monitor.record_probe("b", False, error=error(ErrorClass.OFFLINE))
    assert not is_offline(bench)
    bench.monitor.record_probe("a", False, error=error(ErrorClass.OFFLINE))
    assert is_offline(bench)
    bench.monitor.record_probe("near", True)
    assert is_offline(bench)
    bench.monitor.record_probe("c", True)
    assert not is_offline(bench)


def test_one_provider_out_of_reach_by_itself_has_failed(bench: Bench) -> None:
    health = bench.run("a", LOST)
    assert (health.state, counts(health)) == (HealthState.SUSPECT, (0, 1, 0, 1))
    health = bench.run("a", LOST, LOST)
    assert (health.state, health.reason) == (HealthState.UNAVAILABLE, "3 failures in a row, the last: offline")


def test_the_failures_of_the_last_seconds_were_nobodys(bench: Bench) -> None:
    before = bench.run("a", ok(), failed())
    bench.clock.move(3)
    bench.run("a", LOST)
    bench.clock.move(3)
    bench.run("a", LOST)
    assert bench.state("a") is HealthState.UNAVAILABLE
    bench.run("b", LOST)
    bench.monitor.record_reachability(True)
    after = bench.monitor.health("a")
    assert counts(after) == (1, 1, 2, 1)
    assert after.total_requests == 4
    for field in (
        "state",
        "band",
        "last_failure",
        "last_error",
        "last_error_at",
        "recent",
        "recent_at",
        "retry_at",
        "reason",
    ):
        assert getattr(after, field) == getattr(before, field), field
    assert counts(bench.monitor.health("b")) == (0, 0, 1, 0)
    assert bench.state("b") is HealthState.UNKNOWN


def test_a_band_that_was_lost_in_that_time_comes_back(bench: Bench) -> None:
    for _ in range(100):
        band = bench.run("c", ok()).band
        if bench.run("c", failed(ErrorClass.NETWORK)).band is not band:
            break
    assert bench.monitor.health("c").band is not band
    lose(bench)
    bench.monitor.record_reachability(True)
    assert bench.monitor.health("c").band is band


def test_a_success_after_a_failure_lets_it_stand(bench: Bench) -> None:
    bench.run("c", failed(), ok(), failed())
    lose(bench)
    assert counts(bench.monitor.health("c")) == (1, 1, 1, 0)
    assert bench.monitor.health("c").recent == (None, 0.5)


def test_while_offline_no_failure_of_a_hosted_provider_counts(bench: Bench) -> None:
    under_way = bench.begin("c")
    lose(bench)
    bench.end(under_way, failed(ErrorClass.SERVER))
    bench.run("a", failed(ErrorClass.TIMEOUT), failed(ErrorClass.NETWORK), failed(ErrorClass.AUTH), LOST)
    bench.run("near", failed(), failed(), failed())
    assert counts(bench.monitor.health("a")) == (0, 0, 5, 0)
    assert counts(bench.monitor.health("c")) == (0, 0, 1, 0)
    assert bench.state("near") is HealthState.UNAVAILABLE
    bench.monitor.record_reachability(True)
    assert {bench.state(name) for name in ("a", "b", "c")} == {HealthState.UNKNOWN}


def test_a_pause_that_was_asked_for_is_kept_through_it(bench: Bench) -> None:
    bench.run("c", failed(ErrorClass.RATE_LIMIT, retry_after=60.0))
    lose(bench)
    bench.monitor.record_reachability(True)
    assert bench.state("c") is HealthState.COOLING


def test_the_network_is_looked_for_after_growing_waits(bench: Bench) -> None:
    assert bench.monitor.next_reachability_check_at() is None
    bench.monitor.record_reachability(False)
    assert not is_offline(bench)
    lose(bench)
    heard: list[str] = []
    bench.monitor.subscribe(lambda health: heard.append(health.name))
    waits = []
    for _ in range(8):
        at = bench.monitor.next_reachability_check_at()
        assert at is not None
        waits.append(at - bench.clock.seconds)
        bench.clock.move(waits[-1])
        bench.monitor.record_reachability(False)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert heard[:3] == ["a", "b", "c"]
    assert bench.monitor.health("a").retry_at == datetime.fromtimestamp(bench.clock.wall() + 30.0, UTC)
    bench.monitor.record_reachability(True)
    assert (bench.monitor.offline, bench.monitor.next_reachability_check_at()) == (False, None)
    lose(bench)
    assert bench.monitor.next_reachability_check_at() == bench.clock.seconds + 1.0


@pytest.mark.parametrize("by_request", [True, False])
def test_a_network_that_is_back_has_every_hosted_provider_checked(bench: Bench, by_request: bool) -> None:
    bench.monitor.set_configured("c", False)
    lose(bench)
    assert [bench.monitor.next_probe_at(name) for name in ("a", "b", "c")] == [None, None, None]
    bench.clock.move(10)
    if by_request:
        bench.run("a", ok())
    else:
        bench.monitor.record_reachability(True)
    assert not is_offline(bench)
    assert bench.monitor.next_probe_at("a") == bench.monitor.next_probe_at("b") == bench.clock.seconds + 1.0
    assert bench.monitor.next_probe_at("c") is None


def test_blocked_and_off_and_unconfigured_outrank_offline_which_outranks_an_outage(bench: Bench) -> None:
    bench.run("a", failed(), failed(), failed())
    bench.clock.move(5.5)
    bench.run("b", failed(ErrorClass.AUTH))
    bench.monitor.record_probe("a", False, error=error(ErrorClass.OFFLINE))
    bench.monitor.record_probe("c", False, error=error(ErrorClass.OFFLINE))
    assert [bench.state(name) for name in ("a", "b", "c")] == [
        HealthState.OFFLINE,
        HealthState.BLOCKED,
        HealthState.OFFLINE,
    ]
    bench.monitor.set_configured("c", False)
    assert bench.state("c") is HealthState.UNCONFIGURED
    bench.monitor.record_reachability(True)
    assert bench.state("a") is HealthState.UNAVAILABLE
