"""Ollama's chat: what goes out, and what every kind of line becomes."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Dialect, ModelCall, WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.types import FinishReason, Message, Usage
from tests.helpers.decoding import Event, Played, error_of
from tests.helpers.decoding import play as play_any

OLLAMA = WireFormat.OLLAMA_CHAT


def play(*events: Event) -> Played:
    return play_any(OLLAMA, *events)


def line(content: str = "", **message: Any) -> dict[str, Any]:
    return {"model": "m", "message": {"role": "assistant", "content": content, **message}, "done": False}


def done(reason: str | None = "stop", **more: Any) -> dict[str, Any]:
    known = {"done_reason": reason} if reason is not None else {}
    return {**line(), "done": True, **known, "total_duration": 5_000_000_000, **more}


def test_request() -> None:
    adapter = adapter_for(OLLAMA)
    messages = (Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", ""))
    request = adapter.request(ModelCall("m", messages, 50, 0.5), Dialect())
    assert request.path == "/chat"
    assert request.json == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "stream": True,
        "options": {"num_predict": 50, "temperature": 0.5},
    }
    assert "options" not in adapter.request(ModelCall("m", messages), Dialect()).json


def test_a_streamed_answer() -> None:
    played = play(
        line(thinking="h"), line(thinking="m"), line("Hel"), line("lo"), done(prompt_eval_count=7, eval_count=9)
    )
    assert (played.text, played.reasoning) == ("Hello", "hm")
    ending = played.end()
    assert (ending.finish_reason, ending.native_finish, ending.model) == (FinishReason.STOP, "stop", "m")
    assert ending.usage == Usage(7, 9)
    assert played.decoder.closed
    assert played.decoder.bad_events == 0


def test_a_whole_answer() -> None:
    body = {**done(), "message": {"role": "assistant", "content": "<think>hm</think>Hello"}}
    played = play(body)
    assert (played.text, played.reasoning) == ("Hello", "hm")
    assert played.end().usage == Usage()


def test_tools_are_named() -> None:
    calls = [{"function": {"name": "weather", "arguments": {}}}, {"function": {"name": "time"}}]
    played = play(line(tool_calls=calls), done())
    assert played.tools == ["weather", "time"]
    ending = played.end()
    assert (ending.finish_reason, ending.native_finish) == (FinishReason.TOOL_CALLS, "stop")


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("length", FinishReason.LENGTH),
        ("", FinishReason.STOP),
        (None, FinishReason.STOP),
        ("load", FinishReason.OTHER),
        ("unload", FinishReason.OTHER),
    ],
)
def test_finish_reasons(native: str | None, reason: FinishReason) -> None:
    assert play(done(native)).end().finish_reason is reason


def test_an_error_in_a_line() -> None:
    info = error_of(lambda: play(line("a"), {"error": "model runner has unexpectedly stopped"}))
    assert (info.error_class, info.status) == (ErrorClass.MODEL_NOT_READY, 200)
    cloud = error_of(lambda: play({"error": "slow", "StatusCode": 429, "Status": "429 Too Many Requests"}))
    assert cloud.error_class is ErrorClass.RATE_LIMIT


@pytest.mark.parametrize("events", [[], [line("a")], [{"status": "success"}]])
def test_an_end_without_done_is_a_failure(events: list[Event]) -> None:
    assert error_of(play(*events).end).error_class is ErrorClass.PROTOCOL


def test_bad_lines_are_skipped_and_counted() -> None:
    played = play(line("a"), "{", {"x": 1}, line("b"), done())
    assert (played.text, played.decoder.bad_events) == ("ab", 2)
