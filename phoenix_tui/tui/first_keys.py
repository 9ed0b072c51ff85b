"""What is typed while only the first picture stands: shown in its prompt at once, and handed on to the real one.

Textual is not needed here, nor loaded.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

from phoenix_tui.core.values import dataclass

MOST_BYTES = 4_096
PATIENCE = 3.0
"""Seconds for which the end waits for the thread: longer than that waits for a terminal that does not read."""
ESCAPE = b"\x1b"
ALONE_AFTER = 0.05
"""Seconds after which an ESC that nothing has followed is the key, and no beginning of another one."""
_DELETING = "\x7f\b"
_WIDEST = 0x24F
"""The last of the letters (Latin Extended-B) that every terminal draws in one cell."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where text is typed: row and column of the first cell, counted from 1, how many cells there are, and how text and
    cursor look, as the numbers of SGR sequences."""

    row: int
    column: int
    width: int
    text: str
    cursor: str


class Typed:
    """What has been typed: `text`, as far as it is nothing but characters of one cell that have room in a line of
    `width` cells, and the bytes of the `rest`, which are for the program."""

    def __init__(self, width: int) -> None:
        self._room = width - 1  # the cursor stands behind it
        self.text = ""
        self.rest = b""

    def take(self, data: bytes) -> None:
        """Take in what was typed next."""
        if self.rest:
            self.rest += data
            return
        try:
            typed = data.decode()
        except UnicodeDecodeError:
            self.rest = data
            return
        for at, character in enumerate(typed):
            if character in _DELETING and self.text:
                self.text = self.text[:-1]
            elif character.isprintable() and ord(character) <= _WIDEST and len(self.text) < self._room:
                self.text += character
            else:
                self.rest = typed[at:].encode()
                return


def drawn(field: Field, text: str) -> str:
    """What draws `text` in `field`, with the cursor behind it."""
    blank = " " * (field.width - len(text) - 1)
    return (
        f"\x1b[{field.row};{field.column}H\x1b[0;{field.text}m{text}"
        f"\x1b[0;{field.cursor}m \x1b[0;{field.text}m{blank}\x1b[0m"
    )


class FirstKeys:
    """Reads the keys in a thread and shows them, until it comes to one that is no text, or is told to stop."""

    def __init__(self, keys: int, field: Field, write: Callable[[str], None], empty: str) -> None:
        """`keys` is the descriptor of the terminal, `write` writes to it, and `empty` draws the field without text."""
        self._keys, self._field, self._write, self._empty = keys, field, write, empty
        self._typed = Typed(field.width)
        self._woken, self._wake = os.pipe()
        self._is_stopped = False
        self._is_over = Event()
        self._thread = Thread(target=self._run, name="first keys", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read nothing more."""
        if not self._is_over.is_set():
            self._is_stopped = True
            os.write(self._wake, b"x")
            self._thread.join(PATIENCE)
            if not self._thread.is_alive():  # else it may still look at them, and must not see another's file there
                for descriptor in (self._woken, self._wake):
                    os.close(descriptor)
            self._is_over.set()

    def text(self) -> str:
        """Read nothing more, and give the text that was typed, once."""
        self.stop()
        text, self._typed.text = self._typed.text, ""
        return text

    def rest(self, seconds: float) -> bytes | None:
        """What was typed behind the text, once, for who reads the keys from now on; an ESC at its end was that key.
        None as long as keys are read here, which is waited for so long."""
        if not self._is_over.wait(seconds):
            return None
        rest, self._typed.rest = self._typed.rest, b""
        return rest

    def _run(self) -> None:
        with suppress(OSError):  # the terminal is gone, which is noticed by who needs it
            while not self._typed.rest and (data := self._read()):
                self._typed.take(data)
                self._write(drawn(self._field, self._typed.text) if self._typed.text else self._empty)
            if self._typed.rest.endswith(ESCAPE):
                self._typed.take(self._read(ALONE_AFTER))

    def _read(self, seconds: float | None = None) -> bytes:
        """What is typed next, within so many seconds (None: whenever); nothing when it is over."""
        if self._is_stopped:
            return b""
        ready, _, _ = select.select([self._keys, self._woken], [], [], seconds)
        return os.read(self._keys, MOST_BYTES) if self._keys in ready and not self._is_stopped else b""
