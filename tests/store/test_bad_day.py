"""A day of a whole client, written to disk: nothing of what people and models say is in it, and it can be replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_tui.core.journal import HealthChanged, Record, SessionBegan, Switched, TurnEnded
from phoenix_tui.core.replay import Replay
from phoenix_tui.sim import Simulator
from phoenix_tui.store.incidents import Wanted
from tests.helpers.bad_day import ANSWER, NAMES, QUESTION, bad_day
from tests.store.conftest import OpenStore


@pytest.fixture(scope="module")
def day() -> tuple[Record, ...]:
    """Lived before the test's own event loop begins."""
    return bad_day()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_no_prompt_no_answer_and_no_key_is_in_any_byte(
    open_store: OpenStore, folder: Path, day: tuple[Record, ...]
) -> None:
    store = open_store(wall=day[-1].at.wall)
    for record in day:
        store.incidents.write(record)
    await store.incidents.read(Wanted(limit=1))
    written = contents(folder)
    assert sum(map(len, written.values())) > 100_000
    simulator = Simulator(NAMES, seed=7)
    secrets = [QUESTION, ANSWER, *filter(None, map(simulator.key, NAMES))]
    assert len(secrets) == 5
    found = [(name, secret) for name, data in written.items() for secret in secrets if secret.encode() in data]
    assert found == []


async def test_the_day_comes_back_as_it_was_and_is_lived_through_again(
    open_store: OpenStore, day: tuple[Record, ...]
) -> None:
    first = open_store(wall=day[-1].at.wall)
    for record in day:
        first.incidents.write(record)
    await first.close()
    found = await open_store(wall=day[-1].at.wall).incidents.read(Wanted())
    assert [incident.record for incident in found.incidents] == list(day)
    assert {type(incident.record) for incident in found.incidents} >= {SessionBegan, HealthChanged, Switched, TurnEnded}
    assert found.sessions[0].whole
    replay = Replay()
    steps = [replay.step(incident) for incident in found.incidents]
    assert sum(step.agrees is True for step in steps) > 500
    assert [step for step in steps if step.agrees is False or step.problem] == []
