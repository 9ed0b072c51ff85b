"""What is told when a proxy stands between and does not do its part."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, WireError
from phoenix_tui.core.transport import HttpRequest, Transport


async def trouble(url: str, proxies: dict[str, str]) -> ErrorInfo:
    async with Transport(proxies=proxies) as transport:
        with pytest.raises(WireError) as failure:
            async with transport.send(HttpRequest("GET", url, {}, 5.0)):
                pass
    return failure.value.info


@asynccontextmanager
async def proxy(says: bytes) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(says)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_proxy_that_is_not_there_is_named_without_its_password() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        info = await trouble("https://api.example.com/v1", {"https": f"http://me:pa55word@127.0.0.1:{port}"})
    assert (info.error_class, info.code) == (ErrorClass.OFFLINE, "refused")
    assert info.message == f"nothing answers at the proxy 127.0.0.1:{port}; check the proxy variables"


async def test_a_proxy_that_wants_a_password_is_told_from_the_provider() -> None:
    async with proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n") as port:
        info = await trouble("https://api.example.com/v1", {"all": f"http://127.0.0.1:{port}"})
    assert (info.error_class, info.code) == (ErrorClass.OFFLINE, "proxy_auth")
    assert "407" in info.message


async def test_a_proxy_for_the_other_scheme_is_not_in_between() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        info = await trouble(f"http://127.0.0.1:{port}/v1", {"https": "http://proxy.invalid"})
    assert info.message == f"nothing answers at 127.0.0.1:{port}"
