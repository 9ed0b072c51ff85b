"""A simulator for each test, with an answer that the test knows."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from phoenix_tui.sim import Simulator
from phoenix_tui.sim.model import Answer, Call
from tests.helpers.simulation import REASONING, TEXT, InstantClock


def _known(call: Call, dice: random.Random) -> Answer:
    return Answer(text=TEXT, reasoning=REASONING, cached_tokens=1)


@pytest.fixture
def clock() -> InstantClock:
    return InstantClock()


@pytest.fixture
async def sim(clock: InstantClock) -> AsyncIterator[Simulator]:
    """All seven, answering `TEXT` after `REASONING`, on a clock that never waits."""
    async with Simulator(clock=clock) as simulator:
        for provider in simulator:
            provider.key = simulator.key(provider.name) or None
            provider.author = _known
        yield simulator
