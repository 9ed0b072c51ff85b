"""One answer through a decoder, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Decoder, Dialect, Ending, WireFormat
from phoenix_tui.core.errors import ErrorInfo, WireError
from phoenix_tui.core.events import Delta, ReasoningDelta, RefusalDelta, TextDelta, ToolCall
from phoenix_tui.core.framing import Frame


@dataclass
class Played:
    """The deltas of an answer, and its decoder, not yet ended."""

    deltas: list[Delta]
    decoder: Decoder

    @property
    def text(self) -> str:
        return "".join(delta.text for delta in self.deltas if isinstance(delta, TextDelta))

    @property
    def reasoning(self) -> str:
        return "".join(delta.text for delta in self.deltas if isinstance(delta, ReasoningDelta))

    @property
    def refusal(self) -> str:
        return "".join(delta.text for delta in self.deltas if isinstance(delta, RefusalDelta))

    @property
    def tools(self) -> list[str]:
        return [delta.name for delta in self.deltas if isinstance(delta, ToolCall)]

    def end(self) -> Ending:
        return self.decoder.end()


Event = dict[str, Any] | list[Any] | str | Frame
"""A JSON value, the text of a frame that may be none, or a whole frame."""


def play(wire_format: WireFormat, *events: Event, dialect: Dialect | None = None) -> Played:
    """Feed `events` to a fresh decoder."""
    decoder = adapter_for(wire_format).decoder(dialect or Dialect())
    deltas: list[Delta] = []
    for event in events:
        if isinstance(event, dict | list):
            event = Frame(json.dumps(event))  # noqa: PLW2901 - the same event, framed
        elif not isinstance(event, Frame):
            event = Frame(event)  # noqa: PLW2901 - as above
        deltas += decoder.feed(event)
    return Played(deltas, decoder)


def error_of(action: Callable[[], object]) -> ErrorInfo:
    """The error that `action` raises."""
    try:
        action()
    except WireError as error:
        return error.info
    raise AssertionError("no error was found")
