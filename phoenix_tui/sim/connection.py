"""One client's connection to a simulated server: requests in, actions carried out to the byte."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, cast

from phoenix_tui.core.clock import Clock
from phoenix_tui.sim.actions import Action, Drip, Fin, Hang, Head, Reset, Send, Wait, whole
from phoenix_tui.sim.http import BODY_BOUND, HEADER_BOUND, BadHttp, Request, RequestParser, encode_head, has_body

_RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
_LAST_CHUNK = b"0\r\n\r\n"
_MOST_BUFFERED = 2 * (HEADER_BOUND + BODY_BOUND)
_MOST_CAUGHT_UP = 0.05
"""Seconds by which a wait may be shorter because what came before it took too long."""


class Gone(Exception):
    """The client has left, or the connection was ended on purpose."""


class Exchange:
    """One answer under way on a connection."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self._request = request
        self._head: Head | None = None
        self._sent = 0
        self._drip: float | None = None
        self._due = connection.clock.monotonic()
        """When the last wait should have been over, in seconds of the clock."""

    async def perform(self, actions: Iterable[Action]) -> bool:
        """Carries out `actions`. True when the connection can take another request. Raises Gone."""
        for action in actions:
            match action:
                case Head():
                    self._head = action
                    await self._write(encode_head(action, keep_alive=self._request.keeps_alive))
                case Send(data):
                    await self._body(data)
                    await asyncio.sleep(0)  # a client in the same loop may read, or leave, between any two
                case Wait(seconds):
                    await self._wait(seconds)
                case Hang():
                    await asyncio.get_running_loop().create_future()
                case Drip(seconds):
                    self._drip = seconds
                case Reset():
                    self._connection.reset()
                    raise Gone
                case Fin():
                    raise Gone
        return await self._finish()

    async def _wait(self, seconds: float) -> None:
        """A loop sleeps whole milliseconds: a thousand waits of a millisecond would take two seconds, did each not make
        up for what the one before was late."""
        clock = self._connection.clock
        now = clock.monotonic()
        self._due = max(self._due, now - _MOST_CAUGHT_UP) + seconds
        if self._due > now:
            await clock.sleep(self._due - now)

    def _is_chunked(self) -> bool:
        return self._head is not None and self._head.length is None

    def _is_bodiless(self) -> bool:
        return self._request.method == "HEAD" or self._head is None or not has_body(self._head.status)

    async def _body(self, data: bytes) -> None:
        if not data or self._is_bodiless():
            return
        self._sent += len(data)
        await self._write(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked() else data)

    async def _finish(self) -> bool:
        if self._head is None:
            return False
        if not self._is_bodiless():
            if self._is_chunked():
                await self._write(_LAST_CHUNK)
            elif self._sent != self._head.length:
                return False
        return self._request.keeps_alive

    async def _write(self, data: bytes) -> None:
        if self._drip is None:
            await self._connection.write(data)
            return
        for at in range(len(data)):
            await self._connection.write(data[at : at + 1])
            await self._connection.clock.sleep(self._drip)


Answerer = Callable[[Request, Exchange], Awaitable[bool]]
"""Answers one request on its exchange; True when the connection may be used again."""


class Host(Protocol):
    """Who keeps count of connections."""

    def came(self, connection: Connection) -> bool:
        """A connection has been made. False when it came too late and is to be reset."""
        ...

    def went(self, connection: Connection, error: BaseException | None) -> None:
        """A connection is gone; `error` is a defect of the simulation, if there was one."""
        ...


class Connection(asyncio.Protocol):
    """Serves one client until it leaves. An end of the client's sending side counts as leaving: then the answer
    under way is cancelled, so a test can see that a client really closed."""

    def __init__(self, answer: Answerer, clock: Clock, host: Host) -> None:
        self.clock = clock
        self._answer = answer
        self._host = host
        self._task: asyncio.Task[None] | None = None
        self._parser = RequestParser()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)  # so that write() returns only when the kernel has it all
        self._set_option(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._host.came(self):
            self.reset()
            return
        self._task = asyncio.get_running_loop().create_task(self._serve())
        self._task.add_done_callback(self._done)

    def data_received(self, data: bytes) -> None:
        self._parser.feed(data)
        self._arrived.set()
        if self._parser.buffered > _MOST_BUFFERED:
            self.reset()

    def eof_received(self) -> bool:
        self._cancel()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable.set()
        self._cancel()
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def write(self, data: bytes) -> None:
        """Returns once the kernel has taken `data`. Raises Gone when the client has left."""
        if self._transport.is_closing():
            raise Gone
        self._transport.write(data)
        await self._writable.wait()

    def reset(self) -> None:
        """Tears the connection down with a TCP RST."""
        if not self._transport.is_closing():
            self._set_option(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    async def close(self) -> None:
        """Ends whatever is under way; returns when socket and task are gone."""
        self._cancel()
        self._transport.abort()
        await asyncio.wait([self._lost, *([self._task] if self._task else [])])

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _set_option(self, level: int, option: int, value: int | bytes) -> None:
        """Sets an option of the socket, where there is one: a connection in memory has none to set."""
        connected = cast("socket.socket | None", self._transport.get_extra_info("socket"))
        if connected is not None:
            connected.setsockopt(level, option, value)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._transport.close()
        self._host.went(self, None if task.cancelled() else task.exception())

    async def _serve(self) -> None:
        with contextlib.suppress(Gone):
            while await self._serve_one():
                pass

    async def _serve_one(self) -> bool:
        try:
            request = await self._next_request()
        except BadHttp as error:
            exchange = Exchange(self, Request("GET", "/", headers={"connection": "close"}))
            return await exchange.perform(whole(error.status, str(error).encode(), {"content-type": "text/plain"}))
        return await self._answer(request, Exchange(self, request))

    async def _next_request(self) -> Request:
        told_to_continue = False
        while (request := self._parser.next()) is None:
            if self._parser.expects_continue and not told_to_continue:
                told_to_continue = True
                await self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._arrived.clear()
            await self._arrived.wait()
        return request
