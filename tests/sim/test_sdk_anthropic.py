"""The official anthropic package, unmodified."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator
from phoenix_tui.sim import faults as f
from tests.helpers.simulation import REASONING, TEXT

MODEL = "claude-haiku-5-5"
ASKED: dict[str, Any] = {"model": MODEL, "max_tokens": 1000, "messages": [{"role": "user", "content": "What is it?"}]}
SHOWN: Any = {"type": "adaptive", "display": "summarized"}


@asynccontextmanager
async def client(sim: Simulator, key: str = "") -> AsyncIterator[anthropic.AsyncAnthropic]:
    opened = anthropic.AsyncAnthropic(
        api_key=key or sim.key("anthropic"),
        base_url=sim["anthropic"].base_url,
        max_retries=0,
        _strict_response_validation=True,
    )
    async with opened:
        yield opened


async def test_a_stream_with_thinking(sim: Simulator) -> None:
    async with client(sim) as sdk, sdk.messages.stream(**ASKED, thinking=SHOWN) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        message = await stream.get_final_message()
    assert text == "".join(TEXT)
    thinking, said = message.content
    assert thinking.type == "thinking"
    assert thinking.thinking == "".join(REASONING)
    assert thinking.signature
    assert said.type == "text"
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == len(TEXT) + len(REASONING)
    assert message.usage.cache_read_input_tokens == 1


async def test_every_raw_event_has_its_place(sim: Simulator) -> None:
    async with client(sim) as sdk:
        stream = await sdk.messages.create(**ASKED, stream=True)
        kinds = [event.type async for event in stream]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2
    assert kinds.count("content_block_delta") == len(TEXT) + 1, "hidden thinking leaves its signature alone"


async def test_a_single_answer(sim: Simulator) -> None:
    async with client(sim) as sdk:
        message = await sdk.messages.create(**ASKED)
    assert message.content[-1].type == "text"
    assert message.content[-1].text == "".join(TEXT)


async def test_refusal_tool_use_and_output_limit_are_stop_reasons(sim: Simulator) -> None:
    sim["anthropic"].script(f.Refusal(words="Not this."), f.CallsTool(name="look_up"), None)
    async with client(sim) as sdk:
        refused = await sdk.messages.create(**ASKED)
        called = await sdk.messages.create(**ASKED)
        capped = await sdk.messages.create(**{**ASKED, "max_tokens": 5})
    assert refused.stop_reason == "refusal"
    assert refused.stop_details is not None
    assert refused.stop_details.explanation == "Not this."
    assert called.stop_reason == "tool_use"
    assert called.content[-1].type == "tool_use"
    assert called.content[-1].name == "look_up"
    assert capped.stop_reason == "max_tokens"


async def test_models_come_in_pages(sim: Simulator) -> None:
    async with client(sim) as sdk:
        listed = [model.id async for model in sdk.models.list(limit=2)]
        one = await sdk.models.retrieve(MODEL)
    assert listed == [model.id for model in sim["anthropic"].models]
    assert sum(record.path == "/v1/models" for record in sim["anthropic"].requests) == 3
    assert one.display_name == "Claude Haiku 5.5"


ERRORS = {
    ErrorClass.AUTH: anthropic.AuthenticationError,
    ErrorClass.PERMISSION: anthropic.PermissionDeniedError,
    ErrorClass.QUOTA: anthropic.APIStatusError,
    ErrorClass.RATE_LIMIT: anthropic.RateLimitError,
    ErrorClass.OVERLOADED: anthropic.APIStatusError,
    ErrorClass.SERVER: anthropic.InternalServerError,
    ErrorClass.TIMEOUT: anthropic.APIStatusError,
    ErrorClass.CONTEXT_LENGTH: anthropic.BadRequestError,
    ErrorClass.CONTENT_FILTER: anthropic.BadRequestError,
    ErrorClass.MODEL_NOT_FOUND: anthropic.NotFoundError,
}
STATUS = {ErrorClass.QUOTA: 402, ErrorClass.OVERLOADED: 529, ErrorClass.TIMEOUT: 504}


@pytest.mark.parametrize("error", ERRORS)
async def test_errors_are_the_sdks_own(sim: Simulator, error: ErrorClass) -> None:
    sim["anthropic"].set_fault(f.Error(error=error))
    async with client(sim) as sdk:
        with pytest.raises(ERRORS[error]) as caught:
            await sdk.messages.create(**ASKED, stream=True)
    assert caught.value.status_code == STATUS.get(error, caught.value.status_code)
    assert caught.value.request_id
    assert caught.value.response.headers["anthropic-ratelimit-requests-remaining"].isdigit()


async def test_an_error_inside_a_stream_is_raised_by_the_sdk(sim: Simulator) -> None:
    sim["anthropic"].set_fault(f.ErrorInStream(error=ErrorClass.OVERLOADED, after=4))
    async with client(sim) as sdk, sdk.messages.stream(**ASKED) as stream:
        with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
            await stream.get_final_message()


async def test_a_wrong_key(sim: Simulator) -> None:
    async with client(sim, key="sk-ant-wrong") as sdk:
        with pytest.raises(anthropic.AuthenticationError):
            await sdk.messages.create(**ASKED)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"extra_body": {"temperature": 0.5}}, "temperature"),
        ({"extra_body": {"max_tokens": None}}, "max_tokens"),
        ({"extra_headers": {"anthropic-version": ""}}, "anthropic-version"),
        ({"messages": [{"role": "system", "content": "be brief"}]}, 'Unexpected role "system"'),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, "prefill"),
    ],
)
async def test_what_the_current_version_refuses(sim: Simulator, wrong: dict[str, Any], says: str) -> None:
    async with client(sim) as sdk:
        with pytest.raises(anthropic.BadRequestError, match=says):
            await sdk.messages.create(**{**ASKED, **wrong})


async def test_an_old_model_still_takes_a_prefill(sim: Simulator) -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    async with client(sim) as sdk:
        message = await sdk.messages.create(**{**ASKED, "model": "claude-haiku-4-5", "messages": turns})
    assert message.stop_reason == "end_turn"
