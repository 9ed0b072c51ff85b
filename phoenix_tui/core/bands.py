"""Reliability in four bands with hysteresis, so that an order made from it does not flap.

The success estimate starts near 1 and forgets: each request weighs 1 % less with every later one and half as much with
every hour. A provider falls as soon as its estimate is under a cut, but rises one band at a time, only well above the
cut and after a stay.

Two things differ from a plain rate. Too little evidence demotes nobody: one failure in the first minutes would
otherwise send the person's own choice to the back of the order for hours, out of reach of the traffic that could
redeem it. And an outage (a run of failures that ends in unavailability) is not held against a provider once it is
over: the state machine has dealt with it, and bands are for providers that work most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import Band

_CUTS = ((Band.A, 0.90), (Band.B, 0.75), (Band.C, 0.50), (Band.D, float("-inf")))
_BANDS = tuple(band for band, _ in _CUTS)
_CUT_OF = dict(_CUTS)
_PRIOR_SUCCESSES, _PRIOR_REQUESTS = 9.7, 10.0
_KEPT_PER_REQUEST = 0.99
_HALF_LIFE = 3600.0
_EVIDENCE = 8.0
"""Weight (in recent requests) under which nobody is demoted."""
_MARGIN, _STAY_REQUESTS, _STAY_SECONDS = 0.04, 10, 60.0


@dataclass(frozen=True, slots=True)
class Reliability:
    """Decayed counts of one provider and the band that they put it in. `at` is when they were last decayed, `entered`
    when the band was entered, `requests` how many requests ago."""

    at: Moment
    entered: Moment
    successes: float = 0.0
    failures: float = 0.0
    band: Band = Band.A
    requests: int = 0

    @property
    def estimate(self) -> float:
        """Smoothed success rate, 0 to 1."""
        weight = self.successes + self.failures
        return (self.successes + _PRIOR_SUCCESSES) / (weight + _PRIOR_REQUESTS)


def counted(state: Reliability, success: bool, now: Moment) -> Reliability:
    """`state` after one counted request."""
    aged = _aged(state, now)
    return _banded(
        replace(
            aged,
            successes=aged.successes * _KEPT_PER_REQUEST + success,
            failures=aged.failures * _KEPT_PER_REQUEST + (not success),
            requests=aged.requests + 1,
        ),
        now,
    )


def settled(state: Reliability, now: Moment) -> Reliability:
    """`state` as time alone has made it: nobody falls by waiting, but may rise."""
    if state.band is Band.A:
        return state
    risen = _banded(_aged(state, now), now)
    return risen if risen.band is not state.band else state


def _aged(state: Reliability, now: Moment) -> Reliability:
    kept = 0.5 ** (max(0.0, now.since(state.at)) / _HALF_LIFE)
    return replace(state, at=now, successes=state.successes * kept, failures=state.failures * kept)


def _banded(state: Reliability, now: Moment) -> Reliability:
    estimate = state.estimate
    fitting = next(band for band, cut in _CUTS if estimate >= cut)
    place, wanted = _BANDS.index(state.band), _BANDS.index(fitting)
    if wanted > place and state.successes + state.failures >= _EVIDENCE:
        return replace(state, band=fitting, entered=now, requests=0)
    stayed = state.requests >= _STAY_REQUESTS or now.since(state.entered) >= _STAY_SECONDS
    if place > 0 and stayed and estimate > _CUT_OF[_BANDS[place - 1]] + _MARGIN:
        return replace(state, band=_BANDS[place - 1], entered=now, requests=0)
    return state
