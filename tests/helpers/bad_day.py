"""A day on which much goes wrong, lived by a whole client in virtual time, as the records that it left."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cache
from random import Random

from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered
from phoenix_tui.core.journal import Record
from phoenix_tui.core.types import ChatRequest, Message
from phoenix_tui.sim.faults import Cut, Error, Fault, ResetBeforeHeaders, Says
from tests.helpers.virtual import VirtualWorld, run_virtual

NAMES = ("openrouter", "anthropic", "openai", "ollama")
QUESTION = "canaryquestion"
ANSWER = "canaryanswer"
_TROUBLE: tuple[tuple[Fault, ...], ...] = (
    (Error(error=ErrorClass.RATE_LIMIT, retry_after=12),),
    (Error(error=ErrorClass.SERVER),),
    (Error(error=ErrorClass.OVERLOADED),),
    (Error(error=ErrorClass.AUTH),),
    (Error(error=ErrorClass.QUOTA),),
    (Says(text=(f"{ANSWER} ",) * 20), Cut(after=10)),
    (ResetBeforeHeaders(),),
)
_WELL: tuple[Fault, ...] = (Says(text=(f"{ANSWER} ",) * 20),)


@cache
def bad_day(seed: int = 7, questions: int = 60) -> tuple[Record, ...]:
    """About an hour: providers fail in every way and recover, the network goes away, the machine sleeps."""
    records: list[Record] = []

    async def live() -> None:
        chance = Random(seed)
        async with VirtualWorld(*NAMES, seed=seed) as world:
            client = Client(
                world.config(), clock=world.clock, rng=Random(seed), transport=world.network.transport(),
                journal=records.append,
            )  # fmt: skip
            world.clients.append(client)
            async with client:
                for _ in range(questions):
                    for name in NAMES:
                        world[name].set_fault(*(chance.choice(_TROUBLE) if chance.random() < 0.4 else _WELL))
                    match chance.randrange(15):
                        case 0:
                            world.clock.suspend(7_200)
                        case 1:
                            world.offline(True)
                        case 2:
                            client.set_primary(chance.choice(NAMES))
                        case _:
                            world.offline(False)
                    with suppress(NoProviderAnswered):
                        await client.ask(ChatRequest((Message("user", QUESTION),)))
                    await asyncio.sleep(chance.expovariate(1 / 60))
                world.offline(False)
                for name in NAMES:
                    world[name].set_fault(*_WELL)
                await asyncio.sleep(60)

    run_virtual(live)
    return tuple(records)
