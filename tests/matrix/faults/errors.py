"""Errors that are told in the body of a 200, alone or in the middle of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.model import Failure
from tests.matrix.fault import (
    BODY,
    FINISHED,
    NO_BODY_YET,
    NOTHING_FOLLOWS,
    ONLY_STREAMS,
    OPENED,
    TOKENS,
    But,
    Fault,
    but,
    everywhere,
    only,
)
from tests.matrix.outcomes import OF_CLASS, Cannot, Fails, Whole
from tests.matrix.phases import Mode
from tests.matrix.replies import LAST_CHUNK, Stage, Step, chunk
from tests.matrix.speakers import Speaker

_GROUP = "error in a 200"
_CHAT, _RESPONSES = WireFormat.OPENAI_CHAT, WireFormat.OPENAI_RESPONSES
_BESIDE = Cannot("one value has its error alone, or beside its answer: see after headers, after finish marker")
_CLOSED = but(NOTHING_FOLLOWS, FINISHED, mode=Mode.STREAM, when=lambda speaker: speaker.closes_at_finish)
_ALONE_OR_BESIDE = but(_BESIDE, OPENED, TOKENS, mode=Mode.SINGLE)


_SAID_BY_STATUS: Mapping[str, tuple[ErrorClass, ...]] = {"ollama": (ErrorClass.BAD_REQUEST,)}
"""What a provider says by the status alone, so that nothing of it is left in a 200."""
_SAID_BY_CODE: Mapping[str, tuple[ErrorClass, ...]] = {"lmstudio": (ErrorClass.MODEL_NOT_READY,)}
"""LM Studio says with the code model_not_found that no model is loaded."""


def _told(stage: Stage, failure: Failure) -> list[Step]:
    """`failure` where a stream has come so far; in one value, alone or beside the answer."""
    if stage.mode is Mode.STREAM:
        return stage.then([stage.speaker.error_event(failure)])
    body = stage.speaker.error_body(failure)
    if stage.phase is FINISHED:
        body = json.dumps({**stage.speaker.value, **json.loads(body)}).encode()
    return [stage.head(), chunk(body), LAST_CHUNK]


def _own(error: ErrorClass) -> Fault:
    def play(stage: Stage) -> Sequence[Step]:
        return _told(stage, stage.speaker.failure(error))

    def no_words(speaker: Speaker) -> bool:
        return not speaker.has_words_for(error)

    def is_answer(speaker: Speaker) -> bool:
        return speaker.has_words_for(error) and speaker.failure(error).status == 200

    return Fault(
        f"error in the body: {error.value}",
        _GROUP,
        everywhere(Fails(OF_CLASS[error]), headers=NO_BODY_YET),
        play,
        (
            but(Cannot("this provider has no words for it"), *_BODY_PHASES, when=no_words),
            but(Cannot("Gemini says so by an answer: see the blocked prompt"), *_BODY_PHASES, when=is_answer),
            _ALONE_OR_BESIDE,
            _CLOSED,
            but(Fails("server"), *_BODY_PHASES, when=lambda one: error in _SAID_BY_STATUS.get(one.provider, ())),
            but(Fails("model missing"), *_BODY_PHASES, when=lambda one: error in _SAID_BY_CODE.get(one.provider, ())),
        ),
    )


_BODY_PHASES = (BODY, OPENED, TOKENS, FINISHED)


def _unknown(stage: Stage) -> Sequence[Step]:
    return _told(stage, Failure(500, "Quux.", "phoenix_quux"))


def _event(make: Callable[[Stage], dict[str, Any]]) -> Callable[[Stage], Sequence[Step]]:
    def play(stage: Stage) -> Sequence[Step]:
        value = json.dumps(make(stage))
        return stage.then([stage.speaker.event(value) if stage.mode is Mode.STREAM else value.encode()])

    return play


def _finish_error(stage: Stage) -> dict[str, Any]:
    part = "delta" if stage.mode is Mode.STREAM else "message"
    return {"choices": [{"index": 0, part: {"role": "assistant", "content": ""}, "finish_reason": "error"}]}


def _response(stage: Stage, status: str, error: dict[str, Any] | None) -> dict[str, Any]:
    response = {**stage.speaker.value, "status": status, "output": [], "error": error}
    return response if stage.mode is Mode.SINGLE else {"type": f"response.{status}", "response": response}


def _failed(code: str | None) -> Callable[[Stage], dict[str, Any]]:
    error = {"code": code, "message": "The model could not go on."} if code else None
    return lambda stage: _response(stage, "failed", error)


def _cancelled(stage: Stage) -> dict[str, Any]:
    return _response(stage, "cancelled", None)


def _blocked(stage: Stage) -> dict[str, Any]:
    usage = {"promptTokenCount": 8, "totalTokenCount": 8}
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage}


def _only_for(wire_format: WireFormat, why: str) -> But:
    return but(Cannot(why), *_BODY_PHASES, when=lambda speaker: speaker.wire_format is not wire_format)


_NOT_CHAT = _only_for(_CHAT, "this format has no such finish reason")
_NOT_RESPONSES = _only_for(_RESPONSES, "this format has no such event")
_AS_A_WHOLE = but(Cannot("one value says so as a whole"), OPENED, TOKENS, FINISHED, mode=Mode.SINGLE)


def _responses(name: str, row: str, make: Callable[[Stage], dict[str, Any]]) -> Fault:
    at = everywhere(Fails(row), headers=NO_BODY_YET)
    return Fault(name, _GROUP, at, _event(make), (_NOT_RESPONSES, _AS_A_WHOLE, _CLOSED))


FAULTS = (
    *(_own(error) for error in OF_CLASS),
    Fault(
        "error in the body: unknown words",
        _GROUP,
        everywhere(Fails("server"), headers=NO_BODY_YET),
        _unknown,
        (_ALONE_OR_BESIDE, _CLOSED),
    ),
    Fault(
        "finish_reason error",
        _GROUP,
        everywhere(Fails("server"), headers=NO_BODY_YET),
        _event(_finish_error),
        (_NOT_CHAT, _AS_A_WHOLE),
    ),
    _responses("response.failed, server_error", "server", _failed("server_error")),
    _responses("response.failed, rate_limit_exceeded", "rate limit", _failed("rate_limit_exceeded")),
    _responses("response.failed without an error", "server", _failed(None)),
    _responses("response.cancelled", "server", _cancelled),
    Fault(
        "blocked prompt",
        _GROUP,
        only(BODY, Whole("the reason in place of text", empty=True), Cannot("it is all that is said")),
        _event(_blocked),
        (_only_for(WireFormat.GEMINI_GENERATE, "only Gemini says it so"), but(ONLY_STREAMS, OPENED)),
    ),
)
