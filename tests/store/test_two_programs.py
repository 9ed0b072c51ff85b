"""Two real programs keep things in one folder at the same time."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from phoenix_tui.store.database import FILE
from phoenix_tui.store.incidents import Wanted
from tests.helpers.hammer import RECORDS_A_ROUND
from tests.helpers.kept import DAWN
from tests.helpers.program import SECONDS, environment
from tests.store.conftest import OpenStore

ROUNDS = 40


async def programs(folder: Path, *names: str) -> list[dict[str, Any]]:
    """How each of them says that it went."""
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.helpers.hammer", str(folder), name, str(ROUNDS),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment({}),
        )
        for name in names
    ]  # fmt: skip
    async with asyncio.timeout(SECONDS):
        said = await asyncio.gather(*(program.communicate(b"") for program in running))
    assert [program.returncode for program in running] == [0] * len(names)
    return [json.loads(out) for out, _ in said]


def start_with(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(content)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"broken" * 1000], ids=["new", "broken"])
async def test_nothing_is_lost_between_two_programs(open_store: OpenStore, folder: Path, content: bytes) -> None:
    start_with(folder, content)
    told = await programs(folder, "one", "other")
    store = open_store()
    found = await store.incidents.read(Wanted())
    assert Counter(session.records for session in found.sessions) == {1 + ROUNDS * RECORDS_A_ROUND: 4}
    assert all(session.whole for session in found.sessions)
    assert {each.provider: each.kept_at - DAWN for each in await store.health.load()} == {
        "one": 1_000.0 + ROUNDS,
        "other": 1_000.0 + ROUNDS,
        "shared": 1_000.0 + ROUNDS,
    }
    await store.close()
    asides = [name for name in names_in(folder) if ".broken-" in name]
    assert len(asides) == bool(content)
    assert names_in(folder) == sorted([FILE, *asides])
    assert sum(len(each["notices"]) for each in told) == bool(content), told
    assert all(each["loaded"] >= 2 for each in told)
