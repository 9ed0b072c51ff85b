"""Carries out slash commands on the screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from phoenix_tui.core.errors import ProviderError
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.slash import nearest
from phoenix_tui.tui.text import one_line
from phoenix_tui.tui.wording import what_happened

if TYPE_CHECKING:
    from phoenix_tui.tui.screens.main import MainScreen

MODELS_SHOWN = 40
INCIDENTS_SHOWN = 30


def carry_out(screen: MainScreen, name: str, argument: str) -> None:
    """Run the command `name`, which is one of the table's."""
    match name:
        case "providers" | "health":
            screen.action_providers()
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
            screen.work(partial(_model, screen, argument), "models", exclusive=True)
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
    name = argument.lower()
    if name in PROVIDER_NAMES:
        screen.action_primary(name)
        return
    near = nearest(name, PROVIDER_NAMES) if name else None
    meant = f"Did you mean {near}? " if near else ""
    asked = f"There is no provider {one_line(argument)[:40]}. " if argument else "Which one? "
    screen.tell(f"{asked}{meant}The seven: {', '.join(PROVIDER_NAMES)}.", "warning")


async def _incidents(screen: MainScreen) -> None:
    # Not before somebody asks: the first picture needs none of it.
    from phoenix_tui.core.kept_health import NotKept  # noqa: PLC0415 - as above
    from phoenix_tui.tui.incident_report import incident_report  # noqa: PLC0415 - as above

    if screen.begin.incidents is None:
        screen.tell("Nothing is kept here: this run leaves no trace.")
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
        lines.append([("Nothing yet: failures, switches and changes of health will be here.", "")])
    screen.print("Incidents", lines)


async def _model(screen: MainScreen, argument: str) -> None:
    client = await screen.client()
    primary = client.primary_provider
    if argument:
        screen.choose_model(primary, argument)
        return
    try:
        models = await client.list_models(primary)
    except ProviderError as error:
        screen.tell(f"{primary} {what_happened(error.info)}; its models are not known.", "warning")
        return
    usable = [model.id for model in models if model.usable]
    current = client.snapshot().info_of(primary).model
    lines = []
    for model in usable[:MODELS_SHOWN]:
        is_current = model == current
        lines.append([("* " if is_current else "  ", "$accent"), (one_line(model), "$accent" if is_current else "")])
    if len(usable) > MODELS_SHOWN:
        hidden = len(usable) - MODELS_SHOWN
        lines.append([(f"  and {hidden} more: phoenix-tui models --provider {primary}", "$text-muted")])
    screen.print(f"Models of {primary}; /model ID chooses one", lines)
