"""From the command line to a client: settings read, problems told, a `Client` ready to be entered."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path

from phoenix_tui import paths
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
from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig
from phoenix_tui.core.errors import ErrorClass, PhoenixError


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

    def client(self) -> Client:
        """A client over these settings, to be entered."""
        return Client(self.config)


def open_settings(options: argparse.Namespace, *, strict: bool) -> Opened:
    """Read the settings. `strict` raises Refused for what the screen would only show."""
    overrides = Overrides(
        provider=options.provider if "provider" in options else None,
        model=options.model if "model" in options else None,
        system_prompt=options.system if "system" in options else None,
        max_tokens=options.max_tokens if "max_tokens" in options else None,
        no_fallback=options.no_fallback if "no_fallback" in options else False,
    )
    settings = load_settings(
        environ=os.environ,
        cwd=Path.cwd(),
        config_dir=paths.config_dir(os.environ),
        env_file=options.env_file,
        overrides=overrides,
    )
    network = read_network(os.environ)
    if strict:
        try:
            require_sound(settings, network)
        except ConfigurationError as error:
            raise Refused(str(error)) from error
    config = to_client_config(settings, network)
    if getattr(options, "temperature", None) is not None:
        config = replace(config, temperature=options.temperature)
    return Opened(settings, config, (*settings.problems, *network.problems))


def require_key(opened: Opened, name: str) -> None:
    """Raises Refused when the provider that was named on the command line cannot be asked for want of a key."""
    provider = opened.settings.provider_named(name)
    if provider.problem:
        raise Refused(f"{provider.problem} To mend it: {provider.fix}", ErrorClass.AUTH)


def no_provider_configured(opened: Opened) -> Refused:
    """What to say when there is nobody to ask: no key at all, and no local server."""
    lines = ["No provider can be asked: there is no key, and no local server answers. Any one of these mends it:"]
    lines += [f"  {provider.fix}" for provider in opened.settings.providers if provider.fix]
    lines.append("Without any: phoenix-tui --demo shows the program with simulated providers.")
    return Refused("\n".join(lines), ErrorClass.AUTH)
