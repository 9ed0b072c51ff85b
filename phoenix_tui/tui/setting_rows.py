"""What the settings list: every preference with its value and where that is from, every action with its keys. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.keys import ROWS, Keys
from phoenix_tui.tui.look import Surroundings, look_of
from phoenix_tui.tui.preferences import BY_NAME, PREFERENCES, Ascii, Preferences
from phoenix_tui.tui.theme import AUTO

KEY = "key:"
"""Before the id of an action, in the key of its row."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line: what it is called, what holds, where that comes from. `key` names the preference, or, behind `KEY`, the
    action; it is empty for a headline."""

    key: str
    title: str
    value: str = ""
    source: str = ""


def settings(preferences: Preferences, surroundings: Surroundings, in_file: frozenset[str]) -> Iterator[Setting]:
    """All lines, from above. `in_file` names the choices that are kept."""
    yield Setting("", "The screen")
    for preference in PREFERENCES:
        value = _value(preference.name, preferences, surroundings)
        yield Setting(
            preference.name, preference.title, value, _source(preference.name, preferences, surroundings, in_file)
        )
    keys = Keys(preferences.keys)
    for group, rows in groupby(KEYS, key=lambda row: row.group):
        yield Setting("", "")
        yield Setting("", f"Keys: {group.value[0].lower()}{group.value[1:]}")
        for row in rows:
            is_own = row.id in preferences.keys
            yield Setting(KEY + row.id, row.description, keys.labels(row.id), "yours" if is_own else "")


def _value(name: str, preferences: Preferences, surroundings: Surroundings) -> str:
    """What holds, and what it comes to where that is not the same."""
    shown = BY_NAME[name].kind.shown(getattr(preferences, name))
    look = look_of(preferences, surroundings)
    match name:
        case "theme" if look.no_color:
            return f"{shown} (without colours)"
        case "theme" if preferences.theme == AUTO:
            return f"{shown} ({look.theme})"
        case "ascii" if preferences.ascii is Ascii.AUTO or look.is_spoken:
            return f"{shown} ({'on' if look.is_ascii else 'off'} here)"
        case "motion" if look.is_still and preferences.motion == "full":
            return f"{shown} (reduced here)"
        case "screen_reader" if look.is_spoken and not preferences.screen_reader:
            return f"{shown} (on in this run)"
        case _:
            return shown


def _source(name: str, preferences: Preferences, surroundings: Surroundings, in_file: frozenset[str]) -> str:
    """Where the value comes from, in a word or two."""
    if name == "screen_reader" and surroundings.screen_reader:
        return "command line"
    if (name == "theme" and surroundings.no_color) or (name == "motion" and surroundings.is_still):
        return "environment"
    if name not in preferences.chosen:
        return "default"
    return "file" if name in in_file else "this run"


def about(key: str, preferences: Preferences) -> str:
    """What the setting with this key is for."""
    if not key.startswith(KEY):
        return BY_NAME[key].about if key else ""
    row = ROWS[key.removeprefix(KEY)]
    default = f" Without yours: {Keys().labels(row.id)}." if row.id in preferences.keys else ""
    return f"{row.description} ({row.id} in preferences.toml).{default}"
