"""What the decoders of all wire formats have in common: reading frames, finding errors, ending."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from json.scanner import make_scanner
from typing import Any, ClassVar

from phoenix_tui.core.adapters.base import Ending
from phoenix_tui.core.adapters.fault import find_error
from phoenix_tui.core.adapters.shared import mend, parse, protocol_error
from phoenix_tui.core.adapters.shared_errors import error_of_value
from phoenix_tui.core.adapters.shared_text import Mender, ThinkSplitter
from phoenix_tui.core.errors import WireError
from phoenix_tui.core.events import Delta, ReasoningDelta, RefusalDelta, TextDelta, ToolCall
from phoenix_tui.core.framing import Frame
from phoenix_tui.core.framing.body import excerpt
from phoenix_tui.core.types import FinishReason, Usage

_decode = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]  # typeshed knows the written-out scanner only
"""What json.loads comes to at last, half the way of it: a frame is nearly always one value."""
_DONE = "[DONE]"


class SharedDecoder(ABC):
    """A decoder but for its wire format's own events, which `_event` reads and `_usage` counts.

    `thinks_in_text`: reasoning may come inside the text, between tags.
    """

    terminal_marker: ClassVar[str]
    """What ends a whole answer, in words."""

    def __init__(self, *, thinks_in_text: bool = False) -> None:
        self.finished = False
        self.closed = False
        self.bad_events = 0
        self._is_silent = True
        self._odd = ""  # the first event that could not be understood
        self._model = ""
        self._native_finish = ""
        self._finish_reason = FinishReason.OTHER
        self._tool_calls: set[object] = set()
        self._text = Mender()
        self._reasoning = Mender()
        self._think = ThinkSplitter() if thinks_in_text else None

    def feed(self, frame: Frame) -> Sequence[Delta]:
        """The deltas of one frame. Raises WireError when the frame reports an error."""
        self._is_silent = False
        data, event = frame
        try:
            value, end = _decode(data, 0)
        except (ValueError, StopIteration, RecursionError):
            end = -1
        if end != len(data):  # white space around it, or no JSON at all
            try:
                value = parse(data)
            except ValueError:
                return self._unreadable(data, event)
        if (error := find_error(value, event)) is not None:
            raise WireError(error_of_value(error))
        deltas: list[Delta] = []
        if isinstance(value, dict):
            if not self._event(value, event, deltas):
                self._skip(data)
            return deltas
        for part in value if isinstance(value, list) else (value,):
            if not isinstance(part, dict) or not self._event(part, event, deltas):
                self._skip(data)
        return deltas

    def end(self) -> Ending:
        """Call at the end of the body. Raises WireError (protocol) when no terminal marker was seen."""
        if self.finished:
            return Ending(self._finish_reason, self._usage(), self._model, self._native_finish)
        if self._is_silent:
            raise protocol_error("The server ended its answer without sending anything.")
        odd = f" It sent: {self._odd}" if self._odd else ""
        raise protocol_error(f"The answer ended before it was complete: {self.terminal_marker} never came.{odd}")

    def _unreadable(self, data: str, event: str | None) -> Sequence[Delta]:
        lines = [line for line in data.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.startswith(("{", _DONE)) for line in lines):
            # Somebody forgot the blank line between events.
            return [delta for line in lines for delta in self.feed(Frame(line, event))]
        if data.strip() == _DONE:
            self.closed = True
        elif event == "error":
            raise WireError(error_of_value(data))
        else:
            self._skip(data)
        return ()

    @abstractmethod
    def _event(self, value: dict[str, Any], event: str | None, deltas: list[Delta]) -> bool:
        """Read one event, append its deltas. Returns whether it has a known shape."""

    @abstractmethod
    def _usage(self) -> Usage:
        """The normalised usage, once the answer has ended."""

    def _skip(self, data: str) -> None:
        self.bad_events += 1
        self._odd = self._odd or excerpt(data)

    def _add_text(self, text: Any, deltas: list[Delta]) -> None:
        if not text or not isinstance(text, str):
            return
        if self._text.held or not text.isascii():
            text = self._text.feed(text)
        if self._think is not None:
            deltas += self._think.feed(text)
            if self._think.is_done:
                self._think = None
        elif text:
            deltas.append(TextDelta(text))

    def _add_reasoning(self, text: Any, deltas: list[Delta]) -> None:
        if text and isinstance(text, str) and (text := self._reasoning.feed(text)):
            deltas.append(ReasoningDelta(text))

    def _add_refusal(self, text: Any, deltas: list[Delta]) -> None:
        if text and isinstance(text, str):
            deltas.append(RefusalDelta(mend(text)))

    def _add_tool_call(self, key: object, name: Any, deltas: list[Delta]) -> None:
        """Name the call `key` if that has not been done."""
        if name and isinstance(name, str) and key not in self._tool_calls:
            self._tool_calls.add(key)
            deltas.append(ToolCall(mend(name)))

    def _finish(self, reason: FinishReason, native: str, deltas: list[Delta]) -> None:
        """The terminal marker has come: give out what still waits for more."""
        self.finished = True
        self._finish_reason = reason
        self._native_finish = native
        if self._think is not None:
            deltas += self._think.end()
            self._think = None
