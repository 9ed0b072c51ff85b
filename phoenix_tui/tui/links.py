"""Opening the address behind a link in the person's browser, where there is one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from phoenix_tui.tui.programs import Find, is_graphical, is_remote, opens
from phoenix_tui.tui.text import clip

LONGEST = 4_000
"""Characters of an address that is still opened."""
BROWSER_SECONDS = 3.0
"""After which a browser that is still busy has begun."""
_SHOWN = 60


def is_openable(url: str) -> bool:
    """Whether `url` is a plain web or mail address: a model may write any other, and the system would run it."""
    if len(url) > LONGEST or not url.isprintable() or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.netloc) if parts.scheme in ("http", "https") else parts.scheme == "mailto"


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
    return f"Opened {shown(url)} in the browser."


def shown(url: str) -> str:
    """`url` as it stands in a sentence."""
    return clip(url, _SHOWN)
