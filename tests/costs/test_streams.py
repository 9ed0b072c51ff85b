"""What each piece of an answer costs, counted: calls of our functions, and bytes that stay."""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections import Counter
from types import FrameType
from typing import Any

import pytest

from bench.core import REQUEST, read_by_client
from bench.wire import CHAT, FORMATS, Spoken
from phoenix_tui.core.client import Client
from phoenix_tui.core.health_view import view
from tests.costs.conftest import ClientOver

CALLS_A_PIECE = {
    "Chat Completions": 22,
    "Responses": 19,
    "Anthropic Messages": 21,
    "Gemini generateContent": 28,
    "Ollama (NDJSON)": 23,
}


async def calls_of(client: Client) -> Counter[str]:
    """How often each function of the core runs, or goes on, while one answer is read."""
    counts: Counter[str] = Counter()

    def count(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and "phoenix_tui/core" in frame.f_code.co_filename.replace("\\", "/"):
            counts[frame.f_code.co_qualname] += 1

    sys.setprofile(count)
    try:
        await read_by_client(client)
    finally:
        sys.setprofile(None)
    return counts


@pytest.mark.parametrize("spoken", FORMATS, ids=lambda spoken: spoken.name)
async def test_a_piece_of_an_answer_takes_few_calls(client_over: ClientOver, spoken: Spoken) -> None:
    totals = []
    for pieces in (100, 300):
        async with client_over(spoken, pieces) as client:
            await read_by_client(client)
            totals.append((await calls_of(client)).total())
    assert (totals[1] - totals[0]) / 200 <= CALLS_A_PIECE[spoken.name] + 0.5  # of a call, for what runs now and then


async def test_a_message_takes_few_calls_and_few_pictures_of_health(client_over: ClientOver) -> None:
    async with client_over(CHAT, 1) as client:
        for _ in range(3):
            await read_by_client(client)
        counts = await calls_of(client)
    assert counts[view.__qualname__] <= 2  # one when it begins, one when it has ended
    assert counts.total() <= 720


@pytest.mark.parametrize("spoken", FORMATS, ids=lambda spoken: spoken.name)
async def test_of_a_piece_only_its_text_is_held(client_over: ClientOver, spoken: Spoken) -> None:
    async with client_over(spoken, 2000) as client:
        await read_by_client(client)
        held = []
        async with client.stream(REQUEST) as turn:
            tracemalloc.start()
            try:
                read = 0
                async for _ in turn:
                    read += 1
                    if read in (500, 1500):
                        gc.collect()
                        held.append(tracemalloc.get_traced_memory()[0])
            finally:
                tracemalloc.stop()
    a_string_and_its_place = 49 + len("word1999 ") + 8
    assert (held[1] - held[0]) / 1000 <= a_string_and_its_place + 16


async def test_a_finished_message_leaves_nothing_behind(client_over: ClientOver) -> None:
    async with client_over(CHAT, 200) as client:
        for _ in range(70):  # as many as health remembers, and some more
            await read_by_client(client)
            await asyncio.sleep(0)
        tracemalloc.start()
        try:
            held = []
            for _ in range(2):
                for _ in range(40):
                    await read_by_client(client)
                    await asyncio.sleep(0)  # lets the event loop forget the deadlines that were called off
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    assert (held[1] - held[0]) / 40 <= 1000  # its text alone would be more than ten times that
