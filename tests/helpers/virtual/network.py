"""A network in memory: httpcore's network backend for clients on one side, listeners for providers on the other."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from phoenix_tui.core.clock import Clock
from phoenix_tui.sim.connection import Answerer, Connection
from tests.helpers.virtual.link import Link, os_error
from tests.helpers.virtual.path import Connect, Path

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
                raise os_error(errno.ECONNREFUSED)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        listener, path = self._hosts[host, port]
        if path.latency > 0:
            await asyncio.sleep(2 * path.latency)
        match path.connect:
            case Connect.DNS:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            case Connect.NO_ROUTE:
                raise os_error(errno.ENETUNREACH)
            case Connect.UNREACHABLE:
                raise os_error(errno.EHOSTUNREACH)
            case Connect.HANG:
                await asyncio.get_running_loop().create_future()
        if path.mute:
            await asyncio.get_running_loop().create_future()
        if path.connect is Connect.REFUSED or not listener.listening:
            raise os_error(errno.ECONNREFUSED)
        return Link(listener, path, host).client

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


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
