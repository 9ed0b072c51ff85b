"""Chat Completions: what goes out, and what every kind of chunk becomes."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Dialect, ModelCall, WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import ReasoningDelta, TextDelta
from phoenix_tui.core.framing import Frame
from phoenix_tui.core.types import FinishReason, Message, Usage
from tests.helpers.decoding import Event, Played, error_of
from tests.helpers.decoding import play as play_any

CHAT = WireFormat.OPENAI_CHAT
CONVERSATION = (
    Message("system", "Be brief."),
    Message("user", "Hi"),
    Message("assistant", " \n"),
    Message("user", "Again \ud83e\udd85 \ud800"),
)


def play(*events: Event, dialect: Dialect | None = None) -> Played:
    return play_any(CHAT, *events, dialect=dialect)


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def test_request() -> None:
    adapter = adapter_for(CHAT)
    request = adapter.request(ModelCall("m", CONVERSATION, 50, 0.5), Dialect(stores_unless_told=True))
    assert request.path == "/chat/completions"
    assert request.json == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "user", "content": "Again 🦅 \ufffd"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "store": False,
        "max_completion_tokens": 50,
        "temperature": 0.5,
    }
    plain = adapter.request(
        ModelCall("m", CONVERSATION[1:2], 7), Dialect(output_cap="max_tokens", asks_for_usage=False)
    )
    assert plain.json == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "max_tokens": 7,
    }


def test_a_streamed_answer() -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 8},
        "cost": 0.25,
    }
    played = play(
        chunk(role="assistant", content=""),
        chunk(content="Hel"),
        chunk(index=1, content="another choice"),
        {"model": "m-1", "choices": [{"delta": {"content": "lo "}, "finish_reason": ""}], "usage": None},
        chunk("stop"),
        {"choices": [], "usage": usage},
        "[DONE]",
    )
    assert played.deltas == [TextDelta("Hel"), TextDelta("lo ")]
    ending = played.end()
    assert (ending.finish_reason, ending.native_finish, ending.model) == (FinishReason.STOP, "stop", "m-1")
    assert ending.usage == Usage(10, 20, 4, 8, 0.25)
    assert played.decoder.finished
    assert played.decoder.closed
    assert played.decoder.bad_events == 0


def test_a_whole_answer() -> None:
    message = {"role": "assistant", "content": [{"type": "text", "text": "Hi"}], "reasoning_content": "hm"}
    body = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "length"}]}
    played = play(body)
    assert played.deltas == [ReasoningDelta("hm"), TextDelta("Hi")]
    assert played.end().finish_reason is FinishReason.LENGTH


def test_xai_counts_reasoning_apart() -> None:
    usage = {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 30},
        "cost_in_usd_ticks": 739_000,
    }
    played = play(
        chunk("stop", content="x"), {"choices": [], "usage": usage}, dialect=Dialect(output_excludes_reasoning=True)
    )
    assert played.end().usage == Usage(1, 32, None, 30, 739_000 / 1e10)


@pytest.mark.parametrize(
    "deltas",
    [
        [{"reasoning": "a"}, {"reasoning": "b", "reasoning_details": [{"type": "reasoning.text", "text": "b"}]}],
        [{"reasoning_content": "a"}, {"reasoning": None, "reasoning_content": "b"}],
        [{"reasoning_details": [{"text": "a"}]}, {"reasoning_details": [{"summary": "b"}, {"data": "secret"}]}],
        [{"reasoning": "ab"}, {"reasoning": None, "reasoning_details": [{"text": "ab"}]}],
        [{"content": "<thi"}, {"content": "nk>ab</thin"}, {"content": "k>"}],
        [{"content": " \n"}, {"content": "<think>"}, {"content": "a"}, {"content": "b"}],
    ],
)
def test_reasoning_is_read_once(deltas: list[dict[str, Any]]) -> None:
    played = play(*(chunk(**delta) for delta in deltas), chunk("stop"))
    assert played.reasoning == "ab"
    assert played.text == ""


@pytest.mark.parametrize(
    "text", ["1 <think>2</think>", "<thinking is fine>", "<th", "  ", "</think>", "<b>", " " * 200]
)
def test_other_text_stays_text(text: str) -> None:
    for pieces in ([text], list(text)):
        played = play(*(chunk(content=piece) for piece in pieces), chunk("stop"))
        assert (played.text, played.reasoning) == (text, "")


def test_text_after_reasoning_in_tags_keeps_its_white_space() -> None:
    for pieces in (["<think>a < b</think>\n\nB<think>"], list("<think>a < b</think>\n\nB<think>")):
        played = play(*(chunk(content=piece) for piece in pieces), chunk("stop"))
        assert (played.reasoning, played.text) == ("a < b", "\n\nB<think>")


def test_reasoning_cut_inside_its_closing_tag_is_given_out() -> None:
    assert play(chunk(content="<think>a</th"), chunk("length")).reasoning == "a</th"


def test_refusals_are_no_text() -> None:
    played = play(chunk(refusal="I ca", content=None), chunk(refusal="n't."), chunk("stop"))
    assert (played.refusal, played.text) == ("I can't.", "")
    assert played.end().finish_reason is FinishReason.STOP


def test_tools_are_named_once() -> None:
    played = play(
        chunk(tool_calls=[{"index": 0, "id": "a", "function": {"name": "weather", "arguments": ""}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": "{"}}]),
        chunk(tool_calls=[{"index": 0, "function": {"name": "weather", "arguments": "}"}}]),
        chunk(tool_calls=[{"index": 1, "id": "b", "function": {"name": "weather"}}]),
        chunk("tool_calls"),
    )
    assert played.tools == ["weather", "weather"]
    assert played.end().finish_reason is FinishReason.TOOL_CALLS
    whole = {"tool_calls": [{"id": "a", "function": {"name": "x"}}, {"id": "b", "function": {"name": "y"}}]}
    assert play({"choices": [{"message": whole, "finish_reason": "tool_calls"}]}).tools == ["x", "y"]
    assert play(chunk(function_call={"name": "old"}), chunk("function_call")).tools == ["old"]


@pytest.mark.parametrize(
    ("native", "reason"),
    [("content_filter", FinishReason.CONTENT_FILTER), ("weather", FinishReason.OTHER)],
)
def test_finish_reasons(native: str, reason: FinishReason) -> None:
    ending = play(chunk(native)).end()
    assert (ending.finish_reason, ending.native_finish) == (reason, native)


def test_a_surrogate_pair_cut_in_two_is_joined() -> None:
    first, second = '{"choices":[{"delta":{"content":"a\\ud83e"}}]}', '{"choices":[{"delta":{"content":"\\udd85b"}}]}'
    assert play(first, second, chunk("stop")).text == "a🦅b"
    lone = play(first, '{"choices":[{"delta":{"content":"x"}}]}', chunk("stop"))
    assert lone.text == "a\ufffdx"


def test_bad_events_are_skipped_and_counted() -> None:
    played = play(
        chunk(content="a"),
        '{"choices":[{"delta":{"content":"lost',
        "[" * 100_000,
        '{"object":"something else"}',
        '{"choices":"x"}',
        "7",
        chunk(content="b"),
        chunk("stop"),
    )
    assert played.text == "ab"
    assert played.decoder.bad_events == 5
    assert played.end().finish_reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "without sending anything"),
        (["[DONE]"], "never came"),
        ([chunk(content="a")], "never came"),
        ([chunk(content="a"), "[DONE]"], "never came"),
        ([{"choices": []}], "never came"),
        (['{"weather": "fine"}'], 'It sent: {"weather": "fine"}'),
    ],
)
def test_an_end_without_a_finish_reason_is_a_failure(events: list[Event], words: str) -> None:
    played = play(*events)
    assert not played.decoder.finished
    info = error_of(played.end)
    assert info.error_class is ErrorClass.PROTOCOL
    assert words in info.message


def test_white_space_around_an_event_is_nothing() -> None:
    played = play(
        '  {"choices":[{"delta":{"content":"a"}}]} ', '{"choices":[{"delta":{"content":"b"}}]} {', chunk("stop")
    )
    assert (played.text, played.decoder.bad_events) == ("a", 1)


def test_events_without_a_blank_line_between_them_are_read_all_the_same() -> None:
    joined = '{"choices":[{"delta":{"content":"a"}}]}\n{"choices":[{"delta":{"content":"b"}}]}\n{"choices":'
    last = '{"choices":[{"delta":{},"finish_reason":"stop"}]}\n[DONE]'
    played = play(joined, last)
    assert (played.text, played.decoder.bad_events) == ("ab", 1)
    assert played.decoder.closed
    assert played.end().finish_reason is FinishReason.STOP


def test_json_on_several_lines_that_is_broken_is_one_bad_event() -> None:
    played = play('{"choices":[\n  {"delta":{"content":"a"}}\n', '{\n"choices"\n', chunk("stop"))
    assert (played.text, played.decoder.bad_events) == ("", 2)


def test_done_is_not_needed() -> None:
    played = play(chunk("stop", content="a"))
    assert played.decoder.finished
    assert not played.decoder.closed
    assert played.end().finish_reason is FinishReason.STOP


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "Broken", "code": 502}},
        {"error": {"message": "Broken", "code": "server_error"}, "choices": [{"delta": {"content": "x"}}]},
        {"error": "Broken"},
        [{"error": {"message": "Broken"}}],
        {"object": "error", "message": "Broken", "code": 500},
        Frame('{"message": "Broken"}', "error"),
        Frame("Broken", "error"),
        {"error": {"error": {"message": "Broken"}}},
        {"errors": [{"message": "Broken"}], "error": True},
    ],
)
def test_errors_are_found_wherever_they_are(event: Event) -> None:
    for before in ([], [chunk(content="a")], [chunk("stop")]):
        info = error_of(lambda: play(*before, event))  # noqa: B023 - called at once
        assert (info.error_class, info.message, info.status) == (ErrorClass.SERVER, "Broken", 200)


def test_a_finish_reason_that_is_an_error() -> None:
    assert error_of(lambda: play(chunk("error"))).error_class is ErrorClass.SERVER


def test_no_error_is_no_error() -> None:
    nothings: tuple[Any, ...] = (None, "", {}, [], False)
    for nothing in nothings:
        assert play({**chunk("stop", content="a"), "error": nothing}).text == "a"
