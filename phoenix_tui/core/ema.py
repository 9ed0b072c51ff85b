"""Exponential moving average over samples that mean something."""

from __future__ import annotations

import math

ALPHA = 0.3
"""Weight of the newest sample."""


def is_sample(value: float | None) -> bool:
    """Whether `value` is a duration or rate that can be averaged: finite and above zero."""
    return value is not None and math.isfinite(value) and value > 0


def updated(average: float | None, sample: float | None) -> float | None:
    """The average after `sample`; unchanged when the sample is none. The first sample is the average."""
    if sample is None or not is_sample(sample):
        return average
    if average is None:
        return sample
    # Written so that rounding cannot carry the result out of the range of its samples.
    low, high = min(average, sample), max(average, sample)
    return min(max(average + ALPHA * (sample - average), low), high)
