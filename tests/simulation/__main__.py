"""Lives the day of one seed, or of many on all cores, until an invariant is broken."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from tests.simulation.day import Size, live, plan
from tests.simulation.swarm import judge_all


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when an invariant was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="live this day only")
    parser.add_argument("--verbose", action="store_true", help="with --seed: show everything that happens")
    parser.add_argument(
        "--size", choices=("short", "medium", "long"), help="days of this size only (default: a mixture)"
    )
    parser.add_argument("--seeds", type=int, default=10_000, help="how many days (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the first of their seeds (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first failure")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None:
        return _one(chosen.seed, chosen.size, verbose=chosen.verbose)
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    return _many(seeds, chosen.size, jobs=chosen.jobs, keep_going=chosen.keep_going)


def _one(seed: int, size: Size | None, *, verbose: bool) -> int:
    report = live(plan(seed, size))
    _say("".join(f"{line}\n" for line in (report.trace.lines if verbose else report.trace.violations)))
    _say(f"{report.questions} questions, {report.answers} answered, trace {report.trace.digest[:16]}\n")
    return 1 if report.trace.violations else 0


def _many(seeds: range, size: Size | None, *, jobs: int, keep_going: bool) -> int:
    began, questions, spent, failed = time.monotonic(), 0, 0.0, 0
    for done, verdict in enumerate(judge_all(seeds, size, jobs=jobs), 1):
        questions += verdict.questions
        spent += verdict.seconds
        if verdict.wrong:
            failed += 1
            _say(f"\n{verdict.wrong}\nseed {verdict.seed} failed; live that day again with\n{verdict.replay}\n")
            if not keep_going:
                break
        if done % 50 == 0 or done == len(seeds):
            passed = time.monotonic() - began
            _say(f"\r{done} of {len(seeds)} days, {questions} questions, {spent / done:.2f} s a day, {passed:.0f} s ")
    _say("\n")
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
