"""A client over answers that are in memory, so that what is counted is the client's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from bench.core import config_of, configured
from bench.wire import Spoken, streamed
from phoenix_tui.core.client import Client


class InMemory(httpx.AsyncBaseTransport):
    """Answers each request with the prepared `events`, a piece each."""

    def __init__(self, spoken: Spoken, pieces: int) -> None:
        self._events = streamed(spoken, pieces)
        self._type = "application/x-ndjson" if spoken.separator == b"\n" else "text/event-stream"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"models": [{"name": "bench-1"}]})
        return httpx.Response(200, headers={"content-type": self._type}, stream=Pieces(self._events))


class Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


ClientOver = Callable[[Spoken, int], AbstractAsyncContextManager[Client]]


@pytest.fixture
def client_over() -> ClientOver:
    """`async with client_over(spoken, 100) as client`: each of its answers has so many pieces."""

    @asynccontextmanager
    async def make(spoken: Spoken, pieces: int) -> AsyncIterator[Client]:
        config = config_of(configured(spoken, "http://127.0.0.1:9", "/v1"))
        async with Client(config, transport=InMemory(spoken, pieces)) as client:
            yield client

    return make
