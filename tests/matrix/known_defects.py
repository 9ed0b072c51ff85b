"""Cells in which the program does not yet do what is stated: each with what is wrong, and where.

They are played like all others. A cell that is listed here and comes out right fails its test, so that nothing stays
here longer than it is true.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.matrix.cells import Cell
from tests.matrix.phases import Mode, Phase


@dataclass(frozen=True)
class Defect:
    """Cells of `fault` (empty sets: all of them) and what is wrong with them."""

    fault: str
    diagnosis: str
    phases: frozenset[Phase] = field(default_factory=frozenset)
    modes: frozenset[Mode] = field(default_factory=frozenset)
    providers: frozenset[str] = field(default_factory=frozenset)

    def covers(self, cell: Cell) -> bool:
        return (
            cell.fault.name == self.fault
            and (not self.phases or cell.phase in self.phases)
            and (not self.modes or cell.mode in self.modes)
            and (not self.providers or cell.speaker.provider in self.providers)
        )


KNOWN_DEFECTS: tuple[Defect, ...] = ()


def defect_of(cell: Cell) -> Defect | None:
    """What is known to be wrong with `cell`, None if nothing is."""
    return next((defect for defect in KNOWN_DEFECTS if defect.covers(cell)), None)
