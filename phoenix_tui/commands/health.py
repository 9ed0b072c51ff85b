"""`phoenix-tui health`: the seven providers, for people and for prompts of a shell."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Opened, Refused, open_settings, refuse
from phoenix_tui.commands.output import say, write_json, write_table
from phoenix_tui.commands.running import run
from phoenix_tui.commands.shapes import health_shape
from phoenix_tui.core.snapshot import ProviderHealth, Snapshot


def run_health(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    try:
        opened = open_settings(options, strict=True)
    except Refused as refused:
        return refuse(refused, as_json=options.json)
    for notice in opened.notices:
        say(str(notice))
    snapshot, failed = run(_look(opened, probe=options.probe))
    if options.json:
        write_json(health_shape(snapshot))
    else:
        write_table(
            [_row(snapshot, health) for health in snapshot.health],
            ("provider", "state", "as of", "ok", "requests", "average", "checked", "model", "note"),
        )
    fit = {placement.target.provider for placement in snapshot.order if placement.eligible}
    # A check that has just failed says more than a state that has not been asked yet.
    return exit_status.OK if fit - failed else exit_status.NO_ANSWER


async def _look(opened: Opened, *, probe: bool) -> tuple[Snapshot, set[str]]:
    """How they are, and whose check has just failed. Without `probe` nobody is checked."""
    async with opened.client() as client:
        before = client.snapshot()
        if not probe:
            return before, set()
        names = [info.name for info in before.providers if info.configured or not info.problem]
        await asyncio.gather(*(client.probe(name) for name in names))
        after = client.snapshot()
        failed = {its.name for its in after.health if its.last_error is not before.health_of(its.name).last_error}
        return after, failed


def _row(snapshot: Snapshot, health: ProviderHealth) -> tuple[str, ...]:
    info = snapshot.info_of(health.name)
    rate = health.success_rate
    average = health.average_response_time
    name = f"{health.name} *" if health.name == snapshot.primary else health.name
    error = health.last_error
    note = info.problem or health.reason or (error.message if error else "")
    return (
        name,
        health.state.word,
        "-" if health.as_of is None else _ago(health.as_of),
        "-" if rate is None else f"{rate:.0%}",
        str(health.total_requests),
        "-" if average is None else f"{average:.1f} s",
        _ago(health.last_checked),
        info.model or "-",
        note[:120],
    )


def _ago(moment: datetime | None) -> str:
    if moment is None:
        return "never"
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return "just now" if seconds < 5 else f"{seconds:.0f} s ago"
