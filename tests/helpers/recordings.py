"""Recorded traffic of real providers as test cases: where it is, how it is read, and what must come out of it.

The recordings are no part of this project; `PHOENIX_WIRE_DIR` says where they are. What a case expects is in the
providers' own terms; `expected_usage` and `expected_finish` turn it into ours.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from phoenix_tui.core.adapters.base import Dialect, WireFormat
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.types import FinishReason, Usage

WIRE_DIR = Path(os.environ.get("PHOENIX_WIRE_DIR") or Path(__file__).parents[2].parent / "shared" / "wire")

_FORMATS = {
    "chat-completions": WireFormat.OPENAI_CHAT,
    "responses": WireFormat.OPENAI_RESPONSES,
    "messages": WireFormat.ANTHROPIC_MESSAGES,
    "generateContent": WireFormat.GEMINI_GENERATE,
    "streamGenerateContent": WireFormat.GEMINI_GENERATE,
    "ollama-chat": WireFormat.OLLAMA_CHAT,
    "ollama-tags": WireFormat.OLLAMA_CHAT,
}
_FINISH = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "STOP": "stop",
    "completed": "stop",
    "length": "length",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "max_output_tokens": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "SAFETY": "content_filter",
}
# Where a format's own word for a tool call is that of an ordinary end.
_NO_WORD_FOR_TOOLS = (WireFormat.OPENAI_RESPONSES, WireFormat.GEMINI_GENERATE, WireFormat.OLLAMA_CHAT)

ERROR_CLASSES = {
    "anthropic/error-400-prompt-too-long": ErrorClass.CONTEXT_LENGTH,
    "anthropic/error-401-invalid-x-api-key": ErrorClass.AUTH,
    "anthropic/error-404-model-not-found": ErrorClass.MODEL_NOT_FOUND,
    "anthropic/error-429-rate-limit": ErrorClass.RATE_LIMIT,
    "anthropic/error-529-overloaded": ErrorClass.OVERLOADED,
    "gemini/error-400-invalid-api-key": ErrorClass.AUTH,
    "gemini/error-403-no-api-key": ErrorClass.PERMISSION,
    "gemini/error-404-model-not-found": ErrorClass.MODEL_NOT_FOUND,
    "gemini/error-404-model-not-found-stream": ErrorClass.MODEL_NOT_FOUND,
    "gemini/error-429-resource-exhausted": ErrorClass.RATE_LIMIT,
    "gemini/error-503-overloaded": ErrorClass.OVERLOADED,
    "grok/error-400-responses-bad-key": ErrorClass.AUTH,
    "grok/error-400-unsupported-parameter": ErrorClass.BAD_REQUEST,
    "grok/error-404-deprecated-model": ErrorClass.MODEL_NOT_FOUND,
    "grok/error-429-credits-used-up": ErrorClass.QUOTA,
    "lmstudio/error-400-error-is-a-string": ErrorClass.CONTEXT_LENGTH,
    "lmstudio/error-404-no-models-loaded": ErrorClass.MODEL_NOT_FOUND,
    "ollama/compat-error-400-prompt-too-long": ErrorClass.CONTEXT_LENGTH,
    "ollama/error-404-model-not-found": ErrorClass.MODEL_NOT_FOUND,
    "ollama/error-503-server-overloaded": ErrorClass.OVERLOADED,
    "openai/error-400-chat-unsupported-max-tokens": ErrorClass.BAD_REQUEST,
    "openai/error-400-responses-model-not-found": ErrorClass.MODEL_NOT_FOUND,
    "openai/error-401-chat-invalid-key": ErrorClass.AUTH,
    "openai/error-403-chat-not-allowed": ErrorClass.PERMISSION,
    "openai/error-404-chat-model-not-found": ErrorClass.MODEL_NOT_FOUND,
    "openai/error-429-chat-insufficient-quota": ErrorClass.QUOTA,
    "openrouter/error-400-invalid-model-id": ErrorClass.MODEL_NOT_FOUND,
    "openrouter/error-401-no-cookie-auth": ErrorClass.AUTH,
    "openrouter/error-403-provider-returned": ErrorClass.CONTENT_FILTER,
    "openrouter/error-404-data-policy": ErrorClass.MODEL_NOT_FOUND,
    "openrouter/error-429-free-models-per-min-stream-requested": ErrorClass.RATE_LIMIT,
    "openrouter/stream-error-token-limit-after-finish": ErrorClass.BAD_REQUEST,
}
"""The class of every recorded error, worked out from the provider's documentation, not from what the code says."""


