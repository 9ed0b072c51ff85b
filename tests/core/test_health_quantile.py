"""The running estimate of a quantile, against the exact one."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.core.quantile import MEMORY, Quantile, is_sound, updated

samples = st.floats(1e-6, 1e6)


def of(p: float, values: list[float]) -> Quantile:
    quantile = Quantile(p)
    for value in values:
        quantile = updated(quantile, value)
    return quantile


def exact(p: float, values: list[float]) -> float:
    """The quantile with linear interpolation between ranks."""
    ordered = sorted(values)
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def rank_error(p: float, values: list[float]) -> float:
    """How far the estimate is from the wanted rank, as a share of the samples."""
    ordered = sorted(values)
    value = of(p, values).value
    assert value is not None
    least, most = bisect_left(ordered, value) / len(ordered), bisect_right(ordered, value) / len(ordered)
    return max(0.0, least - p, p - most)


def test_nothing_is_said_before_the_first_sample() -> None:
    assert Quantile(0.5).value is None


@given(st.sampled_from([0.5, 0.95]), st.lists(samples, min_size=1, max_size=5))
def test_the_first_five_samples_give_the_exact_quantile(p: float, values: list[float]) -> None:
    assert of(p, values).value == pytest.approx(exact(p, values))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([0.05, 0.5, 0.95]), st.lists(samples | st.sampled_from([1.0, 2.0]), min_size=1, max_size=200))
def test_an_estimate_lies_among_its_samples_and_its_markers_stay_in_order(p: float, values: list[float]) -> None:
    quantile = of(p, values)
    assert quantile.value is not None
    assert min(values) <= quantile.value <= max(values)
    assert is_sound(quantile)
    assert all(low <= high for low, high in pairwise(quantile.heights))
    assert (quantile.heights[0], quantile.heights[-1]) == (min(values), max(values))


@pytest.mark.parametrize("p", [0.5, 0.95])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.uniform(0.2, 2.0),
        lambda rng: rng.expovariate(1.0),
        lambda rng: rng.lognormvariate(0.0, 1.0),
        lambda rng: rng.gauss(10.0, 2.0),
    ],
    ids=["uniform", "exponential", "lognormal", "normal"],
)
def test_the_estimate_is_within_a_few_ranks_of_the_exact_quantile(
    p: float, draw: Callable[[random.Random], float]
) -> None:
    errors = []
    for seed in range(30):
        rng = random.Random(seed)
        errors.append(rank_error(p, [draw(rng) for _ in range(MEMORY)]))
    assert sum(errors) / len(errors) < 0.02
    assert max(errors) < 0.06


def test_between_two_humps_the_estimate_stays_at_the_one_that_has_it() -> None:
    for seed in range(30):
        rng = random.Random(seed)
        value = of(0.5, [rng.choice([0.3, 0.3, 0.3, 5.0]) * rng.uniform(0.9, 1.1) for _ in range(MEMORY)]).value
        assert value is not None
        assert 0.27 < value < 0.4


def test_the_markers_are_where_the_authors_put_them() -> None:
    """The worked example of the paper: twenty observations, their median."""
    observed = [0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92]
    observed += [34.60, 10.28, 1.47, 0.40, 0.05, 11.39, 0.27, 0.42, 0.09, 11.37]
    quantile = of(0.5, observed)
    assert quantile.heights == pytest.approx((0.02, 0.49, 4.44, 17.20, 38.62), abs=0.005)
    assert quantile.ranks == (1, 6, 10, 16, 20)


def test_what_is_old_is_forgotten() -> None:
    rng = random.Random(5)
    fast = [rng.uniform(0.2, 0.4) for _ in range(20 * MEMORY)]
    slow = [rng.uniform(2.0, 4.0) for _ in range(MEMORY)]
    value = of(0.5, fast + slow).value
    assert value is not None
    assert value > 1.0


@pytest.mark.parametrize(
    "nonsense",
    [
        Quantile(0.5, (1.0, 2.0), (1.0,)),
        Quantile(0.5, (2.0, 1.0), (1.0, 2.0)),
        Quantile(0.5, (1.0, 2.0), (1.0, 3.0)),
        Quantile(0.5, (1.0, 2.0), (0.0, 1.0)),
        Quantile(0.5, (1.0, float("nan")), (1.0, 2.0)),
        Quantile(0.5, (1.0, 2.0, 3.0, 4.0, 5.0), (1.0, 2.0, 2.0, 4.0, 5.0)),
        Quantile(0.5, (1.0,) * 6, tuple(float(rank) for rank in range(1, 7))),
        Quantile(2.0, (1.0,), (1.0,)),
    ],
)
def test_markers_that_cannot_be_worked_with_are_known_as_such(nonsense: Quantile) -> None:
    assert not is_sound(nonsense)
    assert is_sound(Quantile(0.5, (1.0, 2.0), (1.0, 2.0)))
