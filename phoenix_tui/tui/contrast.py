"""How well a colour stands out from others, and colours made to stand out."""

from __future__ import annotations

from collections.abc import Iterable

from textual.color import BLACK, WHITE, Color

_STEPS = 50


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colours as WCAG 2 has it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    """Relative luminance, from 0 to 1."""
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (color.r / 255, color.g / 255, color.b / 255)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def stands_out(color: Color, grounds: Iterable[Color], ratio: float) -> bool:
    """Whether `color` has at least `ratio` against each of `grounds`."""
    return all(contrast(color, ground) >= ratio for ground in grounds)


def readable(color: Color, grounds: Iterable[Color], ratio: float, *, on_dark: bool) -> Color:
    """`color`, or the nearest to it on the way to white (or black) that stands out from all of `grounds`."""
    grounds, end = tuple(grounds), WHITE if on_dark else BLACK
    for step in range(_STEPS + 1):
        tried = color.blend(end, step / _STEPS, 1.0)
        if stands_out(tried, grounds, ratio):
            return tried
    return end
