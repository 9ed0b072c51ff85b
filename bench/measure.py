"""How everything is measured: contestants in turn in one run, medians, and the ratio of them.

These machines are noisy and differ; a ratio of two things measured side by side does not. A topic is a module with a
`TITLE`, and `rows()`, which measures and yields a `Row` for each line of its table.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Contestant = Callable[[], float]
"""Does it once, and says what it took (seconds, bytes: the unit is the row's)."""


class Verdict(StrEnum):
    """What has become of a target."""

    MET = "met"
    MISSED = "missed"
    REPORTED = "reported"
    """There is none."""


def _verdict(figure: float, most: float | None) -> Verdict:
    if most is None:
        return Verdict.REPORTED
    return Verdict.MET if figure <= most else Verdict.MISSED


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured `ours`, against what `theirs`, in the same unit, lower is better. `most` is the
    target: the highest ratio of the medians; None where it is only reported. `scale` and `unit` are for people."""

    what: str
    against: str
    theirs: Sequence[float]
    ours: Sequence[float]
    most: float | None = None
    scale: float = 1.0
    unit: str = ""
    digits: int = 2

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def verdict(self) -> Verdict:
        return _verdict(round(self.ratio, 2), self.most)

    def __str__(self) -> str:
        target = "" if self.most is None else f"<= {self.most:g}x"
        cells = (self.what, self.against, self._figure(self.theirs), self._figure(self.ours), f"**{self.ratio:.2f}x**")
        return f"| {' | '.join((*cells, target, self.verdict))} |"

    def _figure(self, samples: Sequence[float]) -> str:
        """The median, and half the distance between the quartiles."""
        middle = f"{statistics.median(samples) * self.scale:.{self.digits}f}"
        if len(samples) < 3:
            return f"{middle} {self.unit}".strip()
        low, _, high = statistics.quantiles(samples, n=4)
        return f"{middle} ± {(high - low) / 2 * self.scale:.{self.digits}f} {self.unit}".strip()


HEADER = "| What | Against | Theirs | Ours | Ratio | Target | |\n| --- | --- | --- | --- | --- | --- | --- |"


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of a table of things with no counterpart: `ours` must stay at or under `most`, both in the same unit."""

    what: str
    ours: Sequence[float]
    most: float | None = None
    scale: float = 1.0
    unit: str = ""
    digits: int = 1

    @property
    def verdict(self) -> Verdict:
        return _verdict(statistics.median(self.ours), self.most)

    def __str__(self) -> str:
        row = Row(self.what, "-", self.ours, self.ours, None, self.scale, self.unit, self.digits)
        target = "" if self.most is None else f"<= {self.most * self.scale:g} {self.unit}"
        return f"| {self.what} | - | - | {row._figure(self.ours)} | - | {target} | {self.verdict} |"


def in_turn(contestants: Mapping[str, Contestant], rounds: int, *, warm_up: int = 1) -> dict[str, list[float]]:
    """What each took, `rounds` times, one after the other so that noise meets all of them; the first ones of each, so
    many as `warm_up`, do not count."""
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(warm_up + rounds):
        for name, contestant in contestants.items():
            taken = contestant()
            if turn >= warm_up:
                samples[name].append(taken)
    return samples


def wall_of(command: Sequence[str], env: Mapping[str, str] | None = None) -> Contestant:
    """Seconds that a whole process takes."""

    def run() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)  # noqa: S603 - our own commands
        return time.perf_counter() - started

    return run


Line = Row | Limit


def table(lines: Iterator[Line]) -> Iterator[str]:
    """The lines of a Markdown table, each as soon as it is measured."""
    yield from HEADER.splitlines()
    for line in lines:
        yield str(line)
