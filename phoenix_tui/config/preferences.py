"""The file of what the person chose about the screen: `preferences.toml` in the user's config folder.

Here it is only read and written. What its keys mean, and what is wrong with their values, the screen knows
(`tui/preferences.py`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from phoenix_tui import paths
from phoenix_tui.config.files import Unreadable, read_text, replace_text, shown
from phoenix_tui.config.problems import ConfigProblem


def load_preferences(config_dir: Path) -> tuple[Mapping[str, Any], tuple[ConfigProblem, ...]]:
    """What stands in the file, as TOML has it. Empty where there is no file; empty, with a notice, where it cannot be
    read. Never raises."""
    path = config_dir / paths.PREFERENCES
    try:
        text = read_text(path)
        return (tomllib.loads(text) if text else {}), ()
    except Unreadable as error:
        return {}, (_notice(path, f"{error}; the defaults are used"),)
    except (ValueError, RecursionError) as error:
        return {}, (_notice(path, f"is no TOML{_where(error)}; the defaults are used until it is mended"),)


def save_preferences(config_dir: Path, changes: Mapping[str, Any]) -> ConfigProblem | None:
    """Put `changes` into the file: a value for a key, a table for a table, None takes the key out. Everything else in
    it stays as the person wrote it, comments too. A notice when that failed; a file that is broken is not touched.
    Never raises; waits for the disk."""
    import tomlkit.exceptions  # noqa: PLC0415 - needed only when something is changed, and then in a thread

    path = config_dir / paths.PREFERENCES
    try:
        before = read_text(path) or ""
        tomllib.loads(before)  # its words about a fault are the better ones
        document = tomlkit.parse(before)
        _merge(document, changes)
        text = document.as_string()
        tomllib.loads(text)  # what could not be read again is worse than what was there
        paths.ensure(config_dir)
        replace_text(path, text)
    except Unreadable as error:
        return _notice(path, f"{error}; what you change holds for this run only")
    except OSError as error:
        reason = error.strerror or error
        return _notice(path, f"could not be written ({reason}); what you change holds for this run only")
    except (ValueError, RecursionError, tomlkit.exceptions.TOMLKitError) as error:
        return _notice(path, f"is no TOML{_where(error)}; mend it, until then what you change holds for this run only")
    return None


def _merge(table: MutableMapping[str, Any], changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        home, key = _home(table, name)
        if isinstance(value, Mapping):
            if not isinstance(home.get(key), MutableMapping):
                home[key] = {}
            _merge(home[key], value)
        elif value is None:
            home.pop(key, None)
        else:
            home[key] = value


def _home(table: MutableMapping[str, Any], name: str) -> tuple[MutableMapping[str, Any], str]:
    """Where `name` stands or belongs: in `table`, or, where the person wrote `a.b` without quotes, in the table `a`."""
    head, dot, rest = name.partition(".")
    inner = table.get(head)
    if name in table or not dot or not isinstance(inner, MutableMapping):
        return table, name
    return _home(inner, rest)


def _where(error: Exception) -> str:
    """What the parser says of the fault and its place."""
    message = str(error)
    return f": {message}" if message and len(message) < 200 and message.isprintable() else ""


def _notice(path: Path, phrase: str) -> ConfigProblem:
    return ConfigProblem(f"The file of your preferences, {shown(path)}, {phrase}.", path)
