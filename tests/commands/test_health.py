"""`phoenix-tui health`: what earlier runs have learned, with its age, and what a check says now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Error, Refuse
from tests.helpers.program import Ran, phoenix


def openai(ran: Ran) -> dict[str, Any]:
    return next(provider for provider in ran.json["providers"] if provider["name"] == "openai")


async def test_the_kept_state_is_shown_with_its_age_and_a_check_is_of_now() -> None:
    async with Simulator(("openai",)) as simulator:
        env = simulator.environment() | {"LLM_PROVIDER": "openai", "LLM_FALLBACK_ORDER": "openai"}
        fresh = openai(await phoenix("health", "--json", env=env))
        assert (fresh["state"], fresh["as_of"]) == ("unknown", None)

        simulator["openai"].set_fault(Error(error=ErrorClass.SERVER))
        asked_at = datetime.now(UTC)
        assert (await phoenix("ask", "hi", env=env)).status == 3
        simulator["openai"].set_fault()
        requests = len(simulator["openai"].attempts)

        ran = await phoenix("health", "--json", env=env)
        kept = openai(ran)
        assert (ran.status, kept["state"], kept["failed_requests"]) == (0, "suspect", requests)
        assert asked_at <= datetime.fromisoformat(kept["as_of"]) <= datetime.now(UTC)
        row = next(line for line in (await phoenix("health", env=env)).out.splitlines() if line.startswith("openai"))
        assert row.split()[1:3] == ["*", "shaky"]
        assert "ago" in row or "just now" in row

        ran = await phoenix("health", "--probe", "--json", env=env)
        checked = openai(ran)
        assert (ran.status, checked["as_of"]) == (0, None), "an old failure says nothing against a check that passes"
        assert checked["last_error"]["class"] == "server"

        simulator["openai"].set_fault(Refuse())
        assert (await phoenix("health", "--probe", env=env)).status == 3
