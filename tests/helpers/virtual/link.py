"""One connection in memory: a stream of httpcore's on the client's end, an asyncio transport on the provider's."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from typing import TYPE_CHECKING, Any

import httpcore

from tests.helpers.virtual.path import Breakable, Connect, Cut, End, Path, Wire

if TYPE_CHECKING:
    from tests.helpers.virtual.network import VirtualListener

_WINDOW = 256 * 2**10
"""Bytes that may wait for the client before the server's writing pauses."""


class Link(Breakable):
    """One connection."""

    def __init__(self, listener: VirtualListener, path: Path, host: str) -> None:
        self.host = host
        self.path = path
        self.listener = listener
        self._answered = 0
        self._cut: Cut | None = None
        self.client = _ClientEnd(self)
        self.server = _ServerEnd(self)
        self.to_server = Wire(path, self._reach_server)
        self.to_client = Wire(path, self._reach_client)
        path.links.append(self)
        listener.links.append(self)
        protocol = listener.connection()
        self.server.set_protocol(protocol)
        protocol.connection_made(self.server)

    def __str__(self) -> str:
        ends = [name for name, closed in (("client", self.client.closed), ("server", self.server.lost)) if not closed]
        return f"connection to {self.host}, open at the {' and the '.join(ends)}"

    def reset(self) -> None:
        self.client.end(End.RST)
        self.server.lose(os_error(errno.ECONNRESET))

    def ended(self) -> None:
        """One end is closed; forgets the connection once both are."""
        if self.client.closed and self.server.lost and self in self.listener.links:
            self.listener.links.remove(self)
            self.path.links.remove(self)

    def _reach_server(self, data: bytes | End) -> None:
        if isinstance(data, End):
            self.server.end()
            return
        if self._answered or self._cut is None:
            self._answered = 0
            self._cut = self.path.take_cut()
        if self._cut is not None and self._cut.at == 0:
            self._break(self._cut)
        else:
            self.server.take(data)

    def _reach_client(self, data: bytes | End) -> None:
        if isinstance(data, End):
            self.client.end(data)
        elif self._cut is not None and self._answered + len(data) >= self._cut.at:
            self.client.take(data[: self._cut.at - self._answered])
            self._break(self._cut)
        else:
            self._answered += len(data)
            self.client.take(data)

    def _break(self, cut: Cut) -> None:
        if cut.how == "rst":
            self.reset()
        else:
            self.client.end(End.FIN)
            self.server.lose(None)


class _ClientEnd(httpcore.AsyncNetworkStream):
    """The end that httpcore reads and writes."""

    def __init__(self, link: Link) -> None:
        self.closed = False
        self._link = link
        self._buffer = bytearray()
        self._end: End | None = None
        self._woken = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Bytes that nobody has read."""
        return len(self._buffer)

    def take(self, data: bytes) -> None:
        if not (self.closed or self._end):
            self._buffer += data
        self._woken.set()

    def end(self, how: End) -> None:
        """Nothing more comes. What has come can still be read."""
        self._end = self._end or how
        self._woken.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(timeout):
                while not (self._buffer or self._end or self.closed):
                    self._woken.clear()
                    await self._woken.wait()
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        if not self._buffer:
            if self._end is End.FIN and not self.closed:
                return b""
            raise httpcore.ReadError from os_error(errno.ECONNRESET)
        count = min(max_bytes, self._link.path.piece or max_bytes)
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._link.server.resume()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout  # what is written always fits
        await asyncio.sleep(0)
        if self._end is End.RST or self.closed:
            raise httpcore.WriteError from os_error(errno.EPIPE)
        if buffer:
            self._link.to_server.send(bytes(buffer))

    async def aclose(self) -> None:
        if not self.closed:
            self.closed = True
            self._woken.set()
            self._link.to_server.send(End.FIN)
            self._link.ended()
        # Closing does not wait: httpcore forgets all but the first of several connections that it was closing when its
        # task was cancelled. A real socket is then closed with the object; here nobody would.

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        del ssl_context, server_hostname, timeout
        await asyncio.sleep(2 * self._link.path.latency)
        if self._link.path.connect is Connect.TLS:
            await self.aclose()
            try:  # the pool drops the cause of what it passes on, so the context must be as on a real network
                raise ssl.SSLCertVerificationError(
                    1, "certificate verify failed: unable to get local issuer certificate"
                )
            except ssl.SSLError as error:
                raise httpcore.ConnectError(str(error)) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        return bool(self._buffer or self._end) if info == "is_readable" else None


class _ServerEnd(asyncio.Transport):
    """The end that a simulated provider has. `abort` is an RST."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.lost = False
        self._link = link
        self._closing = False
        self._paused = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self._protocol = protocol

    def take(self, data: bytes) -> None:
        if not self._closing:
            self._protocol.data_received(data)

    def end(self) -> None:
        """The client sends no more."""
        if not self._closing:
            self._protocol.eof_received()
            self.close()

    def lose(self, error: Exception | None) -> None:
        if not self.lost:
            self.lost = self._closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, error)
            self._link.ended()

    def resume(self) -> None:
        """The client has read something."""
        if self._paused and self._unread() <= _WINDOW:
            self._paused = False
            self._protocol.resume_writing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._closing:
            return
        self._link.to_client.send(bytes(data))
        if not self._paused and self._unread() > _WINDOW:
            self._paused = True
            self._protocol.pause_writing()

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._link.to_client.send(End.FIN)
            self.lose(None)

    def abort(self) -> None:
        if not self.lost:
            if not self._closing:
                self._link.to_client.send(End.RST)
            self.lose(None)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """The window is what it is."""

    def _unread(self) -> int:
        return self._link.client.waiting + self._link.to_client.under_way


def os_error(number: int) -> OSError:
    """As the system would say it; the constructor picks the subclass."""
    return OSError(number, os.strerror(number))
