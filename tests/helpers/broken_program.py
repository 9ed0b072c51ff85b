"""`phoenix-tui` with a bug put into it that nobody could work with: `python -m tests.helpers.broken_program keys`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from phoenix_tui import paths
from phoenix_tui.cli import main
from phoenix_tui.tui.app import PhoenixApp


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


if __name__ == "__main__":
    {"keys": break_keys, "start": break_start}[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
