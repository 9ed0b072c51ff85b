"""Bands of reliability: what is forgotten, who falls, and who rises when."""

from __future__ import annotations

import pytest

from phoenix_tui.core.bands import Reliability, counted, settled
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import Band

START = Moment(1000.0, 1_800_000_000.0)


def known(successes: float, failures: float, band: Band = Band.A, *, requests: int = 0) -> Reliability:
    return Reliability(START, START, successes, failures, band, requests)


def test_each_request_weighs_less_with_every_later_one() -> None:
    state = counted(known(10.0, 10.0), True, START)
    assert [state.successes, state.failures] == pytest.approx([10.9, 9.9])
    state = counted(known(10.0, 10.0), False, START)
    assert [state.successes, state.failures] == pytest.approx([9.9, 10.9])


@pytest.mark.parametrize(("hours", "kept"), [(1.0, 0.5), (2.0, 0.25), (-1.0, 1.0)])
def test_each_request_weighs_half_with_every_hour(hours: float, kept: float) -> None:
    state = counted(known(10.0, 20.0), True, START.plus(3600 * hours))
    assert state.successes == pytest.approx(10 * kept * 0.99 + 1)
    assert state.failures == pytest.approx(20 * kept * 0.99)


@pytest.mark.parametrize(
    ("successes", "failures", "band"),
    [
        (0, 1, Band.A),
        (4, 3, Band.A),
        (3, 3, Band.B),
        (12, 8, Band.B),
        (10, 14, Band.C),
        (8, 20, Band.C),
        (8, 28, Band.D),
    ],
)
def test_who_is_clearly_under_a_cut_falls_at_once_to_where_they_belong(
    successes: float, failures: float, band: Band
) -> None:
    before = known(successes / 0.99, (failures - 1) / 0.99)
    state = counted(before, False, START)
    assert [state.successes, state.failures] == pytest.approx([successes, failures])
    assert state.band is band
    assert state.requests == (1 if band is Band.A else 0)


def test_who_rises_has_stayed_for_ten_requests() -> None:
    assert counted(known(80, 2, Band.B, requests=8), True, START).band is Band.B
    risen = counted(known(80, 2, Band.B, requests=9), True, START)
    assert (risen.band, risen.requests) == (Band.A, 0)


def test_who_rises_has_stayed_for_a_minute() -> None:
    state = known(80, 2, Band.C)
    assert settled(state, START.plus(59.9)) is state
    risen = settled(state, START.plus(60))
    assert (risen.band, risen.entered, risen.requests) == (Band.B, START.plus(60), 0)
    assert settled(risen, START.plus(61)).band is Band.B
    assert settled(risen, START.plus(120)).band is Band.A


@pytest.mark.parametrize(("successes", "band"), [(40, Band.B), (50, Band.A)])
def test_who_rises_is_well_above_the_cut(successes: float, band: Band) -> None:
    assert settled(known(successes, 3, Band.B), START.plus(60)).band is band


def test_time_alone_lets_nobody_fall_and_changes_nothing_at_the_top() -> None:
    best = known(0, 100, Band.A)
    assert settled(best, START.plus(1)) is best
    low = known(8, 20, Band.C)
    assert all(settled(low, START.plus(seconds)).band is Band.C for seconds in range(0, 1800, 60))
