"""Sums of a day, shared by all programs of one person."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store import open_store


async def test_two_programs_add_to_one_sum(tmp_path: Path) -> None:
    one, other = open_store(tmp_path), open_store(tmp_path)
    assert await one.spending.spent("2026-11-24") == 0.0
    assert await one.spending.spend("2026-11-24", 0.25) == 0.25
    assert await other.spending.spend("2026-11-24", 0.5) == 0.75
    assert await one.spending.spent("2026-11-24") == 0.75
    assert await one.spending.spent("2026-11-25") == 0.0
    await one.close()
    await other.close()


async def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    store = open_store(tmp_path / "state")
    for _ in range(2):
        with pytest.raises(NotKept):
            await store.spending.spend("2026-11-24", 0.25)
    assert len(store.notices) == 1
    await store.close()


@pytest.mark.parametrize("kept", ["a lot", b"\xff", "nan", -1.0, float("inf"), 1e300])
async def test_what_is_no_sum_of_money_is_told_and_begins_anew(tmp_path: Path, kept: object) -> None:
    first = open_store(tmp_path)
    await first.spending.spend("2026-11-24", 0.25)
    await first.close()
    with closing(sqlite3.connect(tmp_path / "phoenix.db")) as connection, connection:
        connection.execute("UPDATE spending SET dollars = ?", (kept,))
    store = open_store(tmp_path)
    assert await store.spending.spent("2026-11-24") == 0.0
    assert len(store.notices) == 1
    assert await store.spending.spend("2026-11-24", 0.5) == 0.5
    assert await store.spending.spent("2026-11-24") == 0.5
    await store.close()
