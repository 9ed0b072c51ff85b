"""Keys of plain terminals that Textual 8.2 reads as something else.

A plain terminal sends alt+1 as ESC 1. Textual maps that to "¡" (and ESC 3 to "£", and so on), as WezTerm on a Mac means
it, so alt+digit would never arrive and would type a character instead. ESC CR, which is alt+enter, it reads as enter.
Here those sequences get their plain meaning. A character that the keyboard itself sends ("£" on a British one) comes
without the ESC and is not touched.
"""

from __future__ import annotations

from enum import StrEnum
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys


class PlainKey(StrEnum):
    """Names of the keys in Textual's own spelling."""

    ALT_0 = "alt+0"
    ALT_1 = "alt+1"
    ALT_2 = "alt+2"
    ALT_3 = "alt+3"
    ALT_4 = "alt+4"
    ALT_5 = "alt+5"
    ALT_6 = "alt+6"
    ALT_7 = "alt+7"
    ALT_8 = "alt+8"
    ALT_9 = "alt+9"
    ALT_ENTER = "alt+enter"


def read_plain_keys() -> None:
    """Teach Textual's parser the sequences. For the whole process; doing it twice changes nothing."""
    table = cast(dict[str, tuple[PlainKey | Keys, ...]], ANSI_SEQUENCES_KEYS)
    for digit in range(10):
        table[f"\x1b{digit}"] = (PlainKey(f"alt+{digit}"),)
    table["\x1b\r"] = (PlainKey.ALT_ENTER,)
