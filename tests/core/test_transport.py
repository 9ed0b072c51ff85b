"""Who is reached through a proxy, what each network fault is called, and that no key is quoted in any of them."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx
import pytest

from phoenix_tui.core.errors import ErrorClass, WireError
from phoenix_tui.core.transport import HttpRequest, Transport, bypasses_proxy, is_loopback

CANARY = "sk-canary-0123456789"


def request(url: str, *, key: str = CANARY) -> HttpRequest:
    return HttpRequest("GET", url, {"authorization": f"Bearer {key}"}, connect_deadline=2.0)


async def fault_of(error: Exception) -> WireError:
    """What the transport makes of `error` from the network."""

    def broken(_: httpx.Request) -> httpx.Response:
        raise error

    async with Transport(http=httpx.MockTransport(broken)) as transport:
        with pytest.raises(WireError) as caught:
            async with transport.send(request("https://api.example.com/v1/models")):
                pass
    return caught.value


def caused_by(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "error_class", "code"),
    [
        (httpx.ConnectTimeout("slow"), ErrorClass.TIMEOUT, "connect_timeout"),
        (httpx.WriteTimeout("slow"), ErrorClass.TIMEOUT, "send_timeout"),
        (caused_by(httpx.ConnectError("no"), ConnectionRefusedError(111, "refused")), ErrorClass.NETWORK, "refused"),
        (caused_by(httpx.ConnectError("no"), socket.gaierror(-2, "unknown")), ErrorClass.OFFLINE, "dns"),
        (caused_by(httpx.ConnectError("no"), OSError(101, "unreachable")), ErrorClass.OFFLINE, "no_route"),
        (caused_by(httpx.ConnectError("no"), ssl.SSLError(1, "bad certificate")), ErrorClass.NETWORK, "tls"),
        (httpx.ConnectError("no"), ErrorClass.NETWORK, "connect"),
        (httpx.ReadError("reset"), ErrorClass.NETWORK, "reset"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), ErrorClass.NETWORK, "reset"),
        (httpx.RemoteProtocolError("illegal status line"), ErrorClass.PROTOCOL, "not_http"),
        (httpx.ProxyError("407 Proxy Authentication Required"), ErrorClass.OFFLINE, "proxy_auth"),
        (httpx.ProxyError("502 Bad Gateway"), ErrorClass.NETWORK, "proxy"),
        (httpx.LocalProtocolError(f"Illegal header value b'{CANARY}'"), ErrorClass.AUTH, "malformed_header"),
    ],
)
async def test_each_network_fault_has_one_name(error: Exception, error_class: ErrorClass, code: str) -> None:
    info = (await fault_of(error)).info
    assert (info.error_class, info.code) == (error_class, code)
    assert CANARY not in info.message
    assert "api.example.com" in info.message or "proxy" in info.message or "header" in info.message


async def test_a_refused_connection_is_told_from_a_reset_one_on_real_sockets() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    async with Transport() as transport:
        with pytest.raises(WireError) as refused:
            async with transport.send(request(f"http://127.0.0.1:{port}/")):
                pass
    assert (refused.value.info.error_class, refused.value.info.code) == (ErrorClass.NETWORK, "refused")


async def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 307 T\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Transport() as transport, transport.send(request(f"http://127.0.0.1:{port}/")) as response:
        assert response.status == 307
    assert len(asked) == 1


async def test_a_key_with_a_line_break_is_refused_without_being_quoted() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Transport() as transport:
        with pytest.raises(WireError) as caught:
            async with transport.send(request(f"http://127.0.0.1:{port}/", key=CANARY + "\nx: y")):
                pass
    assert caught.value.info.error_class is ErrorClass.AUTH
    assert CANARY not in caught.value.info.message


def test_a_request_never_shows_its_headers() -> None:
    assert CANARY not in repr(request("https://api.example.com/"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("[::1]", True),
        ("box.localhost", True),
        ("localhost.example.com", False),
        ("192.168.1.5", False),
        ("0.0.0.0", False),
    ],
)
def test_loopback_is_told_by_the_address_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("url", "no_proxy", "expected"),
    [
        ("http://127.0.0.1:11434/api", (), True),
        ("http://[::1]:1234/v1", (), True),
        ("https://api.openai.com/v1", (), False),
        ("https://api.openai.com/v1", ("openai.com",), True),
        ("https://api.openai.com/v1", (".openai.com",), True),
        ("https://notopenai.com/v1", ("openai.com",), False),
        ("http://10.1.2.3:11434/", ("10.0.0.0/8",), True),
        ("http://11.1.2.3:11434/", ("10.0.0.0/8",), False),
        ("https://api.openai.com/v1", ("*",), True),
        ("https://api.openai.com/v1", ("",), False),
    ],
)
def test_loopback_and_listed_hosts_bypass_the_proxy(url: str, no_proxy: tuple[str, ...], expected: bool) -> None:
    assert bypasses_proxy(url, no_proxy) is expected


async def test_a_proxy_is_used_for_others_and_never_for_loopback() -> None:
    seen: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Transport(proxies={"http": f"http://127.0.0.1:{port}"}) as transport:
        async with transport.send(request("http://provider.invalid/v1/models")) as response:
            assert response.status == 200
        async with transport.send(request(f"http://127.0.0.1:{port}/direct")) as response:
            assert response.status == 200
    assert seen == ["GET http://provider.invalid/v1/models HTTP/1.1", "GET /direct HTTP/1.1"]
