"""One cell of each fault over real sockets: the network in memory and the real one come to the same."""

from __future__ import annotations

import pytest

from tests.matrix.fault import Fault
from tests.matrix.faults import FAULTS
from tests.matrix.faults.framing import ALL_TINY
from tests.matrix.known_defects import defect_of
from tests.matrix.phases import Variant
from tests.matrix.real import cell_for, play

_ELSEWHERE = frozenset({f"{ALL_TINY:,} tiny events"})
"""Too much for every day; the same with fewer is played."""


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.name not in _ELSEWHERE], ids=lambda fault: fault.name
)
async def test_a_real_connection_comes_to_the_same(fault: Fault) -> None:
    cell = cell_for(fault)
    found = await play(cell, Variant.LASTING)
    if defect_of(cell) is None:
        assert not found, f"{cell}:\n" + "\n".join(found)
