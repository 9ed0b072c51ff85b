"""The log takes every record without anybody waiting, says what it lost, and is bounded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from phoenix_tui.core.journal import Journal, Record, RecordsLost
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store.database import FILE, Database
from phoenix_tui.store.incidents import KEPT_DAYS, IncidentLog, Wanted
from phoenix_tui.store.worker import Worker
from tests.helpers.kept import DAWN, at, began, failed, switched
from tests.store.conftest import OpenStore

ALL = Wanted()


async def test_records_come_back_in_order_with_their_place(open_store: OpenStore) -> None:
    log = open_store().incidents
    journal: Journal = log.write
    records: list[Record] = [began(), failed(1), switched(2)]
    for record in records:
        journal(record)
    found = await log.read(ALL)
    assert [incident.record for incident in found.incidents] == records
    assert [incident.sequence for incident in found.incidents] == [0, 1, 2]
    (session,) = found.sessions
    assert {incident.session for incident in found.incidents} == {session.id}
    assert (session.first_at, session.last_at, session.records, session.whole) == (DAWN, DAWN + 2, 3, True)


async def test_each_client_begins_a_session_of_its_own(open_store: OpenStore) -> None:
    log = open_store().incidents
    for record in (began(), failed(1), began(2), failed(3)):
        log.write(record)
    found = await log.read(ALL)
    assert [incident.sequence for incident in found.incidents] == [0, 1, 0, 1]
    assert [session.records for session in found.sessions] == [2, 2]


async def test_what_is_wanted_is_chosen_by_time_provider_session_and_number(open_store: OpenStore) -> None:
    log = open_store().incidents
    records: list[Record] = [began(), failed(1, "openai"), failed(2, "openrouter"), switched(3), failed(4, "gemini")]
    for record in records:
        log.write(record)

    async def numbers(wanted: Wanted) -> list[int]:
        return [incident.sequence for incident in (await log.read(wanted)).incidents]

    (session,) = (await log.read(ALL)).sessions
    assert await numbers(Wanted(since=DAWN + 2)) == [2, 3, 4]
    assert await numbers(Wanted(provider="openrouter")) == [2, 3]
    assert await numbers(Wanted(provider="open")) == []
    assert await numbers(Wanted(session=session.id)) == [0, 1, 2, 3, 4]
    assert await numbers(Wanted(session="another")) == []
    assert await numbers(Wanted(session="\udcff")) == []
    assert await numbers(Wanted(limit=2)) == [3, 4]
    assert await numbers(Wanted(limit=2, notable=True, provider="openrouter")) == [2, 3]
    assert await numbers(Wanted(notable=True)) == [1, 2, 3, 4]
    assert await numbers(Wanted(limit=10**20)) == [0, 1, 2, 3, 4]
    (part,) = (await log.read(Wanted(limit=2))).sessions
    assert not part.whole


async def test_what_the_disk_did_not_take_is_counted_in_its_place(folder: Path) -> None:
    """The event loop never waits: what is too much goes, the oldest first, and the log says so."""
    notices: list[str] = []
    database = Database(folder, notice=notices.append)
    worker = Worker("test")
    log = IncidentLog(database, worker, notice=notices.append, wall=lambda: DAWN, waiting=4)
    log.write(began())
    assert len((await log.read(ALL)).incidents) == 1
    disk_is_slow = Event()
    worker.submit(disk_is_slow.wait)
    for second in range(1, 11):
        log.write(failed(second))
    disk_is_slow.set()
    found = await log.read(ALL)
    worker.submit(database.close)
    worker.close()
    places = [(incident.sequence, incident.record) for incident in found.incidents]
    assert places[0] == (0, began())
    assert places[1] == (6, RecordsLost(at(6), 6))
    assert places[2:] == [(number, failed(number)) for number in (7, 8, 9, 10)]
    assert not found.sessions[0].whole
    assert notices == []


async def test_what_a_failing_disk_lost_is_told_when_it_works_again(folder: Path, open_store: OpenStore) -> None:
    first = open_store()
    first.incidents.write(began())
    await first.incidents.read(ALL)
    store = open_store()
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        store.incidents.write(began(10))
        store.incidents.write(failed(11))
        with pytest.raises(NotKept):  # comes after them, and finds the file held too
            await store.health.save([])
        holder.execute("ROLLBACK")
    store.incidents.write(failed(12))
    found = await store.incidents.read(ALL)
    assert [incident.record for incident in found.incidents] == [began(), RecordsLost(at(11), 2), failed(12)]
    assert len(store.notices) == 1


async def test_records_written_after_the_end_disturb_nobody(open_store: OpenStore) -> None:
    store = open_store()
    store.incidents.write(began())
    await store.close()
    for second in range(20_000):
        store.incidents.write(failed(second))
    with pytest.raises(NotKept):
        await store.incidents.read(ALL)
    assert (await open_store().incidents.read(ALL)).sessions[0].records == 1


async def test_the_log_is_bounded_in_number_and_in_time(folder: Path, open_store: OpenStore) -> None:
    notices: list[str] = []
    database = Database(folder, notice=notices.append)
    worker = Worker("test")
    log = IncidentLog(database, worker, notice=notices.append, wall=lambda: DAWN, kept_records=2_000)
    log.write(began(-KEPT_DAYS * 86_400 - 5))
    for second in range(5_000):
        log.write(failed(second))
    found = await log.read(ALL)
    worker.submit(database.close)
    worker.close()
    assert 2_000 <= len(found.incidents) <= 3_500
    assert found.incidents[-1].record == failed(4_999)
    old = open_store(wall=DAWN + (KEPT_DAYS + 1) * 86_400)
    old.incidents.write(failed((KEPT_DAYS + 1) * 86_400))
    assert len((await old.incidents.read(ALL)).incidents) == 1


async def test_a_row_that_was_not_written_here_is_passed_over(open_store: OpenStore, folder: Path) -> None:
    store = open_store()
    for record in (began(), failed(1), failed(2)):
        store.incidents.write(record)
    await store.close()
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("UPDATE incidents SET record = ? WHERE sequence = 1", ("{" * 10_000,))
        connection.execute("UPDATE incidents SET sequence = 'x' WHERE sequence = 2")
        connection.commit()
    found = await open_store().incidents.read(ALL)
    assert [incident.record for incident in found.incidents] == [began()]
    assert found.unreadable == 2
