"""The public failover benchmark, run by the real program against simulated providers in every wire format.

`make failover-bench`, or a part of it: `make failover-bench ARGS="--only S06 --column gemini"`. The timings are the
public ones, so all of it takes some minutes. It ends with status 1 unless every cell passes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

from bench.failover_cell import MODEL, Run, cases, run_all, worst
from bench.failover_program import Program
from bench.failover_scenarios import COLUMNS, SCENARIOS, Column, Scenario
from bench.failover_verdict import Heard, Score, Seen

PUBLISHED = (
    ("DeepSeek Harness + dsh-llm-fallbacks", 12, 3, 1, 0),
    ("Portkey Gateway", 11, 2, 0, 3),
    ("LiteLLM Router", 9, 3, 4, 0),
    ("LangChain with_fallbacks", 9, 3, 4, 0),
    ("Bifrost v2.1.1", 9, 3, 3, 1),
    ("openai-python", 6, 0, 10, 0),
)
"""System, pass, partial, safe, fail: the full profile of failoverbench v0.1 as published on 2026-09-12."""

Cells = dict[tuple[str, str], list[Run]]
"""The runs of each scenario in each column."""


def report(run: Run) -> str:
    """What was seen in a run, for a person who wants to know why it did not pass."""
    lines = [f"### {run.case.name}: {run.verdict.score}", *(f"- {wrong}" for wrong in run.verdict.wrong)]
    seen = run.seen
    if seen.mess:
        lines.append(f"- {seen.mess}")
    lines += [f"- request {number}: {_heard(heard)}" for number, heard in enumerate(seen.heard, 1)]
    if seen.after is not None:
        lines.append(f"- healthy request after it: {_heard(seen.after)}")
    lines += [f"- {line}" for line in _servers(seen)]
    lines += [f"- stderr: {line[:300]}" for line in run.stderr.splitlines()[-5:]]
    return "\n".join(lines)


def _heard(heard: Heard) -> str:
    if heard.shape is None:
        return "nothing came in time"
    what = f"{heard.provider} answered {len(heard.shape['text'])} characters" if heard.is_answer else "error"
    if heard.error:
        what = f"{heard.error['class']} of {heard.error['provider']}: {str(heard.error['message'])[:200]}"
    attempts = ", ".join(
        f"{one['provider']} {one['outcome']}"
        + (f" ({one['error']['class']}, {one['chars']} characters)" if one["error"] else "")
        + f" {(one['duration_ms'] or 0) / 1000:.1f} s"
        for one in heard.shape["attempts"]
    )
    return f"at {heard.asked_at:.1f} s, took {heard.took:.1f} s: {what} [{attempts}]"


def _servers(seen: Seen) -> list[str]:
    lines = []
    for party in seen.parties:
        records = [*seen.asked[party.name], *seen.asked_after[party.name]]
        times = ", ".join(f"{record.at - seen.began:.1f} s{' (fault)' if record.faults else ''}" for record in records)
        lines.append(f"{party.name} was asked {len(records)} times: {times}" if records else f"{party.name}: not asked")
    return lines


def table(cells: Cells, scenarios: Sequence[Scenario], columns: Sequence[Column]) -> str:
    """Scenarios by columns, in Markdown."""
    rows = [
        f"| Scenario | {' | '.join(column.name for column in columns)} |",
        f"| --- |{' --- |' * len(columns)}",
    ]
    for scenario in scenarios:
        scores = [_cell(scenario, cells[scenario.id, column.name]) for column in columns]
        rows.append(f"| **{scenario.id}** {scenario.title} | {' | '.join(scores)} |")
    sums = [_passes(cells, scenarios, column) for column in columns]
    rows.append(f"| **passed** | {' | '.join(f'**{passed} of {len(scenarios)}**' for passed in sums)} |")
    return "\n".join(rows)


def _cell(scenario: Scenario, runs: Sequence[Run]) -> str:
    shown = _outage if scenario.lasts is not None else _request
    return f"{worst(runs)} {shown([run.seen for run in runs], scenario.lasts or 0.0)}"


def _request(variants: Sequence[Seen], _: float) -> str:
    """Of the slowest variant: attempts at the primary and at those behind it, and seconds."""
    seen = max(variants, key=lambda one: one.first.took)
    others = sum(len(seen.asked[party.name]) for party in seen.parties[1:])
    return f"{len(seen.times)}+{others} {seen.first.took:.1f} s"


def _outage(variants: Sequence[Seen], seconds: float) -> str:
    """Of all variants: the most attempts at the primary while it was down, and how late it was back."""
    most = max(sum(at < seconds for at in seen.times) for seen in variants)
    backs = [seen.recovered_at for seen in variants]
    late = "never" if None in backs else f"+{max(at for at in backs if at is not None) - seconds:.1f} s"
    return f"{most} in the outage, back {late}"


def _passes(cells: Cells, scenarios: Sequence[Scenario], column: Column) -> int:
    return sum(worst(cells[scenario.id, column.name]) is Score.PASS for scenario in scenarios)


def comparison(cells: Cells, columns: Sequence[Column]) -> str:
    """The sums of each column beside what was published of others."""
    rows = ["| System | pass | partial | safe | fail |", "| --- | ---: | ---: | ---: | ---: |"]
    for column in columns:
        scores = [worst(cells[scenario.id, column.name]) for scenario in SCENARIOS]
        counts = " | ".join(str(scores.count(score)) for score in Score)
        rows.append(f"| phoenix-tui, {column.name} | {counts} |")
    rows += [f"| {name} | {' | '.join(map(str, counts))} |" for name, *counts in PUBLISHED]
    return "\n".join(rows)


async def run(scenarios: Sequence[Scenario], columns: Sequence[Column], jobs: int) -> Cells:
    """All cells; a line on stderr for each run that has ended."""
    wanted = cases(scenarios, columns)
    ended = itertools.count(1)

    def tell(one: Run) -> None:
        print(f"[{next(ended)}/{len(wanted)}] {one.case.name}: {one.verdict.score}", file=sys.stderr, flush=True)

    cells: Cells = defaultdict(list)
    for one in await run_all(wanted, Program(), jobs=jobs, tell=tell):
        cells[one.case.scenario.id, one.case.column.name].append(one)
    return cells


def main() -> int:
    """Run what is wanted, print the table; 0 when everything passed."""
    parser = argparse.ArgumentParser(prog="python -m bench.failover", description="The public failover benchmark.")
    parser.add_argument("--only", nargs="+", metavar="S06", choices=[one.id for one in SCENARIOS], help="scenarios")
    parser.add_argument("--column", nargs="+", metavar="gemini", choices=[one.name for one in COLUMNS], help="columns")
    parser.add_argument("--jobs", type=int, default=16, help="how many at once (default: 16; most of them wait)")
    options = parser.parse_args()
    scenarios = [one for one in SCENARIOS if options.only is None or one.id in options.only]
    columns = [one for one in COLUMNS if options.column is None or one.name in options.column]
    began = time.monotonic()
    cells = asyncio.run(run(scenarios, columns, max(1, options.jobs)))
    minutes = (time.monotonic() - began) / 60
    for runs in cells.values():
        for one in runs:
            if one.verdict.score is not Score.PASS:
                print(report(one), end="\n\n")
    print(table(cells, scenarios, columns))
    print(
        f"\nPython {platform.python_version()}, {minutes:.1f} minutes. A cell: score, attempts at the provider under "
        f"test + at those behind it, seconds until the answer, program start included (of the slowest variant). All "
        f"models are named {MODEL}: one known to reason is given a minute for its first token."
    )
    if len(scenarios) == len(SCENARIOS):
        print(f"\n{comparison(cells, columns)}\n\nOthers: failoverbench v0.1, full profile, published 2026-09-12.")
    return int(any(worst(runs) is not Score.PASS for runs in cells.values()))


if __name__ == "__main__":
    sys.exit(main())
