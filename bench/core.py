"""What the core costs, measured side by side with raw httpx in one run. Figures are ratios; run it with `make bench`.

The same prepared streams (bench/server.py, a process of its own) are read by raw httpx with a hand-written parse and by
`Client.stream`, in turn, so that noise of the machine meets both. Medians, with the spread between the quartiles.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from phoenix_tui import ChatRequest, Client, ClientConfig, Message, ProviderConfig, Secret
from phoenix_tui.core.events import TextDelta

HERE = Path(__file__).parent
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


def processes(pairs: dict[str, tuple[list[str], list[str]]], rounds: int) -> None:
    """Wall time of whole processes, ours against the floor, in turn."""
    for name, (floor, ours) in pairs.items():
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for command, times in zip((floor, ours), taken, strict=True):
                started = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
                times.append(time.perf_counter() - started)
        row(name, taken[0], taken[1], unit=1000, label="ms")


def row(name: str, floor: list[float], ours: list[float], *, unit: float, label: str) -> None:
    """One row of the table."""
    low, high = statistics.median(floor) * unit, statistics.median(ours) * unit
    quartiles = statistics.quantiles(ours, n=4)
    spread = (quartiles[2] - quartiles[0]) * unit
    print(f"| {name} | {low:.1f} {label} | {high:.1f} {label} (± {spread / 2:.1f}) | **{high / low:.2f}x** |")


def main() -> None:
    """Measure and print a Markdown table."""
    server = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    port = int(server.stdout.readline())
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, httpx {httpx.__version__}\n")
    print("| What | raw httpx | phoenix-tui | ratio |\n| --- | --- | --- | --- |")
    try:
        raw, ours = asyncio.run(streams(port, 20, 200))
        row("time to first token, sequential", [s[0] for s in raw], [s[0] for s in ours], unit=1e6, label="us")
        for chunks, rounds in ((2_000, 15), (20_000, 5)):
            raw, ours = asyncio.run(streams(port, chunks, rounds))
            per_chunk = 1e6 / chunks
            row(
                f"CPU a streamed chunk, {chunks:,} chunks",
                [s[1] for s in raw],
                [s[1] for s in ours],
                unit=per_chunk,
                label="us",
            )
    finally:
        server.communicate("")
    python = [sys.executable, "-c"]
    processes(
        {
            "`import httpx` / `phoenix_tui.core.client`": (
                [*python, "import httpx"],
                [*python, "import phoenix_tui.core.client"],
            ),
            "`python -c pass` / `phoenix-tui --version`": (
                [*python, "pass"],
                [sys.executable, "-m", "phoenix_tui", "--version"],
            ),
        },
        rounds=9,
    )


if __name__ == "__main__":
    main()
