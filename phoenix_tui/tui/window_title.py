"""The title of the terminal's window: what it says, and where it may be changed."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_tui.tui.text import clip

PUSH, POP = "\x1b[22;0t", "\x1b[23;0t"
"""XTWINOPS: let the terminal keep its title, and put it back."""
_CELLS = 60
_PROGRAMS = ("iTerm.app", "WezTerm", "ghostty")
_TERMS = ("tmux", "xterm-kitty", "xterm-ghostty", "foot", "alacritty")


def can_be_restored(environ: Mapping[str, str]) -> bool:
    """Whether this terminal is one that is known to put a title back. TERM=xterm-256color alone says nothing: most call
    themselves so."""
    return bool(
        environ.get("TMUX")
        or environ.get("XTERM_VERSION")
        or environ.get("KITTY_WINDOW_ID")
        or environ.get("TERM_PROGRAM") in _PROGRAMS
        or environ.get("TERM", "").startswith(_TERMS)
    )


def window_title(chat_title: str, *, is_answering: bool) -> str:
    """What goes on, what program it is, what it is about: `answering, phoenix-tui: why is the sky blue?`."""
    about = clip(chat_title, _CELLS)
    return ("answering, " if is_answering else "") + "phoenix-tui" + (f": {about}" if about else "")
