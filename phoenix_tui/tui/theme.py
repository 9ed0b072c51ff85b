"""Themes: a palette as the variables that sheets and widgets name.

They name a meaning (`$health-down`), never a colour. Textual's own themes are drawn with their colours and our
meanings; those that leave the colours to the terminal are not offered, since nobody can know whether they can be read.
"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from phoenix_tui.tui.palettes import PALETTES, Palette, palette_of

AUTO = "auto"
"""In the place of a theme's name: the one that fits the terminal."""
DARK, LIGHT = "phoenix-dark", "phoenix-light"
THEME_NAMES = (AUTO, *PALETTES, *(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi))
"""Every theme that can be chosen."""


def palette_named(name: str) -> Palette:
    """The palette of the theme with that name. Raises KeyError."""
    return PALETTES[name] if name in PALETTES else palette_of(BUILTIN_THEMES[name])


def theme_named(name: str) -> Theme:
    """The theme with a name of `THEME_NAMES` other than AUTO. Raises KeyError."""
    palette = palette_named(name)
    return Theme(
        name=name,
        dark=palette.dark,
        primary=palette.accent,
        secondary=palette.second,
        accent=palette.accent,
        foreground=palette.foreground,
        background=palette.background,
        surface=palette.surface,
        panel=palette.panel,
        success=palette.up,
        warning=palette.degraded,
        error=palette.down,
        variables=_variables(palette),
    )


def opposite(name: str) -> str:
    """The light theme for a dark one of the same family, and the other way round; ours where it has none."""
    for dark, light in (("-dark", "-light"), ("-moon", "-dawn"), ("-mocha", "-latte")):
        for one, other in ((dark, light), (light, dark)):
            if name.endswith(one) and (found := name.removesuffix(one) + other) in THEME_NAMES:
                return found
    return LIGHT if theme_named(name).dark else DARK


def _variables(palette: Palette) -> dict[str, str]:
    accent, background, foreground = palette.accent, palette.background, palette.foreground
    return {
        "health-up": palette.up,
        "health-degraded": palette.degraded,
        "health-down": palette.down,
        "health-off": palette.off,
        "line": palette.line,
        "line-focus": accent,
        "selected": palette.selected,
        "on-accent": palette.on_accent,
        # What Textual's own widgets name: palette, input, scroll bars.
        "text-muted": palette.muted,
        "text-disabled": palette.muted,
        "text-accent": accent,
        "text-primary": accent,
        "text-secondary": palette.second,
        "text-success": palette.up,
        "text-warning": palette.degraded,
        "text-error": palette.down,
        "foreground-muted": palette.muted,
        "foreground-disabled": palette.muted,
        "border": accent,
        "border-blurred": palette.line,
        "block-cursor-background": accent,
        "block-cursor-foreground": palette.on_accent,
        "block-cursor-blurred-background": palette.selected,
        "block-cursor-blurred-foreground": foreground,
        "block-hover-background": palette.selected,
        "input-cursor-background": accent,
        "input-cursor-foreground": palette.on_accent,
        "input-selection-background": accent,
        "input-selection-foreground": palette.on_accent,
        "screen-selection-background": accent,
        "screen-selection-foreground": palette.on_accent,
        "footer-key-foreground": accent,
        "link-color": foreground,
        "link-color-hover": palette.on_accent,
        "link-background-hover": accent,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
        "scrollbar": palette.line,
        "scrollbar-hover": palette.muted,
        "scrollbar-active": accent,
    }
