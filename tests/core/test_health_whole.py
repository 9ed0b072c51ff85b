"""No part of a state is lost, invented or left odd on its way through time, a clean slate and restarts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import Cleared
from phoenix_tui.core.health_models import Latency
from phoenix_tui.core.health_restore import restored
from phoenix_tui.core.health_state import ProviderState, moved, new_state
from phoenix_tui.core.health_step import step
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.quantile import Quantile
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, RateLimit
from tests.helpers.full_health import NOW, ago, everything
from tests.helpers.health import Bench, HandClock, Highest, failed, ok


def moments_of(value: Any, path: str = "") -> Iterator[tuple[str, Moment]]:
    """Every moment in `value`, by where it stands."""
    if isinstance(value, Moment):
        yield path, value
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from moments_of(entry, f"{path}[{number}]")
    elif is_dataclass(value):
        for field in fields(value):
            yield from moments_of(getattr(value, field.name), f"{path}.{field.name}")


def test_whatever_moves_a_state_moves_every_moment_in_it_and_touches_nothing_else() -> None:
    state = replace(everything(), undoable=())
    after = moved(state, lambda moment: moment.plus(-100))
    assert dict(moments_of(after)) == {path: moment.plus(-100) for path, moment in moments_of(state)}
    assert moved(after, lambda moment: moment.plus(100)) == state
    assert moved(everything(), lambda moment: moment).undoable == ()


def test_a_clean_slate_keeps_what_the_person_and_the_machine_have_said() -> None:
    state = replace(everything(), configured=False, enabled=False, offline=True, local=True)
    after = step(state, Cleared(), NOW, Highest())
    kept = ("name", "local", "configured", "enabled", "offline", "quiet_until", "key_generation")
    assert {name: getattr(after, name) for name in kept} == {name: getattr(state, name) for name in kept}
    assert [(its.id, its.began, its.lease) for its in after.open] == [("1", ago(8), None), ("2", ago(8.5), None)]
    fresh = new_state("a", NOW, local=True)
    untouched = {field.name for field in fields(state)} - {*kept, "open", "probe_at"}
    assert {name: getattr(after, name) for name in untouched} == {name: getattr(fresh, name) for name in untouched}


# -- from one run to the next


def carried(state: ProviderState, *, after: float = 0.0, same_key: bool = True) -> ProviderState:
    """What a new run makes of `state`, kept at `NOW`, when it begins `after` seconds later with timers of its own."""
    begin = Moment(3.0, NOW.wall + after)
    return restored(new_state("a", begin), state, begin, kept_at=NOW.wall, same_key=same_key)


def test_everything_that_can_outlive_a_run_does_and_is_as_old_as_it_is() -> None:
    kept = replace(everything(), undoable=())
    after = carried(kept, after=10.0)

    def move(moment: Moment) -> Moment:
        return Moment(moment.monotonic - NOW.monotonic + 3.0 - 10.0, moment.wall)

    expected = replace(
        moved(kept, move),
        key_generation=0,
        open=(),
        neutrals=kept.neutrals + 2,
        probe_at=Moment(3.0, NOW.wall + 10.0),
        quiet_until=None,
        as_of=move(NOW),
    )
    assert after == expected


def test_with_another_key_nothing_is_held_against_it_that_the_old_one_was_told() -> None:
    after = carried(everything(), same_key=False)
    assert (after.block, after.rest) == (None, None)
    assert [(its.rest, its.limits, its.latency.samples) for its in after.models] == [(None, 0, 9)]


@pytest.mark.parametrize("phase", [HealthState.HEALTHY, HealthState.SUSPECT, HealthState.UNKNOWN])
def test_who_is_in_no_outage_waits_for_the_end_of_none(phase: HealthState) -> None:
    after = carried(replace(everything(), phase=phase))
    assert (after.phase, after.retry_at, after.failing_since) == (phase, None, None)


def test_an_outage_whose_time_has_just_come_is_tried_whoever_makes_checks() -> None:
    after = carried(replace(everything(), rest=None), after=40.0)
    assert (after.phase, after.retry_at) == (HealthState.PROBATION, None)


def test_a_state_that_is_no_phase_is_taken_for_nothing_known() -> None:
    after = carried(replace(everything(), phase=HealthState.COOLING))
    assert (after.phase, after.consecutive_failures) == (HealthState.UNKNOWN, 0)


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf])
def test_what_was_kept_at_no_time_at_all_is_taken_as_of_now(nonsense: float) -> None:
    begin = Moment(3.0, NOW.wall)
    after = restored(new_state("a", begin), everything(), begin, kept_at=nonsense, same_key=True)
    assert after.as_of == begin


@pytest.mark.parametrize("outcomes", [(ok(), failed()), (failed(), failed(ErrorClass.BAD_REQUEST))])
def test_whatever_has_happened_in_this_run_is_newer(outcomes: tuple[Outcome, ...]) -> None:
    bench = Bench(clock=HandClock())
    before = bench.run("a", *outcomes)
    bench.monitor.restore("a", everything(), kept_at=NOW.wall, same_key=True)
    assert bench.monitor.health("a") == before


def test_weights_that_no_count_could_reach_are_none() -> None:
    its = everything().reliability
    kept = [
        carried(replace(everything(), reliability=replace(its, successes=weight, failures=weight))).reliability
        for weight in (0.5, 99.0, 100.5, -1.0, math.inf, math.nan)
    ]
    assert [(one.successes, one.failures) for one in kept] == [(0.5, 0.5), (99.0, 99.0), *[(0.0, 0.0)] * 4]


def odd_latencies() -> Iterator[Latency]:
    latency = everything().models[0].latency
    marked = latency.median
    yield replace(latency, at=None)
    yield replace(latency, peak=None)
    yield replace(latency, peak=math.inf)
    yield replace(latency, samples=0)
    yield replace(latency, median=Quantile(0.5))
    yield replace(latency, median=replace(marked, p=0.6))
    yield replace(latency, p95=marked)
    yield replace(latency, median=replace(marked, heights=(5.0, 4.0, 3.0, 2.0, 1.0)))
    yield replace(latency, median=replace(marked, heights=(1.0, 2.0, 3.0, 4.0, 1e7)))
    yield replace(latency, median=replace(marked, heights=(0.0, 2.0, 3.0, 4.0, 5.0)))
    yield replace(latency, median=replace(marked, ranks=(1.0, 2.0, 3.0)))


@pytest.mark.parametrize("odd", list(odd_latencies()))
def test_measurements_that_do_not_fit_together_are_begun_anew(odd: Latency) -> None:
    (model,) = everything().models
    assert carried(replace(everything(), models=(replace(model, latency=odd),))).models[0].latency == Latency()


def test_odd_samples_limits_and_errors_are_made_fit() -> None:
    after = carried(
        replace(
            everything(),
            response_time=math.inf,
            ttft_average=-1.0,
            ttft_last=2e6,
            recent=(None, math.nan, 1.0),
            recent_at=(math.nan, NOW.wall + 1e6, -1.0),
            headroom=(RateLimit("r" * 900, -5, 10**20, math.inf),),
            last_error=ErrorInfo(ErrorClass.SERVER, "m" * 900, detail="d" * 900, retry_after=math.inf),
        )
    )
    assert (after.response_time, after.ttft_average, after.ttft_last, after.recent) == (
        None,
        None,
        None,
        (None, None, 1.0),
    )
    assert after.recent_at == (0.0, 0.0, 0.0)
    assert after.headroom == (RateLimit("r" * 500, 0, 10**12, None),)
    assert after.last_error == ErrorInfo(ErrorClass.SERVER, "m" * 500, detail="d" * 500)


def test_samples_kept_without_their_times_have_none() -> None:
    kept = carried(replace(everything(), recent=(1.0, 2.0), recent_at=()))
    assert (kept.recent, kept.recent_at) == ((1.0, 2.0), (0.0, 0.0))
    assert len(carried(replace(everything(), recent=(), recent_at=(1.0,))).recent_at) == 0
