"""Connections that are kept: who uses them again, when they are dropped, and what a dead one costs a check."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.endpoint import Endpoint
from phoenix_tui.core.errors import ErrorClass, WireError
from phoenix_tui.core.profiles import Deadlines, profile_of
from phoenix_tui.core.transport import HttpRequest, Transport
from tests.helpers.raw_server import Raw, RawServer, Reply, Seen, Then, raw_server

JSON = {"content-type": "application/json"}
KEPT = Raw(b"HTTP/1.1 200 OK\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}", Then.KEEP)
RESET = Raw(b"", Then.RESET)


def scripted(*script: Raw) -> Callable[[Seen], Raw]:
    """Answers requests in this order."""
    lines = iter(script)
    return lambda _: next(lines)


def endpoint(transport: Transport, url: str) -> Endpoint:
    config = ProviderConfig("openai", configured=True, root=url)
    return Endpoint(profile_of("openai"), config, transport=transport, deadlines=Deadlines())


async def get(transport: Transport, url: str, *, fresh: bool = False) -> int:
    async with transport.send(HttpRequest("GET", url, {}, 2.0, fresh=fresh)) as response:
        async for _ in response.chunks():
            pass
        return response.status


async def test_a_connection_is_used_again_but_not_for_a_fresh_request() -> None:
    async with raw_server(lambda _: KEPT) as it, Transport() as transport:
        for fresh in (False, False, True, True, False):
            await get(transport, it.url, fresh=fresh)
        assert [request.connection for request in it.seen] == [0, 0, 1, 2, 0]


async def test_a_check_on_a_dead_connection_is_asked_again_on_a_living_one() -> None:
    async with raw_server(scripted(KEPT, RESET, KEPT)) as it, Transport() as transport:
        asking = endpoint(transport, it.url)
        assert (await asking.get(it.url)).status == 200
        got = await asking.get(it.url)
        assert (got.status, got.headers["retry-after"], got.text) == (200, "7", "{}")
        assert [request.connection for request in it.seen] == [0, 0, 1]


@pytest.mark.parametrize("broken", [RESET, Raw(b""), Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}")])
async def test_a_check_that_breaks_off_is_asked_once_more_and_no_further(broken: Raw) -> None:
    async with raw_server(lambda _: broken) as it, Transport() as transport:
        with pytest.raises(WireError) as caught:
            await endpoint(transport, it.url).get(it.url)
        assert (caught.value.info.error_class, caught.value.info.code) == (ErrorClass.NETWORK, "reset")
        assert len(it.seen) == 2


async def test_what_did_not_break_off_is_not_asked_again() -> None:
    async with raw_server(lambda _: Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")) as it, Transport() as transport:
        with pytest.raises(WireError):
            await endpoint(transport, it.url).get(it.url)
        assert len(it.seen) == 1


async def test_a_post_is_never_sent_twice_by_the_transport() -> None:
    async with raw_server(scripted(KEPT, RESET)) as it, Transport() as transport:
        await get(transport, it.url)
        with pytest.raises(WireError) as caught:
            async with transport.send(HttpRequest("POST", it.url, {"content-length": "2"}, 2.0, b"{}")):
                pass
        assert caught.value.info.code == "reset"
        assert len(it.posts) == 1


async def test_dropped_connections_are_closed_and_not_used_again() -> None:
    async with raw_server(lambda _: KEPT) as it, Transport() as transport:
        await get(transport, it.url)
        await transport.drop_connections()
        await it.ended(0)
        await get(transport, it.url)
        assert [request.connection for request in it.seen] == [0, 1]


async def test_an_answer_that_is_being_read_outlives_the_drop() -> None:
    async def pieces(server: RawServer) -> list[bytes]:
        async with transport.send(HttpRequest("GET", server.url, {}, 2.0)) as response:
            chunks = response.chunks()
            read = [await anext(chunks)]
            await transport.drop_connections()
            await get(transport, server.url)
            return read + [chunk async for chunk in chunks]

    answers = iter([Reply(200, JSON, [b"one", b"two", b"three"]), Reply(200, JSON, [b"{}"])])
    async with raw_server(lambda _: next(answers)) as it, Transport() as transport:
        assert b"".join(await pieces(it)) == b"onetwothree"
        await it.ended(0)
        assert [request.connection for request in it.seen] == [0, 1]


class Network(httpx.AsyncBaseTransport):
    """A network in memory that knows how often it was closed."""

    closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "gone.example":
            raise httpx.ConnectError("no") from socket.gaierror(socket.EAI_NONAME, "unknown")
        return httpx.Response(405 if request.method == "HEAD" else 200, stream=httpx.ByteStream(b"{}"))

    async def aclose(self) -> None:
        self.closed += 1


async def test_a_network_that_was_replaced_is_not_closed_under_an_answer() -> None:
    network = Network()
    async with Transport(http=network) as transport:
        async with transport.send(HttpRequest("GET", "https://api.example.com/", {}, 2.0)):
            await transport.drop_connections()
            assert network.closed == 0
        assert network.closed == 1
        assert await get(transport, "https://api.example.com/") == 200


@pytest.fixture
def nobody() -> Iterator[str]:
    """A URL at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


async def test_who_takes_a_connection_is_reachable_and_is_sent_nothing(nobody: str) -> None:
    async with raw_server(lambda _: KEPT) as it, Transport() as transport:
        assert await transport.reachable(it.url)
        assert not await transport.reachable(nobody)
        assert await transport.any_reachable([nobody, it.url, nobody])
        assert not await transport.any_reachable([nobody])
        assert not await transport.any_reachable([])
        assert it.seen == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[::1", "nonsense", ""])
async def test_what_is_no_address_is_not_reachable(url: str) -> None:
    async with Transport() as transport:
        assert not await transport.reachable(url)


async def test_behind_a_proxy_it_is_the_proxy_that_must_be_there(nobody: str) -> None:
    async with raw_server(lambda _: KEPT) as it:
        async with Transport(proxies={"https": it.url}) as transport:
            assert await transport.reachable("https://api.example.com/v1")
        async with Transport(proxies={"https": nobody}) as transport:
            assert not await transport.reachable("https://api.example.com/v1")


async def test_in_a_network_that_was_replaced_any_answer_will_do() -> None:
    async with Transport(http=Network()) as transport:
        assert await transport.reachable("https://api.example.com/v1")
        assert not await transport.reachable("https://gone.example/v1")
