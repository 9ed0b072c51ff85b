"""The keys in force, and their names for people: the key table with the person's own keys over it.

A sentence that names a key asks here at the moment it is said: `f"{keys.label('again')} retries it"`. A text that is
written down once, as the `HELP` of a widget is, names keys in braces (`{send} sends`) and goes through `filled`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

from textual.keys import _character_to_key

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.tui.bindings import KEYS, Group

ROWS = MappingProxyType({row.id: row for row in KEYS})
"""The table by id."""
_NAMED = re.compile(r"\{([a-z_.]+)\}")
_SIGNS = {_character_to_key(sign): sign for sign in string.punctuation}
"""Signs by the long names that Textual has for them: `left_square_bracket`."""
_NUMBERED = re.compile(r"(.*?)(\d+)")


class Keys:
    """Which keys each action has now. `own` has the keys of the actions that the person gave others, by id, as Textual
    spells them: `{"order.up": "K,ctrl+up"}`; setting it anew counts at once, wherever a key is named."""

    def __init__(self, own: Mapping[str, str] = MappingProxyType({})) -> None:
        self.own = own

    def of(self, action: str) -> tuple[str, ...]:
        """The keys of the action with this id, as Textual spells them; the one to name first."""
        return tuple((self.own.get(action) or ROWS[action].keys).split(","))

    def label(self, action: str) -> str:
        """The key of an action as people write it: `esc`."""
        return self.labels(action).split(", ")[0]

    def labels(self, action: str) -> str:
        """All keys of an action as people write them: `alt+1, f2`."""
        if action not in self.own and (shown := ROWS[action].shown):
            return shown
        return ", ".join(shown_key(key) for key in self.of(action))

    def shown_as(self, label: str) -> str | None:
        """The key, in Textual's spelling, that people write as `label`; None where no action has it."""
        return next((self.of(row.id)[0] for row in KEYS if self.label(row.id) == label), None)

    def action_at(self, group: Group, key: str) -> str | None:
        """What a key of Textual's spelling does in `group`, None when it does nothing of the table's."""
        return next((row.action for row in KEYS if row.group is group and key in self.of(row.id)), None)

    @property
    def primaries(self) -> str:
        """The keys that make one of the seven the primary: `alt+1 to alt+7`, or all of them where they are no run."""
        run = self._run_of_primaries()
        return f"{run[0]} to {run[1]}" if run else ", ".join(self._primary_labels())

    @property
    def primaries_brief(self) -> str:
        """The same for a narrow place: `alt+1..7`, or the first of them where they are no run."""
        first = self._primary_labels()[0]
        return f"{first}..{len(PROVIDER_NAMES)}" if self._run_of_primaries() else first

    def _primary_labels(self) -> list[str]:
        return [self.label(f"primary.{name}") for name in PROVIDER_NAMES]

    def _run_of_primaries(self) -> tuple[str, str] | None:
        labels = self._primary_labels()
        found = [_NUMBERED.fullmatch(label) for label in labels]
        if len({match[1] if match else label for match, label in zip(found, labels, strict=True)}) != 1:
            return None
        numbers = [int(match[2]) for match in found if match]
        return (labels[0], labels[-1]) if numbers == list(range(1, len(labels) + 1)) else None


_IN_FORCE: ContextVar[Keys] = ContextVar("keys_in_force")
_DEFAULT = Keys()


def use(keys: Keys) -> None:
    """Let `keys` be in force in this context and all that begin in it: one screen, whatever else the process runs."""
    _IN_FORCE.set(keys)


def in_force() -> Keys:
    """The keys of the screen that asks; those of the table where there is none."""
    return _IN_FORCE.get(_DEFAULT)


def label(action: str) -> str:
    """The key of the action with this id, as people write it: `ctrl+r`."""
    return in_force().label(action)


def labels(action: str) -> str:
    """All keys of an action: `ctrl+j, shift+enter`."""
    return in_force().labels(action)


def primaries() -> str:
    """The keys that make one of the seven the primary: `alt+1 to alt+7`."""
    return in_force().primaries


def named(text: str) -> frozenset[str]:
    """Ids of the actions that `text` names in braces."""
    return frozenset(_NAMED.findall(text)) & ROWS.keys()


def filled(text: str) -> str:
    """`text` with the key of an action in the place of its id in braces, `{primaries}` for `primaries`."""
    return _NAMED.sub(lambda found: primaries() if found[1] == "primaries" else label(found[1]), text)


def shown_key(key: str) -> str:
    """One key of Textual's spelling as people write it: `esc`, `[`, `ctrl+/`."""
    *modifiers, name = key.split("+")
    return "+".join((*modifiers, "esc" if name == "escape" else _SIGNS.get(name, name)))
