"""Plays one cell of each fault over real sockets on this machine; deadlines that must pass are a twentieth as long."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import trustme

from phoenix_tui.core import attempt
from phoenix_tui.core.client import Client
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.sim import SimProvider, Simulator
from phoenix_tui.sim.connection import Answerer
from phoenix_tui.sim.faults import Refuse, Says
from phoenix_tui.sim.listener import Listener
from tests.matrix.cells import Cell, cells_of, played
from tests.matrix.checks import OTHERS_TEXT, problems
from tests.matrix.fault import Fault, Way
from tests.matrix.happened import Happened, ask
from tests.matrix.outcomes import After, Fails, Whole
from tests.matrix.phases import Phase, Variant
from tests.matrix.replies import Server
from tests.matrix.runner import others, steps_for
from tests.matrix.speakers import MODEL, SPEAKERS

PATIENCE = 0.05
_DEADLINES = frozenset({After.CONNECT, After.FIRST_TOKEN, After.STALL})
_NOWHERE = "nowhere.example"
_LOOKUP_ERRORS = {Way.NO_NAME: socket.EAI_NONAME, Way.NAME_SERVER_FAILS: socket.EAI_AGAIN}
_NO_WAY = {Way.NO_ROUTE: errno.ENETUNREACH, Way.UNREACHABLE: errno.EHOSTUNREACH}


def cell_for(fault: Fault) -> Cell:
    """The cell in which `fault` is played here: of those that occur, the one farthest into an answer."""
    cells = [cell for speaker in SPEAKERS if played(fault, speaker) for cell in cells_of(fault, speaker) if cell.occurs]
    fails = [cell for cell in cells if Variant.ALONE in cell.variants] or cells
    return max(fails, key=lambda cell: (list(Phase).index(cell.phase), -fails.index(cell)))


@dataclass
class RealClock:
    """The clock of the machine, which waits for nobody: what would be slept has passed at once. `skew` and what it is
    suspended for are seconds by which the wall is ahead."""

    skew: float = 0.0
    slept: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.slept

    def wall(self) -> float:
        return time.time() + self.slept + self.skew

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        await asyncio.sleep(0)

    def suspend(self, seconds: float) -> None:
        self.skew += seconds


class HastyClock:
    """The providers' clock: as much faster as deadlines are shorter."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * PATIENCE)


async def play(cell: Cell, variant: Variant) -> list[str]:
    """What is wrong after playing `cell`, in sentences."""
    clock = RealClock()
    server = Server(lambda number: steps_for(cell, variant, number, clock.wall()), clock)
    names = (cell.speaker.provider, *others(cell.speaker))
    happened = Happened(*names)
    is_first = iter([True])

    def listen(answer: Answerer, clock: Clock, port: int = 0) -> Listener:
        return Listener(server.before(answer) if next(is_first, False) else answer, clock, port)

    async with Simulator(names, clock=HastyClock(), listen=listen) as simulator:
        for name in names[1:]:
            simulator[name].set_fault(Says(text=OTHERS_TEXT))
        async with _way_to(simulator[names[0]], cell.fault.way) as (root, ca_file):
            config = replace(_config(simulator, names, root, ca_file), patience=_patience(cell))
            with mock.patch.object(attempt, "_ERROR_BODY_SECONDS", 0.2):
                async with Client(config, clock=clock) as client:
                    if cell.fault.warm:
                        await client.ask("Is the line good?")
                    already = len(server.heard)
                    await ask(client, happened, variant, clock.wall)
        happened.heard = [heard.at for heard in server.heard[already:]]
        happened.asked = {name: len(simulator[name].attempts) for name in names[1:]}
    return [*problems(cell, variant, happened, on_loopback=True, timed=False), *_left()]


def _config(simulator: Simulator, names: tuple[str, ...], root: str, ca_file: str | None) -> ClientConfig:
    providers = tuple(
        ProviderConfig(
            name,
            configured=True,
            key=Secret(key) if (key := simulator.key(name)) else None,
            root=simulator[name].root,
            wire_format=profile_of(name).wire_format,
        )
        for name in names
    )
    faulty = replace(providers[0], root=root, model=MODEL)
    return ClientConfig((faulty, *providers[1:]), primary=names[0], order=names, probes=False, ca_file=ca_file)


