"""Connections in memory: httpcore's network backend on one side, asyncio transports for the simulated providers on the
other."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from phoenix_tui.core.clock import Clock
from phoenix_tui.sim.connection import Answerer, Connection
from tests.helpers.virtual.path import Breakable, Connect, Cut, End, Path, Wire

_WINDOW = 256 * 2**10
"""Bytes that may wait for the client before the server's writing pauses."""
_FIRST_PORT = 40_000


class VirtualNetwork(httpcore.AsyncNetworkBackend):
    """Hosts, and the paths to them. `open_links` are the connections that are open at either end."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[str, int], tuple[VirtualListener, Path]] = {}
        self._listeners: list[VirtualListener] = []

    def listen(self, answer: Answerer, clock: Clock, port: int = 0) -> VirtualListener:
        """A listener for a simulated provider, in place of `phoenix_tui.sim.listener.Listener`."""
        listener = VirtualListener(answer, clock, port or _FIRST_PORT + len(self._listeners))
        self._listeners.append(listener)
        return listener

    def add_host(self, host: str, port: int, listening_port: int, path: Path) -> None:
        """What is sent to `host`:`port` takes `path` to the listener on `listening_port`."""
        listener = next(each for each in self._listeners if each.port == listening_port)
        self._hosts[host, port] = listener, path

    @property
    def open_links(self) -> list[str]:
        return [str(link) for listener in self._listeners for link in listener.links]

    def transport(self) -> httpx.AsyncBaseTransport:
        """What a client hands its HTTP to."""
        return _Transport(self)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del local_address, socket_options
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error

    async def _connect(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        await asyncio.sleep(0)
        if (host, port) not in self._hosts:
            if host in ("localhost", "127.0.0.1"):
                raise _os_error(errno.ECONNREFUSED)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        listener, path = self._hosts[host, port]
        if path.latency > 0:
            await asyncio.sleep(2 * path.latency)
        match path.connect:
            case Connect.DNS:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            case Connect.NO_ROUTE:
                raise _os_error(errno.ENETUNREACH)
            case Connect.UNREACHABLE:
                raise _os_error(errno.EHOSTUNREACH)
            case Connect.HANG:
                await asyncio.get_running_loop().create_future()
        if path.mute:
            await asyncio.get_running_loop().create_future()
        if path.connect is Connect.REFUSED or not listener.listening:
            raise _os_error(errno.ECONNREFUSED)
        return Link(listener, path, host).client

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


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
        self.server.lose(_os_error(errno.ECONNRESET))

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
            raise httpcore.ReadError from _os_error(errno.ECONNRESET)
        count = min(max_bytes, self._link.path.piece or max_bytes)
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._link.server.resume()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout  # what is written always fits
        await asyncio.sleep(0)
        if self._end is End.RST or self.closed:
            raise httpcore.WriteError from _os_error(errno.EPIPE)
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


class VirtualListener:
    """What `phoenix_tui.sim.listener.Listener` is on real sockets."""

    def __init__(self, answer: Answerer, clock: Clock, port: int) -> None:
        self.port = port
        self.listening = False
        self.links: list[Link] = []
        self._answer = answer
        self._clock = clock
        self._open: list[Connection] = []
        self._defects: list[BaseException] = []

    @property
    def connections(self) -> int:
        return len(self._open)

    def connection(self) -> Connection:
        return Connection(self._answer, self._clock, self)

    def open(self) -> None:
        self.listening = True

    def refuse(self) -> None:
        self.listening = False
        for connection in tuple(self._open):
            connection.reset()

    async def close(self) -> None:
        self.listening = False
        await asyncio.gather(*(connection.close() for connection in tuple(self._open)))
        if self._defects:
            raise BaseExceptionGroup("the simulation itself failed", self._defects)

    def came(self, connection: Connection) -> bool:
        self._open.append(connection)
        return self.listening

    def went(self, connection: Connection, error: BaseException | None) -> None:
        self._open.remove(connection)
        if error is not None:
            self._defects.append(error)


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool of ours, with the limits that the client sets on the real network."""

    def __init__(self, network: VirtualNetwork) -> None:
        nobody = ssl.SSLContext(
            ssl.PROTOCOL_TLS_CLIENT
        )  # without certificates it costs nothing; TLS is only named here
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=nobody,
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=60.0,
            network_backend=network,
        )


def _os_error(number: int) -> OSError:
    """As the system would say it; the constructor picks the subclass."""
    return OSError(number, os.strerror(number))
