"""Bands and quantiles at their edges: what a fall begins anew, samples that are equal, markers that meet others."""

from __future__ import annotations

import pytest

from phoenix_tui.core import quantile
from phoenix_tui.core.bands import Reliability, counted
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.quantile import Quantile
from phoenix_tui.core.snapshot import Band

START = Moment(1_000.0, 1_800_000_000.0)
HOUR = 3600.0
FIRST_FIVE = (1.0, 2.0, 3.0, 4.0, 5.0)


def test_each_hour_halves_what_is_known_once() -> None:
    state = Reliability(START, START, 10.0, 20.0)
    for hours in (1, 2):
        state = counted(state, True, START.plus(hours * HOUR))
    assert state.successes == pytest.approx((10 / 2 * 0.99 + 1) / 2 * 0.99 + 1)
    assert state.failures == pytest.approx(20 / 4 * 0.99**2)


def test_who_falls_has_its_whole_stay_before_it() -> None:
    later = START.plus(HOUR)
    fallen = counted(Reliability(later, START, 10.0, 30.0), False, later)
    assert (fallen.band, fallen.entered, fallen.requests) == (Band.D, later, 0)


def test_a_sample_like_a_marker_stands_behind_it() -> None:
    after = quantile.updated(Quantile(0.5, FIRST_FIVE, FIRST_FIVE), 3.0)
    assert (after.heights, after.ranks) == (FIRST_FIVE, (1.0, 2.0, 3.0, 5.0, 6.0))


@pytest.mark.parametrize(
    ("p", "heights", "ranks", "expected"),
    [
        (0.5, (0.0, 8.0, 9.0, 10.0, 11.0), (1.0, 2.0, 4.0, 5.0, 12.0), 8.5),  # the parabola is at 11
        (0.5, (0.0, 7.0, 8.0, 9.0, 10.0), (1.0, 4.0, 7.0, 8.0, 16.0), 7 + 1 / 3),  # at 8
        (0.2, (0.0, 1.0, 8.0, 9.0, 10.0), (1.0, 4.0, 7.0, 8.0, 9.0), 2 / 3),  # at 0
    ],
)
def test_where_the_parabola_would_reach_a_neighbour_the_marker_moves_straight(
    p: float, heights: tuple[float, ...], ranks: tuple[float, ...], expected: float
) -> None:
    assert quantile.updated(Quantile(p, heights, ranks), 12.0).heights[1] == pytest.approx(expected)


@pytest.mark.parametrize("p", [0.0, 1.0, 1.5])
def test_there_is_no_quantile_at_or_beyond_the_ends(p: float) -> None:
    assert not quantile.is_sound(Quantile(p, (1.0,), (1.0,)))


def test_ranks_begin_at_one_however_many_there_are() -> None:
    assert quantile.is_sound(Quantile(0.5))
    assert quantile.is_sound(Quantile(0.5, FIRST_FIVE, (1.0, 3.0, 5.0, 7.0, 9.0)))
    assert not quantile.is_sound(Quantile(0.5, FIRST_FIVE, (2.0, 3.0, 5.0, 7.0, 9.0)))
