"""What each fault of the network is called: where the exceptions of httpx, ssl and sockets become ours.

A fault on this machine's side (no name resolution, no route, a proxy that is not there) is `offline`: it says nothing
about the provider. Words of httpx and h11 are not passed on where they may quote a header.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.values import dataclass

_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
_BROKEN = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_CLOCK_WORDS = ("expired", "not yet valid")
_MOST_CAUSES = 32


def connection_error(error: Exception, url: str, proxy: str) -> ErrorInfo:
    """What went wrong before the response headers had come. `proxy` is the URL of the one on the way, "" for none."""
    way = _Way.to(url, proxy)
    if isinstance(error, httpx.ConnectTimeout):
        return connect_timeout(url, proxy)
    if isinstance(error, httpx.TimeoutException):
        return _fault(ErrorClass.TIMEOUT, "send_timeout", f"the request could not be sent to {way.host} in time")
    if isinstance(error, httpx.ProxyError):
        return _proxy_refused(error, way)
    if isinstance(error, httpx.LocalProtocolError):
        message = "the request could not be written: the key, or another header, holds characters that HTTP forbids"
        return _fault(ErrorClass.AUTH, "malformed_header", message, Phase.CONNECT)
    if isinstance(error, httpx.RemoteProtocolError):
        if "disconnected" in str(error) or "closed connection" in str(error):
            return _fault(ErrorClass.NETWORK, "reset", f"{way.host} closed the connection without an answer")
        return _fault(ErrorClass.PROTOCOL, "not_http", f"what {way.host} answered is not HTTP")
    if (known := next(_by_cause(error, way), None)) is not None:
        return known
    if isinstance(error, httpx.ConnectError):
        return _fault(way.blamed, "connect", f"no connection to {way.nearest}{way.advice}", Phase.CONNECT)
    if isinstance(error, httpx.NetworkError):
        return _fault(ErrorClass.NETWORK, "reset", f"{way.host} broke the connection before it answered")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | ValueError):
        message = f"{way.host} is not an address that can be asked; check the base URL"
        return _fault(ErrorClass.BAD_REQUEST, "bad_url", message, Phase.CONNECT)
    if isinstance(error, ImportError):
        message = "this kind of proxy needs a package that is not installed (for SOCKS: socksio)"
        return _fault(ErrorClass.OFFLINE, "proxy", message, Phase.CONNECT)
    message = f"no connection to {way.host} ({type(error).__name__})"
    return _fault(ErrorClass.NETWORK, "connect", message, Phase.CONNECT)


def connect_timeout(url: str, proxy: str, *, unresolved: bool = False, at_proxy: bool = False) -> ErrorInfo:
    """No connection within its deadline. `unresolved`: name resolution stood still. `at_proxy`: the proxy was there,
    and it was its tunnel, or TLS through it, that took too long."""
    way = _Way.to(url, proxy)
    if unresolved:
        message = f"the name {way.name} was not resolved in time; check the network, or {way.source}"
        return _fault(ErrorClass.OFFLINE, "dns_timeout", message, Phase.CONNECT)
    if proxy and at_proxy:
        message = f"no connection to {way.host} through {way.nearest} in time"
        return _fault(ErrorClass.TIMEOUT, "connect_timeout", message, Phase.CONNECT)
    kind = ErrorClass.OFFLINE if proxy else ErrorClass.TIMEOUT
    return _fault(kind, "connect_timeout", f"no connection to {way.nearest} in time{way.advice}", Phase.CONNECT)


def body_error(error: Exception) -> ErrorInfo:
    """What went wrong while the body came in. Reset and broken chunking are the network's fault, not the answer's."""
    if isinstance(error, httpx.DecodingError):
        return ErrorInfo(ErrorClass.PROTOCOL, "the compressed answer could not be unpacked", code="encoding")
    return ErrorInfo(ErrorClass.NETWORK, "the connection broke in the middle of the answer", code="reset")


def bad_ca_file(error: OSError, ca_file: str) -> ErrorInfo:
    """The file of trusted certificates that the person named is of no use."""
    message = f"the certificates in {ca_file[:200]} cannot be read ({error.strerror or 'no PEM'}); check SSL_CERT_FILE"
    return _fault(ErrorClass.OFFLINE, "ca_file", message, Phase.CONNECT)


@dataclass(frozen=True, slots=True)
class _Way:
    """The way to a host, for people: `nearest` is the first machine on it, whose name is `name`, and `source` what
    says that it is so. The URL of a proxy may hold a password, so only its host is told."""

    host: str
    nearest: str
    name: str
    source: str
    advice: str
    blamed: ErrorClass
    """The class of a fault between here and the nearest machine."""

    @classmethod
    def to(cls, url: str, proxy: str) -> _Way:
        host, name = _place(url)
        if not proxy:
            return cls(host, host, name, "the base URL", "", ErrorClass.NETWORK)
        proxy_host, proxy_name = _place(proxy)
        source = "the proxy variables"
        return cls(host, f"the proxy {proxy_host}", proxy_name, source, f"; check {source}", ErrorClass.OFFLINE)


def _place(url: str) -> tuple[str, str]:
    """Host with port, and host alone, of a URL that may be none."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2] or url[:80], parts.hostname or url[:80]
    except ValueError:
        return url[:80], url[:80]


