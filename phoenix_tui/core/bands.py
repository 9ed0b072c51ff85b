"""Reliability in four bands with hysteresis, so that an order made from it does not flap.

The success estimate starts near 1 and forgets: each request weighs 1 % less with every later one and half as much with
every hour. A provider falls as soon as its estimate is clearly under a cut, but rises one band at a time, only well
above the cut and after a stay.

Clearly means by one standard error. Comparing the bare estimate lets chance demote a provider that is as good as all
others, early on, when two failures are much of what is known; it then stays behind for hours, out of reach of the
traffic that could redeem it. In a simulation (seven providers at 95-97 %) the person's primary came first in 71-88 % of
requests with the bare estimate and in more than 99 % with the margin; a drop to 60 % is noticed after about ten
requests either way.

An outage (a run of failures that ends in unavailability) is not held against a provider once it is over: the state
machine has dealt with it, and bands are for providers that work most of the time.
"""

from __future__ import annotations

from math import sqrt

from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import Band
from phoenix_tui.core.values import dataclass, replace

_CUTS = ((Band.A, 0.90), (Band.B, 0.75), (Band.C, 0.50), (Band.D, float("-inf")))
_BANDS = tuple(band for band, _ in _CUTS)
_CUT_OF = dict(_CUTS)
_PRIOR_SUCCESSES, _PRIOR_REQUESTS = 9.7, 10.0
_KEPT_PER_REQUEST = 0.99
_HALF_LIFE = 3600.0
_STANDARD_ERRORS = 1.0
"""How far the estimate must be under a cut to be clearly under it."""
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
    def weight(self) -> float:
        """How many requests the estimate rests on, its prior included."""
        return self.successes + self.failures + _PRIOR_REQUESTS

    @property
    def estimate(self) -> float:
        """Smoothed success rate, 0 to 1."""
        return (self.successes + _PRIOR_SUCCESSES) / self.weight

    @property
    def at_best(self) -> float:
        """What the success rate may well be, given how little is known."""
        return self.estimate + _STANDARD_ERRORS * sqrt(self.estimate * (1 - self.estimate) / self.weight)


def counted(state: Reliability, success: bool, now: Moment) -> Reliability:
    """`state` after one counted request."""
    kept = _kept(state, now)
    return _banded(
        Reliability(
            at=now,
            entered=state.entered,
            successes=state.successes * kept * _KEPT_PER_REQUEST + success,
            failures=state.failures * kept * _KEPT_PER_REQUEST + (not success),
            band=state.band,
            requests=state.requests + 1,
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
    kept = _kept(state, now)
    return replace(state, at=now, successes=state.successes * kept, failures=state.failures * kept)


def _kept(state: Reliability, now: Moment) -> float:
    """The share of its counts that time has left of them."""
    return float(0.5 ** (max(0.0, now.since(state.at)) / _HALF_LIFE))


def _banded(state: Reliability, now: Moment) -> Reliability:
    fitting = next(band for band, cut in _CUTS if state.at_best >= cut)
    place = _BANDS.index(state.band)
    if _BANDS.index(fitting) > place:
        return replace(state, band=fitting, entered=now, requests=0)
    stayed = state.requests >= _STAY_REQUESTS or now.since(state.entered) >= _STAY_SECONDS
    if place > 0 and stayed and state.estimate > _CUT_OF[_BANDS[place - 1]] + _MARGIN:
        return replace(state, band=_BANDS[place - 1], entered=now, requests=0)
    return state
