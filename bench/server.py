"""A server that is not the bottleneck: it writes one prepared answer, as fast as the socket takes it.

Run as a process of its own it prints its port and serves until its standard input closes. An answer is one prepared
block of bytes, chunked as a provider would chunk it, so that a request costs the server one write; how long that takes
it, `bench/core.py` measures over a bare socket.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from bench.wire import BY_FORMAT, MODEL, streamed, whole
from phoenix_tui.core.adapters.base import WireFormat

_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n"
_WHOLE = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
_FAILURE = b'{"error": {"message": "it failed", "type": "server_error", "code": null}}'
_MODELS = b'{"models": [{"name": "%b"}]}' % MODEL.encode()


def url_path(wire_format: WireFormat, kind: str, pieces: int) -> str:
    """What stands between the host and a format's own path: which answer is wanted. `kind` is "stream", "whole", or
    "failure", which is a 500."""
    return f"/{wire_format}/{kind}/{pieces}"


@cache
def prepared(path: str) -> bytes:
    """The whole response to a POST of `path`, which begins as `url_path` makes it."""
    _, wire_format, kind, pieces, *_ = path.split("/")
    spoken = BY_FORMAT[WireFormat(wire_format)]
    if kind == "failure":
        return _WHOLE % (b"500 Internal Server Error", len(_FAILURE), _FAILURE)
    if kind == "whole":
        body = whole(spoken, int(pieces))
        return _WHOLE % (b"200 OK", len(body), body)
    media_type = b"application/x-ndjson" if spoken.separator == b"\n" else b"text/event-stream"
    events = streamed(spoken, int(pieces))
    return _STREAM % media_type + b"".join(b"%x\r\n%b\r\n" % (len(its), its) for its in events) + b"0\r\n\r\n"


class Serve(asyncio.Protocol):
    """Answers each POST with what its path names, and each GET with a list of models."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(self._buffer) < end + 4 + length:
                return
            method, path, _ = self._buffer.split(b" ", 2)
            self._buffer = self._buffer[end + 4 + length :]
            if method == b"POST":
                self._transport.write(prepared(path.decode()))
            else:
                self._transport.write(_WHOLE % (b"200 OK", len(_MODELS), _MODELS))


@contextmanager
def server() -> Iterator[int]:
    """The port of a server that runs in a process of its own until the block is left."""
    command = [sys.executable, "-m", "bench.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


async def main() -> None:
    """Serve until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
