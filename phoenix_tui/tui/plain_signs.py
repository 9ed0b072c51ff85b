"""Signs for terminals that can be trusted with ASCII only, put in place of all others as the very last thing."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from phoenix_tui.tui import spoken

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("│┃▎▌▊▐", "|"),
        **dict.fromkeys("─┄—–·▪", "-"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼●", "+"),
        **dict.fromkeys("•★", "*"),
        **dict.fromkeys("◦○☐", "o"),
        **dict.fromkeys("▸↪→", ">"),
        **dict.fromkeys("▾↓", "v"),
        **dict.fromkeys("✗×☑", "x"),
        **dict.fromkeys("■◆", "#"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*#@", strict=True)),
        "━": "=",
        "▔": " ",
        "◐": "~",
        "◌": "z",
        "…": ".",
    }
)
"""Each takes as many cells as what it stands for."""


class PlainSigns(LineFilter):
    """Draws every line of the screen with plain signs. Letters stay: what a model writes is not ours to spell. Where it
    is read aloud there are none: what a sign says is said in words."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """As `LineFilter` has it."""
        signs = spoken.DRAWN if spoken.in_force() else _SIGNS
        return [Segment(text.translate(signs), style, control) for text, style, control in segments]
