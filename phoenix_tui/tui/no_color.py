"""The screen without a single colour, for those who set NO_COLOR."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from phoenix_tui.tui.contrast import contrast

_MARKED = 2.5
"""Contrast against the ground of a widget from which on a background is a mark: a cursor, a selection, a badge."""
_REVERSED = Style(reverse=True)


class NoColors(LineFilter):
    """Takes every colour away; what was marked by its background is reversed, bold and underlines stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """As `LineFilter` has it."""
        return [
            Segment(text, _plain(style, background) if style else style, control) for text, style, control in segments
        ]


@lru_cache(2048)
def _plain(style: Style, ground: Color) -> Style:
    own = style.bgcolor
    is_marked = own is not None and own.triplet is not None and contrast(Color.from_rich_color(own), ground) >= _MARKED
    plain = style.without_color + Style.from_meta(style.meta) if style.meta else style.without_color
    return plain + _REVERSED if is_marked and not style.reverse else plain
