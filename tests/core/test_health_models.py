"""What is known of each model by itself: the rest it needs, and how soon its answers begin."""

from __future__ import annotations

import math

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.health_models import MODELS_KEPT
from phoenix_tui.core.snapshot import HealthState, ModelHealth
from phoenix_tui.core.types import Attempt, Target
from tests.helpers.health import Bench, HandClock, failed, ok, seeded

LIMITED = failed(ErrorClass.RATE_LIMIT)
MISSING = failed(ErrorClass.MODEL_NOT_FOUND)


def rests(bench: Bench, name: str = "a", model: str | None = None) -> float | None:
    """Seconds until `model` may be asked again; None when it may be now."""
    retry_at = bench.monitor.health(name, model).retry_at
    return None if retry_at is None else round(retry_at.timestamp() - bench.clock.wall(), 3)


def of(bench: Bench, model: str, name: str = "a") -> ModelHealth:
    return next(its for its in bench.monitor.health(name).models if its.model == model)


def test_a_rate_limit_rests_the_model_that_was_asked_and_no_other() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0), model="big")
    health = bench.monitor.health("a", "big")
    assert (health.state, health.is_available, health.reason) == (
        HealthState.COOLING,
        False,
        "rate limit, it asked for a pause",
    )
    assert rests(bench, model="big") == 40.0
    small = bench.monitor.health("a", "small")
    assert (small.state, small.retry_at, small.reason) == (HealthState.SUSPECT, None, "rate limit")
    assert of(bench, "big").cooling_until == health.retry_at
    bench.clock.move(40)
    assert bench.state("a", "big") is HealthState.SUSPECT
    assert of(bench, "big") == ModelHealth("big")


def test_without_a_model_the_one_asked_last_is_meant() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0), model="big")
    assert bench.state("a") is HealthState.COOLING
    bench.begin("a", "small")
    assert bench.state("a") is HealthState.SUSPECT
    assert bench.monitor.by_name({"a": "big"})["a"].state is HealthState.COOLING
    assert bench.monitor.by_name()["a"].state is HealthState.SUSPECT
    assert bench.monitor.all({"a": "big"})[0].state is HealthState.COOLING


def test_a_limit_of_the_whole_provider_rests_all_its_models() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=20.0, provider_wide=True), model="big")
    health = bench.monitor.health("a", "small")
    assert (health.state, health.reason) == (
        HealthState.COOLING,
        "rate limit for all its models, it asked for a pause",
    )
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=50.0), model="big")
    assert (rests(bench, model="small"), rests(bench, model="big")) == (20.0, 50.0)
    bench.clock.move(20)
    assert (rests(bench, model="small"), rests(bench, model="big")) == (None, 30.0)


@pytest.mark.parametrize("kind", [ErrorClass.OVERLOADED, ErrorClass.SERVER, ErrorClass.BAD_REQUEST])
def test_any_fault_that_asks_for_a_pause_gets_it(kind: ErrorClass) -> None:
    bench = Bench()
    bench.run("a", failed(kind, retry_after=12.0), model="big")
    assert (rests(bench, model="big"), rests(bench, model="small")) == (12.0, None)


def test_a_limit_that_names_no_time_rests_for_longer_each_time_up_to_a_minute() -> None:
    bench = Bench()
    waits = []
    for _ in range(6):
        bench.run("a", LIMITED)
        waits.append(rests(bench, model="a-model"))
        bench.clock.move(60)
    assert waits == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    assert bench.monitor.health("a", "other").state is not HealthState.COOLING
    bench.run("a", ok())
    bench.run("a", LIMITED)
    assert rests(bench) == 5.0
    assert bench.monitor.health("a").reason == "rate limit, left in peace for a while"


