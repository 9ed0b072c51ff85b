"""The official openai package, unmodified, against everybody who speaks its wire formats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator
from phoenix_tui.sim import faults as f
from tests.helpers.simulation import REASONING, TEXT, collect

ASKED = "What is it?"
CHAT = {
    "openrouter": ("/api/v1", "openai/gpt-6-luna"),
    "openai": ("/v1", "gpt-6-luna"),
    "grok": ("/v1", "grok-4.3"),
    "ollama": ("/v1", "llama3.2:3b"),
    "lmstudio": ("/v1", "openai/gpt-oss-20b"),
}
RESPONSES = {"openai": CHAT["openai"], "grok": CHAT["grok"]}


@asynccontextmanager
async def client(sim: Simulator, name: str, key: str | None = None) -> AsyncIterator[openai.AsyncOpenAI]:
    """The client as its documentation says, and strict about what it is sent."""
    opened = openai.AsyncOpenAI(
        api_key=key or sim.key(name) or "none",
        base_url=sim[name].root + CHAT[name][0],
        max_retries=0,
        _strict_response_validation=name == "openai",
    )
    async with opened:
        yield opened


@pytest.mark.parametrize("name", CHAT)
async def test_chat_streams(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk:
        stream = await sdk.chat.completions.create(
            model=CHAT[name][1],
            messages=[{"role": "user", "content": ASKED}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "".join(TEXT)
    finishes = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert [finish for finish in finishes if finish] == ["stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.prompt_tokens > 0
    thinks = sim[name].models[0].thinks
    reasoned = len(REASONING) if thinks and name != "grok" else 0
    assert usage.completion_tokens == len(TEXT) + reasoned, "xAI alone leaves reasoning out of this number"


@pytest.mark.parametrize("name", CHAT)
async def test_chat_answers_at_once(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk:
        answer = await sdk.chat.completions.create(model=CHAT[name][1], messages=[{"role": "user", "content": ASKED}])
    assert answer.choices[0].message.content == "".join(TEXT)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens > len(TEXT)


@pytest.mark.parametrize("name", RESPONSES)
async def test_responses_stream(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk:
        stream = await sdk.responses.create(
            model=RESPONSES[name][1], input=ASKED, stream=True, reasoning={"summary": "auto"}, store=False
        )
        events = [event async for event in stream]
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "".join(TEXT)
    assert "".join(e.delta for e in events if e.type == "response.reasoning_summary_text.delta") == "".join(REASONING)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == "".join(TEXT)
    assert last.response.usage is not None
    assert last.response.usage.output_tokens == len(TEXT) + len(REASONING)
    assert last.response.usage.output_tokens_details.reasoning_tokens == len(REASONING)
    assert last.response.usage.input_tokens_details.cached_tokens == 1


@pytest.mark.parametrize("name", RESPONSES)
async def test_the_sdks_own_accumulator_follows_the_events(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk, sdk.responses.stream(model=RESPONSES[name][1], input=ASKED) as stream:
        answer = await stream.get_final_response()
    assert answer.output_text == "".join(TEXT)


@pytest.mark.parametrize("name", RESPONSES)
async def test_responses_answer_at_once(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk:
        answer = await sdk.responses.create(model=RESPONSES[name][1], input=[{"role": "user", "content": ASKED}])
    assert answer.status == "completed"
    assert answer.output_text == "".join(TEXT)


async def test_tool_calls_and_refusals_arrive_as_such(sim: Simulator) -> None:
    sim["openai"].script(f.CallsTool(name="look_up", arguments='{"a": 1}'), f.Refusal(words="I would rather not"))
    async with client(sim, "openai") as sdk:
        called = await sdk.responses.create(model="gpt-6-luna", input=ASKED)
        refused = await sdk.responses.create(model="gpt-6-luna", input=ASKED)
    call = next(item for item in called.output if item.type == "function_call")
    assert (call.name, call.arguments) == ("look_up", '{"a": 1}')
    message = next(item for item in refused.output if item.type == "message")
    assert message.content[0].type == "refusal"
    assert message.content[0].refusal == "I would rather not"


@pytest.mark.parametrize("name", RESPONSES)
async def test_an_output_cap_ends_the_answer_as_incomplete(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk:
        answer = await sdk.responses.create(model=RESPONSES[name][1], input=ASKED, max_output_tokens=6)
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"
    assert answer.output_text == "".join(TEXT[:2])


@pytest.mark.parametrize("name", CHAT)
async def test_models_are_listed(sim: Simulator, name: str) -> None:
    async with client(sim, name) as sdk:
        listed = [model.id async for model in sdk.models.list()]
    assert listed == [model.id for model in sim[name].models]


async def test_one_model_is_found_and_an_unknown_one_is_not(sim: Simulator) -> None:
    async with client(sim, "openai") as sdk:
        assert (await sdk.models.retrieve("gpt-6-luna")).id == "gpt-6-luna"
        with pytest.raises(openai.NotFoundError) as caught:
            await sdk.models.retrieve("gpt-none")
    assert caught.value.code == "model_not_found"


ERRORS = {
    "openrouter": {
        ErrorClass.AUTH: openai.AuthenticationError,
        ErrorClass.PERMISSION: openai.PermissionDeniedError,
        ErrorClass.QUOTA: openai.APIStatusError,
        ErrorClass.RATE_LIMIT: openai.RateLimitError,
        ErrorClass.OVERLOADED: openai.InternalServerError,
        ErrorClass.CONTEXT_LENGTH: openai.BadRequestError,
        ErrorClass.CONTENT_FILTER: openai.PermissionDeniedError,
    },
    "openai": {
        ErrorClass.AUTH: openai.AuthenticationError,
        ErrorClass.PERMISSION: openai.PermissionDeniedError,
        ErrorClass.QUOTA: openai.RateLimitError,
        ErrorClass.RATE_LIMIT: openai.RateLimitError,
        ErrorClass.OVERLOADED: openai.InternalServerError,
        ErrorClass.SERVER: openai.InternalServerError,
        ErrorClass.CONTEXT_LENGTH: openai.BadRequestError,
        ErrorClass.CONTENT_FILTER: openai.BadRequestError,
        ErrorClass.MODEL_NOT_FOUND: openai.NotFoundError,
    },
    "grok": {
        ErrorClass.AUTH: openai.BadRequestError,
        ErrorClass.PERMISSION: openai.PermissionDeniedError,
        ErrorClass.QUOTA: openai.RateLimitError,
        ErrorClass.SERVER: openai.InternalServerError,
        ErrorClass.MODEL_NOT_FOUND: openai.NotFoundError,
    },
    "lmstudio": {
        ErrorClass.MODEL_NOT_READY: openai.NotFoundError,
        ErrorClass.MODEL_NOT_FOUND: openai.NotFoundError,
        ErrorClass.SERVER: openai.InternalServerError,
    },
    "ollama": {
        ErrorClass.OVERLOADED: openai.InternalServerError,
        ErrorClass.CONTEXT_LENGTH: openai.BadRequestError,
    },
}


@pytest.mark.parametrize(("name", "error"), [(name, error) for name, errors in ERRORS.items() for error in errors])
async def test_errors_are_the_sdks_own(sim: Simulator, name: str, error: ErrorClass) -> None:
    sim[name].set_fault(f.Error(error=error, retry_after=2))
    async with client(sim, name) as sdk:
        with pytest.raises(ERRORS[name][error]) as caught:
            await sdk.chat.completions.create(model="any", messages=[{"role": "user", "content": ASKED}], stream=True)
    assert caught.value.response.headers["retry-after"] == "2"
    assert len(sim[name].attempts) == 1, "the SDK was told not to try again"


async def test_typed_fields_of_an_error_reach_the_caller(sim: Simulator) -> None:
    sim["openai"].set_fault(f.Error(error=ErrorClass.QUOTA))
    async with client(sim, "openai") as sdk:
        with pytest.raises(openai.RateLimitError) as caught:
            await sdk.responses.create(model="gpt-6-luna", input=ASKED)
    assert (caught.value.type, caught.value.code) == ("insufficient_quota", "insufficient_quota")
    assert caught.value.request_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openrouter", openai.AuthenticationError),
        ("openai", openai.AuthenticationError),
        ("grok", openai.BadRequestError),
    ],
)
async def test_a_wrong_key_is_refused_and_never_said_back(
    sim: Simulator, name: str, expected: type[openai.APIStatusError]
) -> None:
    async with client(sim, name, key="sk-wrong-canary-key-9999") as sdk:
        with pytest.raises(expected) as caught:
            await sdk.chat.completions.create(model=CHAT[name][1], messages=[{"role": "user", "content": ASKED}])
    assert "canary" not in str(caught.value)


async def test_reasoning_models_refuse_a_temperature_and_the_old_cap(sim: Simulator) -> None:
    async with client(sim, "openai") as sdk:
        for wrong in ({"temperature": 0.5}, {"max_tokens": 100}):
            with pytest.raises(openai.BadRequestError) as caught:
                await sdk.chat.completions.create(
                    model="gpt-6-luna", messages=[{"role": "user", "content": ASKED}], extra_body=wrong
                )
            assert caught.value.code == "unsupported_parameter"
            assert caught.value.param == next(iter(wrong))
        taken = await sdk.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": ASKED}], temperature=0.5, max_tokens=100
        )
    assert taken.choices[0].message.content == "".join(TEXT)


async def test_an_error_inside_a_stream_is_raised_by_the_sdk(sim: Simulator) -> None:
    sim["openai"].set_fault(f.ErrorInStream(error=ErrorClass.SERVER, after=3))
    seen: list[ChatCompletionChunk] = []
    async with client(sim, "openai") as sdk:
        stream = await sdk.chat.completions.create(
            model="gpt-6-luna", messages=[{"role": "user", "content": ASKED}], stream=True
        )
        with pytest.raises(openai.APIError, match="had an error while processing"):
            await collect(stream, seen)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in seen) == "".join(TEXT[:3])
