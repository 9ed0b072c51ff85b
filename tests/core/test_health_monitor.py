"""The health of one provider: counts, averages, the state machine, blocks, and who is told."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target
from tests.helpers.health import WALL_AT_START, Bench, HandClock, aborted, error, failed, ok, seeded

DOWN = (failed(), failed(), failed())


def test_three_failures_in_a_row_make_it_unavailable_and_a_success_in_between_starts_over() -> None:
    bench = Bench()
    assert bench.run("a", failed(), failed()).state is HealthState.SUSPECT
    assert bench.run("a", ok()).consecutive_failures == 0
    assert bench.state("a") is HealthState.HEALTHY
    assert bench.run("a", failed(), failed()).is_available
    health = bench.run("a", failed())
    assert (health.state, health.is_available, health.consecutive_failures) == (HealthState.UNAVAILABLE, False, 3)
    assert bench.state("b") is HealthState.UNKNOWN


def test_counts_add_up_in_every_state_of_an_attempt() -> None:
    bench = Bench()
    under_way = bench.begin("a")
    bench.run("a", ok(), failed(), failed(ErrorClass.CANCELLED), failed(ErrorClass.AUTH), aborted())
    health = bench.monitor.health("a")
    assert (health.successful_requests, health.failed_requests, health.neutral_requests) == (1, 3, 1)
    assert (health.in_flight, health.total_requests) == (1, 6)
    health = bench.end(under_way, Outcome(OutcomeKind.SKIPPED, 0.0))
    assert (health.in_flight, health.total_requests, health.neutral_requests) == (0, 6, 2)
    assert health.success_rate == 0.25


def test_an_attempt_ends_in_exactly_one_record() -> None:
    bench = Bench()
    attempt = bench.begin("a")
    with pytest.raises(ValueError, match="already begun"):
        bench.monitor.begin(attempt)
    bench.end(attempt, ok())
    with pytest.raises(ValueError, match="ended before"):
        bench.end(attempt, ok())
    assert bench.monitor.health("a").total_requests == 1
    with pytest.raises(KeyError):
        bench.begin("nobody")


def test_begin_tells_the_state_before_the_attempt() -> None:
    bench = Bench()
    states = []
    for outcome in (failed(), failed(), failed(), ok(), ok()):
        attempt = bench.attempt("a")
        states.append(bench.monitor.begin(attempt))
        bench.end(attempt, outcome)
    unknown, suspect, unavailable, healthy = (
        HealthState.UNKNOWN,
        HealthState.SUSPECT,
        HealthState.UNAVAILABLE,
        HealthState.HEALTHY,
    )
    assert states == [unknown, suspect, suspect, unavailable, healthy]


def test_averages_are_exponential_and_over_successes_only() -> None:
    bench = Bench()
    health = bench.run("a", ok(1.0, ttft=0.2), failed(duration=0.001), ok(2.0, ttft=0.4))
    assert health.average_response_time == pytest.approx(0.3 * 2.0 + 0.7 * 1.0)
    assert health.ttft_average == pytest.approx(0.3 * 0.4 + 0.7 * 0.2)
    assert health.ttft_last == 0.4
    assert health.recent == (0.2, None, 0.4)


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), -1.0, 0.0])
def test_a_sample_that_is_no_duration_changes_no_average(nonsense: float) -> None:
    bench = Bench()
    health = bench.run("a", ok(1.0, ttft=0.2), ok(nonsense, ttft=nonsense))
    assert (health.average_response_time, health.ttft_average, health.ttft_last) == (1.0, 0.2, 0.2)
    assert health.recent == (0.2,)
    assert health.successful_requests == 2


def test_the_token_rate_leaves_out_the_wait_for_the_first_token_and_answers_in_one_piece() -> None:
    bench = Bench()
    assert bench.run("a", ok(2.5, ttft=0.5, tokens=100)).tokens_per_second == pytest.approx(50.0)
    assert bench.run("a", ok(2.5, ttft=2.49, tokens=100)).tokens_per_second == pytest.approx(50.0)


def test_recent_keeps_the_last_sixty() -> None:
    bench = Bench()
    health = bench.run("a", *(ok(ttft=float(number)) for number in range(1, 71)))
    assert health.recent == tuple(float(number) for number in range(11, 71))
    assert len(health.recent_at) == 60


def test_each_recent_sample_has_its_time_of_day() -> None:
    bench = Bench()
    began = bench.clock.wall()
    bench.run("a", ok())
    bench.clock.move(30)
    bench.run("a", failed(), ok(math.nan, ttft=math.nan))
    bench.clock.move(30)
    assert bench.run("a", ok()).recent_at == (began, began + 30, began + 60)


def test_times_of_day_are_utc() -> None:
    bench = Bench()
    bench.run("a", ok())
    bench.clock.move(5)
    health = bench.run("a", failed())
    began = datetime.fromtimestamp(WALL_AT_START + 1000, UTC)
    assert health.last_success == began
    assert health.last_failure == health.last_checked == datetime.fromtimestamp(WALL_AT_START + 1005, UTC)


def test_without_probes_its_time_alone_permits_one_trial() -> None:
    bench = Bench()
    health = bench.run("a", *DOWN)
    assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + 6.0, UTC)
    bench.clock.move(5.9)
    assert bench.state("a") is HealthState.UNAVAILABLE
    bench.clock.move(0.1)
    assert bench.state("a") is HealthState.PROBATION
    trial = bench.begin("a")
    assert bench.monitor.health("a").on_trial
    assert bench.end(trial, ok()).state is HealthState.HEALTHY
    assert bench.monitor.health("a").retry_at is None


def test_a_failed_trial_closes_it_at_once_for_longer_the_more_the_trial_cost() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    bench.run("a", failed(duration=2.0))
    bench.clock.move(19)
    assert bench.state("a") is HealthState.UNAVAILABLE
    bench.clock.move(1)
    assert bench.state("a") is HealthState.PROBATION
    bench.run("a", failed(duration=500.0))
    bench.clock.move(59)
    assert bench.state("a") is HealthState.UNAVAILABLE
    bench.clock.move(1)
    assert bench.state("a") is HealthState.PROBATION


def test_the_longer_the_outage_the_longer_the_wait() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(100)
    health = bench.run("a", failed())
    assert health.retry_at is not None
    assert health.retry_at.timestamp() - bench.clock.wall() == pytest.approx(35.0, abs=0.001)


def test_an_outage_that_is_over_makes_the_next_one_no_longer() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    bench.run("a", ok())
    bench.clock.move(1000)
    retry_at = bench.run("a", *DOWN).retry_at
    assert retry_at is not None
    assert retry_at.timestamp() == pytest.approx(bench.clock.wall() + 6.0, abs=1e-3)


@pytest.mark.parametrize("neutral", [ErrorClass.CANCELLED, ErrorClass.CONTEXT_LENGTH, ErrorClass.BAD_REQUEST])
def test_a_neutral_trial_gives_its_permit_back(neutral: ErrorClass) -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    trial = bench.begin("a")
    second = bench.begin("a")
    health = bench.end(trial, failed(neutral))
    assert (health.state, health.on_trial, health.in_flight) == (HealthState.PROBATION, False, 1)
    bench.end(second, failed(neutral))
    third = bench.begin("a")
    assert bench.monitor.health("a").on_trial
    assert bench.end(third, ok()).state is HealthState.HEALTHY


def test_a_refused_key_blocks_at_once_and_until_the_key_changes() -> None:
    bench = Bench()
    health = bench.run("a", failed(ErrorClass.AUTH))
    assert (health.state, health.retry_at) == (HealthState.BLOCKED, None)
    assert (health.failed_requests, health.consecutive_failures) == (1, 0)
    bench.clock.move(100_000)
    assert bench.state("a") is HealthState.BLOCKED
    bench.monitor.key_changed("a")
    assert bench.state("a") is HealthState.UNKNOWN


def test_a_late_answer_to_the_old_key_neither_blocks_nor_frees_the_new_one() -> None:
    bench = Bench()
    refused, answered = bench.begin("a"), bench.begin("a")
    bench.monitor.key_changed("a")
    assert bench.end(refused, failed(ErrorClass.AUTH)).state is HealthState.UNKNOWN
    bench.run("a", failed(ErrorClass.AUTH))
    assert bench.end(answered, ok()).state is HealthState.BLOCKED
    assert bench.run("a", ok()).state is HealthState.HEALTHY


def test_a_success_that_began_before_the_block_does_not_lift_it() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.clock.move(1)
    bench.run("a", failed(ErrorClass.QUOTA))
    assert bench.end(early, ok()).state is HealthState.BLOCKED


@pytest.mark.parametrize("kind", [ErrorClass.QUOTA, ErrorClass.PERMISSION])
@pytest.mark.parametrize(("asked", "seconds"), [(None, 900.0), (30.0, 30.0)])
def test_quota_and_permission_block_for_a_time(kind: ErrorClass, asked: float | None, seconds: float) -> None:
    bench = Bench()
    bench.run("a", ok())
    health = bench.run("a", failed(kind, retry_after=asked))
    assert health.state is HealthState.BLOCKED
    assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + seconds, UTC)
    bench.clock.move(seconds)
    assert bench.state("a") is HealthState.HEALTHY


def test_another_model_lifts_a_missing_permission_and_nothing_else() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.PERMISSION))
    bench.run("b", failed(ErrorClass.QUOTA))
    bench.monitor.model_changed("a")
    bench.monitor.model_changed("b")
    assert (bench.state("a"), bench.state("b")) == (HealthState.UNKNOWN, HealthState.BLOCKED)


def test_a_refused_key_is_not_forgotten_for_a_lesser_block() -> None:
    bench = Bench()
    late = bench.begin("a")
    bench.run("a", failed(ErrorClass.AUTH))
    assert bench.end(late, failed(ErrorClass.QUOTA)).retry_at is None
    assert bench.monitor.health("a").reason == "the key was refused"


def test_a_wait_that_the_provider_asked_for_is_kept_and_never_shortened() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0))
    health = bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=2.0))
    assert health.state is HealthState.COOLING
    assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + 40, UTC)
    health = bench.run("a", failed(ErrorClass.RATE_LIMIT))
    assert health.state is HealthState.UNAVAILABLE
    assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + 40, UTC)
    bench.clock.move(40)
    assert bench.monitor.health("a").retry_at is None
    assert bench.state("a") is HealthState.PROBATION


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), -5.0, 0.0])
def test_a_wait_that_makes_no_sense_is_no_wait(nonsense: float) -> None:
    assert Bench().run("a", failed(ErrorClass.OVERLOADED, retry_after=nonsense)).retry_at is None


def test_no_header_can_shut_a_provider_out_for_ever() -> None:
    bench = Bench()
    health = bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=1e9))
    assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + 86_400, UTC)


def test_only_a_success_that_began_after_the_request_to_pause_ends_the_pause() -> None:
    bench = Bench()
    early = bench.begin("a")
    bench.clock.move(1)
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0))
    assert bench.end(early, ok()).retry_at is not None
    assert bench.run("a", ok()).retry_at is None


def test_off_and_unconfigured_hide_the_state_and_give_it_back() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.monitor.set_enabled("a", False)
    assert bench.state("a") is HealthState.DISABLED
    bench.monitor.set_configured("a", False)
    bench.monitor.set_enabled("a", True)
    assert bench.state("a") is HealthState.UNCONFIGURED
    assert not bench.monitor.is_configured("a")
    bench.monitor.set_configured("a", True)
    assert bench.state("a") is HealthState.UNAVAILABLE


def test_clear_forgets_all_but_the_configuration_and_what_is_under_way() -> None:
    bench = Bench()
    bench.monitor.set_enabled("a", False)
    under_way = bench.begin("a")
    bench.run("a", *DOWN, failed(ErrorClass.AUTH))
    bench.monitor.clear("a")
    health = bench.monitor.health("a")
    assert (health.state, health.total_requests, health.in_flight) == (HealthState.DISABLED, 1, 1)
    bench.monitor.set_enabled("a", True)
    assert bench.state("a") is HealthState.UNKNOWN
    assert bench.end(under_way, ok()).total_requests == 1


def test_subscribers_hear_of_each_change_until_they_leave() -> None:
    bench = Bench()
    heard: list[ProviderHealth] = []
    leave = bench.monitor.subscribe(heard.append)
    bench.run("b", ok())
    assert [(health.name, health.in_flight, health.state) for health in heard] == [
        ("b", 1, HealthState.UNKNOWN),
        ("b", 0, HealthState.HEALTHY),
    ]
    bench.monitor.set_enabled("b", True)
    assert len(heard) == 2
    leave()
    leave()
    bench.run("b", ok())
    assert len(heard) == 2


def test_a_subscriber_that_raises_is_heard_and_stops_nobody() -> None:
    bench = Bench()
    heard: list[str] = []

    def raises(health: ProviderHealth) -> None:
        raise RuntimeError("a bug in a reader")

    bench.monitor.subscribe(raises)
    bench.monitor.subscribe(lambda health: heard.append(health.name))
    with pytest.raises(RuntimeError, match="a bug"):
        bench.monitor.set_enabled("a", False)
    assert heard == ["a"]
    assert bench.state("a") is HealthState.DISABLED


def test_tick_tells_what_the_clock_alone_has_changed() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.run("b", failed(ErrorClass.RATE_LIMIT, retry_after=3.0))
    heard: list[tuple[str, HealthState]] = []
    bench.monitor.subscribe(lambda health: heard.append((health.name, health.state)))
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 3.0
    bench.clock.move(3)
    bench.monitor.health("b")  # reading must not use the change up
    bench.monitor.tick()
    assert heard == [("b", HealthState.SUSPECT)]
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 3.0
    bench.clock.move(3)
    bench.monitor.tick()
    bench.monitor.tick()
    assert heard[1:] == [("a", HealthState.PROBATION)]
    assert bench.monitor.next_tick_at() is None


@pytest.mark.parametrize("by", [-3600.0, -2.0, 2.0, 19.0])
def test_a_wall_clock_that_is_put_right_moves_no_countdown(by: float) -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.wall_offset += by
    health = bench.monitor.health("a")
    assert health.state is HealthState.UNAVAILABLE
    assert health.retry_at == datetime.fromtimestamp(bench.clock.wall() + 6.0, UTC)


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ((ok(),), ""),
        ((failed(ErrorClass.TIMEOUT),), "timeout"),
        ((failed(ErrorClass.RATE_LIMIT, retry_after=9.0),), "rate limit, it asked for a pause"),
        (DOWN, "3 failures in a row, the last: server error"),
        ((failed(ErrorClass.QUOTA),), "credit or quota is used up"),
    ],
)
def test_a_reason_says_why_it_is_not_simply_healthy(outcomes: tuple[Outcome, ...], reason: str) -> None:
    assert Bench().run("a", *outcomes).reason == reason


def test_an_attempt_that_ends_without_saying_why_counts_as_a_fault() -> None:
    health = Bench().run("a", Outcome(OutcomeKind.FAILED, 1.0))
    assert (health.failed_requests, health.consecutive_failures) == (1, 1)
    assert health.last_error is not None
    assert health.last_error.error_class is ErrorClass.UNKNOWN


def test_last_error_is_the_providers_own() -> None:
    info = error(ErrorClass.OVERLOADED, status=529)
    assert Bench().run("a", Outcome(OutcomeKind.FAILED, 1.0, error=info)).last_error == info


def test_chance_only_ever_shortens_the_wait_before_a_trial() -> None:
    waits = []
    for seed in range(60):
        monitor = HealthMonitor(("a",), clock=(clock := HandClock()), rng=seeded(seed))
        for number in range(3):
            attempt = Attempt(str(number), Target("a"), 1, clock.seconds)
            monitor.begin(attempt)
            health = monitor.record(attempt, failed())
        assert health.retry_at is not None
        waits.append(health.retry_at.timestamp() - clock.wall())
    assert 4.79 < min(waits) < 5.0
    assert 5.8 < max(waits) < 6.01


def test_the_next_tick_is_the_first_of_all_that_wait() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0), failed(ErrorClass.QUOTA, retry_after=20.0))
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 20.0
    bench.run("b", failed(ErrorClass.RATE_LIMIT, retry_after=30.0), failed(ErrorClass.QUOTA, retry_after=50.0))
    bench.clock.move(20)
    bench.monitor.tick()
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 10.0


def test_clear_takes_the_permit_from_a_trial_under_way() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    trial = bench.begin("a")
    bench.monitor.clear("a")
    assert not bench.monitor.health("a").on_trial
    assert bench.end(trial, ok()).state is HealthState.HEALTHY


def test_a_check_without_an_error_keeps_the_last_one() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.OVERLOADED))
    met_at = bench.monitor.health("a").last_failure
    bench.clock.move(5)
    health = bench.monitor.record_probe("a", False)
    assert health.last_error is not None
    assert health.last_error.error_class is ErrorClass.OVERLOADED
    assert health.last_error_at == met_at
    health = bench.monitor.record_probe("a", False, error=error(ErrorClass.NETWORK))
    assert health.last_error is not None
    assert health.last_error.error_class is ErrorClass.NETWORK
    assert health.last_error_at == health.last_checked
    assert health.last_failure == met_at
