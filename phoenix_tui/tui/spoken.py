"""Whether what stands on the screen is read aloud, and what all that is drawn has to obey then: a line is a sentence,
or facts with commas between them; nothing stands in a column; no sign means anything; nothing counts seconds.

It is in force for the whole program, as the person's keys are: there is one who listens, and times, panels, dialogs and
the chat are all told to the same person.
"""

from __future__ import annotations

import re

Line = tuple[tuple[str, str], ...]
"""One line as (text, style) parts."""

DRAWN = str.maketrans(
    {
        **dict.fromkeys(map(chr, range(0x2500, 0x2600)), " "),  # boxes, blocks, bars, circles
        **dict.fromkeys(map(chr, range(0x2800, 0x2900)), " "),  # braille
        **dict.fromkeys("·•★✗×↪↓", " "),
        **dict.fromkeys("–—", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        "→": ">",
        "…": ".",
    }
)
"""Signs that are drawn and mean nothing to the ear, and what stands in their cells."""

_GAP = re.compile(r" {2,}")
_is_spoken = False


def use(*, is_spoken: bool) -> None:
    """Let what is drawn from now on be for somebody who listens, or for somebody who looks."""
    global _is_spoken  # noqa: PLW0603 - one program, one person
    _is_spoken = is_spoken


def in_force() -> bool:
    """Whether somebody listens."""
    return _is_spoken


def help_of(part: object) -> str:
    """What a part of the screen says of itself: its HELP, or, where that is of what one sees, its HELP_SPOKEN."""
    of_the_eye = getattr(part, "HELP", None) or ""
    return str(getattr(part, "HELP_SPOKEN", of_the_eye) if _is_spoken else of_the_eye)


def plain(text: str) -> str:
    """`text` without signs. Of its columns the first is what the others speak of: `theme: auto, default`, but for a
    number: `1. openai, ready`."""
    first, *columns = [column for part in _GAP.split(text.translate(DRAWN)) if (column := part.strip())] or [""]
    if first.isdigit() and columns:
        first, *columns = f"{first}. {columns[0]}", *columns[1:]
        between = ", "
    else:
        between = " " if first.endswith((":", ",", ";", ".")) else ": "
    return first + (between + ", ".join(columns) if columns else "")


def plain_line(line: Line) -> Line:
    """`line` in plain words. It keeps its style where it has one only."""
    styles = {style for text, style in line if text.strip()}
    return ((plain("".join(text for text, _ in line)), styles.pop() if len(styles) == 1 else ""),)
