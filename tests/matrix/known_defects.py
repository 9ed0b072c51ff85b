"""Cells in which the program does not yet do what is stated: each with what is wrong, and where.

They are played like all others. A cell that is listed here and comes out right fails its test, so that nothing stays
here longer than it is true.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.matrix.cells import Cell
from tests.matrix.fault import BODY, OPENED, TOKENS
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


_JOINED = (
    "Two events without a blank line between them are one frame with two JSON values. `SharedDecoder.feed` skips the "
    "frame as no JSON, and the text of both is lost in an answer that counts as whole. It should read the values of a "
    "frame one after the other."
)
_CUT_404 = (
    "`error_of_status` takes the body of a 404 that is no JSON for that of a server which is no model API. The first "
    "half of a JSON error is no JSON either: only a body that does not begin as JSON says so."
)

KNOWN_DEFECTS: tuple[Defect, ...] = (
    Defect("a blank line is missing", _JOINED, phases=frozenset({OPENED, TOKENS})),
    Defect("a blank line is missing", _JOINED, phases=frozenset({BODY}), providers=frozenset({"gemini", "lmstudio"})),
    Defect("404, body cut", _CUT_404),
    Defect("404, body never ends", _CUT_404),
    Defect(
        "backlog full",
        "`Provider` gives every connection `deadlines.connect`, 5 s, and not `until_connected`, which is 2 s on this "
        "machine itself; with the list that is read first it is 10 s.",
        providers=frozenset({"ollama", "lmstudio"}),
    ),
    Defect(
        "error in the body: overloaded",
        'The words of `classify` know "server busy", not "the server is busy".',
        providers=frozenset({"lmstudio"}),
    ),
)


def defect_of(cell: Cell) -> Defect | None:
    """What is known to be wrong with `cell`, None if nothing is."""
    return next((defect for defect in KNOWN_DEFECTS if defect.covers(cell)), None)
