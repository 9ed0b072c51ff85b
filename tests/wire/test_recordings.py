"""Every recorded answer, cut at random places, decoded and compared with what it is known to say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Ending, WireFormat
from phoenix_tui.core.errors import ErrorInfo, WireError
from phoenix_tui.core.events import Delta, ReasoningDelta, RefusalDelta, TextDelta, ToolCall
from phoenix_tui.core.framing import BodyFramer
from phoenix_tui.core.headroom import headroom
from phoenix_tui.core.types import RateLimit
from tests.helpers.recordings import (
    ERROR_CLASSES,
    WIRE_DIR,
    Recording,
    check_deltas,
    check_ending,
    check_error,
    recordings,
)

pytestmark = pytest.mark.skipif(not WIRE_DIR.is_dir(), reason="the recordings are not here (PHOENIX_WIRE_DIR)")

SEEDS = range(12)
NOW = 1759845400.0


def decode(recording: Recording, seed: int) -> tuple[list[Delta], Ending | ErrorInfo, int]:
    """The deltas of a recording, how it ended, and how many of its events could not be read."""
    is_lines = recording.wire_format is WireFormat.OLLAMA_CHAT
    framer = BodyFramer(recording.headers.get("content-type"), "ndjson" if is_lines else "sse")
    decoder = adapter_for(recording.wire_format).decoder(recording.dialect)
    deltas: list[Delta] = []
    try:
        for piece in recording.pieces(seed):
            for frame in framer.feed(piece):
                deltas += decoder.feed(frame)
        for frame in framer.end():
            deltas += decoder.feed(frame)
        return deltas, decoder.end(), decoder.bad_events
    except WireError as error:
        return deltas, error.info, decoder.bad_events


def joined(deltas: list[Delta], kind: type[TextDelta | ReasoningDelta | RefusalDelta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, kind))


def of_kind(*, is_list: bool = False, is_status_error: bool = False) -> list[Any]:
    chosen = (
        case
        for case in recordings()
        if case.is_list == is_list and (case.is_error and case.status != 200) == is_status_error
    )
    return [pytest.param(case, id=case.name) for case in chosen]


def test_all_recordings_are_used() -> None:
    used = of_kind() + of_kind(is_list=True) + of_kind(is_status_error=True)
    assert len(used) == len(recordings())
    errors = {case.name for case in recordings() if case.is_error}
    assert errors == set(ERROR_CLASSES)


@pytest.mark.parametrize("recording", of_kind())
def test_answer(recording: Recording) -> None:
    expect = recording.expect
    for seed in SEEDS:
        deltas, ending, bad_events = decode(recording, seed)
        check_deltas(
            recording,
            text=joined(deltas, TextDelta),
            reasoning=joined(deltas, ReasoningDelta),
            refusal=joined(deltas, RefusalDelta),
            tool_calls=[delta.name for delta in deltas if isinstance(delta, ToolCall)],
        )
        assert bad_events == 0
        if isinstance(ending, ErrorInfo):
            check_error(recording, ending)
        else:
            check_ending(recording, ending.finish_reason, ending.usage, ending.model)
            assert ending.native_finish in (expect["finish_reason"], expect.get("incomplete_reason"))


@pytest.mark.parametrize("recording", of_kind(is_status_error=True))
def test_error_status(recording: Recording) -> None:
    adapter = adapter_for(recording.wire_format)
    info = adapter.error(recording.status, recording.headers, recording.body.decode(), now=NOW)
    check_error(recording, info)


@pytest.mark.parametrize("recording", of_kind(is_list=True))
def test_model_list(recording: Recording) -> None:
    page = adapter_for(recording.wire_format).models(json.loads(recording.body))
    wanted = [name.removeprefix("models/") for name in recording.expect["models"]]
    assert [model.id for model in page.models] == wanted


def test_waits_and_words_behind_words() -> None:
    cases = {case.name: case for case in recordings()}

    def info(name: str) -> ErrorInfo:
        case = cases[name]
        return adapter_for(case.wire_format).error(case.status, case.headers, case.body.decode(), now=NOW)

    assert info("openrouter/error-429-free-models-per-min-stream-requested").retry_after == 20.0
    assert info("openai/error-400-chat-unsupported-max-tokens").retry_after is None
    assert "usage guidelines" in info("openrouter/error-403-provider-returned").detail
    assert info("anthropic/error-404-model-not-found").param == "model"


def test_headroom_in_recorded_headers() -> None:
    told = {case.name: headroom(case.headers, now=NOW) for case in recordings()}
    limited = {name: limits for name, limits in told.items() if limits}
    assert len(limited) >= 15
    assert {name.split("/")[0] for name in limited} == {"openai", "anthropic", "grok", "openrouter"}
    for limits in limited.values():
        assert {limit.kind for limit in limits} <= {"requests", "tokens", "input-tokens", "output-tokens"}
        assert all(limit.limit and limit.remaining is not None for limit in limits)
        assert all((limit.remaining or 0) <= (limit.limit or 0) for limit in limits)
    assert told["openrouter/error-429-free-models-per-min-stream-requested"] == (
        RateLimit("requests", 20, 0, 1759845420.0),
    )


def test_costs() -> None:
    costs = {}
    for case in recordings():
        if case.status == 200 and not case.is_list and not case.is_error:
            ending = decode(case, 0)[1]
            assert isinstance(ending, Ending)
            costs[case.name] = ending.usage.cost_usd
    assert costs["openrouter/stream-thinking-tool-claude-haiku-4-5"] == 0.001322
    assert costs["grok/stream-hidden-reasoning-grok-4-fast"] == pytest.approx(0.0000739)
    assert costs["anthropic/stream-sonnet-5"] is None
