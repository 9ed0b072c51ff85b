"""OpenAI's Chat Completions, as OpenRouter, LM Studio, xAI and many compatible servers speak it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.core.adapters.base import Decoder, Dialect, ModelCall, ModelPage, WireFormat, WireRequest
from phoenix_tui.core.adapters.shared import added, as_count, as_dict, as_text, mend, objects
from phoenix_tui.core.adapters.shared_decoder import SharedDecoder
from phoenix_tui.core.adapters.shared_errors import error_of_status, error_of_value
from phoenix_tui.core.adapters.shared_openai import cost_usd, model_page
from phoenix_tui.core.errors import ErrorInfo, WireError
from phoenix_tui.core.events import Delta
from phoenix_tui.core.types import FinishReason, Usage

_FINISH = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
}
_REASONING_FIELDS = ("reasoning", "reasoning_content", "reasoning_details")
_PLAIN = {"role", "content"}
"""The fields of a delta that only brings text, as nearly all do."""


class OpenAIChat:
    """The adapter of Chat Completions."""

    wire_format = WireFormat.OPENAI_CHAT

    def request(self, call: ModelCall, dialect: Dialect) -> WireRequest:
        """The POST that asks for a streamed answer."""
        body: dict[str, Any] = {
            "model": call.model,
            "messages": [
                {"role": message.role, "content": mend(message.content)}
                for message in call.messages
                if message.content.strip()
            ],
            "stream": True,
        }
        if dialect.asks_for_usage:
            body["stream_options"] = {"include_usage": True}
        if dialect.stores_unless_told:
            body["store"] = False
        if call.max_tokens is not None:
            body[dialect.output_cap] = call.max_tokens
        if call.temperature is not None:
            body["temperature"] = call.temperature
        return WireRequest("/chat/completions", body)

    def decoder(self, dialect: Dialect) -> Decoder:
        """A fresh decoder for one answer."""
        return ChatDecoder(dialect)

    def error(self, status: int, headers: Mapping[str, str], body: str, *, now: float) -> ErrorInfo:
        """The error of an answer whose status is not 2xx."""
        return error_of_status(status, headers, body, now)

    def models(self, body: Any) -> ModelPage:
        """The model list from its JSON. Raises WireError (protocol) when it is not a list."""
        return model_page(body)


class ChatDecoder(SharedDecoder):
    """Chunks with a `delta`, or one completion with a `message`: choice 0 of either."""

    terminal_marker = "a finish reason"

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(thinks_in_text=True)
        self._dialect = dialect
        self._counts: dict[str, Any] = {}
        self._reasoning_field: str | None = None

    def _event(self, value: dict[str, Any], event: str | None, deltas: list[Delta]) -> bool:
        choices = value.get("choices")
        usage = value.get("usage")
        if not self._model:
            self._model = as_text(value.get("model"))
        if isinstance(usage, dict):
            self._counts.update({name: count for name, count in usage.items() if count is not None})
        if not isinstance(choices, list):
            return isinstance(usage, dict)
        for choice in choices:
            if not isinstance(choice, dict):
                return False
            if not choice.get("index"):
                self._choice(choice, deltas)
                break
        return True

    def _choice(self, choice: dict[str, Any], deltas: list[Delta]) -> None:
        body = choice.get("delta") or choice.get("message")
        if isinstance(body, dict):
            self._body(body, deltas)
        native = as_text(choice.get("finish_reason"))
        if not native:
            return
        if native == "error":
            raise WireError(
                error_of_value({"message": "The provider ended its answer with an error and gave no reason."})
            )
        self._finish(_FINISH.get(native, FinishReason.OTHER), native, deltas)

    def _body(self, body: dict[str, Any], deltas: list[Delta]) -> None:
        if not body.keys() <= _PLAIN:
            self._reason(body, deltas)
            self._add_refusal(body.get("refusal"), deltas)
        content = body.get("content")
        if isinstance(content, list):
            for part in objects(content):
                self._add_text(part.get("text"), deltas)
                self._add_refusal(part.get("refusal"), deltas)
        elif content:
            self._add_text(content, deltas)
        if "tool_calls" in body:
            for at, call in enumerate(objects(body["tool_calls"])):
                key = call.get("index") if isinstance(call.get("index"), int) else call.get("id") or at
                self._add_tool_call(
                    key if isinstance(key, int | str) else at, as_dict(call.get("function")).get("name"), deltas
                )
        elif "function_call" in body:
            self._add_tool_call("function_call", as_dict(body["function_call"]).get("name"), deltas)

    def _reason(self, body: dict[str, Any], deltas: list[Delta]) -> None:
        """Several fields carry the same reasoning: the first that has any is the one to read."""
        fields = (self._reasoning_field,) if self._reasoning_field else _REASONING_FIELDS
        for name in fields:
            found = body.get(name)
            if isinstance(found, list):
                found = "".join(as_text(entry.get("text")) or as_text(entry.get("summary")) for entry in objects(found))
            if found and isinstance(found, str):
                self._reasoning_field = name
                self._add_reasoning(found, deltas)
                return

    def _usage(self) -> Usage:
        counts = self._counts
        reasoning = as_count(as_dict(counts.get("completion_tokens_details")).get("reasoning_tokens"))
        output = as_count(counts.get("completion_tokens"))
        if self._dialect.output_excludes_reasoning:
            output = added(output, reasoning)
        return Usage(
            input_tokens=as_count(counts.get("prompt_tokens")),
            output_tokens=output,
            cached_tokens=as_count(as_dict(counts.get("prompt_tokens_details")).get("cached_tokens")),
            reasoning_tokens=reasoning,
            cost_usd=cost_usd(counts),
        )
