"""The official google-genai package, unmodified."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from google import genai
from google.genai import errors, types

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator
from phoenix_tui.sim import faults as f
from tests.helpers.simulation import REASONING, TEXT, collect

MODEL = "gemini-3.8-flash"
THOUGHTS = types.GenerateContentConfig(
    system_instruction="Be brief.", thinking_config=types.ThinkingConfig(include_thoughts=True)
)


@asynccontextmanager
async def client(sim: Simulator, key: str = "") -> AsyncIterator[genai.Client]:
    options = types.HttpOptions(base_url=sim["gemini"].base_url)
    with genai.Client(api_key=key or sim.key("gemini"), http_options=options) as opened:
        try:
            yield opened
        finally:
            await opened.aio.aclose()


async def test_a_stream_with_thoughts(sim: Simulator) -> None:
    async with client(sim) as sdk:
        stream = await sdk.aio.models.generate_content_stream(model=MODEL, contents="What is it?", config=THOUGHTS)
        chunks = [chunk async for chunk in stream]
    parts = [part for chunk in chunks for part in (chunk.parts or [])]
    assert "".join(part.text or "" for part in parts if not part.thought) == "".join(TEXT)
    assert "".join(part.text or "" for part in parts if part.thought) == "".join(REASONING)
    last = chunks[-1]
    assert last.candidates is not None
    assert last.candidates[0].finish_reason is types.FinishReason.STOP
    assert last.model_version == MODEL
    assert last.usage_metadata is not None
    assert last.usage_metadata.candidates_token_count == len(TEXT)
    assert last.usage_metadata.thoughts_token_count == len(REASONING)
    assert last.usage_metadata.cached_content_token_count == 1
    system, user = sim["gemini"].attempts[0].json["systemInstruction"], sim["gemini"].attempts[0].json["contents"]
    assert system["parts"][0]["text"] == "Be brief."
    assert user[0]["role"] == "user"


async def test_a_single_answer(sim: Simulator) -> None:
    async with client(sim) as sdk:
        answer = await sdk.aio.models.generate_content(model=MODEL, contents="What is it?")
    assert answer.text == "".join(TEXT)


async def test_a_refusal_is_a_safety_finish_and_a_tool_call_a_part(sim: Simulator) -> None:
    sim["gemini"].script(f.Refusal(words="Not this."), f.CallsTool(name="look_up"))
    async with client(sim) as sdk:
        refused = await sdk.aio.models.generate_content(model=MODEL, contents="What is it?")
        called = await sdk.aio.models.generate_content(model=MODEL, contents="What is it?")
    assert refused.candidates is not None
    assert refused.candidates[0].finish_reason is types.FinishReason.SAFETY
    assert called.function_calls is not None
    assert called.function_calls[0].name == "look_up"


async def test_a_blocked_prompt_has_feedback_and_no_candidates(sim: Simulator) -> None:
    sim["gemini"].set_fault(f.Error(error=ErrorClass.CONTENT_FILTER))
    async with client(sim) as sdk:
        blocked = await sdk.aio.models.generate_content(model=MODEL, contents="What is it?")
    assert not blocked.candidates
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT


async def test_models_come_in_pages(sim: Simulator) -> None:
    async with client(sim) as sdk:
        pager = await sdk.aio.models.list(config=types.ListModelsConfig(page_size=2))
        listed = [model.name async for model in pager]
        one = await sdk.aio.models.get(model=MODEL)
    assert listed == [f"models/{model.id}" for model in sim["gemini"].models]
    assert sum(record.path.endswith("/models") for record in sim["gemini"].requests) == 3
    assert one.input_token_limit == 1_048_576


@pytest.mark.parametrize(
    ("error", "expected", "code", "status"),
    [
        (ErrorClass.AUTH, errors.ClientError, 400, "INVALID_ARGUMENT"),
        (ErrorClass.PERMISSION, errors.ClientError, 403, "PERMISSION_DENIED"),
        (ErrorClass.QUOTA, errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        (ErrorClass.RATE_LIMIT, errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        (ErrorClass.MODEL_NOT_FOUND, errors.ClientError, 404, "NOT_FOUND"),
        (ErrorClass.OVERLOADED, errors.ServerError, 503, "UNAVAILABLE"),
        (ErrorClass.SERVER, errors.ServerError, 500, "INTERNAL"),
        (ErrorClass.TIMEOUT, errors.ServerError, 504, "DEADLINE_EXCEEDED"),
    ],
)
async def test_errors_are_the_sdks_own(
    sim: Simulator, error: ErrorClass, expected: type[errors.APIError], code: int, status: str
) -> None:
    sim["gemini"].set_fault(f.Error(error=error, retry_after=34))
    async with client(sim) as sdk:
        with pytest.raises(expected) as caught:
            async for _ in await sdk.aio.models.generate_content_stream(model=MODEL, contents="What is it?"):
                pass
    assert (caught.value.code, caught.value.status) == (code, status)
    delays = [detail.get("retryDelay") for detail in caught.value.details["error"]["details"]]
    assert "34s" in delays


async def test_a_wrong_key_is_a_400_with_its_reason(sim: Simulator) -> None:
    async with client(sim, key="AIzaWrong") as sdk:
        with pytest.raises(errors.ClientError) as caught:
            await sdk.aio.models.generate_content(model=MODEL, contents="What is it?")
    assert caught.value.code == 400
    assert caught.value.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"


async def test_an_error_inside_a_stream_is_raised_by_the_sdk(sim: Simulator) -> None:
    sim["gemini"].set_fault(f.ErrorInStream(error=ErrorClass.OVERLOADED, after=3))
    seen: list[types.GenerateContentResponse] = []
    async with client(sim) as sdk:
        stream = await sdk.aio.models.generate_content_stream(model=MODEL, contents="What is it?")
        with pytest.raises(errors.APIError, match="overloaded"):
            await collect(stream, seen)
    assert "".join(chunk.text or "" for chunk in seen) == "".join(TEXT[:3])


async def test_a_conversation_must_not_end_with_the_model(sim: Simulator) -> None:
    turns = [
        types.Content(role="user", parts=[types.Part(text="a")]),
        types.Content(role="model", parts=[types.Part(text="b")]),
    ]
    async with client(sim) as sdk:
        with pytest.raises(errors.ClientError, match="ending with a model turn"):
            await sdk.aio.models.generate_content(model=MODEL, contents=turns)
