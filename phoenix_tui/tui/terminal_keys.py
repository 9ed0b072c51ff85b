"""Keys of plain terminals that Textual 8.2 reads as something else.

A plain terminal sends alt+1 as ESC 1. Textual maps that to "¡" (and ESC 3 to "£", and so on), as WezTerm on a Mac means
it, so alt+digit would never arrive and would type a character instead. ESC CR, which is alt+enter, it reads as enter.
ESC and a letter it waits for a while whether more comes, and when that is another such key (alt+u held down), it types
the first as "^u". Here those sequences get their plain meaning, at once: no longer one begins with them. A character
that the keyboard itself sends ("£" on a British one) comes without the ESC and is not touched.
"""

from __future__ import annotations

from string import ascii_lowercase, digits
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class PlainKey:
    """A key by the name that Textual has for it."""

    value: str


def read_plain_keys() -> None:
    """Teach Textual's parser the sequences. For the whole process; doing it twice changes nothing."""
    table = cast(dict[str, tuple[PlainKey | Keys, ...]], ANSI_SEQUENCES_KEYS)
    for digit in digits:
        table[f"\x1b{digit}"] = (PlainKey(f"alt+{digit}"),)
    for letter in ascii_lowercase:
        table.setdefault(f"\x1b{letter}", (PlainKey(f"alt+{letter}"),))  # ESC b and ESC f go by words
    table["\x1b\r"] = (PlainKey("alt+enter"),)
