"""Files read with bounds, and `.env` text taken apart into names, values and line numbers."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from phoenix_tui.core.text import strip_controls

MAX_BYTES = 1 << 20
# The parser looks for a comment at every blank of a run: its time grows with the square of the run.
_LONG_BLANKS = re.compile(r"[^\S\r\n]{200}")
_NEWLINE = re.compile(r"\r\n|\n|\r")


class Unreadable(Exception):
    """A file is there, but its text is not to be had. The message is a phrase: "is a folder, not a file"."""


@dataclass(frozen=True, slots=True)
class Line:
    """One setting of a `.env` file. `number` counts from 1. `value` is None where a line could not be understood;
    `name` is then its whole text."""

    number: int
    name: str = field(repr=False)
    value: str | None = field(repr=False)


def shown(path: Path) -> str:
    """`path` for a sentence: from `~` where it is under the home folder, without control characters."""
    text = str(path)
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises for a user without one
    if home != "~" and text.startswith(home.rstrip(os.sep) + os.sep):
        text = "~" + text[len(home.rstrip(os.sep)) :]
    readable = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return strip_controls(readable).replace("\n", " ")


def read_text(path: Path) -> str | None:
    """The text of `path`, None when there is no such file. Never waits (a pipe would), never reads more than
    `MAX_BYTES`. Raises Unreadable."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        # Elsewhere than on Unix a folder cannot even be opened.
        raise Unreadable("is a folder, not a file" if _is_folder(path) else _why(error)) from error
    try:
        data = _read_regular(descriptor)
    except OSError as error:
        raise Unreadable(_why(error)) from error
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise Unreadable("is larger than 1 MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "not UTF-8"
        raise Unreadable(f"is {encoding} text; save it as UTF-8") from error


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


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir() raises for what may not be looked at


def _read_regular(descriptor: int) -> bytes:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise Unreadable("is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise Unreadable("is a pipe or a device, not a file")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(MAX_BYTES + 1)


def _why(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "may not be read by you"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read ({reason or 'its name is not valid'})"
