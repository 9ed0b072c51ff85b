"""HTTP over httpx: pooled connections, their deadline, and who is reached through a proxy.

httpx's transports are used without its client: there are no redirects to follow, cookies to keep or encodings to guess,
and going without saves a third of a request's cost and a sixth of a piece's.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from phoenix_tui.core.connect_deadline import ConnectDeadline
from phoenix_tui.core.errors import ErrorInfo, Phase, WireError
from phoenix_tui.core.network_faults import bad_ca_file, body_error, connect_timeout, connection_error
from phoenix_tui.core.values import dataclass

_WRITE_SECONDS = 30.0
_POOL_SECONDS = 10.0
_MAX_KEPT = 10
"""Idle connections that are kept: one for each provider, and some. httpx's pool looks at all of them for every request:
with twenty, its default, a request among fifty takes half as long again."""
_KEEPALIVE_SECONDS = 60.0
_REACH_SECONDS = 5.0
_parsed = lru_cache(64)(httpx.URL)  # the same few, for every request; a third of what making one costs
_PORTS = {"https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `connect_deadline` is for name resolution, TCP, a proxy's tunnel and TLS together, in seconds.
    `fresh` wants a connection of its own: one that was kept may be dead at the other end. Headers may hold a key, so
    they are not shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    connect_deadline: float
    body: bytes | None = field(default=None, repr=False)
    fresh: bool = False


class HttpResponse:
    """The status and headers (names in lower case) of an answer, and its body as it comes."""

    __slots__ = ("_response", "headers", "status")

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers.items())

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, decompressed, in the pieces in which it arrives. Raises WireError."""
        body = self._response.stream
        assert isinstance(body, httpx.AsyncByteStream)  # noqa: S101 - what an asynchronous transport answers with
        try:
            async for piece in self._response.aiter_bytes() if "content-encoding" in self.headers else body:
                yield piece
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise WireError(body_error(error)) from error


@dataclass(frozen=True, slots=True)
class _Route:
    """How a host is reached: through `proxy` (its URL) where that is not "". `fresh` keeps no connection for later."""

    tls: bool
    proxy: str = ""
    fresh: bool = False


class _Pool:
    """Connections that are reached one way. `running` responses use it; once it is `dropped` it takes no others, and
    is closed after the last of them."""

    __slots__ = ("dropped", "http", "running")

    def __init__(self, http: httpx.AsyncBaseTransport) -> None:
        self.http = http
        self.running = 0
        self.dropped = False


