"""Days of traffic, seed by seed. `make sim` lives ten thousand."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_tui.core import health_step
from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.endpoint import Endpoint
from phoenix_tui.core.errors import ErrorInfo, WireError
from phoenix_tui.core.health import HealthMonitor
from tests.simulation.day import live, plan
from tests.simulation.swarm import Verdict, judge

_DAYS, _TOGETHER = 160, 20
_SABOTAGED = range(40)


def assert_all_held(verdict: Verdict) -> None:
    assert not verdict.wrong, f"{verdict.wrong}\nlive that day again with\n{verdict.replay}"


@pytest.mark.parametrize("first", range(0, _DAYS, _TOGETHER))
def test_short_days(first: int) -> None:
    for seed in range(first, first + _TOGETHER):
        assert_all_held(judge(seed, "short"))


@pytest.mark.timeout(600)
def test_a_long_day() -> None:
    verdict = judge(6, "long")
    assert_all_held(verdict)
    assert verdict.questions > 400


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_same_seed_is_the_same_day(seed: int) -> None:
    first, second = live(plan(seed, "short")).trace, live(plan(seed, "short")).trace
    assert first.lines == second.lines
    assert first.digest != live(plan(seed + 1, "short")).trace.digest


def test_a_day_is_replayed_in_another_process() -> None:
    verdict = judge(7, "short")
    arguments = [sys.executable, *verdict.replay.split()[1:]]
    folder = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(folder)}
    shown = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    lines = live(plan(7, "short")).trace.lines
    assert shown.splitlines()[:-1] == lines
    assert any("server: " in line for line in lines)
    assert any("weather: " in line for line in lines)


class TestWhatIsBrokenIsFound:
    """The core is sabotaged in one place, and the invariant that forbids it says so."""

    def found(self) -> set[int]:
        """The invariants that some short day breaks; 1 where something was left behind."""
        numbers: set[int] = set()
        for seed in _SABOTAGED:
            wrong = judge(seed, "short").wrong
            numbers |= {int(number) for number in re.findall(r"INVARIANT (\d+)", wrong)}
            numbers |= {1} if "left behind" in wrong else set()
            if numbers:
                break
        return numbers

    def test_a_cut_taken_for_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def careless(self: AttemptStream) -> None:
            with contextlib.suppress(WireError):
                self.ending = self._decoder.end()
            self._finish(None)

        monkeypatch.setattr(AttemptStream, "_succeed", careless)
        assert 12 in self.found()

    def test_patience_with_failures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health_step, "FAILURES_TO_UNAVAILABLE", 5)
        assert 3 in self.found()

    def test_a_key_that_is_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def shown(self: Endpoint, info: ErrorInfo) -> ErrorInfo:
            return info

        monkeypatch.setattr(Endpoint, "redacted", shown)
        assert 20 in self.found()

    def test_a_forgotten_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        record = HealthMonitor.record

        def forgetful(self: HealthMonitor, attempt: object, outcome: object) -> object:
            return record(self, attempt, outcome) if outcome.error is None else None  # type: ignore[attr-defined, arg-type]

        monkeypatch.setattr(HealthMonitor, "record", forgetful)
        assert 1 in self.found()
