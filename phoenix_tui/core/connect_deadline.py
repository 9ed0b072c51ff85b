"""The deadline for making a connection, all of it.

httpx gives TCP (with name resolution) and TLS a deadline each, and a proxy that says nothing none at all. This one runs
from the first step until the request itself goes out, and does not run at all for a connection that was kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self


class _Closable(Protocol):
    async def aclose(self) -> None: ...


class ConnectDeadline:
    """Ends the block after `seconds` of connecting, by TimeoutError; then `passed` is True.

    `trace` is to be told of httpx's steps. When half of the time is gone, the name is looked up once more on the side
    if `looks_names_up`, so that afterwards `unresolved` can say whether it was name resolution that stood still;
    `arrived` says whether the nearest machine, perhaps a proxy, had taken the connection.
    """

    def __init__(self, seconds: float, *, looks_names_up: bool) -> None:
        self.passed = False
        self.unresolved = False
        self.arrived = False
        self._seconds = seconds
        self._looks_names_up = looks_names_up
        self._timeout = asyncio.timeout(None)
        self._stream: _Closable | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._lookup: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unresolved = self._lookup is not None and not self._lookup.done() and not self.arrived
        self._stop_looking()
        try:
            if kind is not None and self._stream is not None:
                await self._stream.aclose()  # httpcore forgets it when a TLS handshake is cancelled
        finally:
            try:
                await self._timeout.__aexit__(kind, error, trace)
            finally:
                self.passed = self._timeout.expired()

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """One step of httpx: "<module>.<step>.<how far>"."""
        step = event.partition(".")[2]
        if step == "connect_tcp.started":
            loop = asyncio.get_running_loop()
            self._timeout.reschedule(loop.time() + self._seconds)
            if self._looks_names_up and not _is_address(info["host"]):
                self._timer = loop.call_later(self._seconds / 2, self._look_up, info["host"])
        elif step == "connect_tcp.complete":
            self.arrived = True
            self._stream = info["return_value"]
        elif step == "send_request_headers.started" and info["request"].method != b"CONNECT":
            info["request"].extensions.pop("trace")  # what follows is none of its business, and telling it costs
            self._timeout.reschedule(None)
            self._stream = None
            self._stop_looking()

    def _look_up(self, host: str) -> None:
        self._lookup = asyncio.ensure_future(_resolve(host))

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._lookup is not None:
            self._lookup.cancel()


async def _resolve(host: str) -> None:
    with contextlib.suppress(OSError, UnicodeError):
        await asyncio.get_running_loop().getaddrinfo(host, None)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
