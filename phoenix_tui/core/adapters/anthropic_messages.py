"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.core.adapters.base import Decoder, Dialect, ModelCall, ModelPage, WireFormat, WireRequest
from phoenix_tui.core.adapters.shared import (
    added,
    as_count,
    as_dict,
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

_REQUIRED_CAP = 32_000  # the format has no request without one, and reasoning counts towards it
_FINISH = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
}


class AnthropicMessages:
    """The adapter of the Messages API."""

    wire_format = WireFormat.ANTHROPIC_MESSAGES

    def request(self, call: ModelCall, dialect: Dialect) -> WireRequest:
        """The POST that asks for a streamed answer."""
        body: dict[str, Any] = {
            "model": call.model,
            "max_tokens": _REQUIRED_CAP if call.max_tokens is None else call.max_tokens,
            "messages": [
                {"role": message.role, "content": message.content} for message in merged(turns(call.messages))
            ],
            "stream": True,
        }
        if system := system_prompt(call.messages):
            body["system"] = system
        if call.temperature is not None:
            body["temperature"] = call.temperature
        return WireRequest("/messages", body)

    def decoder(self, dialect: Dialect) -> Decoder:
        """A fresh decoder for one answer."""
        return MessagesDecoder()

    def error(self, status: int, headers: Mapping[str, str], body: str, *, now: float) -> ErrorInfo:
        """The error of an answer whose status is not 2xx."""
        return error_of_status(status, headers, body, now)

    def models(self, body: Any) -> ModelPage:
        """One page of the model list, from its JSON. Raises WireError (protocol) when it is not a list."""
        listing = as_dict(body)
        if not isinstance(listing.get("data"), list):
            raise protocol_error("The answer is not a list of models.")
        rows = [row for row in objects(listing["data"]) if as_text(row.get("id"))]
        last = as_text(listing.get("last_id"))
        return ModelPage(
            tuple(
                ModelInfo(
                    id=as_text(row["id"]),
                    name=as_text(row.get("display_name")),
                    context_window=as_count(row.get("max_input_tokens")),
                    max_output_tokens=as_count(row.get("max_tokens")),
                )
                for row in rows
            ),
            {"after_id": last} if listing.get("has_more") and last else None,
        )


class MessagesDecoder(SharedDecoder):
    """Events named by their `type`, or one message object."""

    terminal_marker = "a stop reason"

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, Any] = {}

    def _event(self, value: dict[str, Any], event: str | None, deltas: list[Delta]) -> bool:
        kind = value.get("type") or event
        if kind == "content_block_delta":
            delta = as_dict(value.get("delta"))
            self._add_text(delta.get("text"), deltas)
            self._add_reasoning(delta.get("thinking"), deltas)
        elif kind == "content_block_start":
            self._block(as_dict(value.get("content_block")), value.get("index"), deltas)
        elif kind == "message_start":
            self._start(as_dict(value.get("message")))
        elif kind == "message_delta":
            self._count(value.get("usage"))
            self._stop(as_dict(value.get("delta")), deltas)
        elif kind == "message_stop":
            self.closed = True
            if not self.finished:
                self._finish(FinishReason.OTHER, "", deltas)
        elif kind == "message":
            self._start(value)
            for at, block in enumerate(objects(value.get("content"))):
                self._block(block, at, deltas)
            self._stop(value, deltas)
            self.closed = self.finished
        else:
            return isinstance(kind, str)
        return True

    def _start(self, message: dict[str, Any]) -> None:
        self._model = as_text(message.get("model")) or self._model
        self._count(message.get("usage"))

    def _block(self, block: dict[str, Any], index: Any, deltas: list[Delta]) -> None:
        self._add_text(block.get("text"), deltas)
        self._add_reasoning(block.get("thinking"), deltas)
        if block.get("type") == "tool_use":
            key = block.get("id") or index
            self._add_tool_call(key if isinstance(key, int | str) else None, block.get("name"), deltas)

    def _stop(self, holder: dict[str, Any], deltas: list[Delta]) -> None:
        native = as_text(holder.get("stop_reason"))
        if native:
            self._add_refusal(as_dict(holder.get("stop_details")).get("explanation"), deltas)
            self._finish(_FINISH.get(native, FinishReason.OTHER), native, deltas)

    def _count(self, usage: Any) -> None:
        """Counts are cumulative: the last of each holds."""
        self._counts.update({name: count for name, count in as_dict(usage).items() if count is not None})

    def _usage(self) -> Usage:
        counts = self._counts
        cached = as_count(counts.get("cache_read_input_tokens"))
        created = as_count(counts.get("cache_creation_input_tokens"))
        return Usage(
            input_tokens=added(as_count(counts.get("input_tokens")), cached, created),
            output_tokens=as_count(counts.get("output_tokens")),
            cached_tokens=cached,
            reasoning_tokens=as_count(as_dict(counts.get("output_tokens_details")).get("thinking_tokens")),
        )
