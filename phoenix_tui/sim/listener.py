"""A loopback port that opens and closes at once, and stays ours while it is closed."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Protocol

from phoenix_tui.core.clock import Clock
from phoenix_tui.sim.connection import Answerer, Connection

HOST = "127.0.0.1"


class Listening(Protocol):
    """Where connections come from, on whatever network. `port` is its number there."""

    port: int

    @property
    def connections(self) -> int: ...

    def open(self) -> None: ...

    def refuse(self) -> None: ...

    async def close(self) -> None: ...


class Listen(Protocol):
    """Makes one, closed at first; each connection is served by `answer`."""

    def __call__(self, answer: Answerer, clock: Clock, port: int = 0) -> Listening: ...


class Listener:
    """One listening port. While closed the port stays bound, so that connections to it are refused and nobody else
    can take it. `port` 0 takes a free one."""

    def __init__(self, answer: Answerer, clock: Clock, port: int = 0) -> None:
        self._answer = answer
        self._clock = clock
        self._open: set[Connection] = set()
        self._defects: list[BaseException] = []
        self._server: asyncio.Server | None = None
        self._starting: asyncio.Task[None] | None = None
        self._socket = _bind(port)
        self.port: int = self._socket.getsockname()[1]

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._open)

    def open(self) -> None:
        """Connections are taken from now on."""
        if self._starting is None:
            self._socket.listen(128)
            self._starting = asyncio.get_running_loop().create_task(self._start())

    def refuse(self) -> None:
        """New connections are refused from now on, and those that exist are reset, as if the server had died."""
        if self._starting is not None:
            self._stop()
            self._socket = _bind(self.port)
        for connection in tuple(self._open):
            connection.reset()

    async def close(self) -> None:
        """Gives the port back. Returns when no socket and no task is left. Raises what went wrong inside."""
        starting = self._starting
        self._stop()
        if starting is not None:
            await asyncio.wait([starting])
        await asyncio.gather(*(connection.close() for connection in tuple(self._open)))
        if self._defects:
            raise BaseExceptionGroup("the simulation itself failed", self._defects)

    def came(self, connection: Connection) -> bool:
        """A client has connected; too late if the port has been closed meanwhile."""
        if self._starting is None:
            return False
        self._open.add(connection)
        return True

    def went(self, connection: Connection, error: BaseException | None) -> None:
        """A client is gone."""
        self._open.discard(connection)
        if error is not None:
            self._defects.append(error)

    def _stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
        if self._server is not None:
            self._server.close()
        self._socket.close()
        self._server = self._starting = None

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        # Not start_serving=True: being cancelled in that would leave a server that nobody can close.
        self._server = await loop.create_server(self._connection, sock=self._socket, start_serving=False)
        await self._server.start_serving()

    def _connection(self) -> Connection:
        return Connection(self._answer, self._clock, self)


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound
