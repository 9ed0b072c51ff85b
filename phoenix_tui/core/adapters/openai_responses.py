"""OpenAI's Responses, as xAI speaks it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.core.adapters.base import Decoder, Dialect, ModelCall, ModelPage, WireFormat, WireRequest
from phoenix_tui.core.adapters.shared import as_count, as_dict, as_text, objects, system_prompt, turns
from phoenix_tui.core.adapters.shared_decoder import SharedDecoder
from phoenix_tui.core.adapters.shared_errors import error_of_status, error_of_value
from phoenix_tui.core.adapters.shared_openai import cost_usd, model_page
from phoenix_tui.core.errors import ErrorInfo, WireError
from phoenix_tui.core.events import Delta
from phoenix_tui.core.types import FinishReason, Usage

_REASONING_DELTAS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_CALLS = ("function_call", "custom_tool_call")
_INCOMPLETE = {
    "max_output_tokens": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}


class OpenAIResponses:
    """The adapter of the Responses API."""

    wire_format = WireFormat.OPENAI_RESPONSES

    def request(self, call: ModelCall, dialect: Dialect) -> WireRequest:
        """The POST that asks for a streamed answer."""
        body: dict[str, Any] = {
            "model": call.model,
            "input": [{"role": message.role, "content": message.content} for message in turns(call.messages)],
            "stream": True,
        }
        if instructions := system_prompt(call.messages):
            body["instructions"] = instructions
        if dialect.stores_unless_told:
            body["store"] = False
        if call.max_tokens is not None:
            body["max_output_tokens"] = call.max_tokens
        if call.temperature is not None:
            body["temperature"] = call.temperature
        return WireRequest("/responses", body)

    def decoder(self, dialect: Dialect) -> Decoder:
        """A fresh decoder for one answer. All speakers count reasoning in `output_tokens` here."""
        return ResponsesDecoder()

    def error(self, status: int, headers: Mapping[str, str], body: str, *, now: float) -> ErrorInfo:
        """The error of an answer whose status is not 2xx."""
        return error_of_status(status, headers, body, now)

    def models(self, body: Any) -> ModelPage:
        """The model list from its JSON. Raises WireError (protocol) when it is not a list."""
        return model_page(body)


class ResponsesDecoder(SharedDecoder):
    """Events named by their `type`, or one response object."""

    terminal_marker = "response.completed"

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, Any] = {}
        self._reasoning_type: str | None = None
        self._has_text = self._has_refusal = False

    def _event(self, value: dict[str, Any], event: str | None, deltas: list[Delta]) -> bool:
        kind = value.get("type") or event
        if kind == "response.output_text.delta":
            self._has_text = True
            self._add_text(value.get("delta"), deltas)
        elif kind in _REASONING_DELTAS:
            # A summary and the reasoning itself say the same: the first that comes is the one to read.
            self._reasoning_type = self._reasoning_type or kind
            if kind == self._reasoning_type:
                self._add_reasoning(value.get("delta"), deltas)
        elif kind == "response.refusal.delta":
            self._has_refusal = True
            self._add_refusal(value.get("delta"), deltas)
        elif kind in ("response.output_item.added", "response.output_item.done"):
            self._call(as_dict(value.get("item")), value.get("output_index"), deltas)
        elif isinstance(value.get("response"), dict):
            self._response(value["response"], deltas)
        elif isinstance(value.get("output"), list):
            self._response(value, deltas)
        else:
            return isinstance(kind, str)
        return True

    def _response(self, response: dict[str, Any], deltas: list[Delta]) -> None:
        """A response object: the skeleton at the start, the whole at the end, or an answer that was not streamed."""
        self._model = as_text(response.get("model")) or self._model
        status = response.get("status")
        if status == "failed" or response.get("error"):
            raise WireError(error_of_value({"error": response.get("error")}))
        if status == "cancelled":
            raise WireError(error_of_value({"message": "The provider cancelled its answer."}))
        if status not in ("completed", "incomplete"):
            return
        self._counts = as_dict(response.get("usage"))
        self._output(response.get("output"), deltas)
        self.closed = True
        if status == "incomplete":
            native = as_text(as_dict(response.get("incomplete_details")).get("reason"))
            self._finish(_INCOMPLETE.get(native, FinishReason.OTHER), native or status, deltas)
        else:
            self._finish(FinishReason.TOOL_CALLS if self._tool_calls else FinishReason.STOP, status, deltas)

    def _output(self, output: Any, deltas: list[Delta]) -> None:
        """What the finished response holds and no delta has brought."""
        items = list(objects(output))
        for at, item in enumerate(items):
            self._call(item, at, deltas)
            if item.get("type") == "reasoning" and not self._reasoning_type:
                for part in objects(item.get("summary") or item.get("content")):
                    self._add_reasoning(part.get("text"), deltas)
            for part in objects(item.get("content")) if item.get("type") == "message" else ():
                if not self._has_text:
                    self._add_text(part.get("text"), deltas)
                if not self._has_refusal:
                    self._add_refusal(part.get("refusal"), deltas)

    def _call(self, item: dict[str, Any], index: Any, deltas: list[Delta]) -> None:
        if item.get("type") in _CALLS:
            key = item.get("call_id") or item.get("id") or index
            self._add_tool_call(key if isinstance(key, int | str) else None, item.get("name"), deltas)

    def _usage(self) -> Usage:
        counts = self._counts
        return Usage(
            input_tokens=as_count(counts.get("input_tokens")),
            output_tokens=as_count(counts.get("output_tokens")),
            cached_tokens=as_count(as_dict(counts.get("input_tokens_details")).get("cached_tokens")),
            reasoning_tokens=as_count(as_dict(counts.get("output_tokens_details")).get("reasoning_tokens")),
            cost_usd=cost_usd(counts),
        )
