"""JSON bodies, incrementally: a value a line, one value over many lines, an array whose elements come one by one."""

from __future__ import annotations

from phoenix_tui.core.framing.frame import MAX_BODY_BYTES, MAX_EVENT_BYTES, Frame, too_large
from phoenix_tui.core.framing.json_values import JsonValues

_OPENINGS = (b"{", b"[")


class JsonDecoder:
    """Bytes of a JSON body to frames, cut anywhere.

    The first value decides: if it stood on one line, every line is a value from there on (NDJSON), and one bad line
    costs only itself; else values end where their brackets do.
    """

    def __init__(
        self, *, line_limit: int = MAX_EVENT_BYTES, value_limit: int = MAX_BODY_BYTES, only_lines: bool = False
    ) -> None:
        """`only_lines`: the body is known to be NDJSON, so a first line that is no JSON is only a bad line."""
        self._limit = line_limit
        self._value_limit = value_limit
        self._held: list[bytes] = []
        self._size = 0
        self._values: JsonValues | None = None if only_lines else JsonValues(value_limit)
        self._is_first = True

    def feed(self, chunk: bytes) -> list[Frame]:
        """The values that `chunk` completes. Raises EventTooLarge."""
        if self._values is None:
            return self._feed_lines(chunk)
        return self._feed_values(self._values, chunk)

    def end(self) -> list[Frame]:
        """What the end of the body completes: a last line, or a value that was cut (given out as it is)."""
        if self._values is not None:
            rest = self._values.rest()
            return [_frame(rest)] if rest else []
        rest, self._held = b"".join(self._held).strip(), []
        return self._of_line(rest) if rest else []

    def _feed_values(self, values: JsonValues, chunk: bytes) -> list[Frame]:
        frames: list[Frame] = []
        for value in values.scan(chunk):
            frames.append(_frame(value))
            is_line = self._is_first and not values.is_open and b"\n" not in value
            self._is_first = False
            if values.broken or is_line:
                self._values = None
                return frames + self._feed_lines(chunk[values.position :])
        return frames

    def _feed_lines(self, chunk: bytes) -> list[Frame]:
        if b"\n" not in chunk:
            self._hold(chunk)
            return []
        if self._held:
            chunk = b"".join((*self._held, chunk))
            self._held = []
            self._size = 0
        lines = chunk.split(b"\n")
        last = lines.pop()
        frames: list[Frame] = []
        for at, whole in enumerate(lines):
            line = whole.strip()
            if len(line) > self._limit:
                raise too_large("One line of the answer", self._limit)
            if line in _OPENINGS:  # a value over many lines, amid values a line
                self._values = JsonValues(self._value_limit)
                return frames + self._feed_values(self._values, b"\n".join((line, *lines[at + 1 :], last)))
            if line:
                frames += self._of_line(line)
        self._hold(last)
        return frames

    def _of_line(self, line: bytes) -> list[Frame]:
        """The value on `line`, or the values, where the end of a line between them is missing."""
        if b"}{" not in line:
            return [_frame(line)]
        values = JsonValues(self._value_limit)
        found = [*values.scan(line)]
        whole = len(found) > 1 and not values.broken and not values.is_open
        return [_frame(value) for value in found] if whole else [_frame(line)]

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._held.append(piece)
            self._size += len(piece)
            if self._size > self._limit:
                raise too_large("One line of the answer", self._limit)


def _frame(value: bytes) -> Frame:
    return Frame(value.decode("utf-8", "replace"))
