"""`phoenix-tui` without a command: the full screen, over real or simulated providers."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from phoenix_tui import paths
from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Opened, Refused, open_settings
from phoenix_tui.commands.output import say
from phoenix_tui.commands.running import wait_for_no_thread

if TYPE_CHECKING:
    from phoenix_tui.core.arrangement import Arrangement
    from phoenix_tui.core.client import Client
    from phoenix_tui.core.journal import Journal, Record
    from phoenix_tui.core.types import Strategy
    from phoenix_tui.tui.start import ChoiceKeeper, Start

_DEMO_RECORDS = 5_000
_NEEDS_TERMINAL = (
    "phoenix-tui opens a full screen and needs a terminal. In a pipe or a script use: phoenix-tui ask PROMPT "
    "(phoenix-tui --help has the rest)."
)


def run_screen(options: argparse.Namespace) -> int:
    """Open the screen; returns the exit status."""
    # The screen is drawn on stderr, as Textual does it; all three must be the terminal for it to be one.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        say(_NEEDS_TERMINAL)
        return exit_status.USAGE
    try:
        start = _demo_start() if options.demo else _start(open_settings(options, strict=False))
    except Refused as refused:
        say(str(refused))
        return exit_status.USAGE
    # Textual costs more to load than everything else together: not before it is sure that there is a screen to open.
    from phoenix_tui.tui.app import PhoenixApp
    from phoenix_tui.tui.app import run_screen as run_app

    app = PhoenixApp(start)
    status = run_app(app)
    if app.main.keeper.problem:
        say(app.main.keeper.problem)  # on the screen it was gone after a moment, and now the conversation is too
    return status


def _start(opened: Opened) -> Start:
    """The screen over the person's own providers."""
    from dataclasses import replace

    from phoenix_tui.core.types import Strategy
    from phoenix_tui.tui.start import Start

    news: list[str] = []

    def open_client() -> AbstractAsyncContextManager[Client]:
        wait_for_no_thread(asyncio.get_running_loop())
        return replace(opened, config=replace(opened.config, watches_idle=True)).client(on_notice=news.append)

    return Start(
        open_client=open_client,
        warm_up=_warm_up,
        notices=tuple(str(notice) for notice in opened.notices),
        news=lambda: news,
        state_folder=paths.state_dir(os.environ),
        choices=_keep_choices(),
        incidents=_read_incidents,
        models=opened.settings.choices.models,
        strategy=Strategy(strategy) if (strategy := opened.settings.choices.strategy) else None,
        system_prompt=opened.settings.system_prompt or "",
        local_only=opened.config.local_only,
        editor=_editor(os.environ),
        theme=_theme(os.environ),
        ascii_only=_is_ascii_only(os.environ),
        no_color=bool(os.environ.get("NO_COLOR")),
        reduced_motion=os.environ.get("TEXTUAL_ANIMATIONS") == "none",
    )


def _demo_start() -> Start:
    """The screen over simulated providers: no key, no network, nothing kept but in memory."""
    from phoenix_tui.core.timeline import told
    from phoenix_tui.tui.start import Start

    records: deque[Record] = deque(maxlen=_DEMO_RECORDS)

    async def incidents(limit: int) -> tuple[Record, ...]:
        return tuple(record for record in records if told(record))[-limit:]

    return Start(
        open_client=lambda: _open_demo(records.append),
        warm_up=_warm_up,
        incidents=incidents,
        is_demo=True,
        editor=_editor(os.environ),
        theme=_theme(os.environ),
        ascii_only=_is_ascii_only(os.environ),
        no_color=bool(os.environ.get("NO_COLOR")),
        reduced_motion=os.environ.get("TEXTUAL_ANIMATIONS") == "none",
    )


@asynccontextmanager
async def _open_demo(journal: Journal) -> AsyncIterator[Client]:
    from phoenix_tui.commands.simulated import simulated_config
    from phoenix_tui.core.client import Client
    from phoenix_tui.sim.story import demo_simulator

    async with (
        demo_simulator() as simulator,
        Client(simulated_config(simulator.environment()), journal=journal) as client,
    ):
        yield client


def _warm_up() -> None:
    import phoenix_tui.core.client  # noqa: F401 - loaded in a thread while the first picture stands


async def _read_incidents(limit: int) -> tuple[Record, ...]:
    """What happened of late, in this program and in others."""
    from phoenix_tui.store import Wanted, open_store

    store = open_store(paths.state_dir(os.environ))
    try:
        found = await store.incidents.read(Wanted(limit=limit, notable=True))
    finally:
        await store.close()
    return tuple(incident.record for incident in found.incidents)


def _keep_choices() -> ChoiceKeeper:
    """What keeps the choices made on the screen in the person's config folder."""
    from phoenix_tui.config import Choices, save_choices

    def keep(arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None) -> str | None:
        choices = Choices(
            primary=arrangement.primary,
            order=arrangement.order,
            switched_off=arrangement.switched_off,
            models=models,
            pinned=arrangement.pinned,
            strategy=strategy,
        )
        problem = save_choices(paths.config_dir(os.environ), choices)
        return str(problem) if problem else None

    return keep


def _editor(environ: Mapping[str, str]) -> str:
    """The editor that the person has named, with its arguments; "" for none."""
    return environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip()


def _theme(environ: Mapping[str, str]) -> str:
    """The theme that fits the terminal's background, where it tells (COLORFGBG, as rxvt and others set it)."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in ("7", "15") else "dark"


def _is_ascii_only(environ: Mapping[str, str]) -> bool:
    """Whether the terminal cannot be trusted with more than ASCII: the console of Linux, or an encoding without it."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    return environ.get("TERM", "") in ("linux", "dumb", "vt100") or not encoding.startswith("utf")
