"""Cancelled at any await at all, a request leaves nothing behind and holds nothing against anybody."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import ChatRequest
from tests.helpers.virtual import VirtualLoop, run_virtual
from tests.matrix.cancelling import CancelAt
from tests.matrix.cells import Cell
from tests.matrix.faults import BY_NAME
from tests.matrix.happened import QUESTION
from tests.matrix.phases import Mode, Phase, Variant
from tests.matrix.runner import StagedWorld, no_lookup
from tests.matrix.speakers import SPEAKERS, Speaker

_SCENES = {
    "a good answer": ("CRLF", Phase.AFTER_HEADERS, Mode.STREAM),
    "a good answer at once": ("CRLF", Phase.AFTER_HEADERS, Mode.SINGLE),
    "a failure and a second provider": ("407, with a body", Phase.BEFORE_HEADERS, Mode.STREAM),
    "a pause and a retry": ("500, with a body", Phase.BEFORE_HEADERS, Mode.STREAM),
    "a cut answer that begins again": ("reset in the body", Phase.AFTER_TOKENS, Mode.STREAM),
    "silence": ("accepts, then silence", Phase.AFTER_TOKENS, Mode.STREAM),
}
"""What is under way when the cancellation comes."""
_MOST_WAITS = 400


async def _cancelled_at(cell: Cell, number: int) -> tuple[bool, list[ProviderHealth]]:
    """Whether the request was cancelled at its wait `number`, and everybody's health then. Leaving the world raises
    when something was left behind."""
    async with StagedWorld(cell, Variant.LASTING) as world, world.client() as client:

        async def read() -> None:
            async with client.stream(ChatRequest(QUESTION)) as turn:
                async for _ in turn:
                    pass

        task = asyncio.create_task(CancelAt(read, number).task())
        await asyncio.wait([task])
        health = list(client.get_all_provider_health().values())
        if task.cancelled():
            return True, health
        task.result()
        return False, health


@pytest.mark.parametrize("speaker", SPEAKERS, ids=lambda speaker: speaker.provider)
@pytest.mark.parametrize("scene", _SCENES)
def test_nothing_is_left_wherever_it_is_cancelled(
    scene: str, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, phase, mode = _SCENES[scene]
    cell = Cell(BY_NAME[name], speaker, phase, mode)
    monkeypatch.setattr(VirtualLoop, "getaddrinfo", no_lookup)
    for number in range(1, _MOST_WAITS):
        cancelled, health = run_virtual(partial(_cancelled_at, cell, number))
        for its in health:
            total = its.successful_requests + its.failed_requests + its.neutral_requests
            assert its.total_requests == total, (number, its)
            assert its.in_flight == 0, (number, its)
            if scene.startswith("a good answer") and cancelled:
                assert its.failed_requests == its.consecutive_failures == 0, (number, its)
                assert its.state in (HealthState.UNKNOWN, HealthState.HEALTHY, HealthState.UNCONFIGURED), (number, its)
        if not cancelled:
            assert number > 5
            return
    pytest.fail(f"after {_MOST_WAITS} awaits it still had not ended")
