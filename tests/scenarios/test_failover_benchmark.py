"""The public failover benchmark: all its scenarios, in every wire format, through the real `ask --jsonl`.

The scenarios are those of `make failover-bench` (bench/failover_scenarios.py). Here time runs faster, for the program
and for the servers alike, so that two minutes of outage are over in a few seconds.
"""

from __future__ import annotations

import sys

import pytest

from bench.failover import report
from bench.failover_cell import cases, run_all
from bench.failover_program import Program
from bench.failover_scenarios import COLUMNS, SCENARIOS, Scenario
from bench.failover_verdict import Score
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Cut, Error, Says
from tests.helpers.program import phoenix

SPEED = 10.0
FAST = Program((sys.executable, "-m", "tests.helpers.fast_program", str(SPEED)), SPEED)
JOBS = 18


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.id for scenario in SCENARIOS])
async def test_it_passes_in_every_format(scenario: Scenario) -> None:
    runs = await run_all(cases([scenario]), FAST, jobs=JOBS)
    assert len(runs) == len(COLUMNS) * len(scenario.variants)
    failed = [report(run) for run in runs if run.verdict.score is not Score.PASS]
    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("name", ["openrouter", "openai", "anthropic", "gemini", "ollama"])
async def test_a_refusal_by_the_next_never_hides_the_first_fault(name: str) -> None:
    """As S14, but whatever is asked of the next provider, it refuses."""
    behind = "anthropic" if name == "openai" else "openai"
    async with Simulator((name, behind)) as simulator:
        simulator[name].set_fault(Says(text=("one ",) * 60), Cut(after=40))
        simulator[behind].set_fault(Error(error=ErrorClass.BAD_REQUEST))
        variables = simulator.environment() | {"LLM_PROVIDER": name, "LLM_FALLBACK_ORDER": f"{name},{behind}"}
        ran = await phoenix("ask", "--jsonl", env=variables, stdin='{"prompt": "count"}\n')
    (shape,) = ran.json_lines
    told = [(attempt["provider"], attempt["outcome"], attempt["error"]["class"]) for attempt in shape["attempts"]]
    assert told[0] == (name, "aborted", "network")
    assert told[-1] == (behind, "failed", "bad_request")
    assert shape["error"]["provider"] in (name, behind)
