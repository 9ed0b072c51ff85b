"""What went wrong inside the program itself in this run: each defect once, counted, in words."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phoenix_tui.core.text import redact, strip_controls
from phoenix_tui.tui.text import count

MOST_DEFECTS = 100
"""Different ones; what comes after is only counted: a bug that fails differently each time must not fill a disk."""
_LONGEST_LINE = 400
_MOST_LINES = 200


@dataclass(slots=True)
class Defect:
    """One bug that has shown itself: which `part` failed at what (`failed`, the end of a sentence), the `kind` of the
    exception, and its traceback as `story`, without keys, controls or values of variables."""

    part: str
    failed: str
    kind: str
    story: str
    times: int = 1


class Defects:
    """All of one run, oldest first. What fails again in the same way is counted, and is no new one."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Defect] = {}
        self.more = 0
        """How many came after the last that was kept."""

    def __iter__(self) -> Iterator[Defect]:
        return iter(self._known.values())

    def add(self, part: str, failed: str, error: BaseException) -> Defect | None:
        """Count `error`. Gives its defect, with `times` 1 if it is new; None when there are too many already."""
        key = (part, failed, type(error), *_way(error))
        if known := self._known.get(key):
            known.times += 1
            return known
        if len(self._known) == MOST_DEFECTS:
            self.more += 1
            return None
        return self._known.setdefault(key, Defect(part, failed, type(error).__name__, story(error)))


def _way(error: BaseException) -> tuple[object, ...]:
    """The lines by which it came: what fails sixty times a second comes by the same ones each time."""
    return tuple((frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__))


def story(error: BaseException) -> str:
    """The traceback as text fit to be kept: no locals, no keys, no control characters, bounded."""
    lines = "".join(traceback.TracebackException.from_exception(error).format()).splitlines()
    if len(lines) > _MOST_LINES:
        left_out = count(len(lines) - _MOST_LINES, "line")
        lines = [*lines[: _MOST_LINES // 2], f"  ... {left_out} left out ...", *lines[-_MOST_LINES // 2 :]]
    return "\n".join(redact(strip_controls(line[:_LONGEST_LINE])) for line in lines)


def told(defect: Defect, log: Path | None, *, is_kept: bool) -> str:
    """The notice: which part failed, and that nothing else did. `is_kept`: whether conversations are kept at all."""
    where = f"It is written down in {at_home(log)}; " if log else ""
    rest = "your conversation is safe" if is_kept else "everything else goes on"
    return f"The {defect.part} {defect.failed} ({defect.kind}). {_sentence(where + rest)}"


def told_last(defect: Defect, log: Path | None, *, is_kept: bool) -> str:
    """The last word of a program that cannot go on."""
    where = f" It is written down in {at_home(log)}." if log else ""
    kept = " The conversation is kept." if is_kept else ""
    return f"phoenix-tui had to end: the {defect.part} {defect.failed} ({defect.kind}).{where}{kept}"


def at_home(path: Path) -> str:
    """`path` as people write it, with ~ for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
