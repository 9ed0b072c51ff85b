"""What the core costs beside raw httpx with a hand-written parse, over the same prepared answers (bench/server.py)."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import httpx

from bench.measure import Contestant, Limit, Line, Row, in_turn
from bench.server import server, url_path
from bench.wire import CHAT, FORMATS, MODEL, QUESTION, Events, Spoken
from phoenix_tui import ChatRequest, Client, ClientConfig, HealthState, Message, ProviderConfig, Secret
from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.clock import SystemClock
from phoenix_tui.core.events import TextDelta

TITLE = "The core"
AT_ONCE = 50
REQUEST = ChatRequest((Message("user", QUESTION),))
FIRST = "time to first token"


class CountingClock(SystemClock):
    """The real one; `slept` is how many seconds were asked for in sleep, none of which it sleeps."""

    slept = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds


# By hand


async def read_by_hand(client: httpx.AsyncClient, spoken: Spoken, base: str) -> float:
    """Raw httpx, and just enough of a parser. Seconds to the first token."""
    started, first = time.perf_counter(), 0.0
    text: list[str] = []
    events = Events(spoken)
    async with client.stream("POST", base + spoken.path, json=spoken.body) as response:
        response.raise_for_status()
        async for chunk in response.aiter_raw():
            if pieces := events.feed(chunk):
                first = first or time.perf_counter() - started
                text += pieces
    assert "".join(text).endswith(" ")
    return first


async def ask_by_hand(client: httpx.AsyncClient, base: str) -> None:
    """One answer that is not streamed."""
    body = {**CHAT.body, "stream": False}
    response = await client.post(base + CHAT.path, json=body)
    assert json.loads(response.content)["choices"][0]["message"]["content"]


# By the core


async def read_by_client(client: Client) -> float:
    """The same through the core."""
    started, first = time.perf_counter(), 0.0
    text: list[str] = []
    async with client.stream(REQUEST) as turn:
        async for event in turn:
            if isinstance(event, TextDelta):
                first = first or time.perf_counter() - started
                text.append(event.text)
    assert "".join(text).endswith(" ")
    return first


async def ask_by_client(client: Client) -> None:
    """One whole answer through the core."""
    answer = await client.ask(REQUEST)
    assert answer.text


def configured(spoken: Spoken, root: str, path: str) -> ProviderConfig:
    """The provider that speaks `spoken`, at `root`, where it answers what `path` names."""
    return ProviderConfig(spoken.provider, True, Secret("bench"), root, path, MODEL, spoken.wire_format)


def config_of(*providers: ProviderConfig) -> ClientConfig:
    """These providers in this order, and nothing that runs beside the requests."""
    names = tuple(provider.name for provider in providers)
    return ClientConfig(providers, primary=names[0], order=names, probes=False)


# What is measured


class Bench:
    """The contestants, over one server and one event loop."""

    def __init__(self, runner: asyncio.Runner, port: int) -> None:
        self._run = runner.run
        self._root = f"http://127.0.0.1:{port}"
        self._port = port

    def rows(self) -> Iterator[Line]:
        """Every line of the table."""
        yield from self.first_token()
        for spoken in FORMATS:
            for pieces, rounds in ((2_000, 11), (100_000, 3)):
                yield self.cpu_a_chunk(spoken, pieces, rounds)
        yield self.requests(
            "whole", f"CPU a request, {AT_ONCE} at once, answered in one piece", most=1.43
        )  # 0.7 times as many a second
        yield self.requests("stream", f"CPU a request, {AT_ONCE} at once, answered as a stream of 20")
        yield from self.failover("refused")
        yield from self.failover("failure")

    def first_token(self) -> Iterator[Line]:
        """Sequential, over a kept connection."""
        path = url_path(WireFormat.OPENAI_CHAT, "stream", 20)

        async def over_a_socket() -> float:
            """What the server needs: the least that anybody can."""
            with socket.create_connection(("127.0.0.1", self._port)) as bare:
                head = f"POST {path}{CHAT.path} HTTP/1.1\r\ncontent-length: 0\r\n\r\n".encode()
                started = time.perf_counter()
                bare.sendall(head)
                bare.recv(65_536)
                return time.perf_counter() - started

        samples = self._in_turn(
            config_of(configured(CHAT, self._root, path)),
            lambda raw: read_by_hand(raw, CHAT, self._root + path),
            read_by_client,
            also={"socket": over_a_socket},
            rounds=300,
        )
        yield Limit("the server's own part, over a bare socket", samples["socket"], scale=1e3, unit="ms", digits=2)
        yield Row(FIRST, "raw httpx", samples["raw"], samples["ours"], most=1.3, scale=1e3, unit="ms")

    def cpu_a_chunk(self, spoken: Spoken, pieces: int, rounds: int) -> Row:
        """CPU of a whole stream, by its pieces."""
        path = url_path(spoken.wire_format, "stream", pieces)
        samples = self._in_turn(
            config_of(configured(spoken, self._root, path)),
            lambda raw: _cpu(read_by_hand(raw, spoken, self._root + path)),
            lambda client: _cpu(read_by_client(client)),
            rounds=rounds,
        )
        what = f"CPU a chunk, {spoken.name}, {pieces:,} chunks"
        theirs, ours = ([taken / pieces for taken in samples[name]] for name in ("raw", "ours"))
        return Row(what, "raw httpx", theirs, ours, most=1.5, scale=1e6, unit="us", digits=1)

    def requests(self, kind: str, what: str, most: float | None = None) -> Row:
        """CPU of a request when so many are under way: what one process can do in a second is its inverse."""
        path = url_path(WireFormat.OPENAI_CHAT, kind, 20)
        base = self._root + path

        async def by_hand(raw: httpx.AsyncClient) -> float:
            one = ask_by_hand if kind == "whole" else lambda raw, base: read_by_hand(raw, CHAT, base)
            return await _a_request(lambda: one(raw, base))

        samples = self._in_turn(
            config_of(configured(CHAT, self._root, path)),
            by_hand,
            lambda client: _a_request(lambda: ask_by_client(client)),
            rounds=9,
        )
        return Row(what, "raw httpx", samples["raw"], samples["ours"], most=most, scale=1e3, unit="ms")

    def failover(self, kind: str) -> Iterator[Row]:
        """From a dead primary to the first token of the next: the first time, and once the breaker is open."""
        good = url_path(WireFormat.OPENAI_CHAT, "stream", 20)
        bad = url_path(WireFormat.OPENAI_RESPONSES, "failure", 0)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused, and given to nobody else
            root = f"http://127.0.0.1:{nobody.getsockname()[1]}" if kind == "refused" else self._root
            dead = FORMATS[1]
            config = config_of(configured(dead, root, bad), configured(CHAT, self._root, good))
            asked = 1 if kind == "refused" else 2  # what is refused is not asked again
            words = "refused" if kind == "refused" else "500, asked twice"

            no_trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading certificates, which nobody needs, takes 20 ms

            async def by_hand() -> float:
                async with httpx.AsyncClient(verify=no_trust, trust_env=False) as raw:
                    started = time.perf_counter()
                    for _ in range(asked):
                        try:
                            (await raw.post(root + bad + dead.path, json=dead.body)).raise_for_status()
                        except httpx.HTTPError:
                            continue
                    return time.perf_counter() - started + await read_by_hand(raw, CHAT, self._root + good)

            async def first_time() -> float:
                clock = CountingClock()
                async with Client(config, clock=clock) as client:
                    taken = await read_by_client(client)
                    assert bool(clock.slept) == (asked == 2)
                    return taken

            contestants = {"raw": self._timed(by_hand), "ours": self._timed(first_time)}
            samples = in_turn(contestants, 60, warm_up=5)
            what = f"dead primary ({words}) to the next one's first token, its wait aside"
            yield Row(what, "raw httpx", samples["raw"], samples["ours"], most=1.5, scale=1e3, unit="ms")
            yield self._with_open_breaker(words, config, good)

    def _with_open_breaker(self, words: str, config: ClientConfig, good: str) -> Row:
        well = config_of(configured(CHAT, self._root, good))
        is_open = self._run(_opened(Client(config, clock=CountingClock())))
        is_well = self._run(_opened(Client(well)))
        try:
            contestants = {
                "well": self._timed(lambda: read_by_client(is_well)),
                "open": self._timed(lambda: read_by_client(is_open)),
            }
            samples = in_turn(contestants, 200, warm_up=10)
        finally:
            self._run(is_open.__aexit__(None, None, None))
            self._run(is_well.__aexit__(None, None, None))
        what = f"{FIRST}, primary dead ({words}), breaker open"
        return Row(what, "no failure", samples["well"], samples["open"], most=1.3, scale=1e3, unit="ms")

    def _in_turn(
        self,
        config: ClientConfig,
        by_hand: Callable[[httpx.AsyncClient], Awaitable[float]],
        by_client: Callable[[Client], Awaitable[float]],
        *,
        rounds: int,
        also: dict[str, Callable[[], Awaitable[float]]] | None = None,
    ) -> dict[str, list[float]]:
        """Both ways in turn, each with connections that it keeps, and what `also` is to be measured beside them."""
        raw = httpx.AsyncClient(timeout=60, trust_env=False)
        client = self._run(Client(config).__aenter__())
        try:
            contestants = {
                "raw": self._timed(lambda: by_hand(raw)),
                "ours": self._timed(lambda: by_client(client)),
                **{name: self._timed(one) for name, one in (also or {}).items()},
            }
            return in_turn(contestants, rounds, warm_up=2)
        finally:
            self._run(raw.aclose())
            self._run(client.__aexit__(None, None, None))

    def _timed(self, one: Callable[[], Awaitable[float]]) -> Contestant:
        async def run() -> float:
            return await one()

        return lambda: self._run(run())


async def _cpu(reading: Awaitable[object]) -> float:
    started = time.process_time()
    await reading
    return time.process_time() - started


async def _a_request(one: Callable[[], Awaitable[object]], rounds: int = 4) -> float:
    """Seconds of CPU a request, with so many at once for a while: the process has nothing to wait for, so this is the
    time between two answers, without what others take of the machine."""

    async def several() -> None:
        for _ in range(rounds):
            await one()

    started = time.process_time()
    await asyncio.gather(*(several() for _ in range(AT_ONCE)))
    return (time.process_time() - started) / (AT_ONCE * rounds)


async def _opened(client: Client) -> Client:
    """`client`, entered, with the breaker of a dead primary open."""
    await client.__aenter__()
    for _ in range(3):
        await read_by_client(client)
    states: Sequence[HealthState] = [client.get_provider_health(client.primary_provider).state]
    assert states[0] in (HealthState.HEALTHY, HealthState.UNAVAILABLE)
    return client


def rows() -> Iterator[Line]:
    """Measure."""
    with server() as port, asyncio.Runner() as runner:
        yield from Bench(runner, port).rows()
