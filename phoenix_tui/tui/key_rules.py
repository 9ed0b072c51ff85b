"""Which keys an action can be given, and why not: a plain terminal cannot send it, it would break typing, or something
else has it already. Pure; the settings screen and the file of preferences are held to the same rules."""

from __future__ import annotations

import string
from collections.abc import Mapping
from types import MappingProxyType

from textual.binding import Binding
from textual.keys import _character_to_key
from textual.widgets import TextArea

from phoenix_tui.tui.bindings import KEYS, Group, meet
from phoenix_tui.tui.keys import ROWS, Keys, shown_key
from phoenix_tui.tui.slash import nearest
from phoenix_tui.tui.text import clip, one_line

STOP = "stop"
_WHERE_TYPED = frozenset({Group.ANYWHERE, Group.PROMPT, Group.KEY})
"""Groups whose keys act while a message, or a key of a provider, is written."""
_MOVES = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete")
_MODIFIERS = frozenset({"shift", "alt", "ctrl", "super", "hyper", "meta"})
_PLAIN = frozenset(
    {
        *("enter", "tab", "shift+tab", "escape", "space", "backspace", "alt+enter", "ctrl+@"),
        *_MOVES,
        *(f"{modifier}+{move}" for modifier in ("shift", "alt", "ctrl") for move in _MOVES),
        *(f"f{number}" for number in range(1, 13)),
        *(f"ctrl+{letter}" for letter in string.ascii_lowercase if letter not in "him"),
        *(f"ctrl+{sign}" for sign in ("backslash", "right_square_bracket", "circumflex_accent", "underscore")),
        *(f"alt+{sign}" for sign in string.ascii_lowercase + string.digits if sign not in "bf"),
        *(f"alt+shift+{letter}" for letter in string.ascii_lowercase if letter != "o"),
    }
)
"""The keys besides characters that every terminal sends so that they arrive as what they are, in Textual's spelling."""
_ARRIVES_AS = MappingProxyType(
    {
        "ctrl+i": "tab",
        "ctrl+m": "enter",
        "ctrl+h": "backspace",
        "ctrl+left_square_bracket": "escape",
        "alt+b": "ctrl+left",
        "alt+f": "ctrl+right",
    }
)
"""What a plain terminal sends for some keys is what it sends for another."""
_OTHER_NAMES = MappingProxyType(
    {
        "esc": "escape",
        "return": "enter",
        "del": "delete",
        "ins": "insert",
        "bksp": "backspace",
        "pgup": "pageup",
        "pgdn": "pagedown",
        "page_up": "pageup",
        "page_down": "pagedown",
        "comma": "comma",
        "ctrl+space": "ctrl+@",
        "ctrl+at": "ctrl+@",
    }
)
_EDITING = MappingProxyType(
    {
        key: binding.description
        for binding in TextArea.BINDINGS
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    }
)
"""What the keys of the text area do to what is written."""


def textual_key(written: str) -> str:
    """One key as people write it (`esc`, `K`, `ctrl+]`, `alt+K`) in Textual's spelling."""
    written = written.strip()
    if len(written) == 1:
        return _character_to_key(written)
    *modifiers, name = written[:-1].split("+") if written.endswith("++") else written.split("+")
    if len(name) == 1 and name.isupper() and [modifier.lower() for modifier in modifiers] == ["alt"]:
        modifiers.append("shift")
    name = _character_to_key((name or "+").lower()) if len(name) < 2 else name.lower()
    key = "+".join((*(modifier.lower() for modifier in modifiers), _OTHER_NAMES.get(name, name)))
    return _OTHER_NAMES.get(key, key)


def refusal(action: str, key: str, keys: Keys) -> str | None:
    """Why the action with this id cannot have `key` (Textual's spelling) beside `keys`, as a sentence; None when it
    can."""
    row, why = ROWS[action], None
    if key not in row.keys.split(","):
        why = _unsendable(key) or (_breaks_typing(key) if row.group in _WHERE_TYPED else None)
    return why or _clash(action, key, keys)


