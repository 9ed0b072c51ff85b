"""The public failover scenarios that need no long wait, in all five wire formats, through the real `ask --jsonl`.

Each runs the program as a process of its own against simulated providers: the one under test first, another format
behind it. After the fault one more, healthy, request must succeed. Numbers are those of the public benchmark; the
waits that a server asks for are shorter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import SimProvider, Simulator
from phoenix_tui.sim.faults import (
    CloseBeforeHeaders,
    Cut,
    Death,
    Error,
    Fault,
    InvalidEvent,
    NoDone,
    ResetBeforeHeaders,
    Says,
)
from tests.helpers.program import phoenix

TOKENS = tuple(f"token{number} " for number in range(60))
WHOLE = "".join(TOKENS)
OTHER = "the other one"
FORMATS = {
    "openai_chat": "openrouter",
    "openai_responses": "openai",
    "anthropic_messages": "anthropic",
    "gemini_generate": "gemini",
    "ollama_chat": "ollama",
}


@dataclass
class Stage:
    """The provider under test, the one behind it, and what the program answered to two requests in a row."""

    first: SimProvider
    second: SimProvider
    environment: dict[str, str]

    async def ask(self, *faults: Fault, requests: int = 2) -> list[Any]:
        """The program's answers while the first provider has these faults, request by request."""
        self.first.script(*([Says(text=TOKENS), fault] for fault in faults))
        lines = '{"prompt": "count to sixty"}\n' * requests
        ran = await phoenix("ask", "--jsonl", env=self.environment, stdin=lines)
        assert ran.status == 0, ran.err
        shapes = ran.json_lines
        assert len(shapes) == requests
        return shapes


@asynccontextmanager
async def stage(wire_format: str) -> AsyncIterator[Stage]:
    name = FORMATS[wire_format]
    behind = "anthropic" if name == "openai" else "openai"
    async with Simulator((name, behind)) as simulator:
        first, second = simulator[name], simulator[behind]
        first.set_fault(Says(text=TOKENS))
        second.set_fault(Says(text=(OTHER,)))
        variables = simulator.environment() | {"LLM_PROVIDER": name, "LLM_FALLBACK_ORDER": f"{name},{behind}"}
        yield Stage(first, second, variables)


every_format = pytest.mark.parametrize("wire_format", FORMATS)


def outcomes(shape: Any) -> list[tuple[str, str]]:
    return [(attempt["provider"], attempt["outcome"]) for attempt in shape["attempts"]]


@every_format
async def test_s01_a_rate_limit_with_a_short_wait_is_waited_out(wire_format: str) -> None:
    async with stage(wire_format) as it:
        limited, after = await it.ask(Error(error=ErrorClass.RATE_LIMIT, retry_after=0.6))
    assert (limited["text"], after["text"]) == (WHOLE, WHOLE)
    assert outcomes(limited) == [(it.first.name, "failed"), (it.first.name, "ok")]
    assert it.first.attempts[1].at - it.first.attempts[0].at >= 0.54
    assert it.second.attempts == []


@every_format
async def test_s03_an_error_once_is_retried_once(wire_format: str) -> None:
    # Ollama's usual 500 is a model that crashed, which asking again at once does not mend; this one is a plain failure.
    body = b'{"error":"internal server error"}' if wire_format == "ollama_chat" else None
    async with stage(wire_format) as it:
        failed, after = await it.ask(Error(error=ErrorClass.SERVER, body=body))
    assert (failed["text"], after["text"]) == (WHOLE, WHOLE)
    assert outcomes(failed) == [(it.first.name, "failed"), (it.first.name, "ok")]


@every_format
async def test_s04_an_error_for_ever_hands_over(wire_format: str) -> None:
    async with stage(wire_format) as it:
        it.first.set_fault(Error(error=ErrorClass.OVERLOADED))
        (failed,) = await it.ask(requests=1)
    assert failed["text"] == OTHER
    assert failed["attempts"][0]["error"]["class"] == "overloaded"
    assert len(it.first.attempts) + len(it.second.attempts) <= 6


@every_format
@pytest.mark.parametrize("how", [ResetBeforeHeaders(), CloseBeforeHeaders()], ids=["reset", "close"])
async def test_s05_a_broken_connection_is_tried_again_at_once(wire_format: str, how: Fault) -> None:
    async with stage(wire_format) as it:
        broken, after = await it.ask(how)
    assert (broken["text"], after["text"]) == (WHOLE, WHOLE)
    assert outcomes(broken) == [(it.first.name, "failed"), (it.first.name, "ok")]
    assert broken["attempts"][0]["error"]["class"] == "network"


