"""Carries out slash commands on the screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.slash import nearest
from phoenix_tui.tui.text import one_line

if TYPE_CHECKING:
    from phoenix_tui.tui.screens.main import MainScreen

INCIDENTS_SHOWN = 30


def carry_out(screen: MainScreen, name: str, argument: str) -> None:
    """Run the command `name`, which is one of the table's."""
    match name:
        case "providers" | "health" if not argument:
            screen.action_providers()
        case "providers" | "health" | "provider":
            _open_page(screen, argument)
        case "incidents":
            screen.work(partial(_incidents, screen), "incidents", exclusive=True)
        case "route":
            screen.action_route()
        case "strategy":
            _strategy(screen, argument)
        case "local":
            _local(screen, argument)
        case "use":
            _use(screen, argument)
        case "model":
            _model(screen, argument)
        case "key":
            _key(screen, argument)
        case "retry":
            screen.action_retry()
        case "other":
            screen.action_other()
        case "find":
            screen.action_find(argument)
        case "copy":
            screen.action_copy_last()
        case "restore":
            screen.action_restore()
        case "new":
            screen.action_new()
        case "edit":
            screen.work(screen.action_edit, "edit")
        case "settings":
            screen.action_settings()
        case "help":
            screen.action_help()
        case "quit":
            screen.action_leave()


def _strategy(screen: MainScreen, argument: str) -> None:
    name = argument.lower()
    names = tuple(strategy.value for strategy in Strategy)
    if name in names:
        screen.action_strategy(name)
        return
    near = nearest(name, names) if name else None
    meant = f"Did you mean {near}? " if near else ""
    now = f"It is {screen.snapshot.strategy} now. " if screen.snapshot and not argument else ""
    screen.tell(f"{now}{meant}The strategies: {', '.join(names)}.", "warning" if argument else "information")


def _local(screen: MainScreen, argument: str) -> None:
    if argument.lower() in ("", "on", "off"):
        screen.action_local(argument.lower())
    else:
        screen.tell("/local keeps this conversation on this machine, /local off lets it leave again.", "warning")


def _use(screen: MainScreen, argument: str) -> None:
    if not argument:
        screen.action_pick_primary()
    elif name := _provider(screen, argument):
        screen.action_primary(name)


def _open_page(screen: MainScreen, argument: str) -> None:
    """The page of the provider that is named, else of the primary."""
    snapshot = screen.snapshot
    if name := _provider(screen, argument or (snapshot.primary if snapshot else "")):
        screen.action_provider_page(name)


def _provider(screen: MainScreen, argument: str) -> str | None:
    """The provider that `argument` names; where it names none, that is told."""
    name = argument.lower()
    if name in PROVIDER_NAMES:
        return name
    near = nearest(name, PROVIDER_NAMES)
    meant = f"Did you mean {near}? " if near else ""
    asked = f"There is no provider {one_line(argument)[:40]}. " if argument else "Which one? "
    screen.tell(f"{asked}{meant}The seven: {', '.join(PROVIDER_NAMES)}.", "warning")
    return None


def _key(screen: MainScreen, argument: str) -> None:
    name, _, more = argument.lower().partition(" ")
    if name and name not in PROVIDER_NAMES:
        near = nearest(name, PROVIDER_NAMES)  # never quoted: it may be the key itself
        meant = f"Did you mean /key {near}? " if near else ""
        screen.tell(f"{meant}/key NAME opens the dialog for one of {', '.join(PROVIDER_NAMES)}.", "warning")
        return
    screen.action_set_key(name)
    if more:
        screen.tell("What is written in the chat is not taken for a key; paste it into the dialog.", "warning")


async def _incidents(screen: MainScreen) -> None:
    # Not before somebody asks: the first picture needs none of it.
    from phoenix_tui.core.kept_health import NotKept  # noqa: PLC0415 - as above
    from phoenix_tui.tui.incident_report import (  # noqa: PLC0415 - as above
        NOTHING_KEPT,
        NOTHING_YET,
        incident_report,
    )

    if screen.begin.incidents is None:
        screen.tell(NOTHING_KEPT)
        return
    try:
        records = await screen.begin.incidents(INCIDENTS_SHOWN)
    except NotKept as problem:
        screen.tell(str(problem), "warning")
        return
    lines = incident_report(records)
    if lines:
        lines.append([("phoenix-tui incidents has them all", "$text-muted")])
    else:
        lines.append([(NOTHING_YET, "")])
    screen.print("Incidents", lines)


def _model(screen: MainScreen, argument: str) -> None:
    if not argument or screen.snapshot is None:
        screen.action_choose_model()
    else:
        screen.choose_model(screen.snapshot.primary, argument)
