"""The one SQLite file: opened with the first use, mended or set aside when it is broken, never a reason to stop.

Everything here runs in the store's own thread.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from phoenix_tui import paths
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store.schema import MIGRATIONS, TABLES, VERSION

T = TypeVar("T")

FILE = "phoenix.db"
OWN_FILE = f"phoenix-v{VERSION}.db"
"""Where this version keeps things while FILE is a newer one's."""
BUSY_SECONDS = 2.0
"""How long another program's writing is waited for."""
_HELD_SHARE = 0.05
"""Of that time, while the last wait was in vain: so many in a row would keep the person from leaving."""
_LOOKS_APART = 0.01
"""Seconds between two looks at a lock."""
_SIDECARS = ("-wal", "-shm", "-journal")
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written to",
    sqlite3.SQLITE_PERM: "it may not be written to",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_LOCKED: "another program holds it",
    sqlite3.SQLITE_IOERR: "the disk fails",
}


class FolderHeld(sqlite3.OperationalError):
    """Another program is about to open or to rename the file, and does not come to an end with it."""

    sqlite_errorcode = sqlite3.SQLITE_BUSY


class WrongSchema(sqlite3.DatabaseError):
    """The file is a database, and not ours."""


class Database:
    """`phoenix.db` in `folder`. `notice` is told, as sentences, what the person should know of it; each once.

    Every method raises NotKept, and may be called again after it. `wall` is the time of day in seconds since the epoch.
    """

    def __init__(
        self,
        folder: Path,
        *,
        notice: Callable[[str], None],
        wall: Callable[[], float] = time.time,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._notice = notice
        self._wall = wall
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._is_held = False

    def exists(self) -> bool:
        """Whether there is anything to read, or something that keeps it from being seen, which reading it will tell."""
        try:
            self.path.stat()
        except OSError as error:
            return not isinstance(error, FileNotFoundError)
        return True

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `work`, done whole or not at all."""
        result = self._run(work, "BEGIN IMMEDIATE")
        self._is_held = False
        return result

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `work`, which sees one state of the file and changes nothing."""
        return self._run(work, "BEGIN")

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _run(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        try:
            try:
                return self._transaction(work, begin)
            except sqlite3.DatabaseError as error:
                if not _is_broken(error):
                    raise
                self._set_aside()
                return self._transaction(work, begin)
        except sqlite3.Error as error:
            self._is_held = _code(error) in _HELD
            raise self._unusable(_reason(error)) from error
        except OSError as error:
            in_the_way = "a file stands where a folder should be"
            reason = in_the_way if isinstance(error, FileExistsError) else error.strerror or str(error)
            raise self._unusable(reason) from error

    @property
    def _patience(self) -> float:
        """Seconds for which another program is waited for now."""
        return self._busy_seconds * (_HELD_SHARE if self._is_held else 1.0)

    def _unusable(self, reason: str) -> NotKept:
        return NotKept(f"{self.path}, where health and incidents are kept, cannot be used: {reason}.")

    def _transaction(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        if self._connection is not None and _identity(self.path) != self._identity:
            self.close()  # somebody has set the file aside, or removed it
        connection = self._connection or self._open()
        connection.execute(f"PRAGMA busy_timeout = {round(1_000 * self._patience)}")
        connection.execute(begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # what failed may have rolled back already
                connection.execute("ROLLBACK")
            raise
        return result

    def _open(self) -> sqlite3.Connection:
        paths.ensure(self.folder)
        with _alone(self.folder, self._patience):
            self._connection = self._connect()
            if self._connection is None:
                self.path = self.folder / OWN_FILE
                self._connection = self._connect()
        if self._connection is None:  # pragma: no cover - a file of this version's own name is never newer
            raise WrongSchema("it was written by a newer version")
        return self._connection

    def _connect(self) -> sqlite3.Connection | None:
        """A connection to the file as this version wants it; None when a newer version wrote it."""
        _create(self.path)
        self._identity = _identity(self.path)
        # Transactions are begun and ended here, not by the module.
        connection = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None)
        connection.text_factory = _lenient
        try:
            version = _version(connection)
            if version > VERSION:
                self._notice(
                    f"{self.path} was written by a newer phoenix-tui and is left alone; "
                    f"this one keeps health and incidents in {OWN_FILE} beside it."
                )
                connection.close()
                return None
            if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise WrongSchema("its tables are of another program")
            _migrate(connection)
            _check_tables(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_aside(self) -> None:
        """Rename the broken file, so that a new one can be begun and a person can look at the old one."""
        self.close()
        with _alone(self.folder, self._patience):
            if _identity(self.path) != self._identity:
                return  # another program was faster
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._wall()))
            aside = self.path.with_name(f"{self.path.name}.broken-{stamp}")
            number = 1
            while aside.exists():
                number += 1
                aside = self.path.with_name(f"{self.path.name}.broken-{stamp}-{number}")
            for suffix in _SIDECARS:
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + suffix).rename(aside.with_name(aside.name + suffix))
            self.path.rename(aside)
        self._notice(f"{self.path} is damaged and was set aside as {aside.name}; health and incidents begin anew.")


def _create(path: Path) -> None:
    """An empty file that only the person can read. One that exists is not opened here: closing it again would undo
    the locks that SQLite holds on it (as POSIX has them)."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        with suppress(OSError):
            path.chmod(0o600)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this version, whole or not at all."""
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[_version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _check_tables(connection: sqlite3.Connection) -> None:
    for table, columns in TABLES.items():
        found = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        if not found.issuperset(columns):
            raise WrongSchema(f"its table {table} is another one")


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _code(error: sqlite3.Error) -> int:
    """The primary result code; the module's own errors have none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_broken(error: sqlite3.Error) -> bool:
    return isinstance(error, WrongSchema) or _code(error) in _BROKEN


def _reason(error: sqlite3.Error) -> str:
    return _REASONS.get(_code(error), str(error))


@contextmanager
def _alone(folder: Path, seconds: float) -> Iterator[None]:
    """Keep other programs from opening or setting aside at the same time; one that does so now is waited for, for at
    most `seconds`. Where folders cannot be locked, nobody is kept from it. Raises FolderHeld."""
    if sys.platform == "win32":  # there a file in use cannot be renamed anyway
        yield
        return
    import fcntl  # noqa: PLC0415 - not everywhere

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        until = time.monotonic() + seconds
        with suppress(OSError):
            while not _locked(lambda: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)):
                if time.monotonic() >= until:
                    raise FolderHeld("another program opens it")
                time.sleep(_LOOKS_APART)
        yield
    finally:
        os.close(descriptor)


def _locked(lock: Callable[[], None]) -> bool:
    """Whether `lock` could be had. Raises OSError where there are no locks."""
    try:
        lock()
    except BlockingIOError:
        return False
    return True
