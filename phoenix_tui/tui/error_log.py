"""The file in which defects of the program are written down, for whoever mends them."""

from __future__ import annotations

import os
import platform
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from phoenix_tui.paths import ensure
from phoenix_tui.tui.defects import Defect, Defects
from phoenix_tui.tui.text import count

LARGEST = 256 * 1024
"""Bytes; a longer file becomes the one before (`errors.log.1`), and the one that was that goes."""


class ErrorLog:
    """Appends to `errors.log` in `folder` (mode 0600), in a thread of its own and in order; None writes nothing. A disk
    that does not take it is no error of its own."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / "errors.log" if folder else None
        self._writer: ThreadPoolExecutor | None = None

    def write(self, defect: Defect) -> None:
        """Write `defect` down, soon."""
        self._append(f"The {defect.part} {defect.failed}.\n{defect.story}")

    def close(self, defects: Defects) -> None:
        """Write down how often they came, and wait until all is written."""
        if repeated := [defect for defect in defects if defect.times > 1]:
            counts = (
                f"{defect.times:,} times: the {defect.part} {defect.failed} ({defect.kind})." for defect in repeated
            )
            self._append("\n".join(counts))
        if defects.more:
            self._append(f"And {count(defects.more, 'error')} more of other kinds.")
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None

    def _append(self, text: str) -> None:
        if self.path is None:
            return
        if self._writer is None:
            self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="error-log")
        self._writer.submit(_append, self.path, f"{_heading()}\n{text}\n\n")


def _heading() -> str:
    programs = ", ".join(f"{name} {_version(name)}" for name in ("phoenix-tui", "textual"))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return f"{now} {programs}, python {platform.python_version()} on {platform.system()}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # run from a checkout
        return "of no version"


def _append(path: Path, entry: str) -> None:
    with suppress(OSError):
        ensure(path.parent)
        with suppress(FileNotFoundError):
            if path.stat().st_size + len(entry) > LARGEST:
                path.replace(path.with_suffix(".log.1"))
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(entry)
