"""Whatever state the file, the folder and the disk are in: nothing is deleted, and nothing stops the program."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store.database import FILE, OWN_FILE, Database
from phoenix_tui.store.incidents import Wanted
from phoenix_tui.store.schema import MIGRATIONS, TABLES, VERSION
from phoenix_tui.store.store import Store
from tests.helpers.kept import began, kept, switched
from tests.store.conftest import OpenStore


def files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(folder.glob(pattern))


def broken(folder: Path) -> list[Path]:
    """What has been set aside."""
    return files(folder, f"{FILE}.broken-*")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


async def test_nothing_is_made_before_there_is_something_to_keep(open_store: OpenStore, folder: Path) -> None:
    store = open_store()
    assert await store.health.load() == ()
    assert (await store.incidents.read(Wanted())).incidents == ()
    assert files(folder.parent) == []
    await store.health.save([kept()])
    assert store.path == folder / FILE
    assert store.path.exists()


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
async def test_only_the_person_can_read_it(open_store: OpenStore, folder: Path) -> None:
    store = open_store()
    await store.health.save([kept()])
    made = files(folder)
    assert len(made) >= 2
    assert set(map(mode, made)) == {0o600}
    assert mode(folder) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
async def test_a_file_that_others_could_read_is_closed_to_them(open_store: OpenStore, folder: Path) -> None:
    first = open_store()
    await first.health.save([kept()])
    await first.close()
    first.path.chmod(0o644)
    await open_store().health.save([kept()])
    assert mode(first.path) == 0o600


async def test_what_one_run_keeps_the_next_one_has(open_store: OpenStore, folder: Path) -> None:
    first = open_store()
    await first.health.save([kept("openai"), kept("gemini")])
    first.incidents.write(began())
    await first.close()
    second = open_store()
    assert [each.provider for each in await second.health.load()] == ["gemini", "openai"]
    assert [each.record for each in (await second.incidents.read(Wanted())).incidents] == [began()]
    assert second.notices == ()


async def prepared(open_store: OpenStore) -> Path:
    """A whole file with something in it, held by nobody."""
    store = open_store()
    await store.health.save([kept(successes=n, place=f"https://{n}") for n in range(200)])
    await store.close()
    return store.path


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, and never was" * 100)


def cut_in_the_middle(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 77])


def holes(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def another_programs(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()


def without_a_column(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE health (provider TEXT)")
        connection.execute("CREATE TABLE incidents (number INTEGER)")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.commit()


@pytest.mark.parametrize("harm", [garbage, cut_in_the_middle, holes, another_programs, without_a_column])
async def test_a_broken_file_is_set_aside_and_told_once(
    open_store: OpenStore, folder: Path, harm: Callable[[Path], None]
) -> None:
    path = await prepared(open_store)
    harm(path)
    harmed = path.read_bytes()
    store = open_store()
    assert await store.health.load() == ()
    await store.health.save([kept("gemini")])
    store.incidents.write(switched(1))
    assert [each.record for each in (await store.incidents.read(Wanted())).incidents] == [switched(1)]
    assert [each.provider for each in await store.health.load()] == ["gemini"]
    (aside,) = broken(folder)
    assert aside.name == f"{FILE}.broken-20270115T080000Z"
    assert aside.read_bytes() == harmed
    (notice,) = store.notices
    assert str(path) in notice
    assert aside.name in notice


async def test_two_broken_files_in_one_second_are_both_kept(open_store: OpenStore, folder: Path) -> None:
    for number in range(2):
        put(folder / FILE, b"broken %d " % number * 100)
        store = open_store()
        await store.health.save([kept()])
        await store.close()
    assert [aside.read_bytes()[:8] for aside in broken(folder)] == [b"broken 0", b"broken 1"]


async def test_a_file_that_breaks_while_it_is_in_use_is_set_aside(open_store: OpenStore, folder: Path) -> None:
    path = await prepared(open_store)
    store = open_store()
    assert (await store.incidents.read(Wanted())).incidents == ()
    holes(path)
    assert await store.health.load() == ()
    await store.health.save([kept()])
    assert len(await store.health.load()) == 1
    assert len(broken(folder)) == 1


async def test_an_empty_file_is_as_good_as_none(open_store: OpenStore, folder: Path) -> None:
    put(folder / FILE, b"")
    store = open_store()
    await store.health.save([kept()])
    assert len(await store.health.load()) == 1
    assert store.notices == ()


async def test_a_newer_versions_file_is_left_alone(open_store: OpenStore, folder: Path) -> None:
    path = await prepared(open_store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.commit()
    before = path.read_bytes()
    for _ in range(2):
        store = open_store()
        await store.health.load()
        await store.health.save([kept("gemini")])
        assert [each.provider for each in await store.health.load()] == ["gemini"]
        assert store.path == folder / OWN_FILE
        assert len(store.notices) == 1
        assert "newer" in store.notices[0]
        await store.close()
    assert path.read_bytes() == before
    assert files(folder, "*.broken-*") == []


async def test_a_file_that_is_taken_away_is_made_again(open_store: OpenStore, folder: Path) -> None:
    store = open_store()
    await store.health.save([kept("openai")])
    for file in files(folder):
        file.unlink()
    await store.health.save([kept("gemini")])
    assert [each.provider for each in await open_store().health.load()] == ["gemini"]


def test_the_newest_schema_is_what_the_steps_lead_to() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in MIGRATIONS:
            for statement in step:
                connection.execute(statement)
        found = {
            table: tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        }
    assert found == TABLES


# What the disk does


async def goes_on_without(store_of: OpenStore, place: Path, words: str) -> None:
    """The store says once what is wrong, and takes whatever it is given."""
    store = store_of(place)
    for _ in range(3):
        store.incidents.write(switched(1))
        with pytest.raises(NotKept, match=words):
            await store.health.save([kept()])
    await store.close()
    (notice,) = store.notices
    assert words in notice


async def test_a_folder_that_cannot_be_made_stops_nothing(open_store: OpenStore, tmp_path: Path) -> None:
    put(tmp_path / "file", b"")
    await goes_on_without(open_store, tmp_path / "file" / "deep" / "state", "Not a directory")


@pytest.mark.parametrize(
    "reading", [lambda store: store.health.load(), lambda store: store.spending.spent("2026-11-24")]
)
async def test_a_folder_that_cannot_be_looked_into_is_told_when_it_is_read(
    open_store: OpenStore, tmp_path: Path, reading: Callable[[Store], Awaitable[object]]
) -> None:
    """One of another person, or in the place of which a file stands."""
    put(tmp_path / "file", b"")
    store = open_store(tmp_path / "file" / "state")
    with pytest.raises(NotKept, match="a file stands"):
        await reading(store)
    with pytest.raises(NotKept, match="a file stands"):
        await store.incidents.read(Wanted())


async def test_a_folder_in_the_place_of_the_file_stops_nothing(open_store: OpenStore, folder: Path) -> None:
    put(folder / FILE / "inside", b"")
    await goes_on_without(open_store, folder, "it cannot be opened")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is read-only for root")
async def test_a_folder_that_cannot_be_written_stops_nothing(open_store: OpenStore, folder: Path) -> None:
    put(folder / "other", b"")
    os.chmod(folder, 0o500)  # noqa: PTH101 - the fixture's path, in an async test
    await goes_on_without(open_store, folder, "Permission denied")


async def test_a_file_that_another_program_never_lets_go_stops_nothing(open_store: OpenStore, folder: Path) -> None:
    path = await prepared(open_store)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        await goes_on_without(open_store, folder, "another program holds it")
        holder.execute("ROLLBACK")
    store = open_store()
    await store.health.save([kept()])
    assert store.notices == ()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
async def test_a_program_that_stands_still_while_it_opens_the_file_stops_nothing(
    open_store: OpenStore, folder: Path
) -> None:
    import fcntl

    await prepared(open_store)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        await goes_on_without(open_store, folder, "another program holds it")
    finally:
        os.close(descriptor)
    store = open_store()
    await store.health.save([kept()])
    assert store.notices == ()


async def test_another_program_is_waited_for_once_and_not_each_time(open_store: OpenStore, folder: Path) -> None:
    """Six waits of two seconds, for what a run keeps and reads, were twelve before the program ended."""
    path = await prepared(open_store)
    database = Database(folder, notice=pytest.fail, busy_seconds=0.2)

    def patience() -> int:
        return int(database.read(lambda connection: connection.execute("PRAGMA busy_timeout").fetchone()[0]))

    assert patience() == 200
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotKept):
            database.write(lambda connection: None)
        assert patience() == 10
        holder.execute("ROLLBACK")
    database.write(lambda connection: None)
    assert patience() == 200
    database.close()


async def test_a_full_disk_loses_what_it_does_not_take_and_no_more(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepared(open_store)
    before = await open_store().health.load()
    connect = sqlite3.connect

    def on_a_full_disk(path: Path, timeout: float, isolation_level: None) -> sqlite3.Connection:
        connection = connect(path, timeout=timeout, isolation_level=isolation_level)
        connection.execute("PRAGMA max_page_count = 1")  # the file may not grow
        return connection

    store = open_store()
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", on_a_full_disk)
        for number in range(3):
            with pytest.raises(NotKept, match="the disk is full"):
                await store.health.save([kept(place=f"https://{number}/{n}/{'x' * 500}") for n in range(100)])
    (notice,) = store.notices
    assert "the disk is full" in notice
    await store.close()
    assert await open_store().health.load() == before
