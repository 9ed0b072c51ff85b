"""How many retries and hedges a process may still spend, so that an outage is not answered with more traffic.

A token bucket in the manner of gRPC's retry throttling (proposal A6): a retry or a hedge takes a token, an answer
gives back a fifth of one, and at half or less there is none to be had. A failover to another provider takes none, and
is never held up. Counted in fifths, so that nothing is lost to rounding.
"""

from __future__ import annotations

_FIFTHS = 5
"""Of a token; one is what an answer earns."""
CAPACITY = 10
_RESERVE = 5
"""Tokens at which nothing may be spent any more: what an outage leaves must be earned back first."""
_ANSWERS_A_HEDGE = 20
"""One hedge for so many answers, which is 5 % of requests, beside the one that there is to begin with."""


class RetryBudget:
    """Tokens for retries and hedges, and a cap of their own for hedges. Never negative; refills on success alone."""

    def __init__(self) -> None:
        self._fifths = CAPACITY * _FIFTHS
        self._answers = _ANSWERS_A_HEDGE
        """Answers since the last hedge, as far as they count towards the next."""

    @property
    def tokens(self) -> float:
        """What is left, 0 to `CAPACITY`."""
        return self._fifths / _FIFTHS

    @property
    def allows(self) -> bool:
        """Whether a retry may be made now."""
        return self._fifths > _RESERVE * _FIFTHS

    @property
    def allows_hedge(self) -> bool:
        """Whether a second provider may be asked beside a first one now. The first time it may at once, or a program
        that asks once could never hedge; from then on once in twenty answers."""
        return self.allows and self._answers >= _ANSWERS_A_HEDGE

    def spend(self) -> None:
        """A retry is being made."""
        self._fifths = max(0, self._fifths - _FIFTHS)

    def spend_hedge(self) -> None:
        """A hedge is being made."""
        self.spend()
        self._answers = 0

    def earn(self) -> None:
        """A request was answered."""
        self._fifths = min(CAPACITY * _FIFTHS, self._fifths + 1)
        self._answers = min(_ANSWERS_A_HEDGE, self._answers + 1)
