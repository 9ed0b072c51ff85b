"""Many days, on all cores, with their verdicts."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.simulation.day import Size, live, plan


@dataclass(frozen=True)
class Verdict:
    """What became of one day: `wrong` is empty when all held. `seconds` is the processor time that it took."""

    seed: int
    size: Size | None
    wrong: str
    questions: int = 0
    seconds: float = 0.0

    @property
    def replay(self) -> str:
        """The command that lives the same day again."""
        size = f" --size {self.size}" if self.size else ""
        return f".venv/bin/python -m tests.simulation --seed {self.seed}{size} --verbose"


def judge(seed: int, size: Size | None = None) -> Verdict:
    """Lives one day."""
    began = time.process_time()
    try:
        report = live(plan(seed, size))
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - whatever it is, it is the verdict
        return Verdict(seed, size, "".join(traceback.format_exception(error)))
    wrong = "\n".join(report.trace.violations)
    return Verdict(seed, size, wrong, report.questions, time.process_time() - began)


def judge_all(seeds: Iterable[int], size: Size | None = None, *, jobs: int) -> Iterator[Verdict]:
    """Lives the days of `seeds` in so many processes; a verdict as soon as there is one."""
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(partial(judge, size=size), seeds, chunksize=2)
