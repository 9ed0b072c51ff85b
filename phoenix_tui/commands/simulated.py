"""The client's view of simulated providers: the very settings that point a real program at them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from phoenix_tui.config import Overrides, load_settings, read_network, to_client_config
from phoenix_tui.core.configuration import ClientConfig

_NO_FOLDER = Path(os.devnull) / "none"
"""Settings of the person's own have no say over a simulation."""


def simulated_config(environment: Mapping[str, str]) -> ClientConfig:
    """A configuration from the variables that a simulator gives out, and from nothing else."""
    settings = load_settings(
        environ=environment, cwd=_NO_FOLDER, config_dir=_NO_FOLDER, env_file=None, overrides=Overrides()
    )
    return replace(to_client_config(settings, read_network(environment)), watches_idle=True)
