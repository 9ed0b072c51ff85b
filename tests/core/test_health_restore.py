"""Health that an earlier run has kept: what of it holds, and that nothing in it can do harm."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health_models import Rest
from phoenix_tui.core.health_state import Block, ProviderState
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import Band, HealthState, ProviderHealth
from phoenix_tui.core.types import Outcome, RateLimit
from tests.helpers.health import Bench, HandClock, error, failed, ok

DOWN = (failed(), failed(), failed())


def kept(bench: Bench, name: str = "a") -> tuple[ProviderState, float]:
    return bench.monitor.state(name), bench.clock.wall()


def later(bench: Bench, seconds: float = 0.0, *, probed: bool = False) -> Bench:
    """A new run of the program, on a clock whose timers began anew."""
    clock = HandClock(seconds=5.0, wall_offset=bench.clock.wall() - 5.0 + seconds)
    return Bench(names=bench.names, local=bench.local, clock=clock, probed=probed)


def carried(
    bench: Bench, seconds: float = 0.0, *, same_key: bool = True, name: str = "a", probed: bool = False
) -> Bench:
    """`bench` as a new run finds it, `seconds` later."""
    state, kept_at = kept(bench, name)
    new = later(bench, seconds, probed=probed)
    new.monitor.restore(name, state, kept_at=kept_at, same_key=same_key)
    return new


def test_what_was_learned_is_known_again() -> None:
    bench = Bench()
    bench.run("a", ok(2.0, ttft=0.5, tokens=30), failed(), ok(3.0, ttft=0.7), failed(ErrorClass.CANCELLED), failed())
    before = bench.monitor.health("a")
    after = carried(bench).monitor.health("a")
    assert after.as_of == datetime.fromtimestamp(bench.clock.wall(), UTC)
    assert replace(after, as_of=None) == before
    assert after.models[0].samples == 2


@pytest.mark.parametrize("outcome", [None, ok(), failed(), failed(ErrorClass.BAD_REQUEST)])
def test_what_never_happened_has_not_happened_then_either(outcome: Outcome | None) -> None:
    bench = Bench()
    if outcome is not None:
        bench.run("a", outcome)
    before = bench.monitor.health("a")
    assert replace(carried(bench).monitor.health("a"), as_of=None) == before


def test_it_says_of_when_it_is_until_something_happens() -> None:
    bench = Bench()
    bench.run("a", ok())
    as_of = datetime.fromtimestamp(bench.clock.wall(), UTC)
    new = carried(bench, 600.0)
    new.monitor.set_configured("a", True)
    new.monitor.tick()
    attempt = new.begin("a")
    assert new.monitor.health("a").as_of == as_of
    assert new.end(attempt, ok()).as_of is None
    assert carried(bench, 600.0).monitor.record_probe("a", True).as_of is None


def test_an_outage_goes_on_until_its_time_and_is_then_tried() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    new = carried(bench, 4.0)
    health = new.monitor.health("a")
    assert (health.state, health.consecutive_failures) == (HealthState.UNAVAILABLE, 3)
    assert health.retry_at == datetime.fromtimestamp(new.clock.wall() + 2.0, UTC)
    new.clock.move(2)
    assert new.state("a") is HealthState.PROBATION


@pytest.mark.parametrize("probed", [True, False])
def test_an_outage_whose_time_has_come_meanwhile_is_on_probation(probed: bool) -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    new = carried(bench, 7.0, probed=probed)
    health = new.monitor.health("a")
    assert (health.state, health.consecutive_failures, health.retry_at) == (HealthState.PROBATION, 3, None)
    assert new.run("a", ok()).state is HealthState.HEALTHY


def test_nobody_is_kept_away_for_longer_than_an_outage_ever_does() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    state, kept_at = kept(bench)
    new = later(bench)
    odd = replace(state, retry_at=bench_moment(bench, 40_000.0))
    new.monitor.restore("a", odd, kept_at=kept_at, same_key=True)
    assert new.monitor.health("a").retry_at == datetime.fromtimestamp(new.clock.wall() + 60.0, UTC)


def bench_moment(bench: Bench, ahead: float) -> Moment:
    return Moment.read(bench.clock).plus(ahead)


def test_pauses_that_were_asked_for_are_kept_and_are_over_when_their_time_has_passed() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=100.0), model="big")
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=30.0, provider_wide=True), model="big")
    new = carried(bench, 40.0)
    assert new.state("a", "small") is HealthState.SUSPECT
    assert new.monitor.health("a", "big").retry_at == datetime.fromtimestamp(new.clock.wall() + 60.0, UTC)
    assert carried(bench, 100.0).state("a", "big") is HealthState.SUSPECT
    assert carried(bench, 0.0, same_key=False).state("a", "big") is HealthState.SUSPECT


@pytest.mark.parametrize(
    ("kind", "seconds", "same_key", "state"),
    [
        (ErrorClass.AUTH, 0.0, True, HealthState.BLOCKED),
        (ErrorClass.AUTH, 1e6, True, HealthState.BLOCKED),
        (ErrorClass.AUTH, 0.0, False, HealthState.UNKNOWN),
        (ErrorClass.QUOTA, 899.0, True, HealthState.BLOCKED),
        (ErrorClass.QUOTA, 900.0, True, HealthState.UNKNOWN),
        (ErrorClass.QUOTA, 0.0, False, HealthState.UNKNOWN),
    ],
)
def test_a_block_is_kept_for_the_same_key_and_its_time(
    kind: ErrorClass, seconds: float, same_key: bool, state: HealthState
) -> None:
    bench = Bench()
    bench.run("a", failed(kind))
    assert carried(bench, seconds, same_key=same_key).state("a") is state


def test_attempts_that_were_under_way_have_ended_without_a_verdict() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    bench.begin("a")
    bench.begin("a")
    health = carried(bench).monitor.health("a")
    assert (health.total_requests, health.neutral_requests, health.in_flight, health.on_trial) == (5, 2, 0, False)
    assert health.state is HealthState.PROBATION


def test_reliability_is_forgotten_while_nobody_looks() -> None:
    bench = Bench()
    bench.run("a", *(outcome for _ in range(20) for outcome in (ok(), failed())))
    assert bench.monitor.health("a").band > Band.B
    assert carried(bench, 0.0).monitor.health("a").band is bench.monitor.health("a").band
    new = carried(bench, 86_400.0)
    for _ in range(3):
        new.clock.move(60)
        health = new.monitor.health("a")
    assert health.band is Band.A


def test_a_file_from_the_future_is_taken_as_of_now() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=50.0))
    bench.run("b", *DOWN)
    for name, wait in (("a", 50.0), ("b", 6.0)):
        new = carried(bench, -7200.0, name=name)
        health = new.monitor.health(name)
        assert health.retry_at == datetime.fromtimestamp(new.clock.wall() + wait, UTC)
        assert health.as_of == datetime.fromtimestamp(new.clock.wall(), UTC)


def test_who_is_known_is_checked_at_once_and_who_is_away_at_its_time() -> None:
    bench = Bench(names=("a", "b"), local=("b",))
    bench.run("a", ok())
    new = carried(bench, probed=True)
    assert new.monitor.next_probe_at("a") == new.clock.seconds + 1.0
    new.monitor.set_configured("a", True)
    new.monitor.set_enabled("a", True)
    assert new.monitor.next_probe_at("a") == new.clock.seconds + 1.0
    bench.run("a", *DOWN)
    new = carried(bench, probed=True)
    assert new.monitor.next_probe_at("a") == new.clock.seconds + 6.0


def test_what_is_configured_now_stays() -> None:
    bench = Bench(names=("a", "b"), local=("b",))
    bench.monitor.set_enabled("a", False)
    state, kept_at = kept(bench)
    new = later(bench)
    new.monitor.set_configured("b", False)
    new.monitor.restore("b", state, kept_at=kept_at, same_key=True)
    after = new.monitor.state("b")
    assert (after.name, after.local, after.enabled, after.configured) == ("b", True, True, False)


def test_what_has_happened_in_this_run_is_newer() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    state, kept_at = kept(bench)
    new = later(bench)
    attempt = new.begin("a")
    new.monitor.restore("a", state, kept_at=kept_at, same_key=True)
    assert new.state("a") is HealthState.UNKNOWN
    assert new.end(attempt, ok()).total_requests == 1


def test_limits_that_were_told_are_kept_until_their_reset() -> None:
    bench = Bench()
    now = bench.clock.wall()
    soon, late = RateLimit("requests", 60, 5, now + 10), RateLimit("tokens", 1000, 70, now + 100)
    bench.run("a", replace(ok(), headroom=(soon, late)))
    assert carried(bench).monitor.health("a").headroom == (soon, late)
    assert carried(bench, 11.0).monitor.health("a").headroom == (late,)


def test_a_block_that_could_never_end_is_not_taken_over() -> None:
    bench = Bench()
    state, kept_at = kept(bench)
    now = Moment.read(bench.clock)
    for block in (Block(ErrorClass.QUOTA, now, None), Block(ErrorClass.TIMEOUT, now, now.plus(50))):
        new = later(bench)
        new.monitor.restore("a", replace(state, block=block), kept_at=kept_at, same_key=True)
        assert new.state("a") is HealthState.UNKNOWN
    new = later(bench)
    forever = Rest(now, now.plus(math.inf), ErrorClass.RATE_LIMIT, True)
    new.monitor.restore("a", replace(state, rest=forever), kept_at=kept_at, same_key=True)
    assert new.state("a") is HealthState.UNKNOWN


def test_an_unknown_provider_is_nobodys_health() -> None:
    bench = Bench()
    with pytest.raises(KeyError):
        bench.monitor.restore("nobody", bench.monitor.state("a"), kept_at=0.0, same_key=True)


def is_sane(health: ProviderHealth, bench: Bench) -> bool:
    numbers = (health.successful_requests, health.failed_requests, health.neutral_requests, health.in_flight)
    times = (health.average_response_time, health.ttft_average, health.ttft_last, health.tokens_per_second)
    models = [(its.ttft_median, its.ttft_p95, its.ttft_peak) for its in health.models]
    day = 86_400.0 + 1.0
    return (
        min(numbers) >= 0
        and sum(numbers) == health.total_requests
        and all(time is None or (math.isfinite(time) and time > 0) for time in times + sum(models, ()))
        and (health.retry_at is None or health.retry_at.timestamp() <= bench.clock.wall() + day)
        and len(health.models) <= 16
        and len(health.recent) <= 60
    )


anything = st.from_type(ProviderState)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(anything, st.floats(allow_nan=True, allow_infinity=True) | st.floats(1.7e9, 1.9e9), st.booleans(), st.booleans())
def test_no_state_however_odd_does_any_harm(odd: ProviderState, kept_at: float, same_key: bool, probed: bool) -> None:
    bench = Bench(names=("a", "b"), probed=probed)
    bench.monitor.restore("a", odd, kept_at=kept_at, same_key=same_key)
    assert is_sane(bench.monitor.health("a"), bench)
    for outcome in (
        failed(),
        failed(ErrorClass.RATE_LIMIT),
        failed(ErrorClass.OFFLINE),
        failed(),
        ok(),
        failed(ErrorClass.AUTH),
    ):
        bench.clock.move(3.0)
        bench.monitor.tick()
        health = bench.run("a", outcome)
        assert is_sane(health, bench)
    bench.monitor.record_probe("a", False, error=error(ErrorClass.SERVER))
    bench.monitor.record_probe("a", True)
    bench.clock.move(90_000.0)
    assert bench.monitor.health("a").is_available
    again = later(bench)
    again.monitor.restore("a", bench.monitor.state("a"), kept_at=bench.clock.wall(), same_key=True)
    assert again.state("a") is bench.state("a")
