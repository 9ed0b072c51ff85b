"""A server that says exactly the bytes a test gives it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REASONS = {200: "OK", 404: "Not Found"}


@dataclass(frozen=True)
class Seen:
    """A request as the server saw it. Header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the server says: each piece becomes an HTTP chunk of its own."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterable[bytes] = ()


NOT_FOUND = Reply(404, {"content-type": "application/json"}, [b'{"error":"not found"}'])


@dataclass
class RawServer:
    """Where it listens and what it has been asked."""

    url: str
    seen: list[Seen] = field(default_factory=list)

    @property
    def posts(self) -> list[Seen]:
        return [request for request in self.seen if request.method == "POST"]


@asynccontextmanager
async def raw_server(answer: Callable[[Seen], Reply]) -> AsyncIterator[RawServer]:
    """Answer each request with what `answer` says, on loopback, until the block is left."""
    server = RawServer("")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = first.split(" ")
                request = Seen(method, path, headers, body)
                server.seen.append(request)
                await _say(writer, answer(request))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        async with listening:
            yield server
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _say(writer: asyncio.StreamWriter, reply: Reply) -> None:
    head = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}", "transfer-encoding: chunked"]
    head += [f"{name}: {value}" for name, value in reply.headers.items()]
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1"))
    for piece in reply.pieces:
        if piece:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0)  # lets the reader see the pieces apart
    writer.write(b"0\r\n\r\n")
    await writer.drain()