@every_format
@pytest.mark.parametrize("how", list(Death))
async def test_s08_a_stream_that_dies_is_never_a_success(wire_format: str, how: Death) -> None:
    async with stage(wire_format) as it:
        died, after = await it.ask(Cut(after=40, how=how))
    assert (died["text"], after["text"]) == (OTHER, WHOLE)
    cut, taken_over = died["attempts"]
    assert (cut["provider"], taken_over["provider"]) == (it.first.name, it.second.name)
    # A reset may throw away what had arrived and was not read yet: then nothing was shown.
    assert cut["outcome"] in ("aborted", "failed") if how is Death.RST else cut["outcome"] == "aborted"
    assert cut["chars"] < len(WHOLE)
    assert cut["error"]["class"] == ("protocol" if how is Death.CLEAN else "network")


@every_format
async def test_s10_one_bad_event_is_skipped(wire_format: str) -> None:
    async with stage(wire_format) as it:
        odd, after = await it.ask(InvalidEvent(at=10))
    assert (odd["text"], after["text"]) == (WHOLE, WHOLE)
    assert odd["attempts"][0]["bad_events"] == 1


@every_format
@pytest.mark.parametrize("stays_open", [False, True], ids=["closes", "stays open"])
async def test_s11_a_whole_answer_needs_no_done(wire_format: str, stays_open: bool) -> None:
    async with stage(wire_format) as it:
        ended, after = await it.ask(NoDone(stays_open=stays_open))
    assert (ended["text"], after["text"]) == (WHOLE, WHOLE)
    assert outcomes(ended) == [(it.first.name, "ok")]
    assert ended["usage"]["output_tokens"] >= 60


@every_format
async def test_s12_too_long_a_context_goes_on_at_once(wire_format: str) -> None:
    async with stage(wire_format) as it:
        too_long, after = await it.ask(Error(error=ErrorClass.CONTEXT_LENGTH))
    assert (too_long["text"], after["text"]) == (OTHER, WHOLE)
    assert too_long["attempts"][0]["error"]["class"] == "context_length"
    assert len(it.first.attempts) == 2


@every_format
async def test_s13_refused_content_is_not_taken_elsewhere(wire_format: str) -> None:
    # Neither of these two has such an error of its own: the words are those of a gateway in front of them.
    bodies = {
        "ollama_chat": b'{"error":"content_policy_violation: the prompt was flagged"}',
        "gemini_generate": b'{"error":{"code":400,"message":"content_policy_violation","status":"INVALID_ARGUMENT"}}',
    }
    reply = Error(error=ErrorClass.CONTENT_FILTER, status=400, body=bodies.get(wire_format))
    async with stage(wire_format) as it:
        refused, after = await it.ask(reply)
    assert refused["error"]["class"] == "content_filter"
    assert refused["error"]["provider"] == it.first.name
    assert refused["error"]["message"]
    assert after["text"] == WHOLE
    assert (len(it.first.attempts), len(it.second.attempts)) == (2, 0)


@every_format
async def test_s14_a_second_refusal_never_hides_the_first_fault(wire_format: str) -> None:
    async with stage(wire_format) as it:
        it.second.set_fault(Error(error=ErrorClass.BAD_REQUEST))
        died, _ = await it.ask(Cut(after=40))
        roles = [message.get("role") for message in messages_of(it.second.attempts[0].json)]
    assert roles[-1] == "user"  # the cut text is not sent on as if it had been said
    assert outcomes(died)[0] == (it.first.name, "aborted")
    assert died["attempts"][0]["error"]["class"] == "network"


def messages_of(body: Any) -> list[Any]:
    """The conversation of a request in any of the formats."""
    return list(body.get("messages") or body.get("input") or body["contents"])


@every_format
async def test_s16_the_answer_names_who_gave_it_and_counts_only_that(wire_format: str) -> None:
    async with stage(wire_format) as it:
        it.first.set_fault(Error(error=ErrorClass.OVERLOADED))
        (failed,) = await it.ask(requests=1)
    assert failed["provider"] == it.second.name
    assert failed["requested"]["provider"] == it.first.name
    assert failed["model"] in {model.id for model in it.second.models}
    assert failed["usage"]["output_tokens"] is not None
    assert failed["usage"]["output_tokens"] < 60
    billed = [attempt["usage"]["output_tokens"] for attempt in failed["attempts"] if attempt["outcome"] != "ok"]
    assert set(billed) == {None}
