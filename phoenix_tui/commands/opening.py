"""From the command line to a client: settings read, problems told, a `Client` ready to be entered."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_tui import paths
from phoenix_tui.commands import exit_status
from phoenix_tui.commands.output import say, write_json
from phoenix_tui.commands.shapes import problem_shape
from phoenix_tui.config import (
    ConfigProblem,
    ConfigurationError,
    Overrides,
    Settings,
    load_settings,
    read_network,
    require_sound,
    to_client_config,
)
from phoenix_tui.core.configuration import ClientConfig
from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered, PhoenixError
from phoenix_tui.core.spending import provider_cost
from phoenix_tui.core.types import FallbackMode
from phoenix_tui.core.values import dataclass
from phoenix_tui.prices import PriceBook

if TYPE_CHECKING:
    from phoenix_tui.core.client import Client


class Refused(PhoenixError):
    """The command cannot begin; the message is the sentence that says why and what mends it."""

    def __init__(self, message: str, error_class: ErrorClass = ErrorClass.BAD_REQUEST) -> None:
        super().__init__(message)
        self.error_class = error_class


@dataclass(frozen=True, slots=True)
class Opened:
    """Settings that hold, and what is made from them. `notices` are for the person and stop nothing."""

    settings: Settings
    config: ClientConfig
    notices: tuple[ConfigProblem, ...]

    @property
    def system_prompt(self) -> str | None:
        return self.settings.system_prompt

    @asynccontextmanager
    async def client(self, on_notice: Callable[[str], None] = say) -> AsyncIterator[Client]:
        """A client over these settings, with what earlier runs have learned; it leaves what it learns to later ones.
        `on_notice` hears what is wrong with that, in sentences."""
        from phoenix_tui.core.client import Client  # noqa: PLC0415 - the network, which no first picture waits for
        from phoenix_tui.store import open_store  # noqa: PLC0415 - a database, as above

        store = open_store(paths.state_dir(os.environ), on_notice=on_notice)
        try:
            prices = PriceBook()
            async with Client(
                self.config,
                memory=store.health,
                journal=store.incidents.write,
                prices=prices.blended,
                # Nobody waits for a price list to be loaded, in the moment of the answer, where no budget is kept.
                costs=provider_cost if self.config.daily_budget is None else prices.cost_now,
                spending=store.spending,
            ) as client:
                yield client
        finally:
            await store.close()


def open_settings(options: argparse.Namespace, *, strict: bool, entered: Mapping[str, str] | None = None) -> Opened:
    """Read the settings, under what was `entered` on the screen. `strict` is for scripts: it raises Refused for what
    the screen would only show, and where the person would have to be asked before another provider is told, none is."""
    settings = read_settings(options, entered)
    network = read_network(os.environ)
    if strict:
        try:
            require_sound(settings, network)
        except ConfigurationError as error:
            raise Refused(str(error)) from error
    config = to_client_config(settings, network)
    if strict and config.fallback is FallbackMode.ASK:
        config = replace(config, fallback=FallbackMode.NEVER)  # nobody is there to be asked
    if getattr(options, "temperature", None) is not None:
        config = replace(config, temperature=options.temperature)
    return Opened(settings, config, (*settings.problems, *network.problems))


def read_settings(options: argparse.Namespace, entered: Mapping[str, str] | None = None) -> Settings:
    """The settings as files, shell and command line have them now, under what was `entered` on the screen."""
    overrides = Overrides(
        provider=options.provider if "provider" in options else None,
        model=options.model if "model" in options else None,
        system_prompt=options.system if "system" in options else None,
        max_tokens=options.max_tokens if "max_tokens" in options else None,
        no_fallback=options.no_fallback if "no_fallback" in options else False,
    )
    return load_settings(
        environ=os.environ,
        cwd=_current_folder(),
        config_dir=paths.config_dir(os.environ),
        env_file=options.env_file,
        overrides=overrides,
        entered=entered,
    )


def _current_folder() -> Path:
    """Where the program was started; a folder that has been deleted since has no files, and is no reason to stop."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(os.devnull) / "gone"


def refuse(refused: Refused, *, as_json: bool) -> int:
    """Say why the command cannot begin; returns the exit status."""
    say(str(refused))
    if as_json:
        write_json(problem_shape(refused.error_class, str(refused)))
    return exit_status.USAGE


def require_key(opened: Opened, name: str) -> None:
    """Raises Refused when the provider that was named on the command line cannot be asked for want of a key."""
    if refused := _no_key(opened, name):
        raise refused


def nobody_to_ask(opened: Opened, client: Client, failure: NoProviderAnswered) -> Refused | None:
    """The refusal behind `failure` where it is for want of keys that nobody was asked; None where it is not."""
    if failure.cause is not None or failure.attempts:
        return None
    if any(info.configured for info in client.snapshot().providers):
        return _no_key(opened, client.primary_provider)
    return _no_provider_configured(opened)


def _no_key(opened: Opened, name: str) -> Refused | None:
    provider = opened.settings.provider_named(name)
    return Refused(f"{provider.problem} To mend it: {provider.fix}", ErrorClass.AUTH) if provider.problem else None


def _no_provider_configured(opened: Opened) -> Refused:
    lines = ["No provider can be asked: there is no key, and no local server answers. Any one of these mends it:"]
    lines += [f"  {provider.fix}" for provider in opened.settings.providers if provider.fix]
    lines.append("Without any: phoenix-tui --demo shows the program with simulated providers.")
    return Refused("\n".join(lines), ErrorClass.AUTH)
