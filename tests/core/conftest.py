"""A client over simulated providers, as most tests of the core want it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.events import TurnEvent
from phoenix_tui.core.types import ChatRequest, Message
from phoenix_tui.sim import SimProvider, Simulator
from phoenix_tui.sim.faults import Says

QUESTION = ChatRequest((Message("user", "count"),))


@dataclass
class World:
    """A client and the providers that it talks to."""

    client: Client
    simulator: Simulator

    def __getitem__(self, name: str) -> SimProvider:
        return self.simulator[name]

    async def events(self, request: ChatRequest = QUESTION) -> list[TurnEvent]:
        """Everything that a turn tells; a turn that nobody answers ends with what it raised as `failure`."""
        seen: list[TurnEvent] = []
        self.failure: NoProviderAnswered | None = None
        try:
            async with self.client.stream(request) as turn:
                async for event in turn:
                    seen.append(event)  # noqa: PERF401 - a comprehension would lose them all
        except NoProviderAnswered as failure:
            self.failure = failure
        return seen


WorldMaker = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def world() -> WorldMaker:
    """`async with world("openai", "anthropic", patience=0.01) as it`: the first is the primary. Each says its name."""

    @asynccontextmanager
    async def make(
        *names: str, variables: dict[str, str] | None = None, clock: Clock | None = None, **config: Any
    ) -> AsyncIterator[World]:
        async with Simulator(names) as simulator:
            for provider in simulator:
                provider.set_fault(Says(text=(f"{provider.name} ", "says ", "so")))
            environment = simulator.environment() | {"LLM_PROVIDER": names[0], "LLM_FALLBACK_ORDER": ",".join(names)}
            settings = replace(
                simulated_config(environment | (variables or {})), probes=False, watches_idle=False, **config
            )
            async with Client(settings, clock=clock) as client:
                yield World(client, simulator)

    return make
