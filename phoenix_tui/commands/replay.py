"""`phoenix-tui replay`: live through a recorded day again, and say whether the machine still decides as it did."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Refused, refuse
from phoenix_tui.commands.output import put, say, write_table
from phoenix_tui.commands.recording import NoRecording, read_recording
from phoenix_tui.commands.times import shown, wall_time
from phoenix_tui.core.journal import HealthChanged, Incident
from phoenix_tui.core.replay import Replay, Step
from phoenix_tui.core.snapshot import ProviderHealth
from phoenix_tui.core.timeline import told
from phoenix_tui.store.incidents import Session, by_session, sessions_of

DIFFERS = 1
"""Exit status: the machine came to another state than the recorded one."""
LARGEST_FILE = 512 * 2**20
"""Bytes; ten times what the longest log makes."""


def run_replay(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    try:
        incidents = _recorded(options.file)
        sessions = sessions_of(incidents)
        if options.at is not None:
            return _show_health(incidents, sessions, _at(options.at))
    except Refused as refused:
        return refuse(refused, as_json=False)
    if not incidents:
        say("There are no incidents in it.")
        return exit_status.OK
    compared = 0
    recorded = by_session(incidents)
    for session in sessions:
        own = recorded[session.id]
        put(f"session {_name(session)}: {len(own)} records from {shown(session.first_at)}\n")
        replay = Replay()
        for step in map(replay.step, own):
            put(_words(step))
            compared += step.agrees is not None
            if step.agrees is False:
                say(f"Session {_name(session)}, record {step.incident.sequence}: {_difference(step)}")
                return DIFFERS
    if compared:
        say(f"All {compared} records of health lead to the states that were recorded.")
    else:
        say("Nothing was compared: no session is there from its beginning. `incidents --json --session ID` prints one.")
    return exit_status.OK


def _recorded(file: str) -> tuple[Incident, ...]:
    """The incidents of a file, or of standard input. Raises Refused."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise Refused(f"{file!r} is no name of a file.") from error
    if len(data) > LARGEST_FILE:
        raise Refused(f"{file} is too large to be a recording (more than {LARGEST_FILE // 2**20} MiB).")
    try:
        return read_recording(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is no recording: it is no text.") from error
    except NoRecording as error:
        raise Refused(f"{file} is no recording. {error}") from error


def _at(text: str) -> float:
    try:
        return wall_time(text, time.time())
    except ValueError as error:
        raise Refused(f"--at: {error}") from error


def _words(step: Step) -> str:
    """The lines that tell of a step; none for what nobody needs to see."""
    lines = [f"  {step.problem}\n"] if step.problem and step.agrees is None else []
    line = told(step.incident.record)
    if line is not None:
        is_change = isinstance(step.incident.record, HealthChanged)
        mark = {True: "same", False: "DIFFERS", None: "told" if is_change else ""}[step.agrees]
        lines.append(f"  {shown(line.at.wall)}  {mark:7}  {line.provider or '-':10}  {line.words}\n")
    return "".join(lines)


def _difference(step: Step) -> str:
    recorded = step.incident.record
    if step.replayed is None or not isinstance(recorded, HealthChanged):
        return step.problem
    return (
        f"{recorded.provider} was recorded as {recorded.before.word} -> {recorded.after.word}, "
        f"and is {step.replayed.before.word} -> {step.replayed.after.word} when lived through again."
    )


def _show_health(incidents: Sequence[Incident], sessions: Sequence[Session], wall: float) -> int:
    """Every provider's health at one moment, in each session that was running then."""
    running = [session for session in sessions if session.first_at <= wall <= session.last_at]
    if not running:
        spans = ", ".join(f"{shown(session.first_at)} to {shown(session.last_at)}" for session in sessions[:5])
        raise Refused(f"Nothing was recorded at {shown(wall)}." + (f" The sessions: {spans}." if spans else ""))
    recorded = by_session(incidents)
    for session in running:
        replay = Replay()
        for incident in recorded[session.id]:
            if incident.record.at.wall <= wall:
                replay.step(incident)
        put(f"session {_name(session)} at {shown(wall)}\n")
        health = replay.health_at(wall)
        if not health:
            say("The beginning of this session is missing, so its health at that moment is not known.")
            continue
        write_table(list(map(_row, health)), ("provider", "state", "ok", "requests", "in a row", "retry at", "why"))
    return exit_status.OK


def _row(health: ProviderHealth) -> tuple[str, ...]:
    rate = health.success_rate
    return (
        health.name,
        health.state.word,
        "-" if rate is None else f"{rate:.0%}",
        str(health.total_requests),
        str(health.consecutive_failures),
        "-" if health.retry_at is None else shown(health.retry_at.timestamp()),
        health.reason,
    )


def _name(session: Session) -> str:
    return "".join(character for character in session.id if character.isalnum() and character.isascii())[:32]
