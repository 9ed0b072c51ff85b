"""The two themes of our own, as colours with a meaning.

Sheets and widgets name a meaning (`$health-down`), never a colour. Every text colour has a contrast of at least 4.5:1
against the backgrounds it stands on; a test computes it.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = "phoenix-dark"
LIGHT = "phoenix-light"


def _variables(
    *,
    up: str,
    degraded: str,
    down: str,
    off: str,
    accent: str,
    muted: str,
    line: str,
    selected: str,
    on_accent: str,
    background: str,
) -> dict[str, str]:
    return {
        "health-up": up,
        "health-degraded": degraded,
        "health-down": down,
        "health-off": off,
        "text-muted": muted,
        "text-accent": accent,
        "line": line,
        "line-focus": accent,
        "selected": selected,
        "on-accent": on_accent,
        "border": accent,
        "border-blurred": line,
        "block-cursor-background": accent,
        "block-cursor-foreground": on_accent,
        "block-cursor-blurred-background": selected,
        "input-cursor-background": accent,
        "input-cursor-foreground": on_accent,
        "footer-key-foreground": accent,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
        "scrollbar": line,
        "scrollbar-hover": muted,
        "scrollbar-active": accent,
    }


THEMES: tuple[Theme, ...] = (
    Theme(
        name=DARK,
        dark=True,
        primary="#f2a065",
        secondary="#8fb7e0",
        accent="#f2a065",
        foreground="#d9dee6",
        background="#12161c",
        surface="#171c23",
        panel="#1d232c",
        success="#84d0a3",
        warning="#e2c268",
        error="#f08a8a",
        variables=_variables(
            up="#84d0a3",
            degraded="#e2c268",
            down="#f08a8a",
            off="#8d98a7",
            accent="#f2a065",
            muted="#98a3b2",
            line="#39424e",
            selected="#27303b",
            on_accent="#12161c",
            background="#12161c",
        ),
    ),
    Theme(
        name=LIGHT,
        dark=False,
        primary="#a8480f",
        secondary="#24588f",
        accent="#a8480f",
        foreground="#272c33",
        background="#fbf9f6",
        surface="#f4f1ec",
        panel="#ece8e1",
        success="#1c6b43",
        warning="#785400",
        error="#a8231c",
        variables=_variables(
            up="#1c6b43",
            degraded="#785400",
            down="#a8231c",
            off="#5d6570",
            accent="#a8480f",
            muted="#575f6a",
            line="#c9c3b8",
            selected="#ece6dc",
            on_accent="#fbf9f6",
            background="#fbf9f6",
        ),
    ),
)
