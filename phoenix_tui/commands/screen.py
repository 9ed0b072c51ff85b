"""`phoenix-tui` without a command: the full screen, over real or simulated providers."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from phoenix_tui import paths
from phoenix_tui.commands import exit_status
from phoenix_tui.commands.output import forget, put, say
from phoenix_tui.commands.running import wait_for_no_thread

if TYPE_CHECKING:
    from phoenix_tui.commands.opening import Opened
    from phoenix_tui.core.arrangement import Arrangement
    from phoenix_tui.core.client import Client
    from phoenix_tui.core.journal import Journal, Record
    from phoenix_tui.core.types import Strategy
    from phoenix_tui.tui.app import PhoenixApp
    from phoenix_tui.tui.first_picture import Picture, Shown
    from phoenix_tui.tui.ports import KeyKeeper
    from phoenix_tui.tui.start import ChoiceKeeper, PriceReader, Resumed, Start

_DEMO_RECORDS = 5_000
_SWITCH_SECONDS = 0.001
"""How long a thread that waits lets another one go on. With the default of 5 ms a key that is read would wait so long,
and a picture as often as the terminal takes a piece of it, 4 KB each."""
_COLLECTED_AFTER = 20_000
"""Objects that are made until garbage is looked for. One picture makes several times the default of 700."""
_NEEDS_TERMINAL = (
    "phoenix-tui opens a full screen and needs a terminal. In a pipe or a script use: phoenix-tui ask PROMPT "
    "(phoenix-tui --help has the rest)."
)
_NEEDS_STDERR = (
    "phoenix-tui draws its screen on stderr, which goes elsewhere here: start it without a redirection like 2>FILE.\n"
)
_DUMB = ("dumb", "unknown")
_NEEDS_MORE_THAN_LINES = (
    "This terminal (TERM={term}) shows lines and no full screen. Use here: phoenix-tui ask PROMPT. If it can do more, "
    "say so: TERM=xterm-256color phoenix-tui."
)


def run_screen(options: argparse.Namespace) -> int:
    """Open the screen; returns the exit status."""
    # The screen is drawn on stderr, as Textual does it; all three must be the terminal for it to be one.
    if sys.stdin.isatty() and sys.stdout.isatty() and not sys.stderr.isatty():
        put(_NEEDS_STDERR)  # what is said on stderr would not be seen
        return exit_status.USAGE
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        say(_NEEDS_TERMINAL)
        return exit_status.USAGE
    if (term := os.environ.get("TERM")) in _DUMB:
        say(_NEEDS_MORE_THAN_LINES.format(term=term))
        return exit_status.USAGE
    gc.disable()  # hardly anything that is loaded goes away again: until the first picture stands
    before = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(_COLLECTED_AFTER, *before[1][1:])
    shown: Shown | None = None
    try:
        if options.demo:
            return _run(demo_start(screen_reader=options.screen_reader))[0]
        shown = None if options.screen_reader else _show_first_picture()
        return _run_own(options, shown)
    finally:
        sys.setswitchinterval(before[0])
        gc.set_threshold(*before[1])
        gc.enable()
        if shown is not None:
            shown.end()


def _loaded() -> None:
    """The first picture stands. What has been loaded for it stays for good: no collection looks at it again."""
    gc.freeze()
    gc.enable()


def _show_first_picture() -> Shown | None:
    from phoenix_tui.tui.first_picture import show

    return show(os.environ, paths.state_dir(os.environ), paths.config_dir(os.environ) / paths.PREFERENCES)


def _keep_first_picture(picture: Picture, size: tuple[int, int]) -> None:
    from phoenix_tui.tui.first_picture import keep, looks

    if its := looks(os.environ, size, paths.config_dir(os.environ) / paths.PREFERENCES):
        keep(paths.state_dir(os.environ), picture, its)


def _run_own(options: argparse.Namespace, shown: Shown | None) -> int:
    """The screen over the person's own providers, left for the demo and come back to as often as they like."""
    from phoenix_tui.commands.key_keeper import FileKeyKeeper
    from phoenix_tui.commands.opening import Refused, open_settings, read_settings
    from phoenix_tui.tui.start import Resumed

    keeper = FileKeyKeeper(partial(read_settings, options), paths.config_dir(os.environ))
    resumed: Resumed | None = None
    while True:
        try:
            opened = open_settings(options, strict=False, entered=keeper.entered)
        except Refused as refused:
            if shown is not None:
                shown.end()
            say(str(refused))
            return exit_status.USAGE
        typed = shown.text if shown is not None else str
        status, app = _run(_start(opened, keeper, resumed, typed, screen_reader=options.screen_reader), shown)
        shown = None  # the first screen has taken it over
        if not app.leaves_for_demo:
            return status
        status, demo = _run(demo_start(comes_back=True, screen_reader=options.screen_reader))
        if status or demo.ended_by:
            return status
        resumed = Resumed(app.main.keeper, app.main.saved())


