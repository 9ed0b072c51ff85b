"""What a success ends and what it does not, what a rest does, and how both are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.policy import Effect, Retry, consequence_of
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Outcome, OutcomeKind, RateLimit
from tests.helpers.health import Bench, error, failed, ok

DOWN = (failed(), failed(), failed())
LOST = failed(ErrorClass.OFFLINE)


def wait_of(health: ProviderHealth, bench: Bench) -> float:
    """Seconds until it may be asked again."""
    assert health.retry_at is not None
    return health.retry_at.timestamp() - bench.clock.wall()


# -- outages


def test_after_a_success_the_next_outage_owes_nothing_to_the_one_before() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.run("a", *DOWN)
    bench.clock.move(100)
    assert wait_of(bench.run("a", failed(duration=6.0)), bench) == pytest.approx(60.0)
    bench.end(early, ok())
    assert wait_of(bench.run("a", *DOWN), bench) == pytest.approx(6.0)


def test_failures_that_were_no_trial_have_cost_no_wait_however_long_they_took() -> None:
    bench = Bench()
    assert wait_of(bench.run("a", *(failed(duration=5.0) for _ in range(3))), bench) == pytest.approx(6.0)


def test_an_old_request_that_fails_late_does_not_shorten_the_wait() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.run("a", *DOWN)
    bench.clock.move(6)
    ends = bench.run("a", failed(duration=5.0)).retry_at
    assert bench.end(early, failed()).retry_at == ends


def test_a_trial_whose_duration_makes_no_sense_costs_nothing() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    assert wait_of(bench.run("a", failed(duration=float("inf"))), bench) == pytest.approx(6.0)


def test_an_outage_leaves_the_reliability_that_there_was_before_it() -> None:
    bench = Bench()
    for _ in range(10):
        bench.run("a", ok(), failed(), failed())
    bench.run("a", ok())
    before = bench.monitor.state("a").reliability
    bench.run("a", *DOWN)
    assert bench.monitor.state("a").reliability == before


def test_a_local_server_that_has_answered_is_looked_for_as_soon_as_ever() -> None:
    bench = Bench(names=("a", "near"), local=("near",), probed=True)
    for _ in range(3):
        bench.monitor.record_probe("near", False, error=error(ErrorClass.NETWORK))
    silent = failed(ErrorClass.NETWORK)
    bench.run("near", ok(), silent, silent, silent)
    assert bench.monitor.next_probe_at("near") == bench.clock.seconds + 5.0
    assert bench.run("near", ok()).reason == ""


def test_after_a_success_only_what_failed_since_is_taken_back() -> None:
    bench = Bench(names=("a", "b", "c"))
    bench.run("c", failed(), ok(), failed())
    bench.run("a", LOST)
    bench.run("b", LOST)
    bench.monitor.record_reachability(True)
    assert bench.state("c") is HealthState.HEALTHY


# -- rests


def test_only_a_success_that_began_after_it_ends_the_rest_of_the_whole_provider() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.clock.move(1)
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=60.0, provider_wide=True))
    assert bench.end(early, ok()).state is HealthState.COOLING
    assert bench.run("a", ok()).state is HealthState.HEALTHY


def test_a_rest_is_confirmed_by_another_limit_though_it_does_not_end_later() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=100.0))
    bench.clock.move(1)
    between = bench.begin("a")
    bench.clock.move(1)
    assert wait_of(bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=5.0)), bench) == pytest.approx(98.0)
    assert bench.end(between, ok()).state is HealthState.COOLING


def test_a_rest_may_be_shorter_than_a_second() -> None:
    bench = Bench()
    assert wait_of(bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=0.5)), bench) == pytest.approx(0.5)


def test_only_limits_make_the_next_rest_longer() -> None:
    bench = Bench()
    bench.run("a", failed(), failed(ErrorClass.OVERLOADED))
    assert wait_of(bench.run("b", failed(ErrorClass.RATE_LIMIT)), bench) == pytest.approx(5.0)
    (model,) = bench.run("a", failed(ErrorClass.RATE_LIMIT)).models
    assert model.cooling_until is not None
    assert model.cooling_until.timestamp() - bench.clock.wall() == pytest.approx(5.0)


def test_limits_of_the_whole_provider_rest_it_for_longer_each_time_too() -> None:
    bench = Bench()
    waits = []
    for _ in range(2):
        health = bench.run("a", failed(ErrorClass.RATE_LIMIT, provider_wide=True))
        waits.append(wait_of(health, bench))
        bench.clock.move(30)
    assert waits == pytest.approx([5.0, 10.0])


def test_a_limit_that_was_met_while_the_network_was_lost_rests_its_model_and_counts_for_nothing() -> None:
    bench = Bench(names=("a", "b", "c"))
    bench.run("a", LOST)
    bench.run("b", LOST)
    bench.run("c", failed(ErrorClass.RATE_LIMIT))
    bench.monitor.record_reachability(True)
    health = bench.monitor.health("c")
    assert (health.state, health.consecutive_failures, health.neutral_requests) == (HealthState.COOLING, 0, 1)


# -- use


def test_who_was_asked_counts_as_used_from_then_on_and_to_its_end() -> None:
    bench = Bench()
    attempt = bench.begin("a")
    used = [bench.monitor.state("a").last_used]
    bench.clock.move(7)
    bench.end(attempt, ok())
    used.append(bench.monitor.state("a").last_used)
    assert [moment and moment.monotonic for moment in used] == [bench.clock.seconds - 7, bench.clock.seconds]


def test_who_was_never_asked_is_checked_at_once_when_it_is_switched_on_again() -> None:
    bench = Bench(probed=True)
    bench.monitor.set_enabled("a", False)
    assert bench.monitor.next_probe_at("a") is None
    bench.clock.move(50)
    bench.monitor.set_enabled("a", True)
    assert bench.monitor.next_probe_at("a") == bench.clock.seconds


# -- what is told


def test_an_answer_without_a_first_token_of_its_own_is_as_fast_as_it_was_whole() -> None:
    assert Bench().run("a", ok(2.0, ttft=None), ok(3.0, ttft=0.5)).recent == (2.0, 0.5)


def test_what_went_wrong_is_said_even_where_nobody_said_it() -> None:
    told = Bench().run("a", Outcome(OutcomeKind.FAILED, 1.0)).last_error
    assert told is not None
    assert "without saying why" in told.message


def test_a_state_that_is_no_fault_has_its_words_too() -> None:
    bench = Bench(names=("a", "near"), local=("near",))
    bench.monitor.set_enabled("a", False)
    bench.monitor.set_configured("near", False)
    assert [bench.monitor.health(name).reason for name in ("a", "near")] == ["switched off", "no server found"]


def test_an_outage_of_which_the_cause_was_not_kept_has_no_cause() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    kept = replace(bench.monitor.state("a"), last_error=None)
    again = Bench()
    again.monitor.restore("a", kept, kept_at=bench.clock.wall(), same_key=True)
    assert again.monitor.health("a").reason == "3 failures in a row"


def test_a_model_is_told_to_rest_for_itself() -> None:
    (model,) = Bench().run("a", failed(ErrorClass.RATE_LIMIT, retry_after=9.0)).models
    assert model.cooling_reason == "rate limit, it asked for a pause"


def test_a_clock_that_is_a_little_off_changes_nothing_that_is_told() -> None:
    bench = Bench()
    before = bench.run("a", *DOWN)
    bench.clock.wall_offset += 0.5
    assert bench.monitor.health("a") == before


def test_a_limit_is_told_until_the_moment_of_its_reset() -> None:
    bench = Bench()
    limits = (RateLimit("requests", 60, 5, bench.clock.wall() + 10), RateLimit("tokens", 1000, 7, None))
    bench.run("a", replace(ok(), headroom=limits))
    bench.clock.move(9.9)
    assert bench.monitor.health("a").headroom == limits
    bench.clock.seconds = 1010.0
    assert bench.monitor.health("a").headroom == limits[1:]


# -- the table


@pytest.mark.parametrize(
    ("status", "health", "retry"),
    [
        (None, Effect.COUNTS, Retry.AT_ONCE),
        (200, Effect.COUNTS, Retry.AT_ONCE),
        (302, Effect.NEUTRAL, Retry.NEVER),
        (404, Effect.COUNTS, Retry.NEVER),
        (405, Effect.COUNTS, Retry.NEVER),
        (406, Effect.COUNTS, Retry.AT_ONCE),
    ],
)
def test_an_answer_of_no_model_api_is_not_asked_for_again(status: int | None, health: Effect, retry: Retry) -> None:
    row = consequence_of(ErrorInfo(ErrorClass.PROTOCOL, "?", status))
    assert (row.health, row.retry, row.next_provider, row.words) == (health, retry, True, "unusable answer")
