"""When the public status pages are read, what is shown of them and for how long, and that no key goes there."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import httpx
import pytest

from phoenix_tui.core.status_feeds import MAX_BYTES
from phoenix_tui.core.status_reader import StatusReader
from phoenix_tui.core.transport import Transport
from tests.helpers.manual_clock import ManualClock
from tests.helpers.raw_server import RawServer, Reply, Seen, raw_server
from tests.helpers.virtual import VirtualClock, run_virtual

NAMES = ("openai", "anthropic", "gemini", "ollama")


class Pages:
    """Status pages whose words a test sets; "" is a page that does not answer as it should."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.broken: Reply | None = None
        self.changes = 0

    def __call__(self, _: Seen) -> Reply:
        if self.broken is not None:
            return self.broken
        incidents = [{"name": self.trouble, "status": "identified"}] if self.trouble else []
        return Reply(200, {}, [json.dumps({"incidents": incidents}).encode()])

    def count(self) -> None:
        self.changes += 1


@asynccontextmanager
async def reading(pages: Pages, clock: ManualClock) -> AsyncIterator[tuple[StatusReader, RawServer]]:
    async with raw_server(pages) as server, Transport() as transport:
        feeds = {"openai": (f"{server.url}/one", f"{server.url}/two"), "anthropic": (f"{server.url}/three",)}
        reader = StatusReader(
            NAMES, transport=transport, clock=clock, rng=random.Random(3), changed=pages.count, feeds=feeds
        )
        yield reader, server


def words(reader: StatusReader, name: str = "openai") -> str | None:
    status = reader.status(name)
    return None if status is None else status.words


async def test_pages_are_read_without_a_key_and_told_when_they_change() -> None:
    pages = Pages()
    async with reading(pages, ManualClock()) as (reader, server):
        assert words(reader) is None
        await reader.read()
        assert (words(reader), words(reader, "anthropic"), pages.changes) == ("", "", 1)
        await reader.read()
        assert pages.changes == 1
        pages.trouble = "Slow"
        await reader.read()
        assert (words(reader), pages.changes) == ("Slow (identified)", 2)
        status = reader.status("openai")
        assert status is not None
        assert (status.trouble, status.page) == (True, "https://status.openai.com")
        assert sorted({request.path for request in server.seen}) == ["/one", "/three", "/two"]
        assert all(request.method == "GET" for request in server.seen)
        assert all(not {"authorization", "x-api-key", "cookie"} & request.headers.keys() for request in server.seen)


async def test_who_has_no_feed_is_shown_with_nothing() -> None:
    async with reading(Pages(), ManualClock()) as (reader, _):
        await reader.read()
        assert reader.status("gemini") is None
        assert reader.status("ollama") is None


@pytest.mark.parametrize(
    "broken",
    [
        Reply(403, {}, [b"<html>challenge</html>"]),
        Reply(301, {"location": "https://elsewhere.example/"}),
        Reply(200, {}, [b'{"incidents":[]}', b" " * MAX_BYTES]),
        Reply(200, {"content-encoding": "gzip"}, [b"no gzip"]),
        Reply(200),
    ],
)
async def test_a_page_that_cannot_be_read_is_believed_for_a_while_and_then_forgotten(broken: Reply) -> None:
    pages, clock = Pages(), ManualClock()
    pages.trouble = "Slow"
    async with reading(pages, clock) as (reader, _):
        await reader.read()
        pages.broken = broken
        await clock.advance(900)
        await reader.read()
        assert words(reader) == "Slow (identified)"
        await clock.advance(1)
        await reader.read()
        assert words(reader) is None


async def test_a_page_that_cannot_be_reached_raises_nothing() -> None:
    feeds = {"openai": ("http://127.0.0.1:1/", "nonsense", "")}
    async with Transport() as transport:
        reader = StatusReader(
            NAMES, transport=transport, clock=ManualClock(), rng=random.Random(3), changed=ignore, feeds=feeds
        )
        await reader.read()
        assert reader.status("openai") is None


def test_they_are_read_at_once_and_then_every_five_minutes_or_so() -> None:
    asked: list[float] = []

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(asyncio.get_running_loop().time())
        return httpx.Response(200, stream=httpx.ByteStream(b'{"incidents":[]}'))

    async def main() -> None:
        async with Transport(http=httpx.MockTransport(answer)) as transport:
            feeds = {"openai": ("https://status.example/feed",)}
            reader = StatusReader(
                NAMES, transport=transport, clock=VirtualClock(), rng=random.Random(3), changed=ignore, feeds=feeds
            )
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(3600):
                    await reader.run()

    run_virtual(main, limit=4000)
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert asked[0] < 1
    assert len(waits) >= 10
    assert all(240 <= wait <= 361 for wait in waits)
    assert len(set(waits)) > 5


def test_a_page_that_is_silent_is_waited_for_five_seconds() -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1000)
        return httpx.Response(200)

    async def main() -> float:
        async with Transport(http=httpx.MockTransport(answer)) as transport:
            reader = StatusReader(
                NAMES, transport=transport, clock=VirtualClock(), rng=random.Random(3), changed=ignore
            )
            await reader.read()
            return asyncio.get_running_loop().time()

    assert run_virtual(main) == pytest.approx(5.0)


def ignore() -> None:
    """Nobody looks."""


def test_by_default_it_reads_what_the_profiles_say() -> None:
    reader = StatusReader(NAMES, transport=Transport(), clock=ManualClock(), rng=random.Random(3), changed=ignore)
    assert {name for name, urls in reader._feeds.items() if urls} == {"openai", "anthropic"}
    assert all(url.startswith("https://status.") for urls in reader._feeds.values() for url in urls)
