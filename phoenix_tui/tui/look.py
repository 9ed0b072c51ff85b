"""How the screen looks in the end: the person's preferences, and what the terminal and the environment say."""

from __future__ import annotations

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.preferences import Ascii, Motion, Preferences
from phoenix_tui.tui.theme import AUTO, DARK, LIGHT


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of terminal and environment before anything is drawn.

    `is_light` is its background, `is_ascii` that it had better be drawn with ASCII only. `no_color` and `is_still` are
    what the person told every program (NO_COLOR, TEXTUAL_ANIMATIONS=none) and win over preferences; `screen_reader` is
    what was asked for with a flag, for this run.
    """

    is_light: bool = False
    is_ascii: bool = False
    no_color: bool = False
    is_still: bool = False
    screen_reader: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """`theme` is the name of one, never AUTO. `is_still`: nothing moves that need not. `is_spoken`: plain lines in one
    column, for a screen reader."""

    theme: str = DARK
    is_ascii: bool = False
    no_color: bool = False
    is_still: bool = False
    is_spoken: bool = False


def look_of(preferences: Preferences, surroundings: Surroundings) -> Look:
    """What `preferences` come to here. What is read aloud is still, and drawn with signs that can be."""
    theme = preferences.theme
    if theme == AUTO:
        theme = LIGHT if surroundings.is_light else DARK
    is_spoken = preferences.screen_reader or surroundings.screen_reader
    likes_ascii = surroundings.is_ascii if preferences.ascii is Ascii.AUTO else preferences.ascii is Ascii.ALWAYS
    return Look(
        theme=theme,
        is_ascii=likes_ascii or is_spoken,
        no_color=surroundings.no_color,
        is_still=surroundings.is_still or preferences.motion is Motion.REDUCED or is_spoken,
        is_spoken=is_spoken,
    )
