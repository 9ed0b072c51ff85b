"""Opening the address behind a link in the person's browser, where there is one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from phoenix_tui.tui.addresses import shown
from phoenix_tui.tui.programs import Find, is_graphical, is_remote, opens

BROWSER_SECONDS = 3.0
"""After which a browser that is still busy has begun."""
SENTENCE_CELLS = 60
"""As wide as an address is in a sentence."""


def browser(
    url: str,
    environ: Mapping[str, str] | None = None,
    *,
    find: Find = shutil.which,
    platform: str = sys.platform,
) -> tuple[str, ...] | None:
    """The program that opens `url` on the desktop in front of the person, with its arguments; None where there is none.
    Browsers that would draw into this terminal are none."""
    environ = os.environ if environ is None else environ
    if is_remote(environ):
        return None
    if platform == "win32" or environ.get("WSL_DISTRO_NAME"):
        return _program(find("rundll32.exe"), "url.dll,FileProtocolHandler", url)
    if platform == "darwin":
        return _program(find("open"), url)
    return _program(find("xdg-open"), url) if is_graphical(environ) else None


def _program(path: str | None, *arguments: str) -> tuple[str, ...] | None:
    return (path, *arguments) if path else None


def open_link(url: str) -> str | None:
    """Open `url`; gives the sentence that says so, None when nothing here can open it. Waits for a program: call it in
    a thread."""
    arguments = browser(url)
    if arguments is None or not opens(arguments, seconds=BROWSER_SECONDS):
        return None
    return f"Opened {shown(url, SENTENCE_CELLS)} in the browser."
