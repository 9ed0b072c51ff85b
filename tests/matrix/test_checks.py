"""The checks can fail: a cell that is said to come to something else is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.matrix.cells import Cell
from tests.matrix.faults import BY_NAME
from tests.matrix.outcomes import ROWS, Fails, Outcome, Row, Whole
from tests.matrix.phases import Mode, Phase, Variant
from tests.matrix.runner import run
from tests.matrix.speakers import BY_NAME as SPEAKER


def stated(name: str, phase: Phase, outcome: Outcome) -> Cell:
    """The cell of the fault `name` at `phase`, as if it came to `outcome`."""
    fault = BY_NAME[name]
    return Cell(replace(fault, at={**fault.at, phase: outcome}, buts=()), SPEAKER["openrouter"], phase, Mode.STREAM)


def _consequences(row: Row) -> tuple[object, ...]:
    return row.error, row.health, row.again, row.next, row.rests


@pytest.mark.parametrize("row", ROWS)
def test_no_row_passes_for_another(row: str) -> None:
    is_the_same = _consequences(ROWS[row]) == _consequences(ROWS["server"])
    cell = stated("500, with a body", Phase.BEFORE_HEADERS, Fails(row))
    assert (run(cell, Variant.LASTING) == []) is is_the_same


@pytest.mark.parametrize(
    ("name", "phase", "outcome"),
    [
        ("reset in the body", Phase.AFTER_TOKENS, Whole()),
        ("CRLF", Phase.AFTER_TOKENS, Fails("protocol")),
        ("CRLF", Phase.AFTER_TOKENS, Whole(added="more")),
        ("CRLF", Phase.AFTER_TOKENS, Whole(empty=True)),
        ("CRLF", Phase.AFTER_TOKENS, Whole(bad_events=1)),
        ("body at 1 kB/s", Phase.AFTER_TOKENS, Whole(seconds=0.1)),
        ("reset in the body", Phase.AFTER_TOKENS, Fails("broken body", "another code")),
        ("accepts, then silence", Phase.AFTER_TOKENS, Fails("timeout", "stalled")),
        ("429, Retry-After: 1.5", Phase.BEFORE_HEADERS, Fails("rate limit", asks=2.0)),
        ("429, Retry-After: 120", Phase.BEFORE_HEADERS, Fails("rate limit")),
    ],
    ids=str,
)
def test_no_outcome_passes_for_another(name: str, phase: Phase, outcome: Outcome) -> None:
    assert run(stated(name, phase, outcome), Variant.LASTING)
