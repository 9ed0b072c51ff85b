"""`.env` text taken apart into names, values and line numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import field

from dotenv.parser import Binding, parse_stream

from phoenix_tui.config.files import Unreadable
from phoenix_tui.core.values import dataclass

# The parser looks for a comment at every blank of a run: its time grows with the square of the run.
_LONG_BLANKS = re.compile(r"[^\S\r\n]{200}")
_NEWLINE = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One setting of a `.env` file. `number` counts from 1. `value` is None where a line could not be understood;
    `name` is then its whole text."""

    number: int
    name: str = field(repr=False)
    value: str | None = field(repr=False)


def bindings(text: str) -> Iterator[Binding]:
    """The pieces of a `.env` file, comments and blank lines among them: what they were read from adds up to `text`.
    Raises Unreadable for text that would take minutes."""
    if blanks := _LONG_BLANKS.search(text):
        number = 1 + len(_NEWLINE.findall(text, 0, blanks.start()))
        raise Unreadable(f"has a run of 200 blanks or more in line {number}")
    yield from parse_stream(io.StringIO(text))


def parse(text: str) -> Iterator[Line]:
    """The settings of a `.env` file, in order. Values are taken as they stand: `${NAME}` is not replaced. Raises
    Unreadable for text that would take minutes."""
    for binding in bindings(text):
        string = binding.original.string
        blank_lines = _NEWLINE.findall(string[: len(string) - len(string.lstrip())])
        number = binding.original.line + len(blank_lines)
        if binding.error:
            yield Line(number, string.strip(), None)
        elif binding.key is not None and binding.value is not None:
            yield Line(number, binding.key, binding.value)
