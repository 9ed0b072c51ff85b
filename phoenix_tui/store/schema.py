"""The tables, as the steps that led to them. A step that has been released is never changed: add another."""

from __future__ import annotations

from collections.abc import Sequence

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """CREATE TABLE health (
            provider TEXT NOT NULL,
            place TEXT NOT NULL,
            key_print TEXT NOT NULL,
            kept_at REAL NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (provider, place)
        ) WITHOUT ROWID""",
        """CREATE TABLE incidents (
            number INTEGER PRIMARY KEY,
            session TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            wall REAL NOT NULL,
            kind TEXT NOT NULL,
            providers TEXT NOT NULL,
            notable INTEGER NOT NULL,
            record TEXT NOT NULL
        )""",
        "CREATE TABLE spending (day TEXT PRIMARY KEY, dollars REAL NOT NULL) WITHOUT ROWID",
        "CREATE INDEX incidents_by_time ON incidents (wall)",
        "CREATE INDEX incidents_by_session ON incidents (session, sequence)",
    ),
)
"""What each version added. `PRAGMA user_version` says how many of them a file has."""

VERSION = len(MIGRATIONS)

TABLES = {
    "health": ("provider", "place", "key_print", "kept_at", "state"),
    "spending": ("day", "dollars"),
    "incidents": ("number", "session", "sequence", "wall", "kind", "providers", "notable", "record"),
}
"""What a file of this version must have."""
