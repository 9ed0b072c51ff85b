"""Each fault of the network on real sockets: what it is called, and that a connection is not waited for too long."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase, WireError
from phoenix_tui.core.network_faults import connection_error
from phoenix_tui.core.transport import HttpRequest, Transport
from tests.helpers.certificates import server_context, trust
from tests.helpers.raw_server import Raw, Then, raw_server, reset

NETWORK, OFFLINE, TIMEOUT, PROTOCOL = ErrorClass.NETWORK, ErrorClass.OFFLINE, ErrorClass.TIMEOUT, ErrorClass.PROTOCOL
SHORT = 0.2
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def fault(url: str, *, seconds: float = 5.0, **settings: Any) -> ErrorInfo:
    """What is told when `url` is asked."""
    async with Transport(**settings) as transport:
        with pytest.raises(WireError) as caught:
            async with transport.send(HttpRequest("GET", url, {}, seconds)):
                pass
    return caught.value.info


def told(info: ErrorInfo) -> tuple[ErrorClass, str | None, Phase | None]:
    return info.error_class, info.code, info.phase


@asynccontextmanager
async def server(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    """A server that does with each connection what `talk` does; its port."""
    talks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(task) if (task := asyncio.current_task()) else None
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        async with listening:
            yield listening.sockets[0].getsockname()[1]
    finally:
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Awaitable[Any]]], None]:
    """Lets the test say what becomes of name resolution."""

    def patch(lookup: Callable[[], Awaitable[Any]]) -> None:
        async def getaddrinfo(*_: object, **__: object) -> Any:
            return await lookup()

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)

    return patch


async def test_a_name_that_does_not_exist(resolves: Callable[..., None]) -> None:
    async def lookup() -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    resolves(lookup)
    info = await fault("https://api.example.com/v1")
    assert told(info) == (OFFLINE, "dns", Phase.CONNECT)
    assert "api.example.com" in info.message


async def test_name_resolution_that_stands_still(resolves: Callable[..., None]) -> None:
    resolves(lambda: asyncio.get_running_loop().create_future())
    info = await fault("https://api.example.com/v1", seconds=SHORT)
    assert told(info) == (OFFLINE, "dns_timeout", Phase.CONNECT)
    assert "api.example.com" in info.message


async def test_a_name_that_was_resolved_is_not_blamed_for_a_host_that_is_silent(
    resolves: Callable[..., None], full_backlog: int
) -> None:
    async def lookup() -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", full_backlog))]

    resolves(lookup)
    info = await fault(f"http://api.example.com:{full_backlog}/v1", seconds=SHORT)
    assert told(info) == (TIMEOUT, "connect_timeout", Phase.CONNECT)


@pytest.fixture
def full_backlog() -> Iterator[int]:
    """The port of somebody who listens, has all the connections that wait in line, and takes none."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(listening.getsockname())
            yield listening.getsockname()[1]
        finally:
            for each in waiting:
                each.close()


async def test_a_full_backlog(full_backlog: int) -> None:
    info = await fault(f"http://127.0.0.1:{full_backlog}/", seconds=SHORT)
    assert told(info) == (TIMEOUT, "connect_timeout", Phase.CONNECT)


def many(*errors: OSError) -> Exception:
    """As httpx tells of a host with several addresses."""
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = ExceptionGroup("several", errors)
    return error


def test_where_one_of_several_addresses_refuses_there_is_a_network() -> None:
    no_route, refused = OSError(101, "Network is unreachable"), ConnectionRefusedError(111, "Connection refused")
    assert connection_error(many(no_route, refused), "http://localhost:1", "").code == "refused"
    assert connection_error(many(refused, no_route), "http://localhost:1", "").code == "refused"
    assert connection_error(many(no_route, no_route), "http://localhost:1", "").code == "no_route"


