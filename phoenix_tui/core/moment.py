"""Time and chance as the pure parts of the core see them: handed in, never fetched."""

from __future__ import annotations

from typing import Protocol

from phoenix_tui.core.values import dataclass


class TimeSource(Protocol):
    """The part of a clock that only tells time."""

    def monotonic(self) -> float: ...

    def wall(self) -> float: ...


class Uniform(Protocol):
    """The part of a random generator that is used here."""

    def uniform(self, a: float, b: float) -> float: ...


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One moment on both clocks, in seconds: `monotonic` decides, `wall` (since the epoch) is shown and stored."""

    monotonic: float
    wall: float

    def plus(self, seconds: float) -> Moment:
        return Moment(self.monotonic + seconds, self.wall + seconds)

    def since(self, earlier: Moment) -> float:
        """Seconds from `earlier` to this moment."""
        return self.monotonic - earlier.monotonic

    @classmethod
    def read(cls, clock: TimeSource) -> Moment:
        return cls(clock.monotonic(), clock.wall())