class Transport:
    """Pools of connections, as an async context manager.

    `proxies` maps "http", "https" or "all" to a proxy URL; loopback and the hosts of `no_proxy` are reached directly.
    TLS is always verified, against `ca_file` where given. Redirects are never followed: a key must not travel to a
    host that nobody named. `http` replaces the network (tests).
    """

    def __init__(
        self,
        *,
        proxies: Mapping[str, str] | None = None,
        no_proxy: tuple[str, ...] = (),
        ca_file: str | None = None,
        http: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._proxies = dict(proxies or {})
        self._no_proxy = no_proxy
        self._ca_file = ca_file
        self._http = http
        self._trusted: ssl.SSLContext | None = None
        self._pools: dict[_Route, _Pool] = {}
        self._left_behind: set[_Pool] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pools = [*self._pools.values(), *self._left_behind]
        self._pools.clear()
        self._left_behind.clear()
        for pool in pools:
            await pool.http.aclose()

    def send(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpResponse]:
        """Send `request` and hold its response; leaving the block closes it. Entering raises WireError."""
        return _Exchange(self, request)

    def lend(self, request: HttpRequest) -> _Pool:
        """Connections for `request`, which are not closed until they are given back. Raises WireError, ValueError and
        what httpx has for a proxy of no use."""
        route = self._route(request)
        pool = self._pools.get(route)
        if pool is None:
            pool = self._pools[route] = _Pool(self._http or self._new_connections(route))
        pool.running += 1
        return pool

    async def take_back(self, pool: _Pool) -> None:
        """One of those who use `pool` does so no longer."""
        pool.running -= 1
        await self._close_if_left(pool)

    def deadline_for(self, request: HttpRequest) -> ConnectDeadline:
        """The deadline of connecting for `request`."""
        return ConnectDeadline(request.connect_deadline, looks_names_up=self._http is None)

    def fault(self, error: Exception, url: str, deadline: ConnectDeadline) -> ErrorInfo:
        """What `error`, which came of asking `url`, is called."""
        proxy = self._proxy_of(url)
        if deadline.passed:
            return connect_timeout(url, proxy, unresolved=deadline.unresolved, at_proxy=deadline.arrived)
        return connection_error(error, url, proxy)

    async def drop_connections(self) -> None:
        """Ask nobody over a connection that is kept from before: after the machine has slept they are dead without
        knowing it. Responses that are being read go on."""
        for route, pool in list(self._pools.items()):
            pool.dropped = True
            if self._http is None or not pool.running:  # a network that was replaced is one, and closes as one
                del self._pools[route]
                self._left_behind.add(pool)
            await self._close_if_left(pool)

    async def reachable(self, url: str) -> bool:
        """Whether the host of `url`, or the proxy on the way to it, takes a connection within five seconds. Nothing is
        sent over it, unless the network was replaced: then it is asked for its headers, without a key."""
        try:
            if self._http is not None:
                return await self._answers(url)
            nearest = urlsplit(self._proxy_of(url) or url)
            port = nearest.port or _PORTS.get(nearest.scheme, 80)
            async with asyncio.timeout(_REACH_SECONDS):
                _, writer = await asyncio.open_connection(nearest.hostname, port, happy_eyeballs_delay=0.25)
        except (OSError, ValueError):
            return False
        writer.close()
        return True

    async def any_reachable(self, urls: Iterable[str]) -> bool:
        """Whether at least one of `urls` is `reachable`; all are tried at once."""
        tries = [asyncio.ensure_future(self.reachable(url)) for url in dict.fromkeys(urls)]
        try:
            for done in asyncio.as_completed(tries):
                if await done:
                    return True
            return False
        finally:
            for task in tries:
                task.cancel()
            await asyncio.gather(*tries, return_exceptions=True)

    async def _answers(self, url: str) -> bool:
        try:
            async with asyncio.timeout(_REACH_SECONDS), self.send(HttpRequest("HEAD", url, {}, _REACH_SECONDS)):
                return True
        except WireError as error:
            return error.info.phase is not Phase.CONNECT

    async def _close_if_left(self, pool: _Pool) -> None:
        if pool.dropped and not pool.running:
            self._left_behind.discard(pool)
            self._pools = {route: kept for route, kept in self._pools.items() if kept is not pool}
            await pool.http.aclose()

    def _proxy_of(self, url: str) -> str:
        """The proxy through which `url` is asked, "" where there is none."""
        if not self._proxies or bypasses_proxy(url, self._no_proxy):
            return ""
        return self._proxies.get(url.partition("://")[0].lower()) or self._proxies.get("all", "")

    def _route(self, request: HttpRequest) -> _Route:
        if self._http is not None:
            return _Route(tls=False)
        proxy = self._proxy_of(request.url)
        return _Route(tls=bool(proxy) or not request.url.startswith("http://"), proxy=proxy, fresh=request.fresh)

    def _new_connections(self, route: _Route) -> httpx.AsyncBaseTransport:
        # No limit of our own on those in use: waiting for a free one would count as the provider's failure.
        limits = httpx.Limits(
            max_connections=None,
            max_keepalive_connections=0 if route.fresh else _MAX_KEPT,
            keepalive_expiry=_KEEPALIVE_SECONDS,
        )
        verify = self._trust() if route.tls else _no_trust()
        return httpx.AsyncHTTPTransport(verify=verify, limits=limits, proxy=route.proxy or None, trust_env=False)

    def _trust(self) -> ssl.SSLContext:
        """Whom TLS believes. Loaded once and only where it is needed: it costs more than the rest of a request.
        Raises WireError."""
        if self._trusted is None:
            try:
                self._trusted = _trust_of(self._ca_file)
            except OSError as error:  # an SSLError is one
                raise WireError(bad_ca_file(error, self._ca_file or "")) from error
        return self._trusted


class _Exchange:
    """One request and its response, as a context manager. A class, not a generator: it is entered for every request."""

    __slots__ = ("_pool", "_request", "_response", "_transport")

    def __init__(self, transport: Transport, request: HttpRequest) -> None:
        self._transport = transport
        self._request = request
        self._pool: _Pool | None = None
        self._response: httpx.Response | None = None

    async def __aenter__(self) -> HttpResponse:
        request, transport = self._request, self._transport
        deadline = transport.deadline_for(request)
        seconds = {"connect": request.connect_deadline, "read": None, "write": _WRITE_SECONDS, "pool": _POOL_SECONDS}
        try:
            self._pool = transport.lend(request)
            built = httpx.Request(
                request.method,
                _parsed(request.url),
                headers=request.headers,
                content=request.body,
                extensions={"timeout": seconds, "trace": deadline.trace},
            )
            async with deadline:
                self._response = await self._pool.http.handle_async_request(built)
            return HttpResponse(self._response)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError, OSError) as error:
            raise WireError(transport.fault(error, request.url, deadline)) from error
        finally:
            if self._response is None:
                await self._leave()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def _leave(self) -> None:
        try:
            if self._response is not None:
                await self._response.aclose()
        finally:
            if self._pool is not None:
                await self._transport.take_back(self._pool)


@cache
def _no_trust() -> ssl.SSLContext:
    """What httpx wants to have where no TLS is spoken. Trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trust_of(ca_file: str | None) -> ssl.SSLContext:
    """`ca_file` may be a folder of certificates, too. Raises OSError."""
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    if Path(ca_file).is_dir():
        return ssl.create_default_context(capath=ca_file)
    return ssl.create_default_context(cafile=ca_file)


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine itself without asking anyone."""
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bypasses_proxy(url: str, no_proxy: tuple[str, ...]) -> bool:
    """Whether `url` is reached without a proxy: loopback always, else when its host matches an entry of `no_proxy`
    (a host, a domain with or without a leading dot, an address range, or `*`)."""
    host = (urlsplit(url).hostname or "").lower()
    return is_loopback(host) or any(_matches(host, entry.strip().lower()) for entry in no_proxy)


def _matches(host: str, entry: str) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
        return False
    entry = entry.lstrip(".")
    return bool(entry) and (host == entry or host.endswith("." + entry))