@dataclass(frozen=True)
class Recording:
    """One recorded exchange."""

    name: str
    provider: str
    api: str
    tags: tuple[str, ...]
    status: int
    headers: dict[str, str]
    """Of the response, names in lower case."""
    body: bytes
    expect: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def is_list(self) -> bool:
        return "models" in self.tags

    @property
    def is_error(self) -> bool:
        return bool(self.expect.get("error"))

    @property
    def wire_format(self) -> WireFormat:
        """The format that the exchange is in; for a model list, that of its provider."""
        return _FORMATS.get(self.api) or profile_of(self.provider).wire_format

    @property
    def dialect(self) -> Dialect:
        return profile_of(self.provider).dialect

    @property
    def expected_finish(self) -> FinishReason:
        """The finish reason in our words."""
        expect = self.expect
        native = expect.get("incomplete_reason") or expect["finish_reason"]
        ours = _FINISH[native]
        if ours == "stop" and expect.get("tool_calls") and self.wire_format in _NO_WORD_FOR_TOOLS:
            ours = "tool_calls"
        return FinishReason(ours)

    @property
    def expected_usage(self) -> Usage:
        """The numbers after normalisation; the cost is not among what the recordings expect."""
        expect = self.expect
        inputs, outputs, reasoning = (expect.get(f"{key}_tokens") for key in ("input", "output", "reasoning"))
        cached = expect.get("cached_tokens")
        if self.wire_format is WireFormat.ANTHROPIC_MESSAGES:
            inputs = _sum(inputs, cached, expect.get("cache_creation_tokens"))
        adds_reasoning = self.wire_format is WireFormat.GEMINI_GENERATE or (
            self.wire_format is WireFormat.OPENAI_CHAT and self.dialect.output_excludes_reasoning
        )
        if adds_reasoning:
            outputs = _sum(outputs, reasoning)
        return Usage(inputs, outputs, cached, reasoning)

    def pieces(self, seed: int = 0) -> list[bytes]:
        """The body, cut at random places that depend on `seed` alone."""
        rng = random.Random(f"{self.name} {seed}")
        count = rng.choice((1, 3, 17, len(self.body) // 3 or 1))
        cuts = sorted(rng.randrange(len(self.body) + 1) for _ in range(count))
        return [self.body[start:end] for start, end in zip([0, *cuts], [*cuts, len(self.body)], strict=True)]


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


@cache
def recordings() -> tuple[Recording, ...]:
    """All recordings, none where the folder is missing."""
    return tuple(_read(path) for path in sorted(WIRE_DIR.glob("*/*.json")))


def _read(path: Path) -> Recording:
    case = json.loads(path.read_text(encoding="utf-8"))
    response = case["response"]
    return Recording(
        name=f"{path.parent.name}/{path.stem}",
        provider=case["provider"],
        api=case["api"],
        tags=tuple(case["tags"]),
        status=response["status"],
        headers={name.lower(): value for name, value in response["headers"].items()},
        body=response["body"].encode(),
        expect=case["expect"],
    )


def check_deltas(
    recording: Recording,
    *,
    text: str,
    reasoning: str,
    refusal: str | None = None,
    tool_calls: Sequence[str] | None = None,
) -> None:
    """Assert that what an answer said is what was recorded; None is not compared."""
    expect = recording.expect
    assert text == (expect["text"] or "")
    assert reasoning == (expect["reasoning"] or "")
    if refusal is not None and "refusal" in expect:
        assert refusal == expect["refusal"]
    if tool_calls is not None:
        assert list(tool_calls) == [call["name"] for call in expect.get("tool_calls") or []]


def check_ending(recording: Recording, finish_reason: FinishReason, usage: Usage, model: str) -> None:
    """Assert that an answer ended as recorded."""
    wanted = recording.expected_usage
    assert finish_reason is recording.expected_finish
    assert model == recording.expect["model"]
    assert usage.input_tokens == wanted.input_tokens
    assert usage.output_tokens == wanted.output_tokens
    assert usage.cached_tokens == wanted.cached_tokens
    if wanted.reasoning_tokens is not None:
        assert usage.reasoning_tokens == wanted.reasoning_tokens


def check_error(recording: Recording, info: ErrorInfo) -> None:
    """Assert that an error has the class, the words, the status and the code that were recorded."""
    expected = recording.expect["error"]
    code = expected.get("code") or expected["type"]
    assert info.error_class is ERROR_CLASSES[recording.name]
    assert info.message == expected["message"]
    assert info.status == expected["status"]
    assert info.code == (None if code is None else str(code))
