"""Events that arrive well framed and say something else than they should."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from phoenix_tui.core.adapters.base import WireFormat
from tests.matrix.fault import (
    BODY,
    FINISHED,
    HEADERS,
    IN_PLACE,
    NO_BODY_YET,
    NOTHING_FOLLOWS,
    ONLY_STREAMS,
    OPENED,
    TOKENS,
    WHOLE,
    Fault,
    but,
    everywhere,
    only,
)
from tests.matrix.outcomes import Cannot, Fails, Whole
from tests.matrix.phases import Mode
from tests.matrix.replies import Stage, Step, chunk, whole_reply
from tests.matrix.speakers import SHOWN
from tests.matrix.speakers import TOKENS as TEXT_TOKENS

_GROUP = "content"
_CHAT, _RESPONSES, _ANTHROPIC, _GEMINI, _OLLAMA = (
    WireFormat.OPENAI_CHAT,
    WireFormat.OPENAI_RESPONSES,
    WireFormat.ANTHROPIC_MESSAGES,
    WireFormat.GEMINI_GENERATE,
    WireFormat.OLLAMA_CHAT,
)
_UNUSABLE = Fails("protocol")
_NO_STREAM = but(ONLY_STREAMS, mode=Mode.SINGLE)
_AS_A_WHOLE = Cannot("one value is odd as a whole: see after headers")
_PAGE = b"""<!DOCTYPE html>
<html><head><title>Hotel Wi-Fi</title></head><body><h1>Welcome!</h1><p>Sign in to use the network.</p></body></html>
"""
_SHAPES = ("[1, 2]", '"text"', "17", "null", '{"foo": {"bar": [1]}}', '{"type": "phoenix.unheard_of", "x": 1}')
OTHER = "a second candidate, which nobody asked for"


def _inserted(make: Callable[[Stage], Iterable[bytes]]) -> Callable[[Stage], Sequence[Step]]:
    def play(stage: Stage) -> Sequence[Step]:
        return stage.then((*make(stage), *stage.after))

    return play


def _in_place(make: Callable[[Stage], Iterable[bytes]]) -> Callable[[Stage], Sequence[Step]]:
    def play(stage: Stage) -> Sequence[Step]:
        return stage.then(make(stage))

    return play


def _invalid(stage: Stage) -> Iterable[bytes]:
    if stage.mode is Mode.STREAM:
        return [stage.speaker.event('{"broken": ')]
    return [b'{"broken" ' if stage.phase is BODY else b'" no JSON ']


def _odd_shapes(stage: Stage) -> Iterable[bytes]:
    return [stage.speaker.event(shape) for shape in _SHAPES]


def _odd_value(stage: Stage) -> Iterable[bytes]:
    if stage.mode is Mode.STREAM:
        return _odd_shapes(stage)
    return [b'{"foo": {"bar": [1]}}']


def _page(_: Stage) -> Iterable[bytes]:
    return [_PAGE]


def _page_reply(_: Stage) -> Sequence[Step]:
    return whole_reply(200, _PAGE, {"content-type": "text/html; charset=utf-8"})


def _text_reply(_: Stage) -> Sequence[Step]:
    return whole_reply(200, b"Service is being updated.\n", {"content-type": "text/plain"})


def _no_content(_: Stage) -> Sequence[Step]:
    return whole_reply(204, b"")


def _empty_body(stage: Stage) -> Sequence[Step]:
    return whole_reply(200, b"", {"content-type": stage.media_type})


def _event(stage: Stage, value: Mapping[str, Any]) -> bytes:
    return stage.speaker.event(json.dumps(value))


def _odd_indexes(stage: Stage) -> Iterable[bytes]:
    """Other candidates, blocks begun twice, numbers that go backwards; nothing of it is the answer's text."""
    match stage.speaker.wire_format:
        case WireFormat.OPENAI_CHAT:
            other = {"index": 1, "delta": {"content": OTHER}, "finish_reason": None}
            mine = {"index": 0, "delta": {"content": ""}, "finish_reason": None}
            values: list[dict[str, Any]] = [{"choices": [other]}, {"choices": [other, mine]}]
        case WireFormat.GEMINI_GENERATE:
            candidate = {"content": {"parts": [{"text": OTHER}], "role": "model"}, "index": 1}
            values = [{"candidates": [candidate]}]
        case WireFormat.ANTHROPIC_MESSAGES:
            block: dict[str, Any] = {"type": "content_block_start", "content_block": {"type": "text", "text": ""}}
            delta: dict[str, Any] = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": ""}}
            values = [{**block, "index": 0}, {**block, "index": 7}, {**delta, "index": 3}, {**delta, "index": 0}]
        case _:
            item = {"id": "m", "type": "message", "role": "assistant", "content": []}
            added = {"type": "response.output_item.added", "item": item, "sequence_number": 0}
            delta = {"type": "response.output_text.delta", "item_id": "m", "content_index": 4, "delta": ""}
            values = [{**added, "output_index": 9}, {**added, "output_index": 0}, {**delta, "output_index": 9}]
    return [_event(stage, value) for value in values]


