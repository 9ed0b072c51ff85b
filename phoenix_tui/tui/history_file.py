"""What was sent, kept from one run to the next: one file, shared by all programs of the person.

A line is one message, as JSON. Lines are added at the end under a lock, so that programs that run at once lose nothing
of each other's; when the file has grown to twice what is kept, it is written anew, whole or not at all. A folded paste
is not kept, nor what was attached; only that there was one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phoenix_tui.tui.drafts import Draft, size_of
from phoenix_tui.tui.files import try_lock, write_atomically
from phoenix_tui.tui.prompt_history import MOST_ENTRIES

NAME = "sent.jsonl"
LONGEST_ENTRY = 4_000
"""Characters; of a longer message the beginning is kept."""
LARGEST_FILE = 2_000_000
"""Bytes that are read; a larger file is read from its end."""
LOCK_SECONDS = 2.0
"""How long another program is waited for. It holds the lock for milliseconds."""


def kept_form(draft: Draft) -> str:
    """What of `draft` is kept: no folded paste, and of all else at most `LONGEST_ENTRY` characters."""
    text = "".join(f"[a paste that was not kept: {size_of(it)}]" if folded else it for it, folded in draft.parts)
    return text if len(text) <= LONGEST_ENTRY else text[:LONGEST_ENTRY].rstrip() + " […]"


class HistoryFile:
    """The file in `folder`. Every method blocks on a disk: call it in a thread. None raises for the state of the disk:
    `problem` says what was wrong last, as a sentence, empty when all is well."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self.problem = ""

    def read(self) -> tuple[str, ...]:
        """The messages that are kept, oldest first. What cannot be read is left out."""
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(max(0, size - LARGEST_FILE))
                data = file.read(LARGEST_FILE)
        except FileNotFoundError:
            return ()
        except OSError as error:
            self.problem = f"What you sent before could not be read from {self._path}: {error.strerror or error}."
            return ()
        return tuple(_decoded(data))[-MOST_ENTRIES:]

    def add(self, draft: Draft) -> None:
        """Keep `draft` as the newest."""
        line = json.dumps({"text": kept_form(draft)}).encode("ascii") + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._held():
                self._append(line)
                if self._path.stat().st_size > LARGEST_FILE:
                    self._shorten()
            self.problem = ""
        except OSError as error:
            self.problem = f"What you sent could not be kept in {self._path}: {error.strerror or error}."

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                line = b"\n" + line  # the end of a line that somebody did not finish
            file.write(line)

    def _shorten(self) -> None:
        """Keep the newest half."""
        kept: list[bytes] = []
        room = LARGEST_FILE // 2
        for text in reversed(self.read()):
            line = json.dumps({"text": text}).encode("ascii") + b"\n"
            room -= len(line)
            if room < 0:
                break
            kept.append(line)
        write_atomically(self._path, b"".join(reversed(kept)))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep other programs from writing. Where that does not work a line is still written in one piece."""
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as lock:
            until = time.monotonic() + LOCK_SECONDS
            while not try_lock(lock) and time.monotonic() < until:
                time.sleep(0.01)
            yield


def _decoded(data: bytes) -> Iterator[str]:
    for line in data.split(b"\n"):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and isinstance(text := entry.get("text"), str) and text.strip():
            yield text
