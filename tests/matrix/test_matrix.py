"""Every cell of the matrix comes to what is stated for it: error class, health, who is asked when, text, leftovers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matrix.cells import cells_of, played
from tests.matrix.fault import Fault
from tests.matrix.faults import FAULTS
from tests.matrix.known_defects import defect_of
from tests.matrix.runner import run
from tests.matrix.speakers import SPEAKERS, Speaker


def _cases() -> list[Any]:
    return [
        pytest.param(fault, speaker, id=f"{fault.name}-{speaker.provider}")
        for fault in FAULTS
        for speaker in SPEAKERS
        if fault.virtual and played(fault, speaker) and any(cell.occurs for cell in cells_of(fault, speaker))
    ]


@pytest.mark.parametrize(("fault", "speaker"), _cases())
def test_each_cell_comes_to_what_is_stated(fault: Fault, speaker: Speaker) -> None:
    wrong: list[str] = []
    for cell in cells_of(fault, speaker):
        if not cell.occurs:
            continue
        found = [f"{cell}, {variant.value}: {problem}" for variant in cell.variants for problem in run(cell, variant)]
        defect = defect_of(cell)
        if defect is None:
            wrong += found
        elif not found:
            wrong.append(f"{cell}: this is no defect any more: {defect.diagnosis}")
    assert not wrong, "\n".join(wrong)
