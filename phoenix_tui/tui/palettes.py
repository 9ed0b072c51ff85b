"""Colours by what they mean: six palettes of our own, and one made from any other theme.

On each ground every colour of text has a contrast of at least 4.5:1, in the high-contrast palettes 7:1. In the
colour-safe ones, well, shaky and down differ for every kind of colour vision. Tests compute both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from textual.color import Color
from textual.theme import Theme

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.contrast import readable, stands_out

TEXT_CONTRAST = 4.5
"""The least contrast of text, as WCAG 2 wants it at level AA."""
_AIM = 1.02 * TEXT_CONTRAST
"""What is aimed at: Textual rounds colours once more."""
_GROUND_STEPS = 20
_TAKEN = (
    "background", "surface", "panel", "foreground", "primary", "secondary", "success", "warning", "error",
)  # fmt: skip
"""The colours of another theme that its palette is made from."""


@dataclass(frozen=True, slots=True)
class Palette:
    """One look. `background`, `surface`, `panel` and `selected` are grounds, the others stand on them; `on_accent`
    stands on `accent`, and `line` is drawn, not read."""

    dark: bool
    background: str
    surface: str
    panel: str
    selected: str
    foreground: str
    muted: str
    accent: str
    second: str
    up: str
    degraded: str
    down: str
    off: str
    line: str
    on_accent: str


_DARK = Palette(
    dark=True,
    background="#12161c",
    surface="#171c23",
    panel="#1d232c",
    selected="#27303b",
    foreground="#d9dee6",
    muted="#98a3b2",
    accent="#f2a065",
    second="#8fb7e0",
    up="#84d0a3",
    degraded="#e2c268",
    down="#f08a8a",
    off="#8d98a7",
    line="#39424e",
    on_accent="#12161c",
)
_LIGHT = Palette(
    dark=False,
    background="#fbf9f6",
    surface="#f4f1ec",
    panel="#ece8e1",
    selected="#ece6dc",
    foreground="#272c33",
    muted="#575f6a",
    accent="#a8480f",
    second="#24588f",
    up="#1c6b43",
    degraded="#785400",
    down="#a8231c",
    off="#5d6570",
    line="#c9c3b8",
    on_accent="#fbf9f6",
)
_CONTRAST_DARK = Palette(
    dark=True,
    background="#000000",
    surface="#0a0a0a",
    panel="#141414",
    selected="#2e2e2e",
    foreground="#ffffff",
    muted="#d0d4da",
    accent="#ffc48a",
    second="#a9d4ff",
    up="#7dffb0",
    degraded="#ffe26b",
    down="#ffb3b3",
    off="#c4c9d0",
    line="#9aa2ad",
    on_accent="#000000",
)
_CONTRAST_LIGHT = Palette(
    dark=False,
    background="#ffffff",
    surface="#fafafa",
    panel="#f2f2f2",
    selected="#e4e4e4",
    foreground="#000000",
    muted="#3a4048",
    accent="#7a2e00",
    second="#003a75",
    up="#004a27",
    degraded="#533800",
    down="#7d0008",
    off="#3f454d",
    line="#6b7078",
    on_accent="#ffffff",
)
_SAFE_DARK = Palette(
    dark=True,
    background="#12161c",
    surface="#171c23",
    panel="#1d232c",
    selected="#27303b",
    foreground="#d9dee6",
    muted="#98a3b2",
    accent="#d3c3f0",
    second="#8fb7e0",
    up="#6db6f5",
    degraded="#f2d544",
    down="#f07a4a",
    off="#8d98a7",
    line="#39424e",
    on_accent="#12161c",
)
_SAFE_LIGHT = Palette(
    dark=False,
    background="#fbf9f6",
    surface="#f4f1ec",
    panel="#ece8e1",
    selected="#ece6dc",
    foreground="#272c33",
    muted="#575f6a",
    accent="#5b3f8c",
    second="#24588f",
    up="#0038d0",
    degraded="#704e16",
    down="#b0008f",
    off="#5d6570",
    line="#c9c3b8",
    on_accent="#fbf9f6",
)
PALETTES: Mapping[str, Palette] = MappingProxyType(
    {
        "phoenix-dark": _DARK,
        "phoenix-light": _LIGHT,
        "high-contrast-dark": _CONTRAST_DARK,
        "high-contrast-light": _CONTRAST_LIGHT,
        "colour-safe-dark": _SAFE_DARK,
        "colour-safe-light": _SAFE_LIGHT,
    }
)
"""Our own, by the name of the theme."""


def palette_of(theme: Theme) -> Palette:
    """The palette that `theme`, made by others, comes to: its colours, moved just so far that text can be read on
    every ground."""
    generated = theme.to_color_system().generate()
    colors = {name: Color.parse(generated[name]) for name in _TAKEN}
    background, foreground = colors["background"], colors["foreground"]
    foreground = readable(foreground, [background], 2 * TEXT_CONTRAST, on_dark=theme.dark)

    def ground(wanted: Color) -> Color:
        """As near to `wanted` as leaves room for text that is less than the foreground."""
        for step in range(_GROUND_STEPS):
            tried = wanted.blend(background, step / _GROUND_STEPS, 1.0)
            if stands_out(foreground, [tried], 1.5 * TEXT_CONTRAST):
                return tried
        return background

    surface, panel = ground(colors["surface"]), ground(colors["panel"])
    selected = ground(background.blend(colors["primary"], 0.22, 1.0))
    grounds = (background, surface, panel, selected)

    def text(color: Color) -> str:
        return readable(color, grounds, _AIM, on_dark=theme.dark).hex

    accent = Color.parse(text(colors["primary"]))
    on_accent = background if stands_out(background, [accent], TEXT_CONTRAST) else accent.get_contrast_text(1.0)
    return Palette(
        dark=theme.dark,
        background=background.hex,
        surface=surface.hex,
        panel=panel.hex,
        selected=selected.hex,
        foreground=foreground.hex,
        muted=text(foreground.blend(background, 0.4, 1.0)),
        accent=accent.hex,
        second=text(colors["secondary"]),
        up=text(colors["success"]),
        degraded=text(colors["warning"]),
        down=text(colors["error"]),
        off=text(foreground.blend(background, 0.45, 1.0)),
        line=background.blend(foreground, 0.25, 1.0).hex,
        on_accent=on_accent.hex,
    )
