"""The log of what happened, in the table `incidents`: written without anybody waiting, bounded in time and number."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Lock

from phoenix_tui.core.journal import Incident, Record, RecordsLost, SessionBegan
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.core.timeline import involved, told
from phoenix_tui.core.values import dataclass
from phoenix_tui.store.codec import dumps, kind_of, loads, record_data, record_from
from phoenix_tui.store.database import Database
from phoenix_tui.store.worker import Worker

KEPT_DAYS = 30
KEPT_RECORDS = 50_000
WAITING = 10_000
"""Records that wait for the disk; when there are more, the oldest go."""
_BATCH = 500
"""Records of one transaction."""
_PRUNED_EVERY = 1_000
"""Records written between two looks for what is too old."""
_COLUMNS = "session, sequence, wall, kind, providers, notable, record"
Row = tuple[str, int, float, str, str, bool, str]
RawRow = tuple[object, object, object, object]
"""Session, sequence, kind and record as they stand in a file that anybody may have written."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents to read: those since a wall time (seconds since the epoch), of one provider, of one session; the
    newest `limit` of them. `notable` leaves out what is kept only for a replay."""

    since: float | None = None
    provider: str | None = None
    session: str | None = None
    limit: int | None = None
    notable: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One client's life in the log. `whole` says that every record from its beginning is there; the times are wall
    times in seconds since the epoch."""

    id: str
    first_at: float
    last_at: float
    records: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Incidents, oldest first, with the sessions that they are of. `unreadable` counts rows that could not be read."""

    incidents: tuple[Incident, ...] = ()
    sessions: tuple[Session, ...] = ()
    unreadable: int = 0


class IncidentLog:
    """`write` is the Journal of one client. Records are written by the store's thread as soon as the disk takes them;
    what it does not take is lost, and counted."""

    def __init__(
        self,
        database: Database,
        worker: Worker,
        *,
        notice: Callable[[str], None],
        wall: Callable[[], float],
        waiting: int = WAITING,
        kept_records: int = KEPT_RECORDS,
    ) -> None:
        self._database = database
        self._worker = worker
        self._notice = notice
        self._wall = wall
        self._most_waiting = waiting
        self._kept_records = kept_records
        self._session = secrets.token_hex(6)
        self._sequence = 0
        self._lock = Lock()
        self._waiting: deque[Incident] = deque()
        self._lost: Incident | None = None
        self._flush_is_due = False
        self._until_pruning = 0

    def write(self, record: Record) -> None:
        """Take `record`. Returns at once and raises nothing, whatever the disk does."""
        with self._lock:
            if isinstance(record, SessionBegan) and self._sequence:
                self._session, self._sequence = secrets.token_hex(6), 0
            if len(self._waiting) >= self._most_waiting:
                self._lose(self._waiting.popleft())
            self._waiting.append(Incident(self._session, self._sequence, record))
            self._sequence += 1
            if self._flush_is_due:
                return
            self._flush_is_due = True
        self._hand_over()

    async def read(self, wanted: Wanted) -> Found:
        """What is kept of what is wanted, this program's own newest records included. Raises NotKept."""

        def read() -> list[RawRow]:
            self.drain()
            if not self._database.exists():
                return []
            return self._database.read(lambda connection: _rows_of(connection, wanted))

        # A month of records takes seconds to be understood: not in the thread that others wait for.
        return await asyncio.to_thread(_found, await self._worker.call(read))

    def drain(self) -> None:
        """Write all that waits, as far as the disk takes it. Runs in the store's thread."""
        while self._flush():
            pass

    def _hand_over(self) -> None:
        with suppress(RuntimeError):  # the store is closed, or no thread can be had: what waits is kept no longer
            self._worker.submit(self._flush_on)

    def _flush_on(self) -> None:
        """Write a batch, and let others use the file before the next one."""
        if self._flush():
            self._hand_over()

    def _flush(self) -> bool:
        """Write a batch of what waits; whether there is more of it."""
        batch = self._take()
        rows = self._rows(batch)
        try:
            if rows:
                self._database.write(lambda connection: self._insert(connection, rows))
        except NotKept as problem:
            self._notice(str(problem))
            with self._lock:
                self._lose(*batch)
                self._flush_is_due = False
            return False
        with self._lock:
            self._flush_is_due = bool(self._waiting)
            return self._flush_is_due

    def _take(self) -> list[Incident]:
        """What is to be written next: first, how many were lost before."""
        with self._lock:
            lost, self._lost = self._lost, None
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        return [lost, *batch] if lost else batch

    def _lose(self, *incidents: Incident) -> None:
        """One record stands for all that were lost, in the place of the newest of them."""
        gone = [*incidents, self._lost] if self._lost else incidents
        if gone:
            count = sum(each.record.count if isinstance(each.record, RecordsLost) else 1 for each in gone)
            last = max(gone, key=lambda each: each.record.at)
            self._lost = Incident(last.session, last.sequence, RecordsLost(last.record.at, count))

    def _rows(self, incidents: Sequence[Incident]) -> list[Row]:
        rows = []
        for incident in incidents:
            try:
                rows.append(_row(incident))
            except ValueError:  # a value that JSON cannot hold, which no record of ours should have
                with self._lock:
                    self._lose(incident)
        return rows

    def _insert(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        connection.executemany(f"INSERT INTO incidents ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 - our own names
        self._until_pruning -= len(rows)
        if self._until_pruning <= 0:
            self._until_pruning = _PRUNED_EVERY
            connection.execute("DELETE FROM incidents WHERE wall < ?", (self._wall() - KEPT_DAYS * 86_400,))
            newest = connection.execute("SELECT max(number) FROM incidents").fetchone()[0]
            connection.execute("DELETE FROM incidents WHERE number <= ?", ((newest or 0) - self._kept_records,))


def _row(incident: Incident) -> Row:
    record = incident.record
    return (
        incident.session,
        incident.sequence,
        record.at.wall,
        kind_of(record),
        "".join(f" {provider} " for provider in involved(record)),
        told(record) is not None,
        dumps(record_data(record)),
    )


def _rows_of(connection: sqlite3.Connection, wanted: Wanted) -> list[RawRow]:
    """The rows that are wanted, newest first."""
    conditions: list[str] = []
    values: list[object] = []
    if wanted.since is not None:
        conditions.append("wall >= ?")
        values.append(wanted.since)
    if wanted.provider is not None:
        conditions.append("instr(providers, ?)")
        values.append(f" {wanted.provider} ")
    if wanted.session is not None:
        conditions.append("session = ?")
        values.append(wanted.session.encode("utf-8", "replace").decode())  # a byte that is no text names none
    if wanted.notable:
        conditions.append("notable")
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return connection.execute(
        f"SELECT session, sequence, kind, record FROM incidents {where}ORDER BY number DESC LIMIT ?",  # noqa: S608 - as above
        (*values, -1 if wanted.limit is None else min(wanted.limit, sys.maxsize)),
    ).fetchall()


def _found(rows: Iterable[RawRow]) -> Found:
    incidents: list[Incident] = []
    unreadable = 0
    for session, sequence, kind, record in rows:
        try:
            incidents.append(Incident(str(session), int(str(sequence)), record_from(str(kind), loads(str(record)))))
        except ValueError:
            unreadable += 1
    incidents.reverse()
    return Found(tuple(incidents), sessions_of(incidents), unreadable)


def sessions_of(incidents: Iterable[Incident]) -> tuple[Session, ...]:
    """The sessions of `incidents`, which are in the order of the log, by their first one."""
    return tuple(
        Session(
            id=session,
            first_at=own[0].record.at.wall,
            last_at=own[-1].record.at.wall,
            records=len(own),
            whole=isinstance(own[0].record, SessionBegan)
            and [incident.sequence for incident in own] == list(range(len(own)))
            and not any(isinstance(incident.record, RecordsLost) for incident in own),
        )
        for session, own in by_session(incidents).items()
    )


def by_session(incidents: Iterable[Incident]) -> dict[str, list[Incident]]:
    """`incidents` by the id of their session, in their order."""
    found: dict[str, list[Incident]] = {}
    for incident in incidents:
        found.setdefault(incident.session, []).append(incident)
    return found