def test_chance_only_ever_shortens_a_rest_of_our_own() -> None:
    waits = []
    for seed in range(60):
        monitor = HealthMonitor(("a",), clock=(clock := HandClock()), rng=seeded(seed))
        attempt = Attempt("1", Target("a", "m"), 1, clock.seconds)
        monitor.begin(attempt)
        retry_at = monitor.record(attempt, LIMITED).retry_at
        assert retry_at is not None
        waits.append(retry_at.timestamp() - clock.wall())
    assert 3.99 < min(waits) < 4.2
    assert 4.8 < max(waits) < 5.01


def test_who_says_that_it_may_be_asked_at_once_is_not_left_in_peace() -> None:
    assert Bench().run("a", failed(ErrorClass.RATE_LIMIT, retry_after=0.0)).state is HealthState.SUSPECT


def test_each_limit_counts_so_three_in_a_row_are_an_outage() -> None:
    bench = Bench()
    bench.run("a", LIMITED, LIMITED)
    assert bench.state("a") is HealthState.COOLING
    health = bench.run("a", LIMITED)
    assert (health.state, rests(bench)) == (HealthState.UNAVAILABLE, 20.0)
    assert rests(bench, model="other") == 6.0
    bench.clock.move(6)
    assert (bench.state("a", "other"), bench.state("a")) == (HealthState.PROBATION, HealthState.COOLING)


def test_a_missing_model_is_not_asked_for_every_question() -> None:
    bench = Bench()
    health = bench.run("a", MISSING, model="gone")
    assert (health.state, health.reason, health.failed_requests, health.neutral_requests) == (
        HealthState.COOLING,
        "model not found",
        0,
        1,
    )
    assert (rests(bench, model="gone"), rests(bench, model="there")) == (600.0, None)


def test_a_model_that_is_not_ready_is_asked_again_soon() -> None:
    bench = Bench(local=["a"])
    bench.run("a", failed(ErrorClass.MODEL_NOT_READY))
    assert (rests(bench), bench.monitor.health("a").reason) == (15.0, "model not ready")


def test_another_key_or_model_or_a_clean_slate_lifts_the_rest_of_a_missing_model() -> None:
    for act in (HealthMonitor.key_changed, HealthMonitor.model_changed, HealthMonitor.clear):
        bench = Bench()
        bench.run("a", MISSING, model="gone")
        act(bench.monitor, "a")
        assert bench.state("a", "gone") is HealthState.UNKNOWN


def test_another_key_lifts_every_rest_and_another_model_only_that_of_missing_ones() -> None:
    bench = Bench()
    for name in ("a", "b"):
        bench.run(name, failed(ErrorClass.RATE_LIMIT, retry_after=40.0), model="big")
        bench.run(name, failed(ErrorClass.RATE_LIMIT, retry_after=30.0, provider_wide=True), model="small")
    bench.monitor.key_changed("a")
    bench.monitor.model_changed("b")
    assert (rests(bench, "a", "big"), rests(bench, "a", "small")) == (None, None)
    assert (rests(bench, "b", "big"), rests(bench, "b", "small")) == (40.0, 30.0)


@pytest.mark.parametrize(
    ("model", "listed", "lifted"),
    [
        ("gone", ["other", "gone"], True),
        ("gone", ["other"], False),
        ("Gone", ["gone:latest"], True),
        ("", ["any"], True),
        ("", [], False),
    ],
)
def test_a_fresh_list_lifts_the_rest_of_the_models_that_it_has(model: str, listed: list[str], lifted: bool) -> None:
    bench = Bench()
    bench.run("a", MISSING, model=model)
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0), model="limited")
    bench.monitor.models_listed("a", [*listed, "limited"] if listed else [])
    assert (rests(bench, model=model) is None) == lifted
    assert rests(bench, model="limited") == 40.0


def test_only_a_success_that_began_after_it_lifts_the_rest_of_a_model() -> None:
    bench = Bench()
    early = bench.begin("a", "big")
    bench.clock.move(1)
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=40.0), model="big")
    assert bench.end(early, ok()).state is HealthState.COOLING
    bench.run("a", ok(), model="small")
    assert bench.state("a", "big") is HealthState.COOLING
    assert bench.run("a", ok(), model="big").state is HealthState.HEALTHY


