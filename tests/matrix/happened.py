"""What happened when a cell was played, to be compared with what should have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.events import Completed, TurnEvent
from phoenix_tui.core.snapshot import ProviderHealth
from phoenix_tui.core.types import Answer, ChatRequest, Message
from tests.matrix.phases import Variant

QUESTION = (Message("user", "Count to five."),)


@dataclass
class Happened:
    """All that a cell left behind. Times are seconds since the question; `next` is who the policy would ask after the
    faulty provider, `local` who comes first when this machine seems offline."""

    faulty: str
    next: str
    local: str
    events: list[tuple[float, TurnEvent]] = field(default_factory=list)
    failure: NoProviderAnswered | None = None
    took: float = 0.0
    wall: float = 0.0
    """Wall time of the question by the clock as it stands at the end, in seconds since the epoch."""
    heard: Sequence[float] = ()
    """When the faulty provider was asked for an answer."""
    asked: dict[str, int] = field(default_factory=dict)
    """How often each other provider was."""
    elsewhere: int = 0
    """Requests that went where a redirect pointed to."""
    before: ProviderHealth | None = None
    health: dict[str, ProviderHealth] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer | None:
        last = self.events[-1][1] if self.events else None
        return last.answer if isinstance(last, Completed) else None


async def ask(client: Client, happened: Happened, variant: Variant, wall: Callable[[], float]) -> None:
    """Asks one question, and notes everything."""
    loop = asyncio.get_running_loop()
    happened.before = client.get_provider_health(happened.faulty)
    started = loop.time()
    request = ChatRequest(QUESTION, fallback=variant is not Variant.ALONE)
    try:
        async with client.stream(request) as turn:
            async for event in turn:
                happened.events.append((loop.time() - started, event))
    except NoProviderAnswered as failure:
        happened.failure = failure
    happened.took = loop.time() - started
    happened.wall = wall() - happened.took
    happened.health = client.get_all_provider_health()
