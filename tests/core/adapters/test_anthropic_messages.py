"""The Messages API: what goes out, and what every kind of event becomes."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Dialect, ModelCall, WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.framing import Frame
from phoenix_tui.core.types import FinishReason, Message, Usage
from tests.helpers.decoding import Event, Played, error_of
from tests.helpers.decoding import play as play_any

MESSAGES = WireFormat.ANTHROPIC_MESSAGES
START = {
    "type": "message_start",
    "message": {
        "type": "message",
        "model": "m-1",
        "content": [],
        "usage": {
            "input_tokens": 5,
            "cache_read_input_tokens": 100,
            "cache_creation_input_tokens": 20,
            "cache_creation": {"ephemeral_5m_input_tokens": 20},
            "output_tokens": 1,
        },
    },
}


def play(*events: Event) -> Played:
    return play_any(MESSAGES, *events)


def block(kind: str, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **more}}


def delta(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **more}}


def stop(reason: str, usage: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason, **more}, "usage": usage or {"output_tokens": 9}}


def test_request() -> None:
    adapter = adapter_for(MESSAGES)
    messages = (
        Message("system", "Be brief."),
        Message("user", "One"),
        Message("assistant", ""),
        Message("user", "Two"),
        Message("assistant", "Three"),
        Message("user", "Four"),
    )
    request = adapter.request(ModelCall("m", messages, 50, 1.0), Dialect())
    assert request.path == "/messages"
    assert request.json == {
        "model": "m",
        "max_tokens": 50,
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "One\n\nTwo"},
            {"role": "assistant", "content": "Three"},
            {"role": "user", "content": "Four"},
        ],
        "stream": True,
        "temperature": 1.0,
    }
    plain = adapter.request(ModelCall("m", messages[1:2]), Dialect()).json
    assert plain["max_tokens"] > 0
    assert not {"system", "temperature"} & set(plain)


def test_a_streamed_answer() -> None:
    played = play(
        START,
        {"type": "ping"},
        block("thinking", thinking="h"),
        delta("thinking_delta", thinking="m"),
        delta("signature_delta", signature="x"),
        block("text", 1, text=""),
        delta("text_delta", text="Hel"),
        {"type": "brand_new_event"},
        delta("text_delta", text="lo"),
        {"type": "content_block_stop", "index": 1},
        stop("end_turn", {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}),
        {"type": "message_stop"},
    )
    assert (played.text, played.reasoning) == ("Hello", "hm")
    ending = played.end()
    assert (ending.finish_reason, ending.native_finish, ending.model) == (FinishReason.STOP, "end_turn", "m-1")
    assert ending.usage == Usage(125, 9, 100, 4)
    assert played.decoder.closed
    assert played.decoder.bad_events == 0


def test_counts_are_cumulative() -> None:
    later = {"input_tokens": 7, "cache_read_input_tokens": 0, "cache_creation_input_tokens": None, "output_tokens": 30}
    assert play(START, stop("end_turn", later)).end().usage == Usage(27, 30, 0, None)


def test_a_whole_answer() -> None:
    body = {
        "type": "message",
        "model": "m",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "x"},
            {"type": "text", "text": "Hello"},
            {"type": "tool_use", "id": "t", "name": "weather", "input": {}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    played = play(body)
    assert (played.text, played.reasoning, played.tools) == ("Hello", "hm", ["weather"])
    ending = played.end()
    assert (ending.finish_reason, ending.usage) == (FinishReason.TOOL_CALLS, Usage(3, 4))


def test_tools_are_named_and_those_of_the_server_are_not() -> None:
    played = play(
        block("tool_use", 0, id="a", name="weather"),
        delta("input_json_delta", partial_json="{"),
        block("server_tool_use", 1, id="b", name="web_search"),
        block("tool_use", 2, id="c", name="weather"),
        stop("tool_use"),
    )
    assert played.tools == ["weather", "weather"]


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("pause_turn", FinishReason.OTHER),
        ("weather", FinishReason.OTHER),
    ],
)
def test_finish_reasons(native: str, reason: FinishReason) -> None:
    assert play(stop(native)).end().finish_reason is reason


def test_a_refusal_has_its_words() -> None:
    details = {"type": "refusal", "category": "bio", "explanation": "Not that."}
    played = play(stop("refusal", stop_details=details))
    assert (played.refusal, played.text) == ("Not that.", "")
    assert played.end().finish_reason is FinishReason.CONTENT_FILTER


def test_a_stop_reason_is_enough_and_so_is_the_last_event() -> None:
    early = play(delta("text_delta", text="a"), stop("end_turn"))
    assert early.decoder.finished
    assert not early.decoder.closed
    assert early.end().finish_reason is FinishReason.STOP
    assert play(delta("text_delta", text="a"), {"type": "message_stop"}).end().finish_reason is FinishReason.OTHER


@pytest.mark.parametrize("events", [[START, delta("text_delta", text="a")], [START, stop("")], [{"type": "message"}]])
def test_an_end_without_either_is_a_failure(events: list[Event]) -> None:
    assert error_of(play(*events).end).error_class is ErrorClass.PROTOCOL


def test_errors_in_the_stream() -> None:
    event = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "r"}
    for found in (event, Frame('{"error": {"type": "overloaded_error", "message": "Overloaded"}}', "error")):
        info = error_of(lambda: play(START, found))  # noqa: B023 - called at once
        assert (info.error_class, info.message, info.code) == (ErrorClass.OVERLOADED, "Overloaded", "overloaded_error")


def test_the_finer_code_wins() -> None:
    error = {"type": "rate_limit_error", "message": "No.", "details": {"error_code": "enforced_spend_limit_reached"}}
    info = error_of(lambda: play({"type": "error", "error": error}))
    assert (info.error_class, info.code) == (ErrorClass.QUOTA, "enforced_spend_limit_reached")


def test_bad_events_are_skipped_and_counted() -> None:
    played = play(delta("text_delta", text="a"), "{", {"no": "type"}, {"type": "content_block_delta"}, stop("end_turn"))
    assert (played.text, played.decoder.bad_events) == ("a", 2)