def test_what_is_no_url_is_named_all_the_same() -> None:
    assert connection_error(ValueError("Invalid IPv6 URL"), "http://[::1", "").code == "bad_url"


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ({"until": 2021}, "expired); check the clock"),
        ({"since": 2098}, "not yet valid); check the clock"),
        ({"host": "elsewhere.example"}, "SSL_CERT_FILE"),
    ],
    ids=["expired", "not yet valid", "of another host"],
)
async def test_bad_certificates(certificate: dict[str, Any], words: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    async with raw_server(lambda _: Raw(OK), tls=server_context(authority, **certificate)) as it:
        info = await fault(it.url, ca_file=trust(authority, tmp_path))
    assert told(info) == (NETWORK, "tls", Phase.CONNECT)
    assert words in info.message


async def test_who_is_not_trusted_and_who_is(tmp_path: Path) -> None:
    authority = trustme.CA()
    async with raw_server(lambda _: Raw(OK), tls=server_context(authority)) as it:
        info = await fault(it.url, ca_file=trust(trustme.CA(), tmp_path))
        assert told(info) == (NETWORK, "tls", Phase.CONNECT)
        assert "SSL_CERT_FILE" in info.message
        async with (
            Transport(ca_file=trust(authority, tmp_path)) as transport,
            transport.send(HttpRequest("GET", it.url, {}, 5.0)) as response,
        ):
            assert response.status == 200


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_a_file_of_certificates_that_is_none(content: str | None, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    info = await fault("https://127.0.0.1:1/", ca_file=str(bundle))
    assert told(info) == (OFFLINE, "ca_file", Phase.CONNECT)
    assert "bundle.pem" in info.message
    assert "SSL_CERT_FILE" in info.message


async def test_a_folder_of_certificates(tmp_path: Path) -> None:
    info = await fault("https://127.0.0.1:1/", ca_file=str(tmp_path))
    assert told(info) == (NETWORK, "refused", Phase.CONNECT)


async def test_a_handshake_that_stands_still() -> None:
    async with server(say_nothing) as port:
        info = await fault(f"https://127.0.0.1:{port}/", seconds=SHORT)
    assert told(info) == (TIMEOUT, "connect_timeout", Phase.CONNECT)


async def test_who_is_cancelled_in_a_handshake_leaves_no_connection_behind() -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        begun.set()
        await reader.read()
        left.set()

    async def ask(transport: Transport, port: int) -> None:
        async with transport.send(HttpRequest("GET", f"https://127.0.0.1:{port}/", {}, 60.0)):
            pass

    async with server(talk) as port, Transport() as transport:
        asking = asyncio.ensure_future(ask(transport, port))
        await begun.wait()
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        await left.wait()


async def test_a_handshake_with_somebody_who_speaks_no_tls() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with server(talk) as port:
        info = await fault(f"https://127.0.0.1:{port}/")
    assert told(info) == (NETWORK, "tls", Phase.CONNECT)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_a_connection_that_ends_before_the_answer(scheme: str, how: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        if how == "rst":
            reset(writer)

    async with server(talk) as port:
        info = await fault(f"{scheme}://127.0.0.1:{port}/")
    assert (info.error_class, info.code) == (NETWORK, "reset")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\ncontent-le"])
async def test_headers_that_break_off(head: bytes) -> None:
    async with raw_server(lambda _: Raw(head)) as it:
        info = await fault(it.url)
    assert told(info) == (NETWORK, "reset", Phase.HEADERS)


async def test_what_is_not_http() -> None:
    async with raw_server(lambda _: Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")) as it:
        info = await fault(it.url)
    assert told(info) == (PROTOCOL, "not_http", Phase.HEADERS)


async def test_a_proxy_that_takes_the_connection_and_says_nothing() -> None:
    async with server(say_nothing) as port:
        info = await fault("https://api.example.com/v1", seconds=SHORT, proxies={"all": f"http://127.0.0.1:{port}"})
    assert told(info) == (TIMEOUT, "connect_timeout", Phase.CONNECT)
    assert f"api.example.com through the proxy 127.0.0.1:{port}" in info.message


async def test_a_proxy_that_does_not_take_the_connection(full_backlog: int) -> None:
    proxies = {"all": f"http://127.0.0.1:{full_backlog}"}
    info = await fault("https://api.example.com/v1", seconds=SHORT, proxies=proxies)
    assert told(info) == (OFFLINE, "connect_timeout", Phase.CONNECT)
    assert "proxy variables" in info.message


async def test_an_answer_that_is_late_is_no_late_connection() -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await go.wait()
        writer.write(OK)
        await writer.drain()

    async with server(talk) as port, Transport() as transport:
        loop = asyncio.get_running_loop()

        async def ask() -> int:
            async with transport.send(HttpRequest("GET", f"http://127.0.0.1:{port}/", {}, SHORT)) as response:
                return response.status

        answer = asyncio.ensure_future(ask())
        await asked.wait()
        passed = loop.create_future()
        loop.call_later(2 * SHORT, passed.set_result, None)
        await passed
        assert not answer.done()
        go.set()
        assert await answer == 200


async def test_a_silent_connection_is_held_as_long_as_the_block_lasts() -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    async with raw_server(lambda _: Raw(head, Then.HOLD)) as it, Transport() as transport:
        async with transport.send(HttpRequest("GET", it.url, {}, SHORT)) as response:
            assert response.status == 200
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SHORT):
                    await anext(response.chunks())
        assert len(it.seen) == 1