def test_what_the_old_key_was_told_rests_nothing_for_the_new_one() -> None:
    bench = Bench()
    late = bench.begin("a")
    bench.monitor.key_changed("a")
    assert bench.end(late, failed(ErrorClass.RATE_LIMIT, retry_after=40.0)).retry_at is None


def test_the_models_used_last_are_remembered_the_newest_first() -> None:
    bench = Bench()
    for number in range(20):
        bench.run("a", ok(), model=f"m{number}")
    bench.run("a", ok(), model="m10")
    models = [its.model for its in bench.monitor.health("a").models]
    assert models == ["m10", *(f"m{number}" for number in range(19, 3, -1) if number != 10)]
    assert len(models) == MODELS_KEPT
    forgotten = bench.begin("a", "m0")
    for number in range(30, 50):
        bench.run("a", ok(), model=f"m{number}")
    bench.end(forgotten, failed(ErrorClass.RATE_LIMIT, retry_after=9.0))
    assert rests(bench, model="m0") == 9.0
    assert len(bench.monitor.health("a").models) == MODELS_KEPT


def test_times_to_the_first_token_are_kept_by_model_and_of_answers_only() -> None:
    bench = Bench()
    for number in range(1, 21):
        bench.run("a", ok(ttft=number / 10), model="big")
    bench.run("a", ok(ttft=9.0), model="small")
    bench.run(
        "a", failed(ErrorClass.TIMEOUT), failed(ErrorClass.CANCELLED), ok(ttft=None), ok(ttft=math.nan), model="big"
    )
    big, small = of(bench, "big"), of(bench, "small")
    assert (big.samples, small.samples) == (20, 1)
    assert big.ttft_median == pytest.approx(1.05, abs=0.1)
    assert big.ttft_p95 == pytest.approx(1.905, abs=0.1)
    assert (small.ttft_median, small.ttft_p95, small.ttft_peak) == (9.0, 9.0, 9.0)


def test_a_peak_jumps_up_at_once_and_falls_slowly() -> None:
    bench = Bench()
    bench.run("a", ok(ttft=1.0), ok(ttft=5.0))
    assert of(bench, "a-model").ttft_peak == 5.0
    bench.clock.move(60)
    bench.run("a", ok(ttft=1.0))
    assert of(bench, "a-model").ttft_peak == pytest.approx(1 + 4 * math.exp(-1))
    bench.run("a", ok(ttft=1.0))
    assert of(bench, "a-model").ttft_peak == pytest.approx(1 + 4 * math.exp(-1))


def test_the_peak_of_a_model_that_nobody_asks_falls_to_the_usual_in_steps() -> None:
    bench = Bench()
    bench.run("a", ok(ttft=1.0), ok(ttft=1.0), ok(ttft=5.0))
    heard: list[object] = []
    bench.monitor.subscribe(heard.append)
    peaks = []
    for _ in range(1800):
        bench.clock.move(1)
        bench.monitor.tick()
        peaks.append(of(bench, "a-model").ttft_peak)
    assert peaks[58] == 5.0
    assert peaks[59] == pytest.approx(1 + 4 * math.exp(-1), abs=1e-3)
    assert peaks[-1] == 1.0
    assert len(heard) == len(set(peaks)) - 1 < 15


def test_the_end_of_a_rest_is_a_tick_and_is_told() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=3.0), model="big")
    bench.run("a", ok(), model="small")
    heard: list[tuple[str, ...]] = []
    bench.monitor.subscribe(lambda health: heard.append(tuple(its.cooling_reason for its in health.models)))
    assert bench.monitor.next_tick_at() == bench.clock.seconds + 3.0
    bench.clock.move(3)
    bench.monitor.tick()
    assert heard == [("", "")]
    assert bench.monitor.next_tick_at() is None
