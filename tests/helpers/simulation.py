"""What tests of the simulated providers share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from phoenix_tui.sim import SimProvider

T = TypeVar("T")

TEXT = ("Hello", ",", " wor", "ld", "! ", "Gr", "üße", " 🐦", "\n\n", "* one", "\n", "* two")
"""The tokens of the answer that the fixture `sim` gives."""
REASONING = ("Let", " me", " see", ".")


class InstantClock:
    """Time that passes only by sleeping, and then at once. `slept` is every wait, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_790_000_000.0 + self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def collect(stream: AsyncIterable[T], seen: list[T]) -> None:
    """Everything of `stream` into `seen`, so that what came before an error is there to look at."""
    async for item in stream:
        seen.append(item)  # noqa: PERF401 - a comprehension would lose it all


@dataclass(frozen=True)
class Speaker:
    """Who stands for a wire format: how it is asked for a stream of `question`, and what ends it."""

    provider: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    finish: str
    """What is in the stream if, and only if, the answer is whole."""

    def request(self, *, stream: bool = True, **headers: str) -> bytes:
        """The request as it goes over the wire."""
        body, path = dict(self.body), self.path
        if self.provider == "gemini":
            path = path if stream else "/v1beta/models/gemini-3.8-flash:generateContent"
        else:
            body["stream"] = stream
        return raw_request("POST", path, json.dumps(body).encode(), {**self.headers, **headers})


_BEARER = {"authorization": "Bearer sk-sim-any"}
_MESSAGES = [{"role": "user", "content": "go on"}]
SPEAKERS = {
    "openai_responses": Speaker(
        "openai", "/v1/responses", _BEARER, {"model": "gpt-6-luna", "input": "go on"}, "response.completed"
    ),
    "openai_chat": Speaker(
        "openrouter",
        "/api/v1/chat/completions",
        _BEARER,
        {"model": "openai/gpt-6-luna", "messages": _MESSAGES},
        '"finish_reason":"stop"',
    ),
    "anthropic_messages": Speaker(
        "anthropic",
        "/v1/messages",
        {"x-api-key": "sk-sim-any", "anthropic-version": "2026-10-21"},
        {"model": "claude-haiku-5-5", "max_tokens": 10**5, "messages": _MESSAGES},
        "message_stop",
    ),
    "gemini_generate": Speaker(
        "gemini",
        "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
        {"x-goog-api-key": "sk-sim-any"},
        {"contents": [{"role": "user", "parts": [{"text": "go on"}]}]},
        "finishReason",
    ),
    "ollama_chat": Speaker("ollama", "/api/chat", {}, {"model": "llama3.2:3b", "messages": _MESSAGES}, '"done":true'),
}
"""One for each of the five wire formats."""


def raw_request(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A request, byte for byte."""
    lines = [f"{method} {path} HTTP/1.1", "host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Heard:
    """Everything that a client heard on a connection. `ending` is "fin", "rst" or "open" (HTTP ended, nobody left)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ending: str
    raw: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class RawClient:
    """A client on a bare socket, which tells a reset from an orderly end."""

    def __init__(self, provider: SimProvider) -> None:
        self._port = provider.port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await asyncio.wait([asyncio.ensure_future(self._writer.wait_closed())])

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def read_until(self, mark: bytes) -> bytes:
        return await self._reader.readuntil(mark)

    async def read_all(self) -> bytes:
        return await self._reader.read()

    async def hear(self, request: bytes) -> Heard:
        """Sends `request` and listens until the answer is complete or the connection ends."""
        await self.send(request)
        return await self.listen()

    async def listen(self) -> Heard:
        raw, ending = bytearray(), "open"
        while not _is_complete(bytes(raw)):
            try:
                data = await self._reader.read(2**16)
            except ConnectionResetError:
                ending = "rst"
                break
            if not data:
                ending = "fin"
                break
            raw += data
        head, _, body = bytes(raw).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        if headers.get("transfer-encoding") == "chunked":
            body = _dechunked(body)
        return Heard(int(first.split(" ")[1]) if first else 0, headers, body, ending, bytes(raw))


async def hear(provider: SimProvider, request: bytes) -> Heard:
    """One request on a connection of its own."""
    async with RawClient(provider) as client:
        return await client.hear(request)


def _is_complete(raw: bytes) -> bool:
    head, end, body = raw.partition(b"\r\n\r\n")
    if not end:
        return False
    headers = head.lower().decode().split("\r\n")
    if "transfer-encoding: chunked" in headers:
        return body.endswith(b"0\r\n\r\n")
    length = next((int(line.split(": ")[1]) for line in headers if line.startswith("content-length")), 0)
    return len(body) >= length


def _dechunked(body: bytes) -> bytes:
    out = bytearray()
    while body:
        size, _, body = body.partition(b"\r\n")
        if not size.strip():
            break
        out += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return bytes(out)
