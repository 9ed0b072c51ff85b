"""The person's own preferences, from the file in their config folder."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_tui import paths
from phoenix_tui.config import load_preferences
from phoenix_tui.tui.preferences import Preferences, read_preferences


def read_own_preferences(environ: Mapping[str, str]) -> tuple[Preferences, tuple[str, ...]]:
    """What was chosen, and a sentence for each thing that is wrong with the file. Never raises."""
    table, problems = load_preferences(paths.config_dir(environ))
    preferences, wrong = read_preferences(table, "preferences.toml")
    return preferences, (*(str(problem) for problem in problems), *wrong)
