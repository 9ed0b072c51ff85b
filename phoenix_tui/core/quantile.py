"""Running estimate of one quantile in constant space: the P² algorithm.

Jain and Chlamtac, "The P² algorithm for dynamic calculation of quantiles and histograms without storing observations",
Communications of the ACM 28 (10), 1985. Five markers follow the least, the greatest, the wanted quantile and the points
half-way to it; each new sample moves them along a parabola through their neighbours.

Two things are added. The value is read between the markers at the very rank that is wanted, which is exact up to five
samples, where the published estimate is still the median. And the markers forget: what is older weighs half as much
each time `MEMORY` samples are full, so that a provider that has become slower is seen to be.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise

from phoenix_tui.core.values import dataclass

_MARKERS = 5
MEMORY = 500
"""Samples after which the ranks of the markers are halved."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """The estimate of the quantile `p` (0 to 1): `heights` of the markers, ascending, and their `ranks` among the
    samples, from 1. With fewer than five samples these are the samples themselves."""

    p: float
    heights: tuple[float, ...] = ()
    ranks: tuple[float, ...] = ()

    @property
    def value(self) -> float | None:
        """The estimate, in the unit of the samples and among them; None before the first."""
        ranks, heights = self.ranks, self.heights
        if len(heights) < 2:
            return heights[0] if heights else None
        wanted = 1 + (ranks[-1] - 1) * self.p
        at = min(max(bisect_left(ranks, wanted), 1), len(ranks) - 1)
        height, next_height = heights[at - 1], heights[at]
        share = (wanted - ranks[at - 1]) / (ranks[at] - ranks[at - 1])
        return min(max(height + (next_height - height) * share, height), next_height)


def updated(quantile: Quantile, sample: float) -> Quantile:
    """The estimate after one more finite `sample`."""
    heights = list(quantile.heights)
    if len(heights) < _MARKERS:
        heights = sorted([*heights, sample])
        return Quantile(quantile.p, tuple(heights), tuple(float(rank) for rank in range(1, len(heights) + 1)))
    ranks = list(quantile.ranks)
    heights[0], heights[-1] = min(heights[0], sample), max(heights[-1], sample)
    for marker in range(1, _MARKERS):
        if sample < heights[marker] or marker == _MARKERS - 1:
            ranks[marker] += 1
    last = ranks[-1] - 1
    for marker, share in ((1, quantile.p / 2), (2, quantile.p), (3, (1 + quantile.p) / 2)):
        lag = 1 + last * share - ranks[marker]
        if lag >= 1 and ranks[marker + 1] - ranks[marker] > 1:
            _move(heights, ranks, marker, 1)
        elif lag <= -1 and ranks[marker] - ranks[marker - 1] > 1:
            _move(heights, ranks, marker, -1)
    if ranks[-1] > MEMORY:
        ranks = [1 + (rank - 1) / 2 for rank in ranks]
    return Quantile(quantile.p, tuple(heights), tuple(ranks))


def is_sound(quantile: Quantile) -> bool:
    """Whether these are markers that can be worked with; what was read from a file may be anything."""
    heights, ranks = quantile.heights, quantile.ranks
    return (
        0 < quantile.p < 1
        and len(heights) == len(ranks) <= _MARKERS
        and all(math.isfinite(number) for number in (*heights, *ranks))
        and all(low <= high for low, high in pairwise(heights))
        and all(low < high for low, high in pairwise(ranks))
        and (not ranks or ranks[0] == 1)
        and (len(ranks) == _MARKERS or ranks == tuple(range(1, len(ranks) + 1)))
    )


def _move(heights: list[float], ranks: list[float], marker: int, step: int) -> None:
    """Move one marker by one rank, up or down: along the parabola, or straight where that would leave its place."""
    low, height, high = heights[marker - 1 : marker + 2]
    before, rank, after = ranks[marker - 1 : marker + 2]
    parabola = height + step / (after - before) * (
        (rank - before + step) * (high - height) / (after - rank)
        + (after - rank - step) * (height - low) / (rank - before)
    )
    if not low < parabola < high:
        aim, aim_rank = (high, after) if step > 0 else (low, before)
        parabola = min(max(height + step * (aim - height) / (aim_rank - rank), low), high)
    heights[marker] = parabola
    ranks[marker] += step
