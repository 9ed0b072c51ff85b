"""`phoenix-tui` with a bug put into it: `python -m tests.helpers.broken_program keys`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from phoenix_tui import paths
from phoenix_tui.cli import main
from phoenix_tui.tui.app import PhoenixApp
from phoenix_tui.tui.screens.main import MainScreen


def break_keys() -> None:
    """Every key fails in the program itself."""

    async def broken(self: PhoenixApp, key: str, priority: bool = False) -> bool:
        raise ZeroDivisionError("a bug that meets every key")

    setattr(PhoenixApp, "_check_bindings", broken)  # noqa: B010 - an assignment would be no method for mypy


def break_start() -> None:
    """A style sheet that cannot be read."""
    folder = Path(tempfile.mkdtemp())
    (folder / "broken.tcss").write_text("Screen { color: none of these; }", "utf-8")
    paths.styles_dir = lambda: folder


def break_output() -> None:
    """F1 writes more than fits on the way to a terminal that does not read, and then leaves a file behind."""

    def flood(self: MainScreen) -> None:
        assert self.app._driver is not None
        for _ in range(200):
            self.app._driver.write("\x1b[H" + "x" * 2_000)
        (paths.ensure(paths.state_dir(os.environ)) / "flooded").touch()

    setattr(MainScreen, "action_help", flood)  # noqa: B010 - as above


if __name__ == "__main__":
    {"keys": break_keys, "start": break_start, "output": break_output}[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
