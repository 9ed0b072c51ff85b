"""The deadlines of each kind of provider and model, and how the one for the first token learns."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.events import AttemptAborted, TextDelta
from phoenix_tui.core.profiles import PROFILES, Deadlines, profile_of
from phoenix_tui.core.types import ChatRequest, Message
from phoenix_tui.sim.faults import Says, Stall
from tests.helpers.virtual import VirtualWorld, run_virtual

CLOUD, LOCAL = profile_of("openrouter").deadlines, profile_of("ollama").deadlines


def test_every_provider_has_one_of_the_two_kinds() -> None:
    assert {profile.deadlines for profile in PROFILES if not profile.local} == {CLOUD}
    assert {profile.deadlines for profile in PROFILES if profile.local} == {LOCAL}


def test_a_connection_is_waited_for_by_where_it_leads() -> None:
    for deadlines in (CLOUD, LOCAL):
        assert deadlines.until_connected(on_loopback=True) == 2.0
        assert deadlines.until_connected(on_loopback=False) == 5.0


@pytest.mark.parametrize(
    ("deadlines", "model", "soon", "alone"),
    [
        (CLOUD, "some-model", 10, 60),
        (CLOUD, "openai/gpt-6-luna", 60, 180),
        (CLOUD, "gemini-4-argon", 60, 900),
        (LOCAL, "gemma4", 10, 300),
        (LOCAL, "qwen3:8b", 60, 300),
    ],
)
def test_first_tokens(deadlines: Deadlines, model: str, soon: float, alone: float) -> None:
    assert deadlines.until_first_token(model, alone=False) == soon
    assert deadlines.until_first_token(model, alone=True) == alone


def test_pauses() -> None:
    assert (CLOUD.stall, CLOUD.reasoning_stall, CLOUD.whole_chain) == (10, 60, 120)
    assert (LOCAL.stall, LOCAL.stall_alone, LOCAL.reasoning_stall, LOCAL.loading) == (10, 60, 60, 300)


@pytest.mark.parametrize(
    ("p95", "wait"),
    [
        (None, 10),
        (0.3, 6),
        (2.0, 6),
        (3.0, 9),
        (4.0, 12),
        (50.0, 12),
        (0.0, 10),
        (-1.0, 10),
        (math.nan, 10),
        (math.inf, 10),
    ],
)
def test_the_first_token_is_waited_for_by_its_usual_time(p95: float | None, wait: float) -> None:
    assert CLOUD.until_first_token("some-model", alone=False, p95=p95) == wait


def test_where_patience_is_needed_the_usual_time_does_not_cut_it_short() -> None:
    assert CLOUD.until_first_token("some-model", alone=True, p95=0.3) == 60
    assert CLOUD.until_first_token("openai/gpt-6-luna", alone=False, p95=0.3) == 60


@given(st.floats(), st.floats(0.001, 100))
def test_patience_scales_the_bounds(p95: float, patience: float) -> None:
    wait = CLOUD.scaled(patience).until_first_token("some-model", alone=False, p95=p95)
    assert 6 * patience <= wait <= 12 * patience


@pytest.mark.parametrize(
    ("names", "loaded", "waited"),
    [
        (("lmstudio", "openrouter"), True, 10.0),  # another could take over, and the model is there: as a hosted one
        (("lmstudio",), True, 60.0),
        (("lmstudio", "openrouter"), False, 60.0),  # it was loaded for this answer
    ],
)
def test_a_local_answer_that_stands_still_is_waited_for_while_that_makes_sense(
    names: tuple[str, ...], loaded: bool, waited: float
) -> None:
    async def main() -> float:
        async with VirtualWorld(*names) as world:
            server = world["lmstudio"]
            server.models = (replace(server.models[0], thinks=False),)
            server.loaded = {server.models[0].id} if loaded else set()
            server.set_fault(Says(text=("one ", "two ", "three ")), Stall(after=3))
            async with world.client(probes=False) as client:
                await client.list_models("lmstudio")
                stopped_at = -1.0
                with suppress(NoProviderAnswered):
                    async with client.stream(ChatRequest((Message("user", "count"),))) as turn:
                        async for event in turn:
                            if isinstance(event, TextDelta) and event.text == "three ":
                                stopped_at = world.clock.monotonic()
                            if isinstance(event, AttemptAborted):
                                break
                assert stopped_at >= 0.0
                return world.clock.monotonic() - stopped_at

    assert run_virtual(main) == pytest.approx(waited, abs=1.0)