def _unsendable(key: str) -> str | None:
    shown = shown_key(key)
    if key in _PLAIN or (_character(key) and "+" not in key):
        return None
    if same := _ARRIVES_AS.get(key):
        return f"A plain terminal sends {shown} as {shown_key(same)}, so they cannot differ."
    *modifiers, name = key.split("+")
    if modifiers and set(modifiers) <= _MODIFIERS and (_character(name) or name in _PLAIN):
        return f"A plain terminal cannot send {shown}."
    near = nearest(shown, tuple(shown_key(plain) for plain in sorted(_PLAIN)))
    meant = f" Did you mean {near}?" if near else ""
    return f"There is no key {clip(one_line(shown), 20)}.{meant}"


def _breaks_typing(key: str) -> str | None:
    shown = shown_key(key)
    if _character(key) or key == "space":
        return f"{shown} is typed in the prompt: take a key with ctrl or alt, or a function key."
    if key == "ctrl+c":
        return "ctrl+c copies what is selected."
    if what := _EDITING.get(key):
        return f"{shown} is for writing: {what[0].lower()}{what[1:]}."
    return None


def _clash(action: str, key: str, keys: Keys) -> str | None:
    group = ROWS[action].group
    for row in KEYS:
        if row.id != action and key in keys.of(row.id) and meet(row.group, group):
            return f'{shown_key(key)} is the key of "{row.description}" ({row.id}) already.'
    return None


def _character(key: str) -> bool:
    """Whether `key` puts a character into a text."""
    return len(key) == 1 or key in _SIGN_NAMES


_LONGEST_ID = max(len(action) for action in ROWS)
_SIGN_NAMES = frozenset(_character_to_key(sign) for sign in string.punctuation)


def own_keys(table: object, file: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The keys that the table `[keys]` of `file` gives to actions, by id, and a sentence for each that cannot be: the
    keys of the table hold for that action."""
    if not isinstance(table, Mapping):
        return {}, (f'keys in {file} is no table: [keys], and below it lines like "order.up" = "K, ctrl+up".',)
    notices: list[str] = []
    own: dict[str, str] = {}
    for action, value in _flat(table).items():
        if wrong := _misplaced(action, value):
            notices.append(f"{wrong} ({file})")
        else:
            own[action] = ",".join(textual_key(key) for key in str(value).split(","))
    while wrong_keys := _first_refused(own):
        action, why = wrong_keys
        del own[action]
        notices.append(f"{action} in {file}: {why} {Keys().labels(action)} holds.")
    return own, tuple(notices)


def keys_refused(action: str, own: Mapping[str, str]) -> str | None:
    """Why the action cannot have the keys that it has in `own`, as a sentence; None when it can."""
    keys = Keys(own)
    if action == STOP and "escape" not in keys.of(STOP):
        return "esc always stops; other keys can stand beside it."
    return next((why for key in keys.of(action) if (why := refusal(action, key, keys))), None)


def _first_refused(own: Mapping[str, str]) -> tuple[str, str] | None:
    """The action whose keys cannot be, the last one first: of two that want the same key, the earlier one has it."""
    for action in reversed([*own]):
        if why := keys_refused(action, own):
            return action, why
    return None


def _misplaced(action: str, value: object) -> str | None:
    if action not in ROWS:
        near = nearest(action, tuple(ROWS))
        meant = f"; did you mean {near}?" if near else "."
        return f"There is no action '{clip(action, 40)}' that could have a key{meant}"
    if not isinstance(value, str) or not all(key.strip() for key in value.split(",")):
        return f'{action} wants its keys as one text, "K, ctrl+up"; {Keys().labels(action)} holds.'
    return None


def _flat(table: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Tables inside it as one with dots: `order.up = "K"` without quotes is such a table."""
    flat: dict[str, object] = {}
    for key, value in table.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping) and len(name) < _LONGEST_ID:
            flat |= _flat(value, f"{name}.")
        else:
            flat[name] = value
    return flat
