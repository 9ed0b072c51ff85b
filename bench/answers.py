"""What showing a Markdown answer takes of the CPU, in a pseudo-terminal of 120x40, beside Textual's own widget."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from bench.measure import Contestant, Line, Row, in_turn
from bench.screen import usual
from bench.terminal import program

TITLE = "Showing an answer"
CASES = ((8_000, 0, 3, 0.15), (40_000, 0, 1, 0.15), (8_000, 1_000, 2, 0.6), (8_000, 100, 1, 0.6))
"""Characters, tokens a second (0: as fast as it goes), rounds, and the most that it may be of Textual's."""


def rows() -> Iterator[Line]:
    """Measure."""
    for characters, rate, rounds, most in CASES:
        ways = {way: _showing(way, characters, rate) for way in ("markdown", "transcript")}
        taken = in_turn(ways, rounds, warm_up=0)
        pace = f"{rate:,} tokens a second" if rate else "as fast as it goes"
        what = f"CPU of an answer of {characters // 1000} KB, {pace}"
        both = taken["markdown"], taken["transcript"]
        yield Row(what, "Markdown.get_stream", *both, most=most, scale=1, unit="s")


def _showing(way: str, characters: int, rate: int) -> Contestant:
    def show() -> float:
        command = (sys.executable, "-m", "bench.show", way, str(characters), str(rate))
        with program(command, usual()) as running:
            running.wait("CPU ", " s", seconds=600)
            running.read_for(0.1)
            found = re.search(rb"CPU (\d+\.\d+) s", running.seen)
            assert found is not None
            return float(found[1])

    return show
