"""Where commands write: sentences to stderr, results to stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from phoenix_tui.core.text import strip_controls


def say(sentence: str) -> None:
    """A sentence for the person, on stderr."""
    sys.stderr.write(strip_controls(sentence) + "\n")
    sys.stderr.flush()


def write_json(shape: dict[str, Any]) -> None:
    """One JSON object on a line of stdout, flushed at once."""
    sys.stdout.write(json.dumps(shape, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def write_table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> None:
    """Rows in aligned columns on stdout; foreign text in them is stripped of controls."""
    cells = [[strip_controls(cell).replace("\n", " ") for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")
