"""Health that one run keeps is what the next one finds; keys are in no byte of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from phoenix_tui.core.kept_health import HealthMemory, key_print, place_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.store.database import FILE
from phoenix_tui.store.health import KEPT_DAYS
from tests.helpers.kept import DAWN, kept
from tests.store.conftest import OpenStore

CANARY = "sk-canary-4f1dc0ffee"


async def test_health_comes_back_whole(open_store: OpenStore) -> None:
    memory: HealthMemory = open_store().health
    both = (kept("gemini", successes=3), kept("openai", successes=5))
    await memory.save(both)
    assert await memory.load() == both


async def test_a_provider_is_kept_for_each_place(open_store: OpenStore) -> None:
    memory = open_store().health
    here, there = kept(place="http://127.0.0.1:1"), kept(place="https://there")
    await memory.save([here])
    await memory.save([there])
    assert await memory.load() == (here, there)


async def test_what_another_program_kept_later_stays(open_store: OpenStore) -> None:
    one, other = open_store().health, open_store().health
    await one.save([kept(seconds=20, successes=20)])
    await other.save([kept(seconds=10, successes=10)])
    assert [each.state.successes for each in await one.load()] == [20]
    await other.save([kept(seconds=30, successes=30)])
    assert [each.state.successes for each in await one.load()] == [30]


async def test_what_is_too_old_says_nothing(open_store: OpenStore) -> None:
    await open_store().health.save([kept()])
    later = open_store(wall=DAWN + KEPT_DAYS * 86_400 + 1).health
    assert await later.load() == ()


async def test_a_row_that_cannot_be_read_is_passed_over_and_told(open_store: OpenStore, folder: Path) -> None:
    first = open_store()
    await first.health.save([kept("gemini"), kept("openai"), kept("grok")])
    await first.close()
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("UPDATE health SET state = '{}' WHERE provider = 'gemini'")
        connection.execute("UPDATE health SET state = x'ff00fe' WHERE provider = 'grok'")
        connection.commit()
    store = open_store()
    assert [each.provider for each in await store.health.load()] == ["openai"]
    (notice,) = store.notices
    assert "2 providers" in notice
    await store.health.save([kept("gemini", 1)])
    assert [each.provider for each in await open_store().health.load()] == ["gemini", "openai"]


async def test_no_key_is_in_any_byte(open_store: OpenStore, folder: Path) -> None:
    store = open_store()
    held = kept(place=place_of(f"https://user:{CANARY}@host:8443/v1?key={CANARY}"))
    await store.health.save([replace(held, key_print=key_print(Secret(CANARY)))])
    written = {path.name: path.read_bytes() for path in _files(folder)}
    assert set(written) >= {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    assert not [name for name, data in written.items() if b"canary" in data or b"4f1dc0ffee" in data]
    assert any(key_print(Secret(CANARY)).encode() in data for data in written.values())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_key_is_known_again_by_its_print_and_by_nothing_else() -> None:
    prints = {key_print(Secret(key)) for key in ("a", "b", CANARY, CANARY + " ", "schlüssel", "\udcff")}
    assert len(prints) == 6
    assert {len(each) for each in prints} == {16}
    assert key_print(Secret(CANARY)) == key_print(Secret(CANARY))
    assert key_print(None) == key_print(Secret("")) == ""


def test_a_place_is_named_without_what_may_be_secret() -> None:
    assert place_of("https://u:p@host:8443/v1?key=k#f") == "https://host:8443/v1"
    assert place_of("http://127.0.0.1:11434") == "http://127.0.0.1:11434"
