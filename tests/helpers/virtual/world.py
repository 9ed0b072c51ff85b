"""A machine with its network and its providers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.sim import SimProvider, Simulator
from tests.helpers.virtual.clock import VirtualClock
from tests.helpers.virtual.network import VirtualNetwork
from tests.helpers.virtual.path import Connect, Path


class VirtualWorld:
    """Simulated providers at the addresses of the real ones, as an async context manager; see the package.

    `names` are those that exist, in the order in which a client of this world asks them (all seven where none is
    named). Entering starts them; leaving stops them, and raises AssertionError when something was left behind.
    """

    def __init__(self, *names: str, seed: int = 0) -> None:
        self.names = names or PROVIDER_NAMES
        self.seed = seed
        self.clock = VirtualClock()
        self.network = VirtualNetwork()
        self.simulator = Simulator(self.names, seed=seed, clock=self.clock.world, listen=self.network.listen)
        self.path: Mapping[str, Path] = {name: Path() for name in self.names}
        self.clients: list[Client] = []

    def __getitem__(self, name: str) -> SimProvider:
        return self.simulator[name]

    async def __aenter__(self) -> Self:
        await self.simulator.__aenter__()
        for provider in self.simulator:
            root = urlsplit(profile_of(provider.name).root)
            path = self.path[provider.name]
            port = root.port or {"https": 443, "http": 80}[root.scheme]
            self.network.add_host(root.hostname or "", port, provider.port, path)
            self.network.add_host("127.0.0.1", provider.port, provider.port, path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path in self.path.values():
            path.mute = False
        await asyncio.sleep(1)  # what was closed reaches the other side
        left = self.leaks()
        await self.simulator.__aexit__(kind, error, trace)
        if kind is None and left:
            raise AssertionError("left behind: " + "; ".join(left))

    def config(self, **changes: Any) -> ClientConfig:
        """Everybody configured with a key that works, the first name primary; `changes` are other fields."""
        providers = tuple(ProviderConfig(name, configured=True, key=self.key(name)) for name in self.names)
        return replace(ClientConfig(providers, primary=self.names[0], order=self.names), **changes)

    def key(self, name: str) -> Secret | None:
        """The key for the provider `name`, None where none is needed."""
        key = self.simulator.key(name)
        return Secret(key) if key else None

    def client(self, config: ClientConfig | None = None, *, rng: Random | None = None, **changes: Any) -> Client:
        """A client in this world, yet to be entered. `changes` are fields of its configuration."""
        client = Client(
            config or self.config(**changes),
            clock=self.clock,
            rng=rng or Random(self.seed),
            transport=self.network.transport(),
        )
        self.clients.append(client)
        return client

    def offline(self, value: bool, how: Connect = Connect.DNS) -> None:
        """Whether this machine has lost its network: nothing hosted can be reached, and what is connected is mute."""
        for name, path in self.path.items():
            if not profile_of(name).local:
                path.connect = how if value else Connect.OK
                path.mute = value

    def leaks(self) -> list[str]:
        """What is open now: connections at either end, attempts and permits of all clients, and every task but the
        one that asks."""
        found = self.network.open_links
        for client in self.clients:
            for health in client.get_all_provider_health().values():
                if health.in_flight or health.on_trial:
                    found.append(f"{health.name}: {health.in_flight} attempts open, on trial: {health.on_trial}")
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        return found + sorted(f"task {task.get_coro()}" for task in tasks if not task.done())
