"""The Responses API: what goes out, and what every kind of event becomes."""

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

RESPONSES = WireFormat.OPENAI_RESPONSES
USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 15},
    "cost_in_usd_ticks": 5e9,
}


def play(*events: Event, dialect: Dialect | None = None) -> Played:
    return play_any(RESPONSES, *events, dialect=dialect)


def delta(kind: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}.delta", "delta": text, **more}


def done(status: str = "completed", **more: Any) -> dict[str, Any]:
    response = {"object": "response", "status": status, "model": "m-1", "error": None, "usage": USAGE, **more}
    return {"type": f"response.{status}", "response": response}


def message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "content": list(parts)}


def test_request() -> None:
    adapter = adapter_for(RESPONSES)
    messages = (
        Message("system", "Be brief."),
        Message("user", "Hi"),
        Message("assistant", ""),
        Message("system", "In French."),
        Message("user", "Again"),
    )
    request = adapter.request(ModelCall("m", messages, 50, 0.0), Dialect(stores_unless_told=True))
    assert request.path == "/responses"
    assert request.json == {
        "model": "m",
        "instructions": "Be brief.\n\nIn French.",
        "input": [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Again"}],
        "stream": True,
        "store": False,
        "max_output_tokens": 50,
        "temperature": 0.0,
    }
    plain = adapter.request(ModelCall("m", messages[1:2]), Dialect())
    assert plain.json == {"model": "m", "input": [{"role": "user", "content": "Hi"}], "stream": True}


def test_a_streamed_answer() -> None:
    played = play(
        {"type": "response.created", "response": {"status": "in_progress", "model": "m-0", "error": None}},
        {"type": "response.output_item.added", "item": {"type": "reasoning", "id": "r"}},
        delta("reasoning_summary_text", "think "),
        delta("reasoning_text", "the same again"),
        delta("reasoning_summary_text", "more"),
        delta("output_text", "Hel"),
        {"type": "response.something.new", "x": 1},
        delta("output_text", "lo"),
        {"type": "response.output_text.done", "text": "Hello"},
        done(output=[message({"type": "output_text", "text": "Hello"})]),
        "[DONE]",
    )
    assert (played.text, played.reasoning) == ("Hello", "think more")
    ending = played.end()
    assert (ending.finish_reason, ending.native_finish, ending.model) == (FinishReason.STOP, "completed", "m-1")
    assert ending.usage == Usage(10, 20, 3, 15, 0.5)
    assert played.decoder.closed
    assert played.decoder.bad_events == 0


def test_xai_counts_reasoning_in_output_here() -> None:
    assert play(done(), dialect=Dialect(output_excludes_reasoning=True)).end().usage.output_tokens == 20


def test_a_whole_answer() -> None:
    body = {
        "object": "response",
        "status": "completed",
        "model": "m",
        "error": None,
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            message({"type": "output_text", "text": "Hel"}, {"type": "output_text", "text": "lo"}),
            {"type": "function_call", "call_id": "c", "name": "weather"},
            message({"type": "refusal", "refusal": "No."}),
        ],
        "usage": USAGE,
    }
    played = play(body)
    assert (played.text, played.reasoning, played.refusal, played.tools) == ("Hello", "hm", "No.", ["weather"])
    assert played.end().finish_reason is FinishReason.TOOL_CALLS


def test_the_kind_may_stand_only_in_the_event() -> None:
    played = play(Frame('{"delta":"a"}', "response.output_text.delta"), done())
    assert played.text == "a"


def test_text_that_no_delta_brought_is_taken_from_the_end() -> None:
    assert play(done(output=[message({"type": "output_text", "text": "Hello"})])).text == "Hello"


def test_refusals_are_no_text() -> None:
    played = play(delta("refusal", "No."), done(output=[message({"type": "refusal", "refusal": "No."})]))
    assert (played.refusal, played.text) == ("No.", "")


def test_tools_are_named_once() -> None:
    call = {"type": "function_call", "id": "i", "call_id": "c", "name": "weather"}
    played = play(
        {"type": "response.output_item.added", "output_index": 0, "item": call},
        {"type": "response.output_item.done", "output_index": 0, "item": call},
        {"type": "response.output_item.added", "output_index": 1, "item": {**call, "call_id": "d", "id": "j"}},
        {"type": "response.output_item.added", "output_index": 2, "item": {"type": "web_search_call", "id": "w"}},
        done(output=[call]),
    )
    assert played.tools == ["weather", "weather"]
    assert played.end().finish_reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("max_output_tokens", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("steered", FinishReason.OTHER),
        (None, FinishReason.OTHER),
    ],
)
def test_incomplete_is_never_a_stop(reason: str | None, finish: FinishReason) -> None:
    details = {"reason": reason} if reason else None
    ending = play(delta("output_text", "a"), done("incomplete", incomplete_details=details)).end()
    assert (ending.finish_reason, ending.native_finish) == (finish, reason or "incomplete")


@pytest.mark.parametrize(
    "event",
    [
        done("failed", error={"code": "server_error", "message": "Broken", "param": "x"}),
        {"type": "error", "code": "server_error", "message": "Broken", "param": "x", "sequence_number": 3},
        {"type": "error", "error": {"type": "server_error", "message": "Broken", "param": "x"}},
        {
            "object": "response",
            "status": "failed",
            "error": {"code": "server_error", "message": "Broken", "param": "x"},
        },
        {"error": {"type": "server_error", "message": "Broken", "param": "x"}},
    ],
)
def test_errors_are_found_wherever_they_are(event: Event) -> None:
    info = error_of(lambda: play(delta("output_text", "a"), event))
    assert (info.error_class, info.message, info.code, info.param, info.status) == (
        ErrorClass.SERVER,
        "Broken",
        "server_error",
        "x",
        200,
    )


def test_words_of_the_answer_are_no_codes_of_the_error() -> None:
    output = [message({"type": "refusal", "refusal": "No."})]
    info = error_of(lambda: play(done("failed", error={"message": "Broken"}, output=output)))
    assert info.error_class is ErrorClass.SERVER


def test_a_failure_without_a_word_is_one_too() -> None:
    assert error_of(lambda: play(done("failed"))).error_class is ErrorClass.SERVER
    assert error_of(lambda: play(done("cancelled"))).error_class is ErrorClass.SERVER


@pytest.mark.parametrize(
    "events", [[delta("output_text", "a")], [done("in_progress")], [{"output": [], "status": "queued"}], ["[DONE]"]]
)
def test_an_end_without_completion_is_a_failure(events: list[Event]) -> None:
    assert error_of(play(*events).end).error_class is ErrorClass.PROTOCOL


def test_bad_events_are_skipped_and_counted() -> None:
    played = play(delta("output_text", "a"), "{", {"x": 1}, {**delta("output_text", ""), "delta": 7}, done())
    assert (played.text, played.decoder.bad_events) == ("a", 2)
