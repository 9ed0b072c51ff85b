"""All simulated providers together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from phoenix_tui.core.clock import Clock
from phoenix_tui.sim.catalogue import LOCAL, PROVIDER_NAMES
from phoenix_tui.sim.listener import Listen, Listener
from phoenix_tui.sim.provider import Pace, SimProvider

_KEY_VARIABLES = {
    "openrouter": "OPENROUTER_API_KEY",
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "grok": "GROK_API_KEY",
}


class Simulator:
    """Simulated providers on loopback, each on a port of its own, while the context is entered.

    `port` is the first of consecutive ports, 0 for free ones. `seed` decides everything random. `paced` lets them talk
    at a human pace (60 to 80 tokens a second); otherwise they are as fast as they can be. `clock` is for their waits,
    `listen` the network that they are on.
    """

    def __init__(
        self,
        providers: Sequence[str] = PROVIDER_NAMES,
        *,
        seed: int = 0,
        port: int = 0,
        paced: bool = False,
        clock: Clock | None = None,
        listen: Listen = Listener,
    ) -> None:
        self._names = tuple(providers)
        self._seed = seed
        self._port = port
        self._paced = paced
        self._clock = clock
        self._listen = listen
        self._providers: dict[str, SimProvider] = {}

    def __getitem__(self, name: str) -> SimProvider:
        return self._providers[name]

    def __iter__(self) -> Iterator[SimProvider]:
        return iter(self._providers.values())

    async def __aenter__(self) -> Self:
        try:
            for index, name in enumerate(self._names):
                port = self._port + index if self._port else 0
                provider = SimProvider(name, clock=self._clock, seed=self._seed, port=port, listen=self._listen)
                self._providers[name] = provider
                if self._paced:
                    provider.pace = PACES[name]
        except OSError:
            await self._close()
            raise
        for provider in self:
            provider.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(*(provider.close() for provider in self))

    def key(self, name: str) -> str:
        """A key for the provider `name`, "" where none is needed."""
        return "" if name in LOCAL else f"sk-sim-{name}-0123456789"

    def environment(self) -> dict[str, str]:
        """The variables that point phoenix-tui, and most SDKs, at these providers."""
        variables: dict[str, str] = {}
        for provider in self:
            if provider.name in _KEY_VARIABLES:
                variables[_KEY_VARIABLES[provider.name]] = self.key(provider.name)
            variables[f"{provider.name.upper()}_BASE_URL"] = provider.base_url
        return variables


PACES = {
    "openrouter": Pace(70, (0.4, 0.8)),
    "openai": Pace(75, (0.35, 0.7)),
    "anthropic": Pace(68, (0.4, 0.9)),
    "gemini": Pace(80, (0.3, 0.6)),
    "grok": Pace(78, (0.35, 0.7)),
    "ollama": Pace(60, (0.4, 0.7)),
    "lmstudio": Pace(62, (0.4, 0.8)),
}
"""How fast each talks when it is paced."""
