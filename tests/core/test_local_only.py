"""A conversation that must not leave this machine does not, whatever fails: the other providers, at their real
addresses in a simulated network, must see nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import Hedge, OnCut
from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered
from phoenix_tui.core.events import Completed, Confirming, TurnEvent
from phoenix_tui.core.types import ChatRequest, FallbackMode, Message
from phoenix_tui.sim.faults import BlackHole, Cut, Error, Fault, Says, Stall
from tests.helpers.virtual import Connect, VirtualWorld, run_virtual

KEPT_HERE = ChatRequest((Message("user", "a secret"),), local_only=True)
HOSTED = ("openrouter", "anthropic")
FAULTS = {
    "server": Error(error=ErrorClass.SERVER),
    "rate limit": Error(error=ErrorClass.RATE_LIMIT),
    "black hole": BlackHole(),
    "cut": Cut(after=2),
    "stall": Stall(after=2),
}


def saw_nothing(world: VirtualWorld) -> bool:
    """None of the hosted providers was sent anything at all."""
    return not any(world[name].requests for name in HOSTED)


async def told(client: Client, request: ChatRequest = KEPT_HERE) -> list[TurnEvent]:
    """The events of a turn, whether it is answered or not."""
    events: list[TurnEvent] = []
    try:
        async with client.stream(request) as turn:
            async for event in turn:
                events.append(event)  # noqa: PERF401 - a comprehension would lose them all
    except NoProviderAnswered:
        pass
    return events


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("mode", [FallbackMode.AUTO, FallbackMode.ASK])
def test_nothing_is_sent_elsewhere_in_any_failover(fault: Fault, mode: FallbackMode) -> None:
    async def main() -> None:
        async with VirtualWorld("lmstudio", *HOSTED) as world:
            world["lmstudio"].set_fault(Says(text=("word ",) * 30), fault)
            config = world.config(probes=False, hedge=Hedge.SUSPECT, on_cut=OnCut.CONTINUE, fallback=mode)
            async with world.client(config) as client:
                for _ in range(4):  # until it counts as unavailable, and need is greatest
                    events = await told(client)
                    assert not any(isinstance(event, Completed | Confirming) for event in events)
                assert saw_nothing(world)

    run_virtual(main)


def test_nor_when_the_local_server_is_gone() -> None:
    async def main() -> None:
        async with VirtualWorld("lmstudio", *HOSTED) as world:
            world.path["lmstudio"].connect = Connect.REFUSED
            async with world.client(probes=False) as client:
                await told(client)
                assert saw_nothing(world)

    run_virtual(main)


def test_a_hosted_primary_is_passed_over() -> None:
    async def main() -> None:
        async with VirtualWorld(*HOSTED, "lmstudio") as world, world.client(probes=False) as client:
            events = await told(client)
            assert isinstance(events[-1], Completed)
            assert events[-1].answer.target.provider == "lmstudio"
            assert saw_nothing(world)
            # The next conversation may leave again.
            events = await told(client, replace(KEPT_HERE, local_only=False))
            assert isinstance(events[-1], Completed)
            assert events[-1].answer.target.provider == "openrouter"

    run_virtual(main)


def test_not_even_to_a_provider_that_is_asked_for_by_name() -> None:
    async def main() -> None:
        async with VirtualWorld("lmstudio", *HOSTED) as world, world.client(probes=False) as client:
            await told(client, replace(KEPT_HERE, provider="anthropic", model="claude-haiku-5-5"))
            assert saw_nothing(world)

    run_virtual(main)
