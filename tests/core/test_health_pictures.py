"""A picture of health that is kept is the one that would be taken anew, whatever happens and however time passes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health_models import PEAK_TAU, Latency, peak_falls_at, peak_now
from phoenix_tui.core.health_state import Block, new_state
from phoenix_tui.core.health_view import unchanged_until, view
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.quantile import Quantile
from phoenix_tui.core.types import Outcome, OutcomeKind, RateLimit
from tests.helpers.health import Bench, failed, ok

NOW = Moment(1000.0, 5000.0)
NEVER = Moment(math.inf, math.inf)

Act = Callable[[Bench], object]


def with_headroom(seconds: float) -> Act:
    def run(bench: Bench) -> object:
        limit = RateLimit("requests", 10, 5, bench.clock.wall() + seconds)
        return bench.run("a", Outcome(OutcomeKind.OK, 1.0, ttft=0.5, headroom=(limit,)))

    return run


def shift_wall(seconds: float) -> Act:
    def run(bench: Bench) -> object:
        bench.clock.wall_offset += seconds
        return None

    return run


KINDS = (ErrorClass.SERVER, ErrorClass.RATE_LIMIT, ErrorClass.AUTH, ErrorClass.QUOTA, ErrorClass.MODEL_NOT_FOUND)
MODELS = st.sampled_from(["x", "y", None])
ACTS = st.one_of(
    st.builds(lambda ttft, model: lambda bench: bench.run("a", ok(ttft=ttft), model=model), st.floats(0.1, 9), MODELS),
    st.builds(
        lambda kind, model: lambda bench: bench.run("a", failed(kind), model=model), st.sampled_from(KINDS), MODELS
    ),
    st.builds(lambda model: lambda bench: bench.begin("a", model), MODELS),
    st.builds(lambda seconds: lambda bench: bench.clock.move(seconds), st.floats(0, 4000)),
    st.builds(with_headroom, st.floats(-10, 4000)),
    st.builds(shift_wall, st.floats(-500, 15)),
    st.just(lambda bench: bench.monitor.record_probe("a", True)),
)


@example([with_headroom(0.0), shift_wall(-1.0)], "x")  # the clock is set back over the reset of a limit
@given(st.lists(ACTS, max_size=25), st.sampled_from(["x", "y", "z"]))
def test_what_is_read_is_what_would_be_seen_now(acts: list[Act], model: str) -> None:
    bench = Bench(("a", "b"))
    for act in acts:
        act(bench)
        for wanted in (model, None):
            seen = bench.monitor.health("a", wanted)
            assert seen == view(bench.monitor.state("a"), Moment.read(bench.clock), model=wanted)


def test_nothing_new_and_no_time_to_speak_of_is_the_same_picture() -> None:
    bench = Bench(("a", "b"))
    bench.run("a", ok(ttft=0.5))
    seen = bench.monitor.health("a")
    bench.clock.move(10)
    assert bench.monitor.health("a", "any") is seen
    bench.run("a", ok(ttft=0.5))
    assert bench.monitor.health("a") is not seen


def test_a_picture_lasts_until_a_peak_has_fallen_or_a_limit_is_reset() -> None:
    fresh = new_state("a", NOW)
    assert unchanged_until(fresh, NOW) == NEVER
    limits = (RateLimit("a", resets_at=4999.0), RateLimit("b", resets_at=5060.0), RateLimit("c", resets_at=5030.0))
    assert unchanged_until(replace(fresh, headroom=(*limits, RateLimit("d"))), NOW) == Moment(math.inf, 5030.0)
    bench = Bench(("a", "b"))
    bench.run("a", ok(ttft=0.5), ok(ttft=4.0))
    now = Moment.read(bench.clock)
    assert unchanged_until(bench.monitor.state("a"), now).monotonic == now.monotonic + PEAK_TAU


@pytest.mark.parametrize(
    "counting",
    [
        {"block": Block(ErrorClass.QUOTA, NOW, NOW.plus(60))},
        {"retry_at": NOW.plus(60)},
        {"offline": True},
    ],
    ids=lambda counting: next(iter(counting)),
)
def test_what_counts_down_is_looked_at_each_time(counting: dict[str, object]) -> None:
    state = replace(new_state("a", NOW), **counting)  # type: ignore[arg-type]  # one of its fields
    assert unchanged_until(state, NOW) == NOW


def test_a_rest_is_looked_at_each_time() -> None:
    bench = Bench(("a", "b"))
    bench.run("a", failed(ErrorClass.RATE_LIMIT), model="x")
    now = Moment.read(bench.clock)
    assert unchanged_until(bench.monitor.state("a"), now) == now


def test_a_peak_falls_at_whole_minutes_and_at_last_no_more() -> None:
    usual = Quantile(0.5, (1.0,), (1.0,))
    latency = Latency(1, usual, usual, 4.0, NOW)
    assert peak_falls_at(latency, NOW) == NOW.monotonic + PEAK_TAU
    later = NOW.plus(2.5 * PEAK_TAU)
    falls = peak_falls_at(latency, later)
    assert falls == NOW.monotonic + 3 * PEAK_TAU
    just_before = Moment(falls - 0.001, later.wall)
    assert peak_now(latency, just_before) == peak_now(latency, later)
    assert peak_now(latency, Moment(falls, later.wall)) != peak_now(latency, later)
    assert peak_falls_at(latency, NOW.plus(12.5 * PEAK_TAU)) == NOW.monotonic + 13 * PEAK_TAU
    assert peak_falls_at(latency, NOW.plus(13 * PEAK_TAU)) == math.inf
    assert peak_falls_at(Latency(), NOW) == math.inf
    assert peak_falls_at(replace(latency, at=None), NOW) == math.inf
    assert peak_falls_at(latency, NOW.plus(-5)) == NOW.monotonic + PEAK_TAU
