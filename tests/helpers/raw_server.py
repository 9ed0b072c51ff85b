"""A server that says exactly the bytes a test gives it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

REASONS = {200: "OK", 404: "Not Found"}


@dataclass(frozen=True)
class Seen:
    """A request as the server saw it. Header names in lower case; connections are counted from 0."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int = 0


@dataclass(frozen=True)
class Reply:
    """What the server says: each piece becomes an HTTP chunk of its own."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterable[bytes] = ()


class Then(StrEnum):
    """What becomes of the connection after the bytes of a `Raw` reply."""

    CLOSE = "close"
    RESET = "reset"
    KEEP = "keep"
    HOLD = "hold"
    """Nothing more is read or said."""


@dataclass(frozen=True)
class Raw:
    """Exactly these bytes, whether they are HTTP or not."""

    data: bytes
    then: Then = Then.CLOSE


NOT_FOUND = Reply(404, {"content-type": "application/json"}, [b'{"error":"not found"}'])


@dataclass
class RawServer:
    """Where it listens and what it has been asked."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    """One for each connection, in order; done when that has ended."""

    async def ended(self, connection: int) -> None:
        """Wait until a connection has ended."""
        await asyncio.wait([self.tasks[connection]])

    @property
    def posts(self) -> list[Seen]:
        return [request for request in self.seen if request.method == "POST"]


@asynccontextmanager
async def raw_server(
    answer: Callable[[Seen], Reply | Raw], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """Answer each request with what `answer` says, on loopback, until the block is left."""
    server = RawServer("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = first.split(" ")
                request = Seen(method, path, headers, body, connection)
                server.seen.append(request)
                reply = answer(request)
                if isinstance(reply, Reply):
                    await _say(writer, reply)
                elif not await _say_raw(writer, reply):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.tasks.append(asyncio.ensure_future(serve(reader, writer, len(server.tasks))))

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    where = "https://localhost" if tls else "http://127.0.0.1"
    server.url = f"{where}:{listening.sockets[0].getsockname()[1]}"
    try:
        async with listening:
            yield server
    finally:
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


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


async def _say_raw(writer: asyncio.StreamWriter, reply: Raw) -> bool:
    """Whether the connection goes on."""
    writer.write(reply.data)
    await writer.drain()
    match reply.then:
        case Then.RESET:
            reset(writer)
        case Then.HOLD:
            await asyncio.get_running_loop().create_future()
    return reply.then is Then.KEEP


def reset(writer: asyncio.StreamWriter) -> None:
    """Tear the connection down with a TCP RST."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
