"""The text of a `.env` file with one variable changed, and everything else as the person wrote it."""

from __future__ import annotations

import re

from dotenv.parser import Binding

from phoenix_tui.config.envfile import bindings
from phoenix_tui.config.files import Unreadable

_PLAIN = re.compile(r"[\w./:@%+,~-]+", re.ASCII)
"""What no shell and no reader of such files takes for anything but itself."""
_LINE_END = re.compile(r"\r\n|\n|\r")


def with_variable(text: str, name: str, value: str) -> str:
    """`text` with the one setting `name=value`.

    It takes the place of the last line that sets `name`, with its `export` and its comment; other lines that set it
    go, since one of them may be an old key. Without any it stands below the line that has it as a comment, else at the
    end. Raises Unreadable where the lines around it would swallow it.
    """
    pieces = list(bindings(text))
    setting = [at for at, piece in enumerate(pieces) if _sets(piece, name)]
    comments = [at for at, piece in enumerate(pieces) if _mentions(piece, name)]
    end = _line_end(text)
    lines = [piece.original.string for piece in pieces]
    if setting:
        for at in setting:
            lead, export = _lead(lines[at])
            kept = f"{export}{name}={quoted(value)}{_comment(pieces[at])}{end}"
            lines[at] = lead + (kept if at == setting[-1] else "")
    elif comments:
        lines[comments[-1]] = f"{_ended(lines[comments[-1]], end)}{name}={quoted(value)}{end}"
    else:
        lines = [_ended("".join(lines), end), f"{name}={quoted(value)}{end}"]
    changed = "".join(lines)
    if _value_of(changed, name) != value:
        raise Unreadable("has a quotation mark that is left open")
    return changed


def without_variable(text: str, name: str) -> str:
    """`text` without the lines that set `name`; one that is a comment stays. Raises Unreadable."""
    lines = (
        _lead(piece.original.string)[0] if _sets(piece, name) else piece.original.string for piece in bindings(text)
    )
    return "".join(lines)


def sets_variable(text: str, name: str) -> bool:
    """Whether a line of `text` sets `name`, be it to nothing. Raises Unreadable."""
    return any(_sets(piece, name) for piece in bindings(text))


def quoted(value: str) -> str:
    """`value` as it is written behind the `=`, in quotes where it needs them."""
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _sets(piece: Binding, name: str) -> bool:
    """Also where the value could not be understood, unless other lines went down with it."""
    if not piece.error:
        return piece.key == name
    line = piece.original.string.strip()
    return bool(re.match(rf"(?:export\s+)?{name}\b", line)) and not _LINE_END.search(line)


def _mentions(piece: Binding, name: str) -> bool:
    line = piece.original.string.strip()
    return piece.key is None and bool(re.match(rf"#[#\s]*(?:export\s+)?{name}\s*=", line))


def _lead(piece: str) -> tuple[str, str]:
    """The blank lines that stand before a setting, and its `export`."""
    bare = piece.lstrip()
    blank = piece[: len(piece) - len(bare)]
    lines = "".join(_LINE_END.findall(blank))
    export = re.match(r"export\s+", bare)
    return lines, export[0] if export else ""


def _comment(piece: Binding) -> str:
    """The comment behind a value, with the blanks before it."""
    line = piece.original.string.strip()
    for found in re.finditer(r"[^\S\r\n]+#", line):
        if _value_of(line[: found.start()], piece.key or "") == piece.value:
            return line[found.start() :]
    return ""


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith(("\n", "\r")) else text + end


def _line_end(text: str) -> str:
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def _value_of(text: str, name: str) -> str | None:
    values = [piece.value for piece in bindings(text) if piece.key == name]
    return values[-1] if values else None