def _more_candidates(stage: Stage) -> Sequence[Step]:
    if stage.mode is Mode.STREAM:
        return stage.then((*_odd_indexes(stage), *stage.after))
    value = deepcopy(stage.speaker.value)
    if stage.speaker.wire_format is _CHAT:
        message = {"role": "assistant", "content": OTHER}
        value["choices"].insert(0, {"index": 1, "message": message, "finish_reason": "stop"})
    else:
        content = {"parts": [{"text": OTHER}], "role": "model"}
        value["candidates"].insert(0, {"content": content, "index": 1, "finishReason": "STOP"})
    return [stage.head(), chunk(json.dumps(value).encode()), b"0\r\n\r\n"]


def _nothing_chosen(stage: Stage) -> Sequence[Step]:
    """No choices; in formats without them, an answer without content."""
    match stage.speaker.wire_format:
        case WireFormat.OPENAI_CHAT:
            value: dict[str, Any] = {**stage.speaker.value, "choices": []}
        case WireFormat.GEMINI_GENERATE:
            value = {**stage.speaker.value, "candidates": []}
        case WireFormat.OPENAI_RESPONSES:
            value = {**stage.speaker.value, "output": []}
        case WireFormat.ANTHROPIC_MESSAGES:
            value = {**stage.speaker.value, "content": []}
        case WireFormat.OLLAMA_CHAT:
            value = {**stage.speaker.value, "message": {"role": "assistant", "content": ""}}
    if stage.mode is Mode.SINGLE:
        return [stage.head(), chunk(json.dumps(value).encode()), b"0\r\n\r\n"]
    if stage.speaker.wire_format in (_CHAT, _GEMINI):
        return stage.then([_event(stage, value)])
    script = stage.script
    if stage.speaker.wire_format is _RESPONSES:
        return stage.then((*script.opening, _event(stage, {"type": "response.completed", "response": value})))
    # All of its events but those with text.
    return stage.then((*script.opening, *script.rest[len(TEXT_TOKENS) - SHOWN :], *script.trailing))


def _empty_choices_first(stage: Stage) -> Iterable[bytes]:
    name = "choices" if stage.speaker.wire_format is _CHAT else "candidates"
    return [_event(stage, {name: []})]


FAULTS = (
    Fault(
        "event that is no JSON",
        _GROUP,
        everywhere(Whole("it is skipped, and counted", bad_events=1), headers=NO_BODY_YET, finished=WHOLE),
        _inserted(_invalid),
        buts=(but(_UNUSABLE, BODY, OPENED, TOKENS, mode=Mode.SINGLE),),
    ),
    Fault(
        "events of a wrong shape",
        _GROUP,
        everywhere(Whole("they are skipped"), headers=NO_BODY_YET),
        _inserted(_odd_shapes),
        buts=(_NO_STREAM,),
    ),
    Fault(
        "nothing but values of a wrong shape",
        _GROUP,
        everywhere(_UNUSABLE, headers=NO_BODY_YET, finished=WHOLE),
        _in_place(_odd_value),
        buts=(but(_AS_A_WHOLE, OPENED, TOKENS, FINISHED, mode=Mode.SINGLE),),
    ),
    Fault(
        "other candidates, odd indexes",
        _GROUP,
        everywhere(Whole("index 0 alone is the answer"), headers=NO_BODY_YET),
        _more_candidates,
        buts=(
            but(Cannot("its lines have no index"), formats=(_OLLAMA,)),
            but(Cannot("its one value has no candidates"), formats=(_RESPONSES, _ANTHROPIC), mode=Mode.SINGLE),
            but(_AS_A_WHOLE, OPENED, TOKENS, FINISHED, mode=Mode.SINGLE),
            but(NOTHING_FOLLOWS, FINISHED, formats=(_RESPONSES,)),
        ),
    ),
    Fault(
        "empty choices",
        _GROUP,
        only(BODY, _UNUSABLE, Cannot("it is all that is said")),
        _nothing_chosen,
        buts=(but(Whole("it has its terminal marker", empty=True), BODY, formats=(_RESPONSES, _ANTHROPIC, _OLLAMA)),),
    ),
    Fault(
        "event with empty choices among others",
        _GROUP,
        everywhere(WHOLE, headers=NO_BODY_YET),
        _inserted(_empty_choices_first),
        buts=(
            _NO_STREAM,
            but(Cannot("this format has no choices"), formats=(_RESPONSES, _ANTHROPIC, _OLLAMA)),
        ),
    ),
    Fault(
        "web page (captive portal)",
        _GROUP,
        everywhere(_UNUSABLE, finished=WHOLE),
        _in_place(_page),
        buts=(but(Cannot("see before headers: a page has a head of its own"), BODY),),
    ),
    Fault("web page as the reply", _GROUP, only(HEADERS, _UNUSABLE, IN_PLACE), _page_reply),
    Fault("plain text as the reply", _GROUP, only(HEADERS, _UNUSABLE, IN_PLACE), _text_reply),
    Fault("204", _GROUP, only(HEADERS, _UNUSABLE, IN_PLACE), _no_content),
    Fault("200 without a body", _GROUP, only(HEADERS, _UNUSABLE, IN_PLACE), _empty_body),
)
