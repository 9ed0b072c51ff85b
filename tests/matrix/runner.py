"""Plays cells over the network in memory, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self
from unittest import mock
from urllib.parse import urlsplit

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.configuration import ClientConfig
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.actions import Fin
from phoenix_tui.sim.connection import Answerer, Exchange
from phoenix_tui.sim.faults import Says
from phoenix_tui.sim.http import Request
from phoenix_tui.sim.listener import Listening
from tests.helpers.virtual import Connect, Path, VirtualLoop, VirtualWorld, run_virtual
from tests.matrix.cells import Cell
from tests.matrix.checks import OTHERS_TEXT, problems
from tests.matrix.fault import Way
from tests.matrix.faults.statuses import ELSEWHERE
from tests.matrix.happened import Happened, ask
from tests.matrix.phases import Variant
from tests.matrix.replies import Server, Step
from tests.matrix.speakers import MODEL, Speaker

_CONNECT = {
    Way.REFUSED: Connect.REFUSED,
    Way.NAME_SERVER_FAILS: Connect.DNS,
    Way.NAME_SERVER_SILENT: Connect.HANG,
    Way.NO_ROUTE: Connect.NO_ROUTE,
    Way.UNREACHABLE: Connect.UNREACHABLE,
    Way.BACKLOG_FULL: Connect.HANG,
    Way.TLS_UNTRUSTED: Connect.TLS,
}
_BY_NAME = frozenset({Way.NO_NAME, Way.NAME_SERVER_FAILS, Way.NAME_SERVER_SILENT, Way.NO_ROUTE, Way.UNREACHABLE})
"""Ways that need a name to be looked up, or a network to be crossed: a local server is then elsewhere in the house."""


def others(speaker: Speaker) -> tuple[str, str]:
    """Who stands behind the faulty provider: one with another wire format, and one on this machine."""
    return (
        "openai" if speaker.provider == "anthropic" else "anthropic",
        "lmstudio" if speaker.provider == "ollama" else "ollama",
    )


def steps_for(cell: Cell, variant: Variant, number: int, now: float) -> Sequence[Step]:
    """The reply to the faulty provider's request `number`, counted from 0."""
    stage = cell.stage(now)
    first = 1 if cell.fault.warm else 0
    if number < first:
        return [*stage.good(), Fin()] if cell.fault.closes_when_idle else stage.good()
    return stage.good() if variant is Variant.PASSING and number > first else cell.fault.play(stage)


class StagedWorld(VirtualWorld):
    """A virtual world whose first provider plays a cell; `server` has what it was asked for. Whoever asks where
    redirects point to is counted in `elsewhere`."""

    def __init__(self, cell: Cell, variant: Variant) -> None:
        super().__init__(cell.speaker.provider, *others(cell.speaker))
        self.cell = cell
        self.elsewhere = 0
        self._first = True
        self.server = Server(lambda number: steps_for(cell, variant, number, self.clock.world.wall()), self.clock)
        self.simulator = Simulator(self.names, clock=self.clock.world, listen=self._listen)

    def _listen(self, answer: Answerer, clock: Clock, port: int = 0) -> Listening:
        is_first = self._first
        self._first = False
        return self.network.listen(self.server.before(answer) if is_first else answer, clock, port)

    async def _caught(self, request: Request, exchange: Exchange) -> bool:
        del request, exchange
        self.elsewhere += 1
        return False

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        for name in self.names[1:]:
            self[name].set_fault(Says(text=OTHERS_TEXT))
        witness = self.network.listen(self._caught, self.clock.world)
        witness.open()
        self.network.add_host(urlsplit(ELSEWHERE).hostname or "", 443, witness.port, Path())
        faulty, way = self.names[0], self.cell.fault.way
        self.path[faulty].connect = _CONNECT.get(way, Connect.OK)
        if self.lan and way is not Way.NO_NAME:
            self.network.add_host("box.lan", 80, self[faulty].port, self.path[faulty])
        return self

    @property
    def lan(self) -> bool:
        """Whether the faulty provider is a server of the local network."""
        return self.cell.speaker.local and self.cell.fault.way in _BY_NAME

    def config(self, **changes: Any) -> ClientConfig:
        config = super().config(probes=False, **changes)
        root = "http://box.lan" if self.lan else ""
        if self.cell.fault.way is Way.NO_NAME and not self.lan:
            root = "https://nowhere.example"
        faulty = replace(config.providers[0], model=MODEL, root=root)
        return replace(config, providers=(faulty, *config.providers[1:]))


async def _play(cell: Cell, variant: Variant) -> Happened:
    happened = Happened(cell.speaker.provider, *others(cell.speaker))
    async with StagedWorld(cell, variant) as world:
        happened.keys = tuple(key.reveal() for name in world.names if (key := world.key(name)))
        async with world.client() as client:
            if cell.fault.warm:
                await client.ask("Is the line good?")
                await asyncio.sleep(1)
            already = len(world.server.heard)
            started = world.clock.monotonic()
            await ask(client, happened, variant, world.clock.wall)
        happened.heard = [heard.at - started for heard in world.server.heard[already:]]
        happened.asked = {name: len(world[name].attempts) for name in world.names[1:]}
        happened.elsewhere = world.elsewhere
    return happened


async def no_lookup(*_: Any, **__: Any) -> list[Any]:
    """In place of the loop's name resolution, which the client asks for a second time when a connection is late."""
    return []


def run(cell: Cell, variant: Variant) -> list[str]:
    """What is wrong after playing `cell`, in sentences; nothing where its outcome is as stated."""
    with mock.patch.object(VirtualLoop, "getaddrinfo", no_lookup):
        try:
            happened = run_virtual(lambda: _play(cell, variant), limit=86_400.0)
        except (AssertionError, BaseExceptionGroup) as error:
            return [f"{type(error).__name__}: {error}"]
    lan = cell.speaker.local and cell.fault.way in _BY_NAME
    return problems(cell, variant, happened, on_loopback=cell.speaker.local and not lan)
