"""What the person chooses about the screen: each preference with its values, its default and what it is for.

The file it is kept in is read and written elsewhere (`config/preferences.py`); here its table gets a meaning. Whatever
stands in it, the screen opens: a value that is none is a notice, and the default holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.bindings import STEP
from phoenix_tui.tui.key_rules import own_keys
from phoenix_tui.tui.notifying import NotifyBy
from phoenix_tui.tui.slash import nearest
from phoenix_tui.tui.text import clip
from phoenix_tui.tui.theme import AUTO, THEME_NAMES

Value = str | int | bool | None


class Ascii(StrEnum):
    """When everything is drawn with ASCII characters."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Motion(StrEnum):
    """Whether anything moves that need not."""

    FULL = "full"
    REDUCED = "reduced"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The person's choices. `keys` has the actions that were given other keys, by id, as Textual spells them;
    `chosen` names what was chosen, whether or not it differs from the default."""

    theme: str = AUTO
    ascii: Ascii = Ascii.AUTO
    motion: Motion = Motion.FULL
    screen_reader: bool = False
    notify: NotifyBy = NotifyBy.OFF
    notify_after: int = 10
    """Seconds that an answer must have taken to be worth a notice."""
    panel_width: int | None = None
    """Columns of the panels; None: as many as fit the terminal."""
    panels_hidden: bool = False
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    chosen: frozenset[str] = frozenset()

    def changed(self, changes: Mapping[str, object]) -> Preferences:
        """These with `changes`, by name; None takes a choice back. Raises ValueError for what is no value."""
        values: dict[str, object] = {}
        chosen = set(self.chosen)
        for name, value in changes.items():
            if name == "keys" and isinstance(value, Mapping):
                values[name] = MappingProxyType(dict(value))
            elif value is None:
                values[name] = default_of(name)
                chosen.discard(name)
            else:
                values[name] = BY_NAME[name].kind.read(value)
                chosen.add(name)
        return replace(self, **values, chosen=frozenset(chosen))  # type: ignore[arg-type]  # read() made them fit


class Kind(Protocol):
    """What values a preference can have."""

    def read(self, value: object) -> Value:
        """The value that stands in a file. Raises ValueError, with the end of a sentence that begins with it."""

    def stepped(self, value: Value, by: int) -> Value:
        """The value `by` steps after (or before) `value`; what is chosen round and round begins again."""

    def shown(self, value: Value) -> str:
        """The value for people."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several words, chosen round and round."""

    values: tuple[str, ...]

    def read(self, value: object) -> str:
        for valid in self.values:
            if value == valid:
                return valid
        near = nearest(value.lower(), self.values) if isinstance(value, str) else None
        raise ValueError(f"is none of its values; did you mean {near}?" if near else f"is none of: {self._listed}.")

    @property
    def _listed(self) -> str:
        return ", ".join(self.values)

    def stepped(self, value: Value, by: int) -> str:
        at = self.values.index(str(value))
        return self.values[(at + by) % len(self.values)]

    def shown(self, value: Value) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false."""

    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError("is neither true nor false.")
        return value

    def stepped(self, value: Value, by: int) -> bool:
        return not value

    def shown(self, value: Value) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number from `lowest` to `highest`. `unset` is what None means, `start` where steps from it begin."""

    lowest: int
    highest: int
    step: int
    unit: str
    start: int = 0
    unset: str = ""

    def read(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"is no whole number of {self.unit}.")
        if not self.lowest <= value <= self.highest:
            raise ValueError(f"is not from {self.lowest} to {self.highest} {self.unit}.")
        return value

    def stepped(self, value: Value, by: int) -> int:
        now = value if isinstance(value, int) else self.start
        return min(max(now + by * self.step, self.lowest), self.highest)

    def shown(self, value: Value) -> str:
        return self.unset if value is None else f"{value} {self.unit}"


