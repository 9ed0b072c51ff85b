"""The folders of this program: where settings and state are kept, and where its style sheets are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path, user_state_path

APP = "phoenix-tui"
CONFIG_VARIABLE = "PHOENIX_TUI_CONFIG_DIR"
STATE_VARIABLE = "PHOENIX_TUI_STATE_DIR"
PREFERENCES = "preferences.toml"
"""In the folder of settings: what the person chose about the screen."""
_PACKAGE = Path(__file__).parent


def config_dir(environ: Mapping[str, str]) -> Path:
    """The user's settings. Not created here."""
    if own := _own(environ, CONFIG_VARIABLE):
        return own
    return user_config_path(APP, appauthor=False)


def state_dir(environ: Mapping[str, str]) -> Path:
    """What the program remembers between runs. Not created here."""
    if own := _own(environ, STATE_VARIABLE):
        return own
    return user_state_path(APP, appauthor=False)


def ensure(folder: Path) -> Path:
    """`folder`, created if need be, open to the user only. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def styles_dir() -> Path:
    """The style sheets: inside the installed package, else beside it in a checkout. Raises FileNotFoundError."""
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The style sheets are missing from {_PACKAGE}; install phoenix-tui again.")


def _own(environ: Mapping[str, str], variable: str) -> Path | None:
    value = environ.get(variable, "").strip()
    return Path(os.path.expanduser(value)).absolute() if value else None  # noqa: PTH111 - Path raises for ~unknown
