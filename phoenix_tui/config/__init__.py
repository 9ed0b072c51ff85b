"""Settings: where they come from, what is wrong with them, and what a `Client` is made of.

`load_settings` reads them all, `to_client_config` turns them into the core's own values; `sources` has the order and
the trust of the places. Names are loaded on demand, since pydantic is not needed to print a help text.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phoenix_tui.config.choices import Choices, load_choices, save_choices
    from phoenix_tui.config.client import require_sound, to_client_config
    from phoenix_tui.config.models import ProviderSettings, Settings
    from phoenix_tui.config.network import Network, read_network
    from phoenix_tui.config.own_env import own_file, remove_variables, set_variables, variables_in
    from phoenix_tui.config.preferences import load_preferences, save_preferences
    from phoenix_tui.config.problems import ConfigProblem, ConfigurationError
    from phoenix_tui.config.settings import Overrides, load_settings
    from phoenix_tui.config.sources import Source, SourceKind

_HOMES = {
    "Choices": "choices",
    "ConfigProblem": "problems",
    "ConfigurationError": "problems",
    "Network": "network",
    "Overrides": "settings",
    "ProviderSettings": "models",
    "Settings": "models",
    "Source": "sources",
    "SourceKind": "sources",
    "load_choices": "choices",
    "load_preferences": "preferences",
    "load_settings": "settings",
    "own_file": "own_env",
    "read_network": "network",
    "remove_variables": "own_env",
    "require_sound": "client",
    "save_choices": "choices",
    "save_preferences": "preferences",
    "set_variables": "own_env",
    "to_client_config": "client",
    "variables_in": "own_env",
}

__all__ = [
    "Choices",
    "ConfigProblem",
    "ConfigurationError",
    "Network",
    "Overrides",
    "ProviderSettings",
    "Settings",
    "Source",
    "SourceKind",
    "load_choices",
    "load_preferences",
    "load_settings",
    "own_file",
    "read_network",
    "remove_variables",
    "require_sound",
    "save_choices",
    "save_preferences",
    "set_variables",
    "to_client_config",
    "variables_in",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
