"""HTTP over httpx: one pooled client, and the only place where foreign network errors become ours."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase, WireError

_WRITE_SECONDS = 30.0
_POOL_SECONDS = 10.0
_MAX_KEPT = 20
_KEEPALIVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `connect_deadline` is for name resolution, TCP and TLS together, in seconds. Headers may hold a key,
    so they are not shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    connect_deadline: float
    body: bytes | None = field(default=None, repr=False)


class HttpResponse:
    """The status and headers (names in lower case) of an answer, and its body as it comes."""

    __slots__ = ("_response", "headers", "status")

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, decompressed, in the pieces in which it arrives. Raises WireError."""
        compressed = "content-encoding" in self.headers
        pieces = self._response.aiter_bytes() if compressed else self._response.aiter_raw()
        try:
            async for piece in pieces:
                yield piece
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise WireError(_body_error(error)) from error


class _Route(Enum):
    """How a host is reached."""

    PLAIN = auto()
    """Directly, without TLS."""
    DIRECT = auto()
    PROXIED = auto()


class Transport:
    """A pool of connections, as an async context manager.

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
        self._clients: dict[_Route, httpx.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    @contextlib.asynccontextmanager
    async def send(self, request: HttpRequest) -> AsyncIterator[HttpResponse]:
        """Send `request` and hold its response; leaving the block closes it. Raises WireError."""
        timeout = httpx.Timeout(None, connect=request.connect_deadline, write=_WRITE_SECONDS, pool=_POOL_SECONDS)
        try:
            client = self._client_for(request.url)
            built = client.build_request(
                request.method, request.url, headers=request.headers, content=request.body, timeout=timeout
            )
            response = await client.send(built, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError, OSError) as error:
            raise WireError(_connection_error(error, request.url, self._proxy_of(request.url))) from error
        try:
            yield HttpResponse(response)
        finally:
            await response.aclose()

    def _proxy_of(self, url: str) -> str:
        """The proxy through which `url` is asked, "" where there is none."""
        if not self._proxies or bypasses_proxy(url, self._no_proxy):
            return ""
        return self._proxies.get(url.partition("://")[0].lower()) or self._proxies.get("all", "")

    def _client_for(self, url: str) -> httpx.AsyncClient:
        direct = _Route.PLAIN if url.startswith("http://") else _Route.DIRECT
        route = _Route.PROXIED if self._proxy_of(url) else direct
        if route not in self._clients:
            self._clients[route] = self._new_client(route)
        return self._clients[route]

    def _new_client(self, route: _Route) -> httpx.AsyncClient:
        # Loading the trusted certificates costs more than the rest of a request, and plain HTTP needs none. A context
        # without certificates trusts nobody. A network that was replaced has none of its own either.
        if route is _Route.PLAIN or self._http is not None:
            verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        else:
            verify = httpx.create_ssl_context(verify=self._ca_file or True, trust_env=False)
        # No limit of our own on those in use: waiting for a free one would count as the provider's failure.
        limits = httpx.Limits(
            max_connections=None, max_keepalive_connections=_MAX_KEPT, keepalive_expiry=_KEEPALIVE_SECONDS
        )
        proxies = self._proxies if route is _Route.PROXIED else {}
        mounts = {
            f"{scheme}://": httpx.AsyncHTTPTransport(verify=verify, limits=limits, proxy=proxy)
            for scheme, proxy in proxies.items()
        }
        return httpx.AsyncClient(
            transport=self._http,
            mounts=mounts,
            verify=verify,
            limits=limits,
            trust_env=False,
            follow_redirects=False,
        )


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


def _connection_error(error: Exception, url: str, proxy: str) -> ErrorInfo:
    """What went wrong before the response headers had come. The words of h11 and httpx are not passed on where they
    may quote a header. With a `proxy` it is the proxy that could not be found or connected to; its URL may hold a
    password, so only its host is told."""
    where = urlsplit(url).netloc.rpartition("@")[2] or url[:80]
    nearest = f"the proxy {urlsplit(proxy).netloc.rpartition('@')[2]}" if proxy else where
    source = "the proxy variables" if proxy else "the base URL"
    advice = f"; check {source}" if proxy else ""
    roots = _causes(error)
    if isinstance(error, httpx.ConnectTimeout):
        message = f"no connection to {nearest} in time{advice}"
        return _network(ErrorClass.TIMEOUT, "connect_timeout", message, Phase.CONNECT)
    if isinstance(error, httpx.TimeoutException):
        return _network(ErrorClass.TIMEOUT, "send_timeout", f"the request could not be sent to {where} in time")
    if isinstance(error, httpx.ProxyError):
        message = f"the proxy refused to connect to {where} ({error}); check HTTPS_PROXY"
        return _network(ErrorClass.NETWORK, "proxy", message, Phase.CONNECT)
    if isinstance(error, httpx.LocalProtocolError):
        message = "the request could not be written: the key, or another header, holds characters that HTTP forbids"
        return ErrorInfo(ErrorClass.AUTH, message, code="malformed_header", phase=Phase.CONNECT)
    if isinstance(error, httpx.RemoteProtocolError):
        if "disconnected" in str(error):
            return _network(ErrorClass.NETWORK, "reset", f"{where} closed the connection without an answer")
        return _network(ErrorClass.PROTOCOL, "not_http", f"what {where} answered is not HTTP")
    for root in roots:
        if isinstance(root, ssl.SSLError):
            reason = getattr(root, "verify_message", "") or getattr(root, "reason", "") or "handshake failed"
            message = (
                f"no trusted connection to {where} ({reason}); behind a company proxy set HTTPS_PROXY, and "
                "SSL_CERT_FILE to its certificates"
            )
            return _network(ErrorClass.NETWORK, "tls", message, Phase.CONNECT)
        if isinstance(root, socket.gaierror):
            name = urlsplit(proxy or url).hostname
            message = f"the name {name} could not be resolved; check the network, or {source}"
            return _network(ErrorClass.OFFLINE, "dns", message, Phase.CONNECT)
        if isinstance(root, OSError) and root.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN):
            message = f"there is no route to {nearest}; this machine seems to be offline"
            return _network(ErrorClass.OFFLINE, "no_route", message, Phase.CONNECT)
    if any(isinstance(root, ConnectionRefusedError) for root in roots):
        return _network(ErrorClass.NETWORK, "refused", f"nothing answers at {nearest}{advice}", Phase.CONNECT)
    if isinstance(error, httpx.ConnectError):
        return _network(ErrorClass.NETWORK, "connect", f"no connection to {nearest}{advice}", Phase.CONNECT)
    if isinstance(error, httpx.NetworkError):
        return _network(ErrorClass.NETWORK, "reset", f"{where} broke the connection before it answered")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | ValueError):
        message = f"{where} is not an address that can be asked; check the base URL"
        return ErrorInfo(ErrorClass.BAD_REQUEST, message, code="bad_url", phase=Phase.CONNECT)
    if isinstance(error, ImportError):
        message = "this kind of proxy needs a package that is not installed (for SOCKS: socksio)"
        return _network(ErrorClass.NETWORK, "proxy", message, Phase.CONNECT)
    return _network(ErrorClass.NETWORK, "connect", f"no connection to {where} ({type(error).__name__})", Phase.CONNECT)


def _body_error(error: Exception) -> ErrorInfo:
    """What went wrong while the body came in. Reset and broken chunking are the network's fault, not the answer's."""
    if isinstance(error, httpx.DecodingError):
        return ErrorInfo(ErrorClass.PROTOCOL, "the compressed answer could not be unpacked", code="encoding")
    return ErrorInfo(ErrorClass.NETWORK, "the connection broke in the middle of the answer", code="reset")


def _network(error_class: ErrorClass, code: str, message: str, phase: Phase = Phase.HEADERS) -> ErrorInfo:
    return ErrorInfo(error_class, message, code=code, phase=phase)


def _causes(error: BaseException) -> list[BaseException]:
    """`error`, what it came from, and the members of groups among them."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 32:
        current = waiting.pop()
        if current is None or current in found:
            continue
        found.append(current)
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend((current.__cause__, current.__context__))
    return found
