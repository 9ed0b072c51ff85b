"""Google's generateContent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from phoenix_tui.core.adapters.base import Decoder, Dialect, ModelCall, ModelPage, WireFormat, WireRequest
from phoenix_tui.core.adapters.shared import (
    added,
    as_count,
    as_dict,
    as_list,
    as_text,
    merged,
    objects,
    protocol_error,
    system_prompt,
    turns,
)
from phoenix_tui.core.adapters.shared_decoder import SharedDecoder
from phoenix_tui.core.adapters.shared_errors import error_of_status
from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.events import Delta
from phoenix_tui.core.types import FinishReason, ModelInfo, Usage

_FINISH = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "MODEL_ARMOR",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
        ),
        FinishReason.CONTENT_FILTER,
    ),
}
_NOT_FINISHED = ("", "FINISH_REASON_UNSPECIFIED")
_NOT_BLOCKED = ("", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED")
# Models that think unless told otherwise; any other answers 400 to a wish for its thoughts.
_SHOWS_THOUGHTS = re.compile(
    r"gemini-(?:2\.5|[34])(?!.*(?:lite|image|tts|audio|live|embedding|computer))", re.IGNORECASE
)


class GeminiGenerate:
    """The adapter of generateContent."""

    wire_format = WireFormat.GEMINI_GENERATE

    def request(self, call: ModelCall, dialect: Dialect) -> WireRequest:
        """The POST that asks for a streamed answer."""
        model = call.model.removeprefix("models/")
        body: dict[str, Any] = {
            "contents": [
                {"role": "model" if message.role == "assistant" else "user", "parts": [{"text": message.content}]}
                for message in merged(turns(call.messages))
            ]
        }
        if system := system_prompt(call.messages):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        config: dict[str, Any] = {}
        if call.max_tokens is not None:
            config["maxOutputTokens"] = call.max_tokens
        if call.temperature is not None:
            config["temperature"] = call.temperature
        if _SHOWS_THOUGHTS.match(model):
            config["thinkingConfig"] = {"includeThoughts": True}
        if config:
            body["generationConfig"] = config
        return WireRequest(f"/models/{quote(model, safe='')}:streamGenerateContent?alt=sse", body)

    def decoder(self, dialect: Dialect) -> Decoder:
        """A fresh decoder for one answer."""
        return GenerateDecoder()

    def error(self, status: int, headers: Mapping[str, str], body: str, *, now: float) -> ErrorInfo:
        """The error of an answer whose status is not 2xx."""
        return error_of_status(status, headers, body, now)

    def models(self, body: Any) -> ModelPage:
        """One page of the model list, from its JSON. Raises WireError (protocol) when it is not a list."""
        listing = as_dict(body)
        if not isinstance(listing.get("models"), list):
            raise protocol_error("The answer is not a list of models.")
        token = as_text(listing.get("nextPageToken"))
        rows = [row for row in objects(listing.get("models")) if as_text(row.get("name")).removeprefix("models/")]
        return ModelPage(tuple(map(_model, rows)), {"pageToken": token} if token else None)


def _model(row: dict[str, Any]) -> ModelInfo:
    return ModelInfo(
        id=as_text(row["name"]).removeprefix("models/"),
        name=as_text(row.get("displayName")),
        context_window=as_count(row.get("inputTokenLimit")),
        max_output_tokens=as_count(row.get("outputTokenLimit")),
        usable="generateContent" in as_list(row.get("supportedGenerationMethods")),
    )


class GenerateDecoder(SharedDecoder):
    """Whole GenerateContentResponse objects, each with the next parts: candidate 0 of them."""

    terminal_marker = "a finish reason"

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, Any] = {}

    def _event(self, value: dict[str, Any], event: str | None, deltas: list[Delta]) -> bool:
        candidates = value.get("candidates")
        usage = value.get("usageMetadata")
        if (model := value.get("modelVersion")) and model != self._model:
            self._model = as_text(model) or self._model
        if isinstance(usage, dict):  # cumulative: the last of each count holds
            self._counts.update(usage)
        if candidates and isinstance(candidates, list):
            for candidate in candidates:
                if isinstance(candidate, dict) and not candidate.get("index"):
                    self._candidate(candidate, deltas)
                    break
            return True
        feedback = as_dict(value.get("promptFeedback"))
        if not candidates and feedback and (blocked := as_text(feedback.get("blockReason"))) not in _NOT_BLOCKED:
            self._add_refusal(feedback.get("blockReasonMessage"), deltas)
            self._finish(FinishReason.CONTENT_FILTER, blocked, deltas)
        return isinstance(candidates, list) or isinstance(usage, dict) or bool(feedback)

    def _candidate(self, candidate: dict[str, Any], deltas: list[Delta]) -> None:
        content = candidate.get("content")
        for part in as_list(content.get("parts")) if isinstance(content, dict) else ():
            if not isinstance(part, dict):
                continue
            if part.get("thought") is True:
                self._add_reasoning(part.get("text"), deltas)
            else:
                self._add_text(part.get("text"), deltas)
            if isinstance(call := part.get("functionCall"), dict):
                self._add_tool_call(len(self._tool_calls), call.get("name"), deltas)
        if not (finish := candidate.get("finishReason")) or (native := as_text(finish)) in _NOT_FINISHED:
            return
        reason = _FINISH.get(native, FinishReason.OTHER)
        if reason is FinishReason.CONTENT_FILTER:
            self._add_refusal(candidate.get("finishMessage"), deltas)
        elif reason is FinishReason.STOP and self._tool_calls:
            reason = FinishReason.TOOL_CALLS
        self._finish(reason, native, deltas)

    def _usage(self) -> Usage:
        counts = self._counts
        thoughts = as_count(counts.get("thoughtsTokenCount"))
        return Usage(
            input_tokens=as_count(counts.get("promptTokenCount")),
            output_tokens=added(as_count(counts.get("candidatesTokenCount")), thoughts),
            cached_tokens=as_count(counts.get("cachedContentTokenCount")),
            reasoning_tokens=thoughts,
        )
