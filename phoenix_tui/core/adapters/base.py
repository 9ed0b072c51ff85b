"""What an adapter is: one wire format, pure. Request values in, a request out; frames in, deltas out.

An adapter never opens a connection, reads a clock or logs. It knows its wire format and nothing of who speaks it: what
differs between providers of one format comes in as a `Dialect`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, Literal, Protocol

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.events import Delta
from phoenix_tui.core.framing import Frame
from phoenix_tui.core.types import FinishReason, Message, ModelInfo, Usage
from phoenix_tui.core.values import dataclass


class WireFormat(StrEnum):
    """The five wire formats."""

    OPENAI_RESPONSES = "openai_responses"
    OPENAI_CHAT = "openai_chat"
    ANTHROPIC_MESSAGES = "anthropic_messages"
    GEMINI_GENERATE = "gemini_generate"
    OLLAMA_CHAT = "ollama_chat"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one provider's use of a wire format differs from the format's own.

    `output_cap` names the field of the output limit (OpenAI Chat Completions only). `output_excludes_reasoning` is for
    xAI, whose `completion_tokens` leave reasoning out. `stores_unless_told` sends `store: false`.
    `asks_for_usage` sends `stream_options.include_usage`.
    """

    output_cap: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens"
    output_excludes_reasoning: bool = False
    stores_unless_told: bool = False
    asks_for_usage: bool = True


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of one model. Messages are in order, system messages included; `temperature` is None where the
    model refuses one, `max_tokens` None where no cap is wanted."""

    model: str
    messages: tuple[Message, ...]
    max_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class WireRequest:
    """An HTTP request without its host: `path` is relative to the provider's versioned base URL, `json` its body."""

    path: str
    json: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known once an answer has ended with its format's terminal marker.

    `native_finish` is the provider's own word. `model` is the model that it reported, "" where it reported none.
    """

    finish_reason: FinishReason
    usage: Usage
    model: str = ""
    native_finish: str = ""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One page of a model list. `next_page` holds the query parameters of the next one, None at the last."""

    models: tuple[ModelInfo, ...]
    next_page: Mapping[str, str] | None = None


class Decoder(Protocol):
    """State of one answer while its frames come in. Understands streamed events and one whole JSON answer alike."""

    @property
    def finished(self) -> bool:
        """The format's terminal marker has been seen: the answer is whole, whatever the connection does now."""
        ...

    @property
    def closed(self) -> bool:
        """Nothing more can follow: reading on is not needed."""
        ...

    @property
    def bad_events(self) -> int:
        """Events that were not valid JSON, or had no known shape, and were skipped."""
        ...

    def feed(self, frame: Frame) -> Sequence[Delta]:
        """The deltas of one frame. Raises WireError when the frame reports an error."""
        ...

    def end(self) -> Ending:
        """Call at the end of the body. Raises WireError (protocol) when no terminal marker was seen."""
        ...


class Adapter(Protocol):
    """One wire format."""

    wire_format: WireFormat

    def request(self, call: ModelCall, dialect: Dialect) -> WireRequest:
        """The POST that asks for a streamed answer."""
        ...

    def decoder(self, dialect: Dialect) -> Decoder:
        """A fresh decoder for one answer."""
        ...

    def error(self, status: int, headers: Mapping[str, str], body: str, *, now: float) -> ErrorInfo:
        """The error of an answer whose status is not 2xx. `headers` keys are lower case; `now` is wall time
        (seconds since the epoch), to turn HTTP dates and reset times into waits."""
        ...

    def models(self, body: Any) -> ModelPage:
        """One page of the model list, from its JSON. Raises WireError (protocol) when it is not a list."""
        ...
