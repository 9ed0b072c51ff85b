"""`phoenix-tui incidents`: what happened, as a timeline for people and as a recording for `replay`."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable

from phoenix_tui import paths
from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Refused, refuse
from phoenix_tui.commands.output import say, write_json, write_table
from phoenix_tui.commands.recording import recording_shape
from phoenix_tui.commands.running import run
from phoenix_tui.commands.times import shown, wall_time
from phoenix_tui.config.nearest import nearest_value
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.timeline import Line, timeline
from phoenix_tui.store import Found, Store, Wanted, open_store

LINES_SHOWN = 100
"""How many a person is shown, where the number is not asked for."""


def run_incidents(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    store = open_store(paths.state_dir(os.environ))
    try:
        wanted = _wanted(options, time.time())
        found = run(_read(store, wanted))
    except (Refused, NotKept) as problem:
        return refuse(problem if isinstance(problem, Refused) else Refused(str(problem)), as_json=options.json)
    for notice in store.notices:
        say(notice)
    if found.unreadable:
        say(f"{found.unreadable} records in {store.path} cannot be read and are left out.")
    if options.json:
        write_json(recording_shape(found))
    elif found.incidents:
        write_lines(timeline(incident.record for incident in found.incidents))
    else:
        say(_nothing(store, wanted))
    return exit_status.OK


def write_lines(lines: Iterable[Line]) -> None:
    """The timeline on stdout, as a table."""
    rows = [(shown(line.at.wall), line.provider or "-", line.words) for line in lines]
    write_table(rows, ("time", "provider", "what happened"))


def _wanted(options: argparse.Namespace, now: float) -> Wanted:
    """What is asked for. A recording holds everything, a timeline what is worth a line."""
    if options.provider is not None and options.provider not in PROVIDER_NAMES:
        near = nearest_value(options.provider, PROVIDER_NAMES)
        meant = f" Did you mean {near}?" if near else f" The seven: {', '.join(PROVIDER_NAMES)}."
        raise Refused(f"There is no provider {options.provider!r}.{meant}")
    try:
        since = None if options.since is None else wall_time(options.since, now)
    except ValueError as error:
        raise Refused(f"--since: {error}") from error
    limit = options.limit if options.limit is not None or options.json else LINES_SHOWN
    return Wanted(since, options.provider, options.session, limit, notable=not options.json)


async def _read(store: Store, wanted: Wanted) -> Found:
    try:
        return await store.incidents.read(wanted)
    finally:
        await store.close()


def _nothing(store: Store, wanted: Wanted) -> str:
    if wanted.since is not None or wanted.provider or wanted.session:
        return f"Nothing like that is kept in {store.path}."
    return (
        "Nothing has happened yet. Failures, switches from one provider to another and changes of health will be "
        f"listed here; {store.path} keeps them for 30 days."
    )
