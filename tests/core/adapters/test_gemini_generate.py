"""generateContent: what goes out, and what every kind of response becomes."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Dialect, ModelCall, WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.types import FinishReason, Message, Usage
from tests.helpers.decoding import Event, Played, error_of
from tests.helpers.decoding import play as play_any

GEMINI = WireFormat.GEMINI_GENERATE


def play(*events: Event) -> Played:
    return play_any(GEMINI, *events)


def response(*parts: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "m-1", **more}


def test_request() -> None:
    adapter = adapter_for(GEMINI)
    messages = (
        Message("system", "Be brief."),
        Message("user", "One"),
        Message("assistant", "Two"),
        Message("assistant", ""),
        Message("user", "Three"),
        Message("user", "Four"),
    )
    request = adapter.request(ModelCall("models/gemini-4-argon", messages, 50, 0.5), Dialect())
    assert request.path == "/models/gemini-4-argon:streamGenerateContent?alt=sse"
    assert request.json == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "One"}]},
            {"role": "model", "parts": [{"text": "Two"}]},
            {"role": "user", "parts": [{"text": "Three\n\nFour"}]},
        ],
        "generationConfig": {
            "maxOutputTokens": 50,
            "temperature": 0.5,
            "thinkingConfig": {"includeThoughts": True},
        },
    }
    plain = adapter.request(ModelCall("gemma-4-31b-it", messages[1:2]), Dialect())
    assert plain.json == {"contents": [{"role": "user", "parts": [{"text": "One"}]}]}


@pytest.mark.parametrize(
    "model", ["gemini-2.0-flash", "gemini-2.5-flash-image", "gemini-1.5-pro", "gemini-3.1-flash-lite"]
)
def test_thoughts_are_not_asked_of_models_that_may_have_none(model: str) -> None:
    assert "generationConfig" not in adapter_for(GEMINI).request(ModelCall(model, ()), Dialect()).json


def test_a_model_cannot_lead_the_request_elsewhere() -> None:
    path = adapter_for(GEMINI).request(ModelCall("../x?y=1#é", ()), Dialect()).path
    assert path == "/models/..%2Fx%3Fy%3D1%23%C3%A9:streamGenerateContent?alt=sse"


def test_a_streamed_answer() -> None:
    counts = {"promptTokenCount": 10, "cachedContentTokenCount": 4, "thoughtsTokenCount": 30}
    played = play(
        response({"text": "hm", "thought": True}, usageMetadata={**counts, "candidatesTokenCount": 1}),
        response({"text": "Hel"}, {"text": "lo"}),
        {"candidates": [{"index": 1, "content": {"parts": [{"text": "another candidate"}]}}]},
        response(
            {"text": "", "thoughtSignature": "x"}, finish="STOP", usageMetadata={**counts, "candidatesTokenCount": 5}
        ),
    )
    assert (played.text, played.reasoning) == ("Hello", "hm")
    ending = played.end()
    assert (ending.finish_reason, ending.native_finish, ending.model) == (FinishReason.STOP, "STOP", "m-1")
    assert ending.usage == Usage(10, 35, 4, 30)
    assert played.decoder.bad_events == 0
    assert not played.decoder.closed


def test_an_array_of_responses_in_one_frame() -> None:
    assert play([response({"text": "a"}), response({"text": "b"}, finish="STOP")]).text == "ab"


def test_tools_are_named() -> None:
    call = {"functionCall": {"name": "weather", "args": {}}}
    played = play(response(call, call), response(finish="STOP"))
    assert played.tools == ["weather", "weather"]
    assert played.end().finish_reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("SAFETY", FinishReason.CONTENT_FILTER),
        ("RECITATION", FinishReason.CONTENT_FILTER),
        ("PROHIBITED_CONTENT", FinishReason.CONTENT_FILTER),
        ("MALFORMED_FUNCTION_CALL", FinishReason.OTHER),
        ("CONTINUATION", FinishReason.OTHER),
    ],
)
def test_finish_reasons(native: str, reason: FinishReason) -> None:
    assert play(response(finish=native)).end().finish_reason is reason


def test_a_blocked_answer_says_why() -> None:
    body = response(finish="SAFETY")
    body["candidates"][0]["finishMessage"] = "Blocked."
    assert play(body).refusal == "Blocked."


def test_a_blocked_prompt_is_an_empty_answer() -> None:
    played = play({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}})
    ending = played.end()
    assert played.deltas == []
    assert (ending.finish_reason, ending.native_finish) == (FinishReason.CONTENT_FILTER, "SAFETY")
    assert ending.usage == Usage(3)


@pytest.mark.parametrize(
    "events",
    [
        [response({"text": "a"})],
        [response({"text": "a"}, finish="FINISH_REASON_UNSPECIFIED")],
        [{"promptFeedback": {"safetyRatings": []}}],
        [{"usageMetadata": {"promptTokenCount": 3}}],
        [{}],
    ],
)
def test_an_end_without_a_finish_reason_is_a_failure(events: list[Event]) -> None:
    assert error_of(play(*events).end).error_class is ErrorClass.PROTOCOL


def test_errors_in_the_stream() -> None:
    error = {"error": {"code": 503, "message": "Try later.", "status": "UNAVAILABLE"}}
    for event in (error, [error]):
        info = error_of(lambda: play(response({"text": "a"}), event))  # noqa: B023 - called at once
        assert (info.error_class, info.message, info.code) == (ErrorClass.OVERLOADED, "Try later.", "503")


def test_bad_events_are_skipped_and_counted() -> None:
    played = play(response({"text": "a"}), "{", {"x": 1}, {"candidates": "x"}, response(finish="STOP"))
    assert (played.text, played.decoder.bad_events) == ("a", 3)
