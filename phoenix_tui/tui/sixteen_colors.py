"""The screen on a terminal that has sixteen colours: each meaning keeps one of its own.

The nearest of sixteen would make an orange accent and a soft red the same: what has the focus would look like what is
down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from rich.color import Color as TerminalColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from phoenix_tui.tui.palettes import Palette

SYSTEMS = ("standard", "windows")
"""What Rich calls terminals with no more colours than that."""
_MOST_STYLES = 2048
_ROUNDED = 2
"""How far a part of a colour may be off: Textual rounds."""
_DARK = {
    "background": 0, "surface": 0, "panel": 0, "selected": 8, "foreground": 15, "muted": 7, "accent": 14, "second": 12,
    "up": 10, "degraded": 11, "down": 9, "off": 7, "line": 8, "on_accent": 0,
}  # fmt: skip
_LIGHT = {
    "background": 15, "surface": 15, "panel": 15, "selected": 7, "foreground": 0, "muted": 8, "accent": 5, "second": 4,
    "up": 2, "degraded": 3, "down": 1, "off": 8, "line": 7, "on_accent": 15,
}  # fmt: skip
_SAFE_DARK = _DARK | {"up": 12, "second": 14, "accent": 13}
_SAFE_LIGHT = _LIGHT | {"up": 4, "down": 5, "second": 8, "accent": 8}


def numbers(palette: Palette, *, is_safe: bool) -> Mapping[str, int]:
    """The number among the sixteen of each colour of `palette`, by its meaning; `is_safe` where no kind of colour
    vision may take one state for another."""
    if palette.dark:
        return _SAFE_DARK if is_safe else _DARK
    return _SAFE_LIGHT if is_safe else _LIGHT


class SixteenColors(LineFilter):
    """Puts a terminal's own colours in the place of those of a palette. Others are left to come to the nearest."""

    def __init__(self) -> None:
        super().__init__(enabled=False)
        self._colors: dict[tuple[int, int, int], TerminalColor] = {}
        self._styles: dict[Style, Style] = {}

    def use(self, palette: Palette, *, is_safe: bool) -> None:
        """Let `palette` be the one that is drawn with."""
        number = numbers(palette, is_safe=is_safe)
        self._styles.clear()
        self._colors = {
            Color.parse(getattr(palette, field.name)).rgb: TerminalColor.parse(f"color({number[field.name]})")
            for field in reversed(fields(palette))  # where two meanings have one colour, the ground or the text
            if field.name in number
        }

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """As `LineFilter` has it."""
        return [Segment(text, self._own(style) if style else style, control) for text, style, control in segments]

    def _own(self, style: Style) -> Style:
        if (found := self._styles.get(style)) is None:
            if len(self._styles) >= _MOST_STYLES:
                self._styles.clear()
            front, ground = (self._found(color) for color in (style.color, style.bgcolor))
            found = self._styles[style] = style + Style(color=front, bgcolor=ground)
        return found

    def _found(self, color: TerminalColor | None) -> TerminalColor | None:
        if color is None or color.triplet is None:
            return None
        (red, green, blue) = color.triplet
        for (its_red, its_green, its_blue), found in self._colors.items():
            if max(abs(red - its_red), abs(green - its_green), abs(blue - its_blue)) <= _ROUNDED:
                return found
        return None