@dataclass(frozen=True, slots=True)
class Preference:
    """One thing that can be chosen: its name in the file and in `Preferences`, how it is called, what it does."""

    name: str
    title: str
    about: str
    kind: Kind


NARROWEST, WIDEST = 30, 200
"""Columns that the panels can have; in fewer, not even the states can be read."""

PREFERENCES: tuple[Preference, ...] = (
    Preference(
        "theme", "Theme", "The colours. auto follows the background that the terminal tells of.", OneOf(THEME_NAMES)
    ),
    Preference(
        "ascii",
        "ASCII only",
        "Draws with plain characters only, for terminals and eyes that want it; auto looks at terminal and locale.",
        OneOf(tuple(Ascii)),
    ),
    Preference(
        "motion",
        "Motion",
        "reduced lets nothing slide or count up; only what really runs out is counted.",
        OneOf(tuple(Motion)),
    ),
    Preference(
        "screen_reader",
        "Screen reader",
        "One column of plain lines without boxes; what changes is said in the chat, in words.",
        YesNo(),
    ),
    Preference(
        "notify",
        "Notices",
        "How you are told of an answer or an outage while you are in another window: by the terminal's bell, by a "
        "notice of the desktop, or not at all.",
        OneOf(tuple(NotifyBy)),
    ),
    Preference(
        "notify_after",
        "Notices after",
        "How long an answer must have taken for you to be told.",
        Amount(0, 3600, 5, "seconds"),
    ),
    Preference(
        "panel_width",
        "Panel width",
        "How wide health and order are beside the chat.",
        Amount(NARROWEST, WIDEST, STEP, "columns", 40, "as fits the terminal"),
    ),
    Preference("panels_hidden", "Panels hidden", "Whether health and order are out of the way at the start.", YesNo()),
)
BY_NAME = MappingProxyType({preference.name: preference for preference in PREFERENCES})
_DEFAULTS = Preferences()


def default_of(name: str) -> Value:
    """What holds where the person chose nothing."""
    value: Value = getattr(_DEFAULTS, name)
    return value


def read_preferences(table: Mapping[str, object], file: str) -> tuple[Preferences, tuple[str, ...]]:
    """The preferences that `table` has, as it stands in `file`, and a sentence for each thing that is wrong with it."""
    changes: dict[str, object] = {}
    notices: list[str] = []
    for name, value in table.items():
        if name == "keys":
            continue
        if name not in BY_NAME:
            notices.append(_unknown(name, file))
            continue
        try:
            changes[name] = BY_NAME[name].kind.read(value)
        except ValueError as wrong:
            said = f"{name} = {_echo(value)} in {file} {wrong}"
            notices.append(f"{said} {BY_NAME[name].kind.shown(default_of(name))} holds.")
    keys, wrong_keys = own_keys(table.get("keys", {}), file)
    return _DEFAULTS.changed(changes | {"keys": keys}), (*notices, *wrong_keys)


def to_keep(before: Preferences, changes: Mapping[str, object]) -> dict[str, object]:
    """`changes` to `before` as they go into the file: plain values, None for what leaves it."""
    kept: dict[str, object] = {}
    for name, value in changes.items():
        if name == "keys" and isinstance(value, Mapping):
            kept[name] = dict.fromkeys(before.keys) | dict(value)
        else:
            kept[name] = str(value) if isinstance(value, StrEnum) else value
    return kept


def _unknown(name: str, file: str) -> str:
    near = nearest(name.lower(), (*BY_NAME, "keys"))
    meant = f"; did you mean {near}?" if near else "."
    return f"There is no preference {_echo(name)}, which {file} names{meant}"


def _echo(value: object) -> str:
    """A value of the file for a sentence: on one line, short, without controls."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f"'{clip(value, 40)}'"
        case int() | float():
            return clip(str(value), 40)
        case _:
            return "a list" if isinstance(value, list) else "a table" if isinstance(value, Mapping) else "a time"
