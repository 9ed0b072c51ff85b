"""Whatever JSON comes, in whatever shape, adapters either understand it or say so in their own terms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Dialect, WireFormat
from phoenix_tui.core.errors import WireError
from phoenix_tui.core.events import ToolCall
from phoenix_tui.core.framing import Frame
from phoenix_tui.core.types import Usage

KEYS = [
    "choices",
    "delta",
    "message",
    "content",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "refusal",
    "tool_calls",
    "function",
    "function_call",
    "name",
    "finish_reason",
    "index",
    "usage",
    "prompt_tokens",
    "completion_tokens",
    "completion_tokens_details",
    "cost",
    "error",
    "type",
    "code",
    "status",
    "details",
    "metadata",
    "raw",
    "headers",
    "reasons",
    "param",
    "object",
    "response",
    "output",
    "summary",
    "text",
    "item",
    "input_tokens",
    "output_tokens",
    "incomplete_details",
    "reason",
    "content_block",
    "thinking",
    "stop_reason",
    "stop_details",
    "explanation",
    "candidates",
    "parts",
    "thought",
    "functionCall",
    "finishReason",
    "promptFeedback",
    "blockReason",
    "usageMetadata",
    "promptTokenCount",
    "thoughtsTokenCount",
    "modelVersion",
    "model",
    "done",
    "done_reason",
    "prompt_eval_count",
    "data",
    "models",
    "id",
    "key",
    "loaded_instances",
    "config",
    "context_length",
    "nextPageToken",
    "has_more",
    "last_id",
    "retryDelay",
    "quotaId",
    "errors",
    "detail",
]
WORDS = [
    "text",
    "error",
    "message",
    "message_delta",
    "message_start",
    "message_stop",
    "content_block_delta",
    "content_block_start",
    "tool_use",
    "response.completed",
    "response.failed",
    "response.output_text.delta",
    "completed",
    "incomplete",
    "failed",
    "stop",
    "STOP",
    "SAFETY",
    "function_call",
    "refusal",
    "reasoning",
]
scalar = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 600),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(WORDS),
    st.just("\ud800"),
    st.just(10**400),
)
value = st.recursive(
    scalar,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)),
    max_leaves=25,
)
wire_format = st.sampled_from(WireFormat)


@given(
    wire_format, st.lists(st.tuples(value, st.sampled_from((None, "error", "message_stop"))), max_size=4), st.booleans()
)
def test_decoders(wire: WireFormat, events: list[tuple[Any, str | None]], excludes: bool) -> None:
    decoder = adapter_for(wire).decoder(Dialect(output_excludes_reasoning=excludes))
    try:
        deltas = [delta for event, name in events for delta in decoder.feed(Frame(json.dumps(event), name))]
        ending = decoder.end()
    except WireError as error:
        error.info.message.encode()
        return
    for delta in deltas:
        shown = delta.name if isinstance(delta, ToolCall) else delta.text
        assert shown
        shown.encode()
    for count in (getattr(ending.usage, name) for name in Usage.__slots__):
        assert count is None or count >= 0


@given(wire_format, st.integers(300, 599), value)
def test_errors(wire: WireFormat, status: int, body: Any) -> None:
    info = adapter_for(wire).error(status, {"retry-after": "x"}, json.dumps(body), now=0.0)
    assert info.message.strip()
    assert info.status == status
    for shown in (info.message, info.detail, info.code or "", info.param or ""):
        shown.encode()


@given(wire_format, value)
def test_model_lists(wire: WireFormat, body: Any) -> None:
    try:
        page = adapter_for(wire).models(body)
    except WireError:
        return
    for model in page.models:
        assert model.id
        model.id.encode()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "model " * 1_000_000,
        "violating " * 500_000,
        "try again in " * 500_000,
        "\x1b[" * 2_000_000,
        "sk-" + "a" * 5_000_000,
        "1" * 5_000_000,
        "model x" + " " * 5_000_000,
    ],
    ids=["models", "violations", "waits", "escapes", "key", "digits", "spaces"],
)
def test_long_messages_are_no_work(text: str) -> None:
    for body in (
        text,
        json.dumps({"error": text}),
        json.dumps({"error": {"message": text, "code": text}}),
        "[" * 500_000,
    ):
        adapter_for(WireFormat.OPENAI_CHAT).error(500, {}, body, now=0.0)
