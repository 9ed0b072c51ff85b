"""Opening an address in the person's browser or mail program, without letting it near the terminal."""

from __future__ import annotations

import subprocess
import sys
import webbrowser

_TEXT_BROWSERS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})
"""They would draw over the screen."""
_PATIENCE = 20.0
"""Seconds until what has not come back is left to itself."""


def open_address(address: str) -> bool:
    """Whether something could be found that opens `address`. Waits for it, so it is called in a thread."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    if getattr(found, "name", "").rpartition("/")[2] in _TEXT_BROWSERS:
        return False
    command = [sys.executable, "-m", "webbrowser", "-t", address]
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(  # noqa: S603 - the address is http, https or mailto, and no shell reads it
            command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, timeout=_PATIENCE, check=False
        )
    except OSError:
        return False
    except subprocess.TimeoutExpired:
        pass  # a browser that stays in the foreground
    return True
