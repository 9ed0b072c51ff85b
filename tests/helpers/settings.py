"""Helpers for tests of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from phoenix_tui.config import ConfigProblem, Overrides, Settings


class Load(Protocol):
    def __call__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        folder: Mapping[str, str] | None = None,
        user: Mapping[str, str] | None = None,
        env_file: Path | str | None = None,
        flags: Overrides | None = None,
        entered: Mapping[str, str] | None = None,
    ) -> Settings: ...


def only(settings: Settings, variable: str) -> ConfigProblem:
    """The one problem with `variable`."""
    found = [problem for problem in settings.problems if problem.variable == variable]
    assert len(found) == 1, settings.problems
    return found[0]
