"""Whatever a provider says of a question: none of its words are in the state folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig
from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.types import ChatRequest, Message
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Error
from phoenix_tui.store.incidents import Wanted
from tests.store.conftest import OpenStore

QUESTION = "What do I tell my landlord about the broken heating in flat 12?"
SYSTEM = "You answer as a lawyer for tenants."
ANSWER = "Tell him in writing, and set a date."
SAID = {
    "error": {"message": f"bad input: {QUESTION} after {SYSTEM}", "metadata": {"raw": f"flagged: {QUESTION[5:60]}"}}
}


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_an_error_that_quotes_the_question_is_shown_and_not_kept(
    status: int, open_store: OpenStore, folder: Path
) -> None:
    failure = await asked(Error(status=status, body=json.dumps(SAID).encode()), open_store)
    assert failure.cause is not None
    assert QUESTION in failure.cause.info.message  # the person sees the provider's own words
    assert not in_state(folder, "landlord", "lawyer", "heating")


async def test_an_answer_in_the_place_of_an_error_is_not_kept(open_store: OpenStore, folder: Path) -> None:
    """A server that answers in plain text, in no format at all."""
    failure = await asked(Error(status=200, body=ANSWER.encode()), open_store)
    assert failure.cause is not None
    assert ANSWER in failure.cause.info.message
    assert not in_state(folder, "in writing")


async def asked(fault: Error, open_store: OpenStore) -> NoProviderAnswered:
    """How `QUESTION` failed, all of which was kept."""
    store = open_store()
    async with Simulator(["openrouter"]) as simulator:
        simulator["openrouter"].set_fault(fault)
        config: ClientConfig = simulated_config(simulator.environment() | {"LLM_FALLBACK_ORDER": "openrouter"})
        async with Client(config, memory=store.health, journal=store.incidents.write) as client:
            with pytest.raises(NoProviderAnswered) as raised:
                await client.ask(ChatRequest((Message("system", SYSTEM), Message("user", QUESTION))))
    assert (await store.incidents.read(Wanted())).incidents
    return raised.value


def in_state(folder: Path, *words: str) -> list[tuple[str, str]]:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert files
    return [(name, word) for name, data in files.items() for word in words if word.encode() in data]
