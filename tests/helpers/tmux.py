"""The real program in a window of a real tmux, on a server of its own."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.program import environment
from tests.helpers.terminal import SECONDS

MISSING = "tmux is not installed" if shutil.which("tmux") is None else ""
"""Why these tests cannot run here; empty where they can."""
_FLAGS = ("alternate_on", "cursor_flag", "wrap_flag", "mouse_any_flag", "mouse_sgr_flag", "pane_title")


class Tmux:
    """A window in which a shell runs the program, writes down what it left behind, and waits."""

    def __init__(self, *arguments: str, env: Mapping[str, str], folder: Path, columns: int, rows: int) -> None:
        self._server = f"phoenix-{secrets.token_hex(4)}"
        self._folder = folder
        self.pid = folder / "pid"
        command = shlex.join([sys.executable, "-m", "phoenix_tui", *arguments])
        lines = (
            f"cd {shlex.quote(str(folder))}; stty -g > before",
            f"sh -c 'echo $$ > pid; exec {command}'",
            "echo $? > status; stty -g > after; exec cat",
        )
        size = ("-x", str(columns), "-y", str(rows))
        self._env = environment(env) | {"SHELL": "/bin/sh"}
        self("-f", os.devnull, "new-session", "-d", *size, "\n".join(lines))
        self.flags_before = self.flags

    def __call__(self, *arguments: str) -> str:
        """What tmux says to a command."""
        command = ["tmux", "-L", self._server, *arguments]
        return subprocess.run(command, env=self._env, check=True, capture_output=True, text=True).stdout

    @property
    def text(self) -> str:
        """What stands in the window."""
        return self("capture-pane", "-p")

    @property
    def flags(self) -> str:
        """The modes of the window, and its title."""
        return self("display-message", "-p", " ".join(f"{name}=#{{{name}}}" for name in _FLAGS))

    @property
    def lines_before_and_after(self) -> tuple[str, str]:
        """The settings of the line (echo and the like) before and after the program."""
        return (self._folder / "before").read_text("utf-8"), (self._folder / "after").read_text("utf-8")

    def type(self, text: str) -> None:
        """Type `text` as it is."""
        self("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys by the names that tmux gives them: `M-4`, `F2`, `C-q`."""
        self("send-keys", *keys)

    def resize(self, columns: int, rows: int) -> None:
        self("resize-window", "-x", str(columns), "-y", str(rows))

    def wait_for(self, *words: str) -> None:
        """Wait until all of `words` stand in the window at the same time."""
        self.wait_until(lambda: all(word in text for text in [self.text] for word in words), " and ".join(words))

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"waited for {what}; the window says:\n{self.text}")
            time.sleep(0.05)

    def wait_for_end(self) -> int:
        """The exit status, once the program has ended."""
        after = self._folder / "after"
        self.wait_until(lambda: after.exists() and after.read_text("utf-8"), "the end")
        return int((self._folder / "status").read_text("utf-8"))


@contextmanager
def tmux(*arguments: str, env: Mapping[str, str], folder: Path, columns: int = 100, rows: int = 30) -> Iterator[Tmux]:
    """The program in a window of tmux; the server is ended when the block is left."""
    window = Tmux(*arguments, env=env, folder=folder, columns=columns, rows=rows)
    try:
        yield window
    finally:
        window("kill-server")