def _run(start: Start, shown: Shown | None = None) -> tuple[int, PhoenixApp]:
    """One screen, until it is left; its exit status. `shown` is what stands in the terminal already."""
    # Textual costs more to load than everything else together: not before it is sure that there is a screen to open.
    from phoenix_tui.tui.app import PhoenixApp
    from phoenix_tui.tui.app import run_screen as run_app

    app = PhoenixApp(start, shown, when_ready=_loaded)
    status = run_app(app)
    if shown is not None:
        shown.end()  # before anything is said
    if app.is_terminal_lost:
        for stream in (sys.stdout, sys.stderr):
            forget(stream)
    if app.last_words:
        say(app.last_words)
        status = exit_status.DEFECT
    if app.main.keeper.problem:
        say(app.main.keeper.problem)  # on the screen it was gone after a moment, and now the conversation is too
    return status, app


def _start(
    opened: Opened, keeper: KeyKeeper, resumed: Resumed | None, typed: Callable[[], str], *, screen_reader: bool
) -> Start:
    """The screen over the person's own providers."""
    from dataclasses import replace

    from phoenix_tui.commands.own_preferences import read_own_preferences
    from phoenix_tui.commands.surroundings import surroundings_of
    from phoenix_tui.core.types import Strategy
    from phoenix_tui.tui.start import Start

    news: list[str] = []
    preferences, wrong = read_own_preferences(os.environ)

    def open_client() -> AbstractAsyncContextManager[Client]:
        wait_for_no_thread(asyncio.get_running_loop())
        return replace(opened, config=replace(opened.config, watches_idle=True)).client(on_notice=news.append)

    return Start(
        open_client=open_client,
        warm_up=_warm_up,
        problems=tuple(str(notice) for notice in opened.notices if notice.fatal),
        notices=(*(str(notice) for notice in opened.notices if not notice.fatal), *wrong),
        news=lambda: news,
        state_folder=paths.state_dir(os.environ),
        own_files=paths.state_dir(os.environ),
        choices=_keep_choices(),
        keys=keeper,
        incidents=_read_incidents,
        price=_price_reader(),
        models=opened.settings.choices.models,
        strategy=Strategy(strategy) if (strategy := opened.settings.choices.strategy) else None,
        resumed=resumed,
        system_prompt=opened.settings.system_prompt or "",
        local_only=opened.config.local_only,
        editor=_editor(os.environ),
        surroundings=surroundings_of(os.environ, sys.stdout.encoding or "ascii", screen_reader=screen_reader),
        preferences=preferences,
        keep_preferences=_keep_preferences,
        keep_first_picture=_keep_first_picture,
        typed=typed,
    )


def demo_start(*, comes_back: bool = False, screen_reader: bool = False) -> Start:
    """The screen over simulated providers: no key, no network, nothing kept but in memory. It has the person's own look
    and keys; what they change there is for that run."""
    from phoenix_tui.commands.own_preferences import read_own_preferences
    from phoenix_tui.commands.surroundings import surroundings_of
    from phoenix_tui.core.timeline import involved, told
    from phoenix_tui.tui.start import Start

    preferences, wrong = read_own_preferences(os.environ)
    records: deque[Record] = deque(maxlen=_DEMO_RECORDS)

    async def incidents(limit: int, provider: str | None = None) -> tuple[Record, ...]:
        return tuple(
            record for record in records if told(record) and (provider is None or provider in involved(record))
        )[-limit:]

    return Start(
        open_client=lambda: _open_demo(records.append),
        warm_up=_warm_up,
        notices=wrong,
        incidents=incidents,
        own_files=paths.state_dir(os.environ),
        is_demo=True,
        comes_back=comes_back,
        editor=_editor(os.environ),
        surroundings=surroundings_of(os.environ, sys.stdout.encoding or "ascii", screen_reader=screen_reader),
        preferences=preferences,
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


async def _read_incidents(limit: int, provider: str | None = None) -> tuple[Record, ...]:
    """What happened of late, in this program and in others."""
    from phoenix_tui.store import Wanted, open_store

    store = open_store(paths.state_dir(os.environ))
    try:
        found = await store.incidents.read(Wanted(provider=provider, limit=limit, notable=True))
    finally:
        await store.close()
    return tuple(incident.record for incident in found.incidents)


def _price_reader() -> PriceReader:
    """What models cost, from a list that is loaded when the first is asked for."""
    from phoenix_tui.prices import PriceBook

    return PriceBook().price


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


def _keep_preferences(changes: Mapping[str, object]) -> str | None:
    """Keep what was changed of the preferences in the person's config folder."""
    from phoenix_tui.config import save_preferences

    problem = save_preferences(paths.config_dir(os.environ), changes)
    return str(problem) if problem else None
