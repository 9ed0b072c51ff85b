"""Keys, and the addresses of local servers, that are entered on the screen: tried, kept and taken away again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from phoenix_tui.config import (
    Settings,
    SourceKind,
    own_file,
    read_network,
    remove_variables,
    set_variables,
    to_client_config,
    variables_in,
)
from phoenix_tui.config.files import shown
from phoenix_tui.config.sources import Source
from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.profiles import Profile, profile_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.tui.key_entry import variables_of
from phoenix_tui.tui.ports import KeyPlace

_STRONGER = (SourceKind.ENVIRONMENT, SourceKind.ENV_FILE, SourceKind.FOLDER_FILE)
"""The places that win over the person's own file."""
_SOME_KEY = "any-key-to-see-where-it-would-go"

ReadSettings = Callable[[Mapping[str, str]], Settings]
"""The settings as they are now, under what was entered on the screen."""


class FileKeyKeeper:
    """As `KeyKeeper` has it, over the settings and the person's own `.env.local` in `config_dir`."""

    def __init__(self, read: ReadSettings, config_dir: Path) -> None:
        self._read = read
        self._config_dir = config_dir
        self._held: dict[str, dict[str, Secret]] = {}
        """What was entered in this run, by provider and variable."""

    @property
    def entered(self) -> Mapping[str, str]:
        """All that was entered in this run, by variable."""
        return {variable: it.reveal() for values in self._held.values() for variable, it in values.items()}

    def place(self, name: str) -> KeyPlace:
        profile, variables = profile_of(name), variables_of(name)
        sources = self._read({}).sources
        # A key decides which addresses are trusted enough, so there must be one to see where it would go.
        probe = {} if profile.local else {variables[0]: _SOME_KEY}
        settings = self._read(self._revealed(name) | probe)
        return KeyPlace(
            file=shown(own_file(self._config_dir)),
            address=settings.provider_named(name).root or profile.root,
            saved=variables_in(self._config_dir, variables),
            overruled={
                variable: str(source)
                for variable in variables
                if (source := sources.get(variable)) and source.kind in _STRONGER and source.name == variable
            },
            warnings=tuple(it.message for it in settings.problems if it.variable in profile.url_variables),
            source=self._source(profile, sources),
        )

    def _source(self, profile: Profile, sources: Mapping[str, Source]) -> str:
        variable = profile.key_variables[0] if profile.key_variables else ""
        if variable in self._held.get(profile.name, {}):
            file = shown(own_file(self._config_dir))
            is_saved = variable in variables_in(self._config_dir, (variable,))
            return f"{variable} ({file})" if is_saved else f"{variable} (entered in this run)"
        return str(sources[variable]) if variable in sources else ""

    def tried(self, name: str, entered: Mapping[str, Secret]) -> ProviderConfig:
        settings = self._read(self._revealed(name, entered))
        config = to_client_config(settings, read_network(os.environ))
        return next(provider for provider in config.providers if provider.name == name)

    def save(self, name: str, entered: Mapping[str, Secret]) -> str:
        self._held[name] = {**self._held.get(name, {}), **entered}
        problem = set_variables(self._config_dir, {variable: it.reveal() for variable, it in entered.items()})
        return problem.message if problem else ""

    def remove(self, name: str) -> str:
        problem = remove_variables(self._config_dir, variables_of(name))
        if problem is None:
            self._held.pop(name, None)
        return problem.message if problem else ""

    def _revealed(self, name: str, entered: Mapping[str, Secret] | None = None) -> dict[str, str]:
        values = {**self._held.get(name, {}), **(entered or {})}
        return {variable: it.reveal() for variable, it in values.items()}
