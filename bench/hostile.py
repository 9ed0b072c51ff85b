"""Answers that no model should write: how long the screen hears no key while it shows them, and what it holds."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator

from bench.measure import Limit, Line
from bench.terminal import memory_of
from phoenix_tui.tui.widgets.transcript import Transcript
from tests.tui.transcript_host import Host

TITLE = "Answers that no model should write"
LOOK = 0.002
"""Seconds between two looks of who waits for keys."""


def rows() -> Iterator[Line]:
    """Measure."""
    for what, pieces in CASES.items():
        stall, took, held = asyncio.run(_shown(pieces()))
        yield Limit(f"{what}: longest time without a key", [stall], most=0.1, scale=1e3, unit="ms", digits=0)
        yield Limit(f"{what}: shown after", [took], unit="s")
        yield Limit(f"{what}: memory", [held], scale=1e-6, unit="MB", digits=0)


async def _shown(pieces: Iterator[str]) -> tuple[float, float, float]:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        worst: list[float] = [0.0]
        watching = asyncio.create_task(_watch(worst))
        before, began = memory_of(os.getpid()), time.perf_counter()
        await _feed(app.transcript, pieces)
        while app.transcript.is_late:  # noqa: ASYNC110 - it tells nobody when it is not any more
            await asyncio.sleep(0.01)
        took = time.perf_counter() - began
        await asyncio.sleep(0.2)
        watching.cancel()
        return worst[0], took, max(0.0, float(memory_of(os.getpid()) - before))


async def _feed(transcript: Transcript, pieces: Iterator[str]) -> None:
    answer = transcript.begin_answer("Model")
    for number, piece in enumerate(pieces):
        transcript.append_text(answer, piece)
        if number % 20 == 0:  # as many as come in one read of the network
            await asyncio.sleep(0)
    transcript.finish_answer(answer)


async def _watch(worst: list[float]) -> None:
    last = time.perf_counter()
    while True:
        await asyncio.sleep(LOOK)
        now = time.perf_counter()
        worst[0], last = max(worst[0], now - last - LOOK), now


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def _table() -> Iterator[str]:
    head = "|" + "|".join(f"column {number}" for number in range(200)) + "|\n"
    yield head
    yield "|" + "---|" * 200 + "\n"
    for row in range(50):
        yield "|" + "|".join(f"{row}.{number}" for number in range(200)) + "|\n"


CASES: dict[str, Callable[[], Iterator[str]]] = {
    "a line of a million characters": lambda: _cut("x" * 1_000_000, 500),
    "a million characters of words in a line": lambda: _cut("word " * 200_000, 500),
    "a table of 200 columns": _table,
    "a block of code of 50,000 lines": lambda: (
        piece for piece in ("```python\n", *(f"value_{n} = {n}\n" for n in range(50_000)), "```\n")
    ),
    "10,000 nested quotes": lambda: _cut(">" * 10_000 + " deep\n", 500),
    "100,000 tiny pieces": lambda: iter("ab " * 33_334),
}
