"""The faults, by what goes wrong."""

from __future__ import annotations

from tests.matrix.fault import Fault
from tests.matrix.faults import (
    breaks,
    clocks,
    connections,
    contents,
    encodings,
    errors,
    framing,
    silence,
    statuses,
    waits,
)

FAULTS: tuple[Fault, ...] = (
    *connections.FAULTS,
    *silence.FAULTS,
    *breaks.FAULTS,
    *framing.FAULTS,
    *contents.FAULTS,
    *encodings.FAULTS,
    *statuses.FAULTS,
    *waits.FAULTS,
    *errors.FAULTS,
    *clocks.FAULTS,
)
BY_NAME = {fault.name: fault for fault in FAULTS}
assert len(BY_NAME) == len(FAULTS)
