"""Where JSON values end, found in pieces cut anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_tui.core.framing.frame import too_large

_STRUCTURE = re.compile(rb'["{}\[\]]')
# A raw line end inside a string is not JSON, so it ends the match: the value is broken.
_IN_STRING = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+')
_SPACE = b" \t\r\n"
_OPENING = b"{["


class JsonValues:
    """Finds objects (and elements of a top-level array) by counting brackets outside strings.

    What is found is not checked: a value may still be unreadable. A value that a new line of JSON cuts short is given
    out as far as it goes, and `broken` is set; scanning must then go on with something else from `position`.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: list[bytes] = []  # pieces of a value that has not ended
        self._size = 0
        self._brackets = bytearray()  # those not yet closed, the array of values included
        self._base = 0  # how many of them belong to no value: 1 inside an array of values
        self._in_string = False
        self._escaped = False
        self._last = 0  # the last byte of earlier pieces that is no white space
        self._at_line_start = False
        self.position = 0
        """Where in the piece being scanned the value just given out ends."""
        self.broken = False

    @property
    def is_open(self) -> bool:
        """Whether a value, or the array of values, has begun and not ended."""
        return bool(self._brackets)

    def rest(self) -> bytes:
        """What there is of a value that has not ended."""
        return b"".join(self._held)

    def scan(self, piece: bytes) -> Iterator[bytes]:
        """The values that `piece` completes, as they are found. Raises EventTooLarge."""
        start = 0  # of what belongs to the value that is open
        position = 0
        while position < len(piece):
            if self._in_string:
                position = self._string(piece, position)
            elif found := _STRUCTURE.search(piece, position):
                position = found.end()
                mark = piece[position - 1]
                if mark == 0x22:
                    self._in_string = True
                elif mark not in _OPENING:
                    if self._closes(piece, start, position):
                        yield self._take(piece, start, position)
                    continue
                elif len(self._brackets) > self._base and self._cuts_short(piece, position - 1):
                    position -= 1
                    self.broken = True
                else:
                    start = self._opens(mark, start, position - 1)
            else:
                break
            if self.broken:
                yield self._take(piece, start, position)
                return
        self._keep(piece, start)

    def _string(self, piece: bytes, position: int) -> int:
        """The position after what `piece` holds of an open string."""
        if self._escaped:
            self._escaped = False
            if piece[position] != 0x0A:
                position += 1
        found = _IN_STRING.match(piece, position)
        position = found.end() if found else position
        if position < len(piece):
            if piece[position] == 0x22:
                self._in_string = False
            elif piece[position] == 0x5C and position + 1 == len(piece):
                self._escaped = True
            else:
                self.broken = len(self._brackets) > self._base
                self._in_string = self.broken
            position += 1
        return position

    def _opens(self, mark: int, start: int, position: int) -> int:
        """Note an opening bracket; where the open value starts."""
        if not self._brackets and mark == 0x5B:
            self._base = 1
        elif len(self._brackets) == self._base:
            start = position
        self._brackets.append(mark)
        return start

    def _closes(self, piece: bytes, start: int, position: int) -> bool:
        """Note a closing bracket; whether it ends a value."""
        if not self._brackets:
            return False
        self._brackets.pop()
        if not self._brackets and self._base:
            self._base = 0
            return False
        return len(self._brackets) == self._base

    def _cuts_short(self, piece: bytes, position: int) -> bool:
        """Whether the `{` at `position` begins a new line of JSON, because no value may stand there."""
        if piece[position] != 0x7B or not (piece[position - 1] == 0x0A if position else self._at_line_start):
            return False
        before = position
        while before and piece[before - 1] in _SPACE:
            before -= 1
        last = piece[before - 1] if before else self._last
        return not (last == 0x3A or (last in b"[," and self._brackets[-1] == 0x5B))

    def _take(self, piece: bytes, start: int, position: int) -> bytes:
        self._held.append(piece[start:position])
        value = b"".join(self._held)
        self._held = []
        self._size = 0
        self.position = position
        if len(value) > self._limit:
            raise too_large("One JSON value of the answer", self._limit)
        return value

    def _keep(self, piece: bytes, start: int) -> None:
        """Hold what `piece` has of an open value, and what is needed to judge the next piece."""
        if len(self._brackets) > self._base:
            self._held.append(piece[start:] if start else piece)
            self._size += len(piece) - start
            if self._size > self._limit:
                raise too_large("One JSON value of the answer", self._limit)
        if kept := piece.rstrip(_SPACE):
            self._last = kept[-1]
        if piece:
            self._at_line_start = piece[-1] == 0x0A
