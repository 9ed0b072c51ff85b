"""Other programs of this machine, begun so that they neither write on the screen nor hold it up, and without a shell.
Both functions wait: call them in a thread."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

Find = Callable[[str], str | None]
"""The path of a program by its name, None where it is not there; as `shutil.which` has it."""
_APART: dict[str, Any] = {
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
    "start_new_session": True,  # it outlives this program, and no ctrl+c of the terminal reaches it
}


def is_remote(environ: Mapping[str, str]) -> bool:
    """Whether the person sits at another machine, so that clipboard, browser and desktop of this one are not theirs."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def is_graphical(environ: Mapping[str, str]) -> bool:
    """Whether a desktop of X or Wayland is within reach."""
    return any(environ.get(name) for name in ("WAYLAND_DISPLAY", "DISPLAY"))


def takes(arguments: tuple[str, ...], given: bytes, *, seconds: float) -> bool:
    """Whether a program takes `given` on its standard input and ends well. One that does not end in time is ended. What
    it leaves in the background, as the clipboards of X and Wayland do, is not waited for."""
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(arguments, input=given, timeout=seconds, check=False, **_APART).returncode == 0  # noqa: S603 - a list, no shell
    return False


def opens(arguments: tuple[str, ...], *, seconds: float) -> bool:
    """Whether a program begins and has not failed after `seconds`; it goes on as long as it likes."""
    with suppress(OSError):
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, **_APART)  # noqa: S603 - a list, no shell
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            threading.Thread(target=process.wait, name=arguments[0], daemon=True).start()  # no zombie is left
            return True
    return False