def _patience(cell: Cell) -> float:
    """Short where a deadline is to pass, and else as long as usual: a busy machine is slow."""
    match cell.outcome:
        case Fails(after=after) if after in _DEADLINES:
            return PATIENCE
        case Whole(left_open=True):
            return PATIENCE
        case _:
            return 1.0


def _left() -> Iterator[str]:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        yield f"left behind: task {task.get_coro()}"


# The ways to the faulty provider


@contextlib.asynccontextmanager
async def _way_to(provider: SimProvider, way: Way) -> AsyncIterator[tuple[str, str | None]]:
    """The root under which `provider` is asked while the connection to it is as `way` says, and whom to trust."""
    async with contextlib.AsyncExitStack() as exits:
        root, ca_file = provider.root, None
        match way:
            case Way.OPEN:
                pass
            case Way.REFUSED:
                provider.set_fault(Refuse())
            case Way.NO_NAME | Way.NAME_SERVER_FAILS:
                root = f"http://{_NOWHERE}"
                exits.enter_context(_lookups(_failing_lookup(_LOOKUP_ERRORS[way])))
            case Way.NAME_SERVER_SILENT:
                root = f"http://{_NOWHERE}"
                over = threading.Event()
                exits.callback(over.set)
                exits.enter_context(_lookups(over.wait))
            case Way.NO_ROUTE | Way.UNREACHABLE:
                exits.enter_context(_no_way_to(provider.port, _NO_WAY[way]))
            case Way.BACKLOG_FULL:
                root = exits.enter_context(_full_backlog())
            case Way.TLS_UNTRUSTED | Way.TLS_EXPIRED | Way.TLS_STALLS:
                root, ca_file = await exits.enter_async_context(_tls(way))
        yield root, ca_file


def _failing_lookup(code: int) -> Callable[[], object]:
    def fail() -> object:
        raise socket.gaierror(code, "as the resolver says it")

    return fail


@contextlib.contextmanager
def _lookups(look_up: Callable[[], object]) -> Iterator[None]:
    """Looking up the name of nowhere does this; no name server is asked."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kinds: Any) -> Any:
        if host in (_NOWHERE, _NOWHERE.encode()):
            look_up()
            raise socket.gaierror(socket.EAI_NONAME, "nowhere")
        return real(host, *args, **kinds)

    with mock.patch.object(socket, "getaddrinfo", getaddrinfo):
        yield


@contextlib.contextmanager
def _no_way_to(port: int, number: int) -> Iterator[None]:
    """Connections to `port` fail as the system says it of a network that is not there."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if address[1] == port:
            raise OSError(number, os.strerror(number))
        real(self, address)

    with mock.patch.object(socket.socket, "connect", connect):
        yield


@contextlib.contextmanager
def _full_backlog() -> Iterator[str]:
    """A listener that takes no more connections, nor refuses them."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.asynccontextmanager
async def _tls(way: Way) -> AsyncIterator[tuple[str, str | None]]:
    """A listener with a certificate that is good for nothing, or which never answers the handshake."""
    authority = trustme.CA()
    until = datetime(2020, 1, 1, tzinfo=UTC) if way is Way.TLS_EXPIRED else None
    certificate = authority.issue_cert("127.0.0.1", not_after=until)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    stalls = way is Way.TLS_STALLS
    open_ones: set[asyncio.StreamWriter] = set()

    async def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)

    with authority.cert_pem.tempfile() as ca_file:
        server = await asyncio.start_server(taken, "127.0.0.1", 0, ssl=None if stalls else context)
        port = server.sockets[0].getsockname()[1]
        async with server:
            yield f"https://127.0.0.1:{port}", None if way is Way.TLS_UNTRUSTED else ca_file
            for writer in open_ones:
                writer.close()
