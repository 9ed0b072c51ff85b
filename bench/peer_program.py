"""One client library, measured on demand: run by an interpreter that has it, it reads commands and prints seconds.

`python bench/peer_program.py NAME` reads lines of "COMMAND URL" from its standard input: `first` is the time to the
first token, `stream` the CPU of a whole streamed answer, `ask` the CPU of an answer in one piece with fifty under way.
Nothing of this project is imported unless NAME is phoenix-tui. NAME httpx is the floor.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from typing import Any

MODEL = "bench-1"
MESSAGES = [{"role": "user", "content": "count"}]
AT_ONCE, EACH = 50, 2

Stream = Callable[[], AsyncIterator[str]]
Ask = Callable[[], Awaitable[Any]]
Way = tuple[Stream, Ask]
"""How one library streams the text of an answer, and how it asks for a whole one."""


def by_phoenix_tui(url: str) -> Way:
    core = importlib.import_module("phoenix_tui")
    root, _, path = url.partition("/openai_chat")
    provider = core.ProviderConfig("openrouter", True, core.Secret("bench"), root, f"/openai_chat{path}", MODEL)
    client = core.Client(core.ClientConfig((provider,), order=("openrouter",), probes=False))

    async def stream() -> AsyncIterator[str]:
        async with client.text("count") as texts:
            async for text in texts:
                yield text

    return stream, lambda: client.ask("count")


def by_httpx(url: str) -> Way:
    """By hand: the floor of all that is built on it."""
    client = importlib.import_module("httpx").AsyncClient(timeout=60, trust_env=False)
    body = {"model": MODEL, "messages": MESSAGES}

    async def stream() -> AsyncIterator[str]:
        async with client.stream("POST", f"{url}/chat/completions", json={**body, "stream": True}) as response:
            buffer = b""
            async for chunk in response.aiter_raw():
                *events, buffer = (buffer + chunk).split(b"\n\n")
                for event in events:
                    choices = json.loads(event[6:])["choices"] if event.startswith(b"data: {") else ()
                    if choices and (text := choices[0]["delta"].get("content")):
                        yield text

    async def ask() -> Any:
        return json.loads((await client.post(f"{url}/chat/completions", json=body)).content)

    return stream, ask


def by_openai(url: str) -> Way:
    client = importlib.import_module("openai").AsyncOpenAI(base_url=url, api_key="bench", max_retries=0)

    async def stream() -> AsyncIterator[str]:
        async for chunk in await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    return stream, lambda: client.chat.completions.create(model=MODEL, messages=MESSAGES)


def by_pydantic_ai(url: str) -> Way:
    """Through a FallbackModel: what is compared survives a dead provider too."""
    direct = importlib.import_module("pydantic_ai.direct")
    messages = importlib.import_module("pydantic_ai.messages")
    openai = importlib.import_module("pydantic_ai.models.openai")
    fallback = importlib.import_module("pydantic_ai.models.fallback")
    provider = importlib.import_module("pydantic_ai.providers.openai").OpenAIProvider(base_url=url, api_key="bench")
    one = openai.OpenAIChatModel(MODEL, provider=provider)
    model = fallback.FallbackModel(one, openai.OpenAIChatModel("bench-2", provider=provider))
    asked = [messages.ModelRequest.user_text_prompt("count")]

    async def stream() -> AsyncIterator[str]:
        async with direct.model_request_stream(model, asked) as events:
            async for event in events:
                part = getattr(event, "delta", None) or getattr(event, "part", None)
                if text := getattr(part, "content_delta", None) or getattr(part, "content", None):
                    yield text

    return stream, lambda: direct.model_request(model, asked)


def by_litellm(url: str) -> Way:
    litellm = importlib.import_module("litellm")
    given = {"model": f"openai/{MODEL}", "api_base": url, "api_key": "bench"}
    router = litellm.Router(model_list=[{"model_name": MODEL, "litellm_params": given}], num_retries=0)

    async def stream() -> AsyncIterator[str]:
        async for chunk in await router.acompletion(model=MODEL, messages=MESSAGES, stream=True):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    return stream, lambda: router.acompletion(model=MODEL, messages=MESSAGES)


WAYS: dict[str, Callable[[str], Way]] = {
    "phoenix-tui": by_phoenix_tui,
    "httpx": by_httpx,
    "openai": by_openai,
    "pydantic-ai-slim": by_pydantic_ai,
    "litellm": by_litellm,
}


async def first(way: Way) -> float:
    started, taken = time.perf_counter(), 0.0
    async for _ in way[0]():
        taken = taken or time.perf_counter() - started
    return taken


async def stream(way: Way) -> float:
    started = time.process_time()
    async for _ in way[0]():
        pass
    return time.process_time() - started


async def ask(way: Way) -> float:
    async def some() -> None:
        for _ in range(EACH):
            await way[1]()

    started = time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return (time.process_time() - started) / (AT_ONCE * EACH)


def main() -> None:
    """Obey until standard input ends."""
    way_to = cache(WAYS[sys.argv[1]])
    commands = {"first": first, "stream": stream, "ask": ask}
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            command, url = line.split()
            print(runner.run(commands[command](way_to(url))), flush=True)


if __name__ == "__main__":
    main()
