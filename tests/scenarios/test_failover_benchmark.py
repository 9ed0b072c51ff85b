"""The public failover benchmark: all its scenarios, in every wire format, through the real `ask --jsonl`.

The scenarios are those of `make failover-bench` (bench/failover_scenarios.py). Here time runs faster, for the program
and for the servers alike, so that two minutes of outage are over in a few seconds.
"""

from __future__ import annotations

import sys

import pytest

from bench.failover import report
from bench.failover_cell import cases, run_all
from bench.failover_checks import Score
from bench.failover_program import Program
from bench.failover_scenarios import COLUMNS, SCENARIOS, Scenario

SPEED = 10.0
FAST = Program((sys.executable, "-m", "tests.helpers.fast_program", str(SPEED)), SPEED)
JOBS = 18


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.id for scenario in SCENARIOS])
async def test_it_passes_in_every_format(scenario: Scenario) -> None:
    runs = await run_all(cases([scenario]), FAST, jobs=JOBS)
    assert len(runs) == len(COLUMNS) * len(scenario.variants)
    failed = [report(run) for run in runs if run.verdict.score is not Score.PASS]
    assert not failed, "\n\n".join(failed)
