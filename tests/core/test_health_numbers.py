"""The exact numbers of the state machine: whose wait ends when, and what makes it longer."""

from __future__ import annotations

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health_undo import undone
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import HealthState
from tests.helpers.health import Bench, error, failed, ok

DOWN = (failed(), failed(), failed())
LOST = failed(ErrorClass.OFFLINE)


# -- time


def test_a_sleep_makes_an_outage_no_longer_and_no_shorter() -> None:
    bench = Bench(names=("a", "b"))
    bench.run("a", *DOWN)
    bench.clock.move(100)
    bench.clock.wall_offset += 3600.0
    health = bench.run("a", failed())
    assert health.retry_at is not None
    assert health.retry_at.timestamp() == pytest.approx(bench.clock.wall() + 0.35 * 100, abs=1e-3)


def test_the_end_of_a_rest_of_the_whole_provider_is_a_tick() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=9.0, provider_wide=True))
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 9.0


def test_a_permit_that_ran_out_is_given_back_though_another_request_is_under_way() -> None:
    bench = Bench()
    other = bench.begin("a")
    bench.run("a", *DOWN)
    bench.clock.move(6)
    bench.begin("a", lease=20.0)
    assert bench.monitor.health("a").on_trial
    bench.clock.move(20)
    health = bench.monitor.health("a")
    assert (health.on_trial, health.in_flight, health.state) == (False, 2, HealthState.PROBATION)
    assert bench.end(other, ok()).state is HealthState.HEALTHY


# -- outages


def test_a_check_that_passed_ends_our_own_wait_for_good() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    bench.run("a", failed(duration=5.0))  # ten times that long
    bench.monitor.record_probe("a", True)
    health = bench.run("a", failed())
    assert health.retry_at is not None
    assert health.retry_at.timestamp() == pytest.approx(bench.clock.wall() + 6.0, abs=1e-3)


def test_a_failed_check_has_cost_nobody_a_wait() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN)
    bench.clock.move(6)
    bench.monitor.record_probe("a", False, error=error(ErrorClass.SERVER))
    assert bench.monitor.next_probe_at("a") == bench.clock.seconds + 6.0


def test_checks_of_a_long_outage_come_after_a_quarter_of_it() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN)
    bench.clock.move(100)
    bench.run("a", failed())
    bench.clock.move(40)
    bench.monitor.record_probe("a", False, error=error(ErrorClass.SERVER))
    assert bench.monitor.next_probe_at("a") == bench.clock.seconds + 0.25 * 140


def test_a_failed_check_leaves_a_longer_wait_as_it_is() -> None:
    bench = Bench(probed=True)
    bench.run("a", *DOWN)
    bench.clock.move(6)
    ends = bench.run("a", failed(duration=5.0)).retry_at
    bench.clock.move(1)
    assert bench.monitor.record_probe("a", False, error=error(ErrorClass.SERVER)).retry_at == ends


# -- blocks


def test_of_two_blocks_the_newer_cause_is_told_and_the_later_end_holds() -> None:
    bench = Bench()
    under_way = [bench.begin("a") for _ in range(3)]
    bench.end(under_way[0], failed(ErrorClass.QUOTA))
    health = bench.end(under_way[1], failed(ErrorClass.PERMISSION, retry_after=3600.0))
    assert health.retry_at is not None
    assert (health.reason, health.retry_at.timestamp()) == (
        "the key may not use this model",
        bench.clock.wall() + 3600.0,
    )
    after = bench.end(under_way[2], failed(ErrorClass.QUOTA))
    assert (after.reason, after.retry_at) == ("credit or quota is used up", health.retry_at)


def test_a_later_block_begins_later_so_that_no_older_request_lifts_it() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.clock.move(1)
    bench.run("a", failed(ErrorClass.QUOTA))
    bench.clock.move(1)
    between = bench.begin("a")
    bench.clock.move(1)
    bench.run("a", failed(ErrorClass.QUOTA))
    assert bench.end(early, ok()).state is HealthState.BLOCKED
    assert bench.end(between, ok()).state is HealthState.BLOCKED
    assert bench.run("a", ok()).state is HealthState.HEALTHY


def test_a_key_that_a_check_found_refused_is_not_proved_by_an_older_request() -> None:
    bench = Bench()
    under_way = bench.begin("a")
    bench.clock.move(1)
    bench.monitor.record_probe("a", False, error=error(ErrorClass.AUTH))
    assert bench.end(under_way, ok()).state is HealthState.BLOCKED
    assert bench.run("a", ok()).state is HealthState.HEALTHY


def test_the_number_of_a_key_grows_with_every_change() -> None:
    bench = Bench()
    seen = []
    for _ in range(4):
        seen.append(bench.monitor.key_generation("a"))
        bench.monitor.key_changed("a")
    assert seen == sorted(set(seen))


# -- models


def test_a_new_key_has_met_no_limit_yet() -> None:
    bench = Bench()
    for _ in range(3):
        bench.run("a", failed(ErrorClass.RATE_LIMIT))
        bench.clock.move(30)
    bench.monitor.key_changed("a")
    health = bench.run("a", failed(ErrorClass.RATE_LIMIT))
    until = health.models[0].cooling_until
    assert until is not None
    assert until.timestamp() == pytest.approx(bench.clock.wall() + 5.0, abs=1e-3)


def test_a_list_lifts_the_rest_of_the_models_on_it_and_of_no_other() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.MODEL_NOT_FOUND), model="there")
    bench.run("a", failed(ErrorClass.MODEL_NOT_FOUND), model="gone")
    bench.monitor.models_listed("a", ["there", "another"])
    assert bench.state("a", "there") is HealthState.UNKNOWN
    assert bench.state("a", "gone") is HealthState.COOLING


# -- a lost network


def test_a_wait_is_as_before_when_what_made_it_longer_was_nobodys_fault() -> None:
    bench = Bench(names=("a", "b"))
    bench.run("a", *DOWN)
    bench.clock.move(100)
    bench.run("a", failed())
    before = bench.monitor.state("a")
    bench.clock.move(6)
    bench.run("a", LOST)
    longer = bench.monitor.state("a")
    bench.run("b", LOST)
    after = bench.monitor.state("a")
    assert bench.monitor.offline
    assert longer.retry_at != before.retry_at
    assert (after.retry_at, after.failing_since, after.phase) == (before.retry_at, before.failing_since, before.phase)


def test_what_is_taken_back_is_taken_back_once_and_leaves_no_outage_behind() -> None:
    bench = Bench()
    bench.run("a", LOST, LOST, LOST)
    now = Moment.read(bench.clock)
    once = undone(bench.monitor.state("a"), now.plus(5.0))
    assert (once.failures, once.neutrals, once.recent, once.undoable) == (0, 3, (), ())
    assert (once.phase, once.failing_since, once.retry_at) == (HealthState.UNKNOWN, None, None)
    assert undone(once, now) == once
    later = undone(bench.monitor.state("a"), now.plus(5.1))
    assert (later.failures, later.phase, later.undoable) == (3, HealthState.UNAVAILABLE, ())


def test_what_a_passed_check_has_confirmed_is_not_taken_back() -> None:
    bench = Bench(names=("a", "b", "c"))
    bench.run("a", failed(), failed())
    bench.monitor.record_probe("a", True)
    bench.run("b", LOST)
    bench.run("c", LOST)
    assert bench.monitor.offline
    assert bench.monitor.health("a").consecutive_failures == 2
