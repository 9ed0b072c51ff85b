"""The official ollama package, unmodified."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ollama
import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator
from phoenix_tui.sim import faults as f
from tests.helpers.simulation import REASONING, TEXT, InstantClock, collect

ASKED = [{"role": "user", "content": "What is it?"}]


@asynccontextmanager
async def client(sim: Simulator) -> AsyncIterator[ollama.AsyncClient]:
    opened = ollama.AsyncClient(host=sim["ollama"].base_url)
    try:
        yield opened
    finally:
        await opened.close()  # type: ignore[no-untyped-call]  # the package leaves it so


async def test_a_stream_with_thinking(sim: Simulator) -> None:
    async with client(sim) as sdk:
        lines = [line async for line in await sdk.chat(model="qwen3:8b", messages=ASKED, stream=True, think=True)]
    assert "".join(line.message.content or "" for line in lines) == "".join(TEXT)
    assert "".join(line.message.thinking or "" for line in lines) == "".join(REASONING)
    assert [bool(line.done) for line in lines] == [*[False] * (len(lines) - 1), True]
    last = lines[-1]
    assert last.done_reason == "stop"
    assert last.eval_count == len(TEXT) + len(REASONING)
    assert last.total_duration is not None
    assert last.load_duration is not None


async def test_a_single_answer(sim: Simulator) -> None:
    async with client(sim) as sdk:
        answer = await sdk.chat(model="llama3.2:3b", messages=ASKED)
    assert answer.message.content == "".join(TEXT)


async def test_an_output_cap_and_a_tool_call(sim: Simulator) -> None:
    sim["ollama"].script(None, f.CallsTool(name="look_up"))
    async with client(sim) as sdk:
        capped = await sdk.chat(model="llama3.2:3b", messages=ASKED, options={"num_predict": 3})
        called = await sdk.chat(model="llama3.2:3b", messages=ASKED)
    assert capped.done_reason == "length"
    assert capped.message.content == "".join(TEXT[:3])
    assert called.message.tool_calls is not None
    assert called.message.tool_calls[0].function.name == "look_up"


async def test_a_model_is_loaded_first_and_then_stays(sim: Simulator, clock: InstantClock) -> None:
    sim["ollama"].load_seconds = 40
    async with client(sim) as sdk:
        before = [row.model for row in (await sdk.ps()).models]
        cold = await sdk.chat(model="gemma4:12b", messages=ASKED)
        warm = await sdk.chat(model="gemma4:12b", messages=ASKED)
        after = [row.model for row in (await sdk.ps()).models]
    assert clock.slept == [40]
    assert cold.load_duration == 40 * 10**9
    assert warm.load_duration is not None
    assert warm.load_duration < 10**9
    assert before == ["llama3.2:3b"]
    assert after == ["llama3.2:3b", "gemma4:12b"]


async def test_models_are_listed_and_shown(sim: Simulator) -> None:
    async with client(sim) as sdk:
        listed = [row.model for row in (await sdk.list()).models]
        shown = await sdk.show("qwen3:8b")
    assert listed == [model.id for model in sim["ollama"].models]
    assert shown.capabilities is not None
    assert "thinking" in shown.capabilities
    assert shown.modelinfo is not None
    assert shown.modelinfo["qwen3.context_length"] == 40_960


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ErrorClass.MODEL_NOT_FOUND, 404),
        (ErrorClass.OVERLOADED, 503),
        (ErrorClass.SERVER, 500),
        (ErrorClass.MODEL_NOT_READY, 500),
        (ErrorClass.BAD_REQUEST, 400),
    ],
)
async def test_errors_are_the_sdks_own(sim: Simulator, error: ErrorClass, status: int) -> None:
    sim["ollama"].set_fault(f.Error(error=error))
    async with client(sim) as sdk:
        with pytest.raises(ollama.ResponseError) as caught:
            await sdk.chat(model="llama3.2:3b", messages=ASKED)
    assert caught.value.status_code == status


async def test_an_unknown_model_is_not_found(sim: Simulator) -> None:
    async with client(sim) as sdk:
        with pytest.raises(ollama.ResponseError, match="model 'nobody' not found"):
            await sdk.chat(model="nobody", messages=ASKED)


async def test_an_error_inside_a_stream_is_raised_by_the_sdk(sim: Simulator) -> None:
    sim["ollama"].set_fault(f.ErrorInStream(error=ErrorClass.SERVER, after=3))
    seen: list[ollama.ChatResponse] = []
    async with client(sim) as sdk:
        stream = await sdk.chat(model="llama3.2:3b", messages=ASKED, stream=True)
        with pytest.raises(ollama.ResponseError, match="unexpected EOF"):
            await collect(stream, seen)
    assert "".join(line.message.content or "" for line in seen) == "".join(TEXT[:3])
