"""Sixteen colours: each meaning keeps one of its own, whatever the theme."""

from __future__ import annotations

from itertools import combinations

import pytest
from rich.color import Color as TerminalColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from phoenix_tui.tui.sixteen_colors import SixteenColors
from phoenix_tui.tui.theme import THEME_NAMES, palette_named

THEMES = [name for name in THEME_NAMES if name != "auto"]
MEANINGS = ("accent", "up", "degraded", "down", "foreground")


@pytest.mark.parametrize("name", THEMES)
def test_what_means_something_else_looks_different(name: str) -> None:
    palette, colors = palette_named(name), SixteenColors()
    colors.use(palette, is_safe=name.startswith("colour-safe"))
    drawn = {}
    for meaning in MEANINGS:
        style = Style(color=getattr(palette, meaning), bgcolor=palette.background, bold=True, meta={"@click": "x"})
        (segment,) = colors.apply([Segment("x", style)], Color.parse(palette.background))
        assert segment.style is not None
        assert (segment.style.bold, segment.style.meta) == (True, {"@click": "x"})
        assert segment.style.bgcolor == TerminalColor.parse("color(0)" if palette.dark else "color(15)")
        drawn[meaning] = segment.style.color
    distinct = {getattr(palette, meaning): drawn[meaning] for meaning in MEANINGS}
    assert all(one != other for one, other in combinations(distinct.values(), 2)), drawn


def test_colours_of_others_are_left_alone() -> None:
    colors = SixteenColors()
    colors.use(palette_named("phoenix-dark"), is_safe=False)
    own = [Segment("x", Style(color="#123456")), Segment("y"), Segment("z", Style(bold=True))]
    assert colors.apply(own, Color.parse("#000000")) == own