def _proxy_refused(error: httpx.ProxyError, way: _Way) -> ErrorInfo:
    """A proxy that wants a password keeps everybody out; one that reports an error speaks of the host behind it."""
    words = str(error)[:200]
    if words.startswith("407") or "auth" in words.lower():
        message = f"{way.nearest} wants a name and a password ({words}); put them into HTTPS_PROXY"
        return _fault(ErrorClass.OFFLINE, "proxy_auth", message, Phase.CONNECT)
    message = f"the proxy refused to connect to {way.host} ({words}); check HTTPS_PROXY"
    return _fault(ErrorClass.NETWORK, "proxy", message, Phase.CONNECT)


def _by_cause(error: BaseException, way: _Way) -> Iterator[ErrorInfo]:
    """The fault that one of the exceptions behind `error` names."""
    roots = list(_causes(error))
    # A host has several addresses: where one of them refuses, there is a network, if only for its kind of address.
    if any(isinstance(root, ConnectionRefusedError) for root in roots):
        yield _fault(way.blamed, "refused", f"nothing answers at {way.nearest}{way.advice}", Phase.CONNECT)
    if any(isinstance(root, socket.gaierror) for root in roots):
        message = f"the name {way.name} could not be resolved; check the network, or {way.source}"
        yield _fault(ErrorClass.OFFLINE, "dns", message, Phase.CONNECT)
    if any(isinstance(root, OSError) and root.errno in _NO_ROUTE for root in roots):
        message = f"there is no route to {way.nearest}; this machine seems to be offline"
        yield _fault(ErrorClass.OFFLINE, "no_route", message, Phase.CONNECT)
    if any(isinstance(root, _BROKEN) for root in roots):
        yield _fault(ErrorClass.NETWORK, "reset", f"{way.host} broke the connection before it answered")
    for root in roots:
        if isinstance(root, ssl.SSLError):
            yield _tls_fault(root, way)


def _tls_fault(root: ssl.SSLError, way: _Way) -> ErrorInfo:
    reason = getattr(root, "verify_message", "") or getattr(root, "reason", "") or "handshake failed"
    advice = (
        "check the clock of this machine"
        if any(word in reason for word in _CLOCK_WORDS)
        else "behind a company proxy set HTTPS_PROXY, and SSL_CERT_FILE to its certificates"
    )
    message = f"no trusted connection to {way.host} ({reason}); {advice}"
    return _fault(ErrorClass.NETWORK, "tls", message, Phase.CONNECT)


def _fault(error_class: ErrorClass, code: str, message: str, phase: Phase = Phase.HEADERS) -> ErrorInfo:
    return ErrorInfo(error_class, message, code=code, phase=phase)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error`, what it came from, and the members of groups among them."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < _MOST_CAUSES:
        current = waiting.pop()
        if current is None or current in found:
            continue
        found.append(current)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend((current.__cause__, current.__context__))
