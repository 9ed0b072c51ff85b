"""Server-sent events, incrementally."""

from __future__ import annotations

import re

from phoenix_tui.core.framing.frame import MAX_EVENT_BYTES, Frame, too_large
from phoenix_tui.core.framing.json_values import JsonValues

_WHOLE = re.compile(rb"(?:event: ([^\r\n]+)\r?\n)?data: ([^\r\n]*)(?:\n\n|\r\n\r\n)")
"""One event that came in one piece, as most of most streams do: those take a short cut."""


class SseDecoder:
    """Bytes of an event stream to frames, cut anywhere.

    Lines end at CR, LF and CRLF only (other separators of Unicode are text), and are decoded when whole, so no
    character is ever cut. Lines that are no field but begin a JSON value are collected until it ends and given out as
    a frame of their own: that is how Gemini reports an error in the middle of a stream.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._held: list[bytes] = []  # pieces of a line that has not ended
        self._data: list[bytes] = []  # data lines of an event that has not ended
        self._held_size = 0
        self._data_size = 0
        self._event: str | None = None
        self._after_cr = False
        self._raw: JsonValues | None = None
        self.recognised = False
        """Whether anything of an event stream has been seen."""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The events that `chunk` completes. Raises EventTooLarge."""
        is_between = not (self._held or self._data or self._event or self._after_cr or self._raw)
        if is_between and (whole := _WHOLE.fullmatch(chunk)) and len(chunk) <= self._limit:
            self.recognised = True
            name, data = whole.groups()
            return [Frame(data.decode("utf-8", "replace"), name.decode("utf-8", "replace") if name else None)]
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk[0] == 0x0A:
                chunk = chunk[1:]
        if b"\r" in chunk:
            self._after_cr = chunk[-1] == 0x0D
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in chunk:
            self._hold(chunk)
            return []
        if self._held:
            chunk = b"".join((*self._held, chunk))
            self._held = []
            self._held_size = 0
        lines = chunk.split(b"\n")
        last = lines.pop()
        frames = self._lines(lines)
        if last:
            self._hold(last)
        return frames

    def end(self) -> list[Frame]:
        """The event that the end of the body completes; a stream need not end with a blank line."""
        frames = self._lines([b"".join(self._held), b""])
        self._held = []
        if self._raw is not None and (rest := self._raw.rest()):
            frames.append(Frame(rest.decode("utf-8", "replace")))
        self._raw = None
        return frames

    def _hold(self, piece: bytes) -> None:
        self._held.append(piece)
        self._held_size += len(piece)
        if self._held_size + self._data_size > self._limit:
            raise too_large("One event of the stream", self._limit)

    def _lines(self, lines: list[bytes]) -> list[Frame]:
        frames: list[Frame] = []
        data = self._data
        for line in lines:
            if line[:5] == b"data:":
                if self._raw is not None:
                    self._end_raw(frames)
                value = line[6:] if line[5:6] == b" " else line[5:]
                self._data_size += len(value) + 1
                if self._data_size > self._limit:
                    raise too_large("One event of the stream", self._limit)
                data.append(value)
            elif not line:
                if data:
                    text = data[0] if len(data) == 1 else b"\n".join(data)
                    frames.append(Frame(text.decode("utf-8", "replace"), self._event))
                    self._data_size = 0
                    data.clear()
                    self.recognised = True
                self._event = None
            else:
                self._other(line, frames)
        return frames

    def _other(self, line: bytes, frames: list[Frame]) -> None:
        """A line that is neither data nor blank."""
        name, _, value = line.partition(b":")
        if name == b"event":
            self._end_raw(frames)
            self._event = value.removeprefix(b" ").decode("utf-8", "replace") or None
            self.recognised = True
        elif name in (b"", b"id", b"retry"):
            self.recognised = True
        elif name == b"data":  # without a colon: an empty line of data
            self._data.append(b"")
            self._data_size += 1
        elif self._raw is not None or line.lstrip()[:1] in (b"{", b"["):
            self._raw = self._raw or JsonValues(self._limit)
            for found in self._raw.scan(line + b"\n"):
                frames.append(Frame(found.decode("utf-8", "replace")))
                self.recognised = True
            if self._raw.broken or not self._raw.is_open:
                self._raw = None

    def _end_raw(self, frames: list[Frame]) -> None:
        """A field follows: the JSON value that was being collected will not end any more."""
        if self._raw is not None:
            frames.append(Frame(self._raw.rest().decode("utf-8", "replace")))
            self._raw = None
