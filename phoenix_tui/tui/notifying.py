"""Calling the person back to a window that they are not looking at: a long answer is there, nobody could answer, or
something is asked."""

from __future__ import annotations

import math
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum

from phoenix_tui.tui.clipboard import through
from phoenix_tui.tui.programs import Find, is_graphical, is_remote, takes
from phoenix_tui.tui.text import one_line

BELL = "\x07"
TITLE = "phoenix-tui"
TOOL_SECONDS = 2.0
"""How long a tool of the desktop has."""


class NotifyBy(StrEnum):
    """How the person wants to be called."""

    OFF = "off"
    BELL = "bell"
    DESKTOP = "desktop"


class Notifier:
    """Knows whether the window is looked at, and calls if it is not. It is given our own words and names of providers
    to say, never what a model has written. `after`: seconds that an answer took before it is worth a call."""

    def __init__(
        self,
        write: Callable[[str], None],
        by: NotifyBy = NotifyBy.OFF,
        after: float = 10.0,
        environ: Mapping[str, str] | None = None,
        *,
        find: Find = shutil.which,
        platform: str = sys.platform,
    ) -> None:
        self.by = by
        self.after = after
        self._write = write
        self._environ = os.environ if environ is None else environ
        self._find = find
        self._platform = platform
        # A multiplexer often tells nobody that its window is not in front: there a call too many is the lesser evil.
        self.is_looked_at = not _is_multiplexed(self._environ)
        """Whether the window has the focus, as far as the terminal says so."""

    def is_wanted(self, waited: float = math.inf) -> bool:
        """Whether to call now, after `waited` seconds; by default however short it was."""
        return self.by is not NotifyBy.OFF and not self.is_looked_at and waited >= self.after

    def call(self, sentence: str) -> None:
        """Call, with `sentence` where the way has words. May wait for a program: call it in a thread."""
        if self.by is NotifyBy.BELL or not self._is_shown(one_line(sentence)):
            self._write(BELL)

    def _is_shown(self, words: str) -> bool:
        """Show `words` on the desktop; whether that may be taken to have worked."""
        if sequence := _sequence(words, self._environ):
            self._write(through(sequence, self._environ))
            return not _is_multiplexed(self._environ)  # tmux passes it on only if it is told that it may
        tool = self._tool(words)
        return tool is not None and takes(tool, b"", seconds=TOOL_SECONDS)

    def _tool(self, words: str) -> tuple[str, ...] | None:
        if is_remote(self._environ):
            return None
        if self._platform == "darwin" and (path := self._find("osascript")):
            return (path, "-e", f'display notification "{words}" with title "{TITLE}"')
        if is_graphical(self._environ) and (path := self._find("notify-send")):
            return (path, f"--app-name={TITLE}", TITLE, words)
        return None


def _is_multiplexed(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("TMUX") or environ.get("STY"))


def _sequence(words: str, environ: Mapping[str, str]) -> str:
    """What makes this terminal show a notification; empty where none is known of it."""
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if environ.get("KITTY_WINDOW_ID") or term == "xterm-kitty":
        return f"\x1b]99;;{TITLE}: {words}\x1b\\"
    if program == "iTerm.app" or environ.get("LC_TERMINAL") == "iTerm2":
        return f"\x1b]9;{TITLE}: {words}\x07"
    if program in ("WezTerm", "ghostty") or term.startswith(("foot", "rxvt-unicode", "xterm-ghostty")):
        return f"\x1b]777;notify;{TITLE};{words}\x07"
    return ""
