"""The five wire formats as they are measured: who speaks each, a prepared answer, and the least code that reads it.

The answers come from the simulated providers' own formats, so the wire is as wide as the real one.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.sim.formats.anthropic_messages import AnthropicMessages
from phoenix_tui.sim.formats.chat_dialects import OPENROUTER
from phoenix_tui.sim.formats.gemini_generate import GeminiGenerate
from phoenix_tui.sim.formats.ollama_chat import OllamaChat
from phoenix_tui.sim.formats.openai_responses import OpenAIResponses
from phoenix_tui.sim.model import Answer, Call, Envelope, Format

MODEL = "bench-1"
QUESTION = "count"
_MESSAGES = [{"role": "user", "content": QUESTION}]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A wire format as `provider` speaks it. `path`, `body` and `headers` are what a request by hand sends (the path
    behind the base URL); `text` reads the text out of one event's JSON, None where it has none."""

    name: str
    wire_format: WireFormat
    provider: str
    format: Format
    path: str
    body: Mapping[str, Any]
    text: Callable[[Any], str | None]
    separator: bytes = b"\n\n"


def _chat_text(event: Any) -> str | None:
    choices = event["choices"]
    return choices[0]["delta"].get("content") if choices else None


def _responses_text(event: Any) -> str | None:
    return event["delta"] if event["type"] == "response.output_text.delta" else None


def _anthropic_text(event: Any) -> str | None:
    return event["delta"].get("text") if event["type"] == "content_block_delta" else None


def _gemini_text(event: Any) -> str | None:
    return event["candidates"][0]["content"]["parts"][0]["text"]  # type: ignore[no-any-return]  # JSON


def _ollama_text(event: Any) -> str | None:
    return event["message"]["content"]  # type: ignore[no-any-return]  # JSON


CHAT = Spoken(
    "Chat Completions",
    WireFormat.OPENAI_CHAT,
    "openrouter",
    OPENROUTER,
    "/chat/completions",
    {"model": MODEL, "messages": _MESSAGES, "stream": True},
    _chat_text,
)
FORMATS = (
    CHAT,
    Spoken(
        "Responses",
        WireFormat.OPENAI_RESPONSES,
        "openai",
        OpenAIResponses(),
        "/responses",
        {"model": MODEL, "input": _MESSAGES, "stream": True},
        _responses_text,
    ),
    Spoken(
        "Anthropic Messages",
        WireFormat.ANTHROPIC_MESSAGES,
        "anthropic",
        AnthropicMessages(),
        "/messages",
        {"model": MODEL, "messages": _MESSAGES, "max_tokens": 1000, "stream": True},
        _anthropic_text,
    ),
    Spoken(
        "Gemini generateContent",
        WireFormat.GEMINI_GENERATE,
        "gemini",
        GeminiGenerate(),
        f"/models/{MODEL}:streamGenerateContent?alt=sse",
        {"contents": [{"role": "user", "parts": [{"text": QUESTION}]}]},
        _gemini_text,
    ),
    Spoken(
        "Ollama (NDJSON)",
        WireFormat.OLLAMA_CHAT,
        "ollama",
        OllamaChat(),
        "/chat",
        {"model": MODEL, "messages": _MESSAGES, "stream": True},
        _ollama_text,
        b"\n",
    ),
)
BY_FORMAT = {spoken.wire_format: spoken for spoken in FORMATS}


class Events:
    """Bytes to the texts of the events in them, by hand: as little code as the format allows."""

    def __init__(self, spoken: Spoken) -> None:
        self._separator = spoken.separator
        self._text = spoken.text
        self._is_sse = spoken.separator == b"\n\n"
        self._buffer = b""

    def feed(self, chunk: bytes) -> list[str]:
        """The texts of the events that `chunk` completes."""
        texts: list[str] = []
        buffer, separator = self._buffer + chunk, self._separator
        while (end := buffer.find(separator)) >= 0:
            event, buffer = buffer[:end], buffer[end + len(separator) :]
            if self._is_sse:
                at = event.find(b"data: ")
                if at < 0 or event.endswith(b"[DONE]"):
                    continue
                event = event[at + 6 :]
            if text := self._text(json.loads(event)):
                texts.append(text)
        self._buffer = buffer
        return texts


@dataclass(frozen=True, slots=True)
class _Timing:
    """The clock of an answer that takes no time."""

    def wall(self) -> float:
        return time.time()

    def elapsed(self) -> float:
        return 0.0


def _envelope(spoken: Spoken) -> Envelope:
    body = {**spoken.body, "stream_options": {"include_usage": True}}
    call = Call(MODEL, (), stream=True, body=body)
    return Envelope(spoken.provider, MODEL, call, _Timing(), "bench", random.Random(1), alt="sse")


def _answer(pieces: int) -> Answer:
    return Answer(text=tuple(f"word{n} " for n in range(pieces)), input_tokens=5)


def streamed(spoken: Spoken, pieces: int) -> list[bytes]:
    """The events of an answer of `pieces` pieces of text."""
    return [chunk.data for chunk in spoken.format.stream(_answer(pieces), _envelope(spoken))]


def whole(spoken: Spoken, pieces: int) -> bytes:
    """The same answer in one piece of JSON."""
    return json.dumps(spoken.format.whole(_answer(pieces), _envelope(spoken))).encode()
