"""What the core costs beside raw httpx with a hand-written parse, over the same prepared streams (bench/server.py)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator

import httpx

from bench.measure import Row
from bench.server import server
from phoenix_tui import ChatRequest, Client, ClientConfig, Message, ProviderConfig, Secret
from phoenix_tui.core.events import TextDelta

TITLE = "The core"
MESSAGES = (Message("user", "count"),)
Sample = tuple[float, float]
"""Seconds to the first token, and CPU seconds of the whole stream."""


async def by_httpx(client: httpx.AsyncClient, url: str) -> Sample:
    """Raw httpx, and just enough of a parser for this stream."""
    started, cpu = time.perf_counter(), time.process_time()
    first = 0.0
    text: list[str] = []
    body = {"model": "bench-1", "messages": [{"role": "user", "content": "count"}], "stream": True}
    async with client.stream("POST", url + "/chat/completions", json=body) as response:
        buffer = b""
        async for chunk in response.aiter_raw():
            buffer += chunk
            while (end := buffer.find(b"\n\n")) >= 0:
                data, buffer = buffer[6:end], buffer[end + 2 :]
                if data == b"[DONE]":
                    continue
                choices = json.loads(data)["choices"]
                if choices and (piece := choices[0]["delta"].get("content")):
                    first = first or time.perf_counter() - started
                    text.append(piece)
    assert "".join(text).endswith(" ")
    return first, time.process_time() - cpu


async def by_client(client: Client) -> Sample:
    """The same through the core."""
    started, cpu = time.perf_counter(), time.process_time()
    first = 0.0
    text: list[str] = []
    async with client.stream(ChatRequest(MESSAGES)) as turn:
        async for event in turn:
            if isinstance(event, TextDelta):
                first = first or time.perf_counter() - started
                text.append(event.text)
    assert "".join(text).endswith(" ")
    return first, time.process_time() - cpu


async def streams(port: int, chunks: int, rounds: int) -> tuple[list[Sample], list[Sample]]:
    """`rounds` streams of `chunks` by each, in turn, after a few that are not counted."""
    url = f"http://127.0.0.1:{port}/v1/{chunks}"
    config = ClientConfig(
        providers=(
            ProviderConfig("openrouter", True, Secret("bench"), f"http://127.0.0.1:{port}", f"/v1/{chunks}", "bench-1"),
        ),
        probes=False,
    )
    async with httpx.AsyncClient(timeout=60) as raw, Client(config) as client:
        contestants: list[Callable[[], Awaitable[Sample]]] = [lambda: by_httpx(raw, url), lambda: by_client(client)]
        samples: tuple[list[Sample], list[Sample]] = ([], [])
        for turn in range(rounds + 3):
            for contestant, taken in zip(contestants, samples, strict=True):
                sample = await contestant()
                if turn >= 3:
                    taken.append(sample)
        return samples


def rows() -> Iterator[Row]:
    """Measure."""
    with server() as port:
        raw, ours = asyncio.run(streams(port, 20, 200))
        first = [s[0] for s in raw], [s[0] for s in ours]
        yield Row("time to first token, one after the other", "raw httpx", *first, most=1.3, scale=1e3, unit="ms")
        for chunks, rounds in ((2_000, 15), (20_000, 5)):
            raw, ours = asyncio.run(streams(port, chunks, rounds))
            cpu = [s[1] / chunks for s in raw], [s[1] / chunks for s in ours]
            what = f"CPU a streamed chunk, {chunks:,} chunks"
            yield Row(what, "raw httpx", *cpu, most=1.5, scale=1e6, unit="us", digits=1)
