"""Where commands write: sentences to stderr, results to stdout."""

from __future__ import annotations

import os
import sys

from phoenix_tui.core.base_error import PhoenixError
from phoenix_tui.core.text import strip_controls

TYPE_CHECKING = False  # without loading `typing`, which is much of what `--version` costs
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TextIO

_BELOW = "    "


class OutputLost(PhoenixError):
    """The result cannot be written; the message is the sentence that says why. A closed pipe is none of these."""


def say(sentence: str) -> None:
    """A sentence for the person, on stderr; a terminal would break it inside words. Where stderr cannot be written to,
    the result is still worth having."""
    text = strip_controls(sentence)
    try:
        if sys.stderr.isatty():
            text = "\n".join(map(_broken, text.split("\n")))
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        forget(sys.stderr)


def _broken(line: str) -> str:
    import shutil  # noqa: PLC0415 - what is said in one word needs none
    import textwrap  # noqa: PLC0415 - as above

    room = max(20, shutil.get_terminal_size().columns - 1)
    return textwrap.fill(line, room, break_long_words=False, break_on_hyphens=False)


def put(text: str) -> None:
    """`text` on stdout, flushed at once. Raises OutputLost, or BrokenPipeError when nobody reads any more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(f"The result could not be written: {error.strerror}.") from error


def forget(stream: TextIO) -> None:
    """Let what `stream` still holds go nowhere: the interpreter flushes once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_json(shape: dict[str, Any]) -> None:
    """One JSON object on a line of stdout, flushed at once."""
    import json  # noqa: PLC0415 - a help text needs none

    put(json.dumps(shape, ensure_ascii=True) + "\n")


def write_table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> None:
    """Rows in aligned columns on stdout; foreign text in them is stripped of controls. On a terminal that is too narrow
    the last column, which has the long words, goes below each row."""
    import shutil  # noqa: PLC0415 - only tables need it
    import textwrap  # noqa: PLC0415 - as above

    cells = [[strip_controls(cell).replace("\n", " ") for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    if sum(widths) + 2 * (len(widths) - 1) > room:
        widths = widths[:-1]
    lines: list[str] = []
    for row in cells:
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip())
        if len(widths) < len(row) and row is not cells[0]:
            lines += textwrap.wrap(row[-1], room - 1, initial_indent=_BELOW, subsequent_indent=_BELOW)
    put("".join(line + "\n" for line in lines))
