"""A conversation that must not leave this machine does not, whatever fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.configuration import FallbackMode, Hedge, OnCut
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import Confirming
from phoenix_tui.core.snapshot import ReasonKind
from phoenix_tui.sim.faults import BlackHole, Cut, Error, Fault, Refuse, Says, Stall
from tests.core.conftest import QUESTION, World, WorldMaker

KEPT_HERE = replace(QUESTION, local_only=True)
HOSTED = ("openrouter", "anthropic")


def saw_nothing(it: World) -> bool:
    """Neither of the hosted providers was sent anything at all."""
    return not any(it[name].requests for name in HOSTED)


@pytest.mark.parametrize(
    "fault",
    [
        Error(error=ErrorClass.SERVER),
        Error(error=ErrorClass.RATE_LIMIT),
        Refuse(),
        BlackHole(),
        Cut(after=2),
        Stall(after=2),
    ],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("mode", [FallbackMode.AUTO, FallbackMode.ASK])
async def test_nothing_is_sent_elsewhere_in_any_failover(world: WorldMaker, fault: Fault, mode: FallbackMode) -> None:
    wishes = {"hedge": Hedge.SUSPECT, "on_cut": OnCut.CONTINUE, "fallback": mode, "confirm_seconds": 0.01}
    async with world("lmstudio", *HOSTED, patience=0.02, **wishes) as it:
        it["lmstudio"].set_fault(Says(text=("word ",) * 30), fault)
        for _ in range(4):  # until it counts as unavailable, so that need is great
            events = await it.events(KEPT_HERE)
            assert it.failure is not None
            assert not any(isinstance(event, Confirming) for event in events)
        assert saw_nothing(it)


async def test_a_hosted_primary_is_passed_over_and_that_is_told(world: WorldMaker) -> None:
    async with world(*HOSTED, "lmstudio") as it:
        events = await it.events(KEPT_HERE)
        assert saw_nothing(it)
        order = it.client.snapshot().order
    assert events[-1].answer.target.provider == "lmstudio"  # type: ignore[union-attr]
    assert all(reason.kind is not ReasonKind.NOT_ALLOWED for place in order for reason in place.reasons)  # others may


async def test_not_even_a_provider_that_is_asked_for_by_name(world: WorldMaker) -> None:
    async with world("lmstudio", *HOSTED) as it:
        await it.events(replace(KEPT_HERE, provider="anthropic", model="claude-haiku-5-5"))
        assert saw_nothing(it)
