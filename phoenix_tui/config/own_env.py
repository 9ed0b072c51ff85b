"""The person's own `.env.local` in the config folder: what the screen saves there, and what of it is there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from phoenix_tui import paths
from phoenix_tui.config.env_edit import sets_variable, with_variable, without_variable
from phoenix_tui.config.files import Unreadable, read_text, replace_text, shown
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.sources import FILE_NAMES


def own_file(config_dir: Path) -> Path:
    """The file that is written."""
    return config_dir / FILE_NAMES[0]


def set_variables(config_dir: Path, values: Mapping[str, str]) -> ConfigProblem | None:
    """Write `values`, each as the one setting of its variable; every other line stays. The file is then readable by
    the user only, whatever it was. A problem when nothing could be written. Waits for the disk."""

    def changed(text: str) -> str:
        for name, value in values.items():
            text = with_variable(text, name, value)
        return text

    return _change(config_dir, changed)


def remove_variables(config_dir: Path, names: Iterable[str]) -> ConfigProblem | None:
    """Take the settings of `names` out; every other line stays. A problem when nothing could be written."""

    def changed(text: str) -> str:
        for name in names:
            text = without_variable(text, name)
        return text

    return _change(config_dir, changed)


def variables_in(config_dir: Path, names: Iterable[str]) -> frozenset[str]:
    """Which of `names` have a line in the file; none when it cannot be read."""
    try:
        text = read_text(own_file(config_dir)) or ""
        return frozenset(name for name in names if sets_variable(text, name))
    except Unreadable:
        return frozenset()


def _change(config_dir: Path, changed: Callable[[str], str]) -> ConfigProblem | None:
    link = own_file(config_dir)
    try:
        paths.ensure(config_dir)
        path = Path(os.path.realpath(link))  # a link of the person's own is followed, and stays one
        before = read_text(path)
        _require_writable(path)
        after = changed(before or "")
        if before is not None or after:
            replace_text(path, after)
    except Unreadable as error:
        return _not_written(link, str(error))
    except OSError as error:
        return _not_written(link, f"could not be written ({error.strerror or type(error).__name__})")
    return None


def _require_writable(path: Path) -> None:
    """Who took the right to write from a file wants it to stay; its folder would let it be replaced all the same.
    Raises OSError."""
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise OSError(errno.EACCES, "it is read-only")


def _not_written(path: Path, phrase: str) -> ConfigProblem:
    return ConfigProblem(f"{shown(path)} {phrase}; nothing in it was changed.", path)
