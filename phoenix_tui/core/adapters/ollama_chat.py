"""Ollama's own chat API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.core.adapters.base import Decoder, Dialect, ModelCall, ModelPage, WireFormat, WireRequest
from phoenix_tui.core.adapters.shared import as_count, as_dict, as_list, as_text, mend, objects, protocol_error
from phoenix_tui.core.adapters.shared_decoder import SharedDecoder
from phoenix_tui.core.adapters.shared_errors import error_of_status
from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.events import Delta
from phoenix_tui.core.types import FinishReason, ModelInfo, Usage

_FINISH = {"stop": FinishReason.STOP, "": FinishReason.STOP, "length": FinishReason.LENGTH}


class OllamaChat:
    """The adapter of `/api/chat`."""

    wire_format = WireFormat.OLLAMA_CHAT

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
        options: dict[str, Any] = {}
        if call.max_tokens is not None:
            options["num_predict"] = call.max_tokens
        if call.temperature is not None:
            options["temperature"] = call.temperature
        if options:
            body["options"] = options
        return WireRequest("/chat", body)

    def decoder(self, dialect: Dialect) -> Decoder:
        """A fresh decoder for one answer."""
        return OllamaDecoder()

    def error(self, status: int, headers: Mapping[str, str], body: str, *, now: float) -> ErrorInfo:
        """The error of an answer whose status is not 2xx."""
        return error_of_status(status, headers, body, now)

    def models(self, body: Any) -> ModelPage:
        """The models of `/api/tags`, or of `/api/ps`. Raises WireError (protocol) when it is neither."""
        rows = as_dict(body).get("models")
        if rows is None and "models" in as_dict(body):  # how Go writes an empty list
            rows = []
        if not isinstance(rows, list):
            raise protocol_error("The answer is not a list of models.")
        return ModelPage(tuple(_model(row) for row in objects(rows) if as_text(row.get("name") or row.get("model"))))


def _model(row: dict[str, Any]) -> ModelInfo:
    """Only what is in memory has an expiry, and a window that is the one in force."""
    is_loaded = "expires_at" in row or "size_vram" in row
    window = row.get("context_length") or as_dict(row.get("details")).get("context_length")
    capabilities = as_list(row.get("capabilities"))
    return ModelInfo(
        id=as_text(row.get("name")) or as_text(row.get("model")),
        context_window=as_count(window),
        loaded=True if is_loaded else None,
        usable=not capabilities or "completion" in capabilities,
        remote=bool(row.get("remote_host") or row.get("remote_model")),
    )


class OllamaDecoder(SharedDecoder):
    """Lines with the next part of `message`, the last of them with `done`; or one such object."""

    terminal_marker = "the line that says done"

    def __init__(self) -> None:
        super().__init__(thinks_in_text=True)
        self._counts: dict[str, Any] = {}

    def _event(self, value: dict[str, Any], event: str | None, deltas: list[Delta]) -> bool:
        message = value.get("message")
        is_done = value.get("done") is True
        if not self._model:
            self._model = as_text(value.get("model"))
        if isinstance(message, dict):
            self._add_reasoning(message.get("thinking"), deltas)
            self._add_text(message.get("content"), deltas)
            if "tool_calls" in message:
                for call in objects(message["tool_calls"]):
                    self._add_tool_call(len(self._tool_calls), as_dict(call.get("function")).get("name"), deltas)
        if is_done:
            self.closed = True
            self._counts = value
            native = as_text(value.get("done_reason"))
            reason = _FINISH.get(native, FinishReason.OTHER)
            if reason is FinishReason.STOP and self._tool_calls:
                reason = FinishReason.TOOL_CALLS
            self._finish(reason, native, deltas)
        return is_done or isinstance(message, dict)

    def _usage(self) -> Usage:
        return Usage(
            input_tokens=as_count(self._counts.get("prompt_eval_count")),
            output_tokens=as_count(self._counts.get("eval_count")),
        )
