"""Incidents as JSON, out and in: what `incidents --json` prints and `replay` reads. The shape is a contract.

One object, or one incident a line. Times of day are ISO 8601 in UTC; `record` holds everything a replay needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from phoenix_tui.commands.shapes import Json, iso
from phoenix_tui.core.journal import Incident
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.timeline import involved, told
from phoenix_tui.store.codec import Unreadable, kind_of, loads, record_data, record_from
from phoenix_tui.store.incidents import Found, Session

VERSION = 1


class NoRecording(Exception):
    """It is not what `incidents --json` prints; the message is a sentence that says why."""


def recording_shape(found: Found) -> Json:
    """What `incidents --json` prints."""
    return {
        "version": VERSION,
        "incidents": [_incident(incident) for incident in found.incidents],
        "sessions": [_session(session) for session in found.sessions],
    }


def _incident(incident: Incident) -> Json:
    record = incident.record
    line = told(record)
    return {
        "session": incident.session,
        "sequence": incident.sequence,
        "time": iso(datetime.fromtimestamp(record.at.wall, UTC)),
        "kind": kind_of(record),
        "providers": list(involved(record)),
        "text": line.words if line else None,
        "record": record_data(record),
    }


def _session(session: Session) -> Json:
    return {
        "id": session.id,
        "first_at": iso(datetime.fromtimestamp(session.first_at, UTC)),
        "last_at": iso(datetime.fromtimestamp(session.last_at, UTC)),
        "records": session.records,
        "whole": session.whole,
    }


def read_recording(text: str) -> tuple[Incident, ...]:
    """The incidents in `text`, in its order. Raises NoRecording."""
    return tuple(_read(number, data) for number, data in enumerate(_raw(text), 1))


def _raw(text: str) -> Iterator[Any]:
    try:
        whole = loads(text)
    except Unreadable:
        yield from _lines(text)
        return
    if not isinstance(whole, dict):
        raise NoRecording("There are no incidents in it; `phoenix-tui incidents --json` prints some.")
    if "record" in whole:
        yield whole
        return
    version = whole.get("version")
    if isinstance(version, int) and version > VERSION:
        raise NoRecording(f"It was recorded by a newer phoenix-tui (version {version}; this one reads {VERSION}).")
    incidents = whole.get("incidents")
    if version != VERSION or not isinstance(incidents, list):
        raise NoRecording("There are no incidents in it; `phoenix-tui incidents --json` prints some.")
    yield from incidents


def _lines(text: str) -> Iterator[Any]:
    if not text.strip():
        raise NoRecording("It is empty.")
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield loads(line)
            except Unreadable as error:
                raise NoRecording(f"Line {number} is no JSON; neither is the whole.") from error


def _read(number: int, data: Any) -> Incident:
    if not isinstance(data, dict):
        raise NoRecording(f"Incident {number} is no object.")
    session, sequence = data.get("session"), data.get("sequence")
    if not isinstance(session, str) or not 0 < len(session) <= 64:
        raise NoRecording(f"Incident {number} does not say of which session it is.")
    if not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 <= sequence < 2**53:
        raise NoRecording(f"Incident {number} does not say which of its session it is.")
    try:
        return Incident(session, sequence, record_from(str(data.get("kind")), data.get("record")))
    except Unreadable as error:
        raise NoRecording(f"Incident {number} cannot be read: {strip_controls(str(error))[:300]}.") from error
