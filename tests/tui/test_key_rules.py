"""Which keys an action can be given: only those that arrive, that nobody types, and that nothing else has."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.key_rules import _PLAIN, keys_refused, own_keys, refusal, textual_key
from phoenix_tui.tui.keys import ROWS, Keys, shown_key
from phoenix_tui.tui.terminal_keys import read_plain_keys

FILE = "preferences.toml"


@pytest.mark.parametrize(
    ("written", "key"),
    [("esc", "escape"), ("K", "K"), (" ctrl+Up ", "ctrl+up"), ("ctrl+]", "ctrl+right_square_bracket"),
     ("?", "question_mark"), ("alt+K", "alt+shift+k"), ("ctrl+K", "ctrl+k"), ("ctrl++", "ctrl+plus"),
     ("+", "plus"), ("Return", "enter"),
     ("comma", "comma"), ("ctrl+space", "ctrl+@"), ("é", "é")],
)  # fmt: skip
def test_a_key_is_read_as_people_write_it(written: str, key: str) -> None:
    assert textual_key(written) == key


@settings(deadline=None)
@given(st.sampled_from(sorted({*_PLAIN, *(key for row in KEYS for key in row.keys.split(","))})))
def test_what_is_shown_is_read_again(key: str) -> None:
    assert textual_key(shown_key(key)) == key


_MOVES = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_TILDES = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_MODIFIERS = {"": 1, "shift": 2, "alt": 3, "ctrl": 5}
_OTHERS = {
    "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "escape": "\x1b", "space": " ", "backspace": "\x7f",
    "alt+enter": "\x1b\r", "ctrl+@": "\x00", "ctrl+backslash": "\x1c", "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e", "ctrl+underscore": "\x1f", "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR",
    "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~",
    "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
}  # fmt: skip


def sent_for(key: str) -> str:
    """What a plain terminal sends for `key`."""
    if key in _OTHERS:
        return _OTHERS[key]
    modifier, _, name = key.rpartition("+")
    if name in _MOVES:
        return f"\x1b[1;{_MODIFIERS[modifier]}{_MOVES[name]}" if modifier else f"\x1b[{_MOVES[name]}"
    if name in _TILDES:
        return f"\x1b[{_TILDES[name]};{_MODIFIERS[modifier]}~" if modifier else f"\x1b[{_TILDES[name]}~"
    if modifier == "ctrl":
        return chr(ord(name) & 0x1F)
    return "\x1b" + (name.upper() if "shift" in modifier else name)


@pytest.mark.parametrize("key", sorted(_PLAIN))
def test_every_key_that_is_called_plain_arrives_as_what_it_is(key: str) -> None:
    read_plain_keys()
    parser = XTermParser()
    found = [*parser.feed(sent_for(key)), *parser.feed("")]
    assert [event.key for event in found if isinstance(event, events.Key)] == [key]


@pytest.mark.parametrize(
    ("action", "key", "said"),
    [
        ("again", "ctrl+i", "A plain terminal sends ctrl+i as tab, so they cannot differ."),
        ("again", "ctrl+m", "A plain terminal sends ctrl+m as enter"),
        ("again", "ctrl+h", "A plain terminal sends ctrl+h as backspace"),
        ("again", "alt+b", "A plain terminal sends alt+b as ctrl+left"),
        ("again", "ctrl+1", "A plain terminal cannot send ctrl+1."),
        ("again", "alt+/", "A plain terminal cannot send alt+/."),
        ("again", "ctrl+alt+x", "A plain terminal cannot send ctrl+alt+x."),
        ("again", "super+x", "A plain terminal cannot send super+x."),
        ("again", "ctlr+x", "There is no key ctlr+x. Did you mean ctrl+x?"),
        ("again", "z", "z is typed in the prompt: take a key with ctrl or alt, or a function key."),
        ("again", "?", "? is typed in the prompt"),
        ("again", "space", "space is typed in the prompt"),
        ("send", "é", "é is typed in the prompt"),
        ("again", "ctrl+k", "ctrl+k is for writing: delete to line end."),
        ("again", "ctrl+y", "ctrl+y is for writing: redo."),
        ("again", "left", "left is for writing: cursor left."),
        ("again", "ctrl+c", "ctrl+c copies"),
        ("again", "ctrl+p", 'ctrl+p is the key of "Find any command" (palette) already.'),
        ("retry", "esc", 'esc is the key of "Stop the answer; when idle, go between prompt and chat" (stop) already.'),
        ("order.up", "x", 'x is the key of "Switch it off or on again" (order.switch) already.'),
        ("order.up", "end", 'end is the key of "Go to the last" (list.last) already.'),
        ("again", "ctrl+q", "(quit) already."),
    ],
)
def test_a_key_is_refused_with_a_sentence(action: str, key: str, said: str) -> None:
    assert said in (refusal(action, textual_key(key), Keys()) or "")


@pytest.mark.parametrize(
    ("action", "key"),
    [("again", "alt+r"), ("again", "f11"), ("retry", "z"), ("retry", "x"), ("order.up", "ctrl+up"),
     ("health.check", "space"), ("primary.openai", "alt+9"), ("newline", "ctrl+j"), ("send", "ctrl+s")],
)  # fmt: skip
def test_other_keys_can_be_had(action: str, key: str) -> None:
    assert refusal(action, textual_key(key), Keys()) is None


def test_a_key_that_its_action_gave_away_is_free() -> None:
    assert refusal("order.up", "x", Keys({"order.switch": "y"})) is None


def test_esc_stays_with_stop_and_may_have_company() -> None:
    assert "esc always stops" in (keys_refused("stop", {"stop": "f11"}) or "")
    assert keys_refused("stop", {"stop": "escape,f11"}) is None


def test_no_default_breaks_the_rules_of_clashes() -> None:
    for row in KEYS:
        for key in Keys().of(row.id):
            assert refusal(row.id, key, Keys()) is None, (row.id, key)


def read(table: Mapping[str, object]) -> tuple[dict[str, str], str]:
    own, notices = own_keys(table, FILE)
    return own, "\n".join(notices)


def test_the_table_of_a_file_gives_keys_quoted_or_not() -> None:
    table = {"order.up": "U, ctrl+up", "order": {"down": "D"}, "retry": "esc"}
    own, said = read(table)
    assert own == {"order.up": "U,ctrl+up", "order.down": "D"}
    assert said.startswith("retry in preferences.toml: esc is the key of")
    assert said.endswith("r holds.")


def test_two_actions_can_change_keys_with_each_other() -> None:
    swapped = {"order.switch": "s", "order.strategy": "x"}
    assert read(swapped) == (swapped, "")


def test_of_two_that_want_the_same_key_the_first_has_it() -> None:
    own, said = read({"order.switch": "y", "order.reset": "y"})
    assert own == {"order.switch": "y"}
    assert "order.reset in preferences.toml: y is the key of" in said


def test_what_falls_back_takes_down_who_had_counted_on_it() -> None:
    own, said = read({"order.switch": "s", "order.strategy": "ctrl+i"})
    assert own == {}
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (3, "keys in preferences.toml is no table"),
        ({"retyr": "y"}, "There is no action 'retyr' that could have a key; did you mean retry? (preferences.toml)"),
        ({"retry": ""}, "retry wants its keys as one text"),
        ({"retry": 5}, "retry wants its keys as one text"),
        ({"retry": ["y"]}, "retry wants its keys as one text"),
        ({"retry": {"a": {"b": "c"}}}, "There is no action 'retry.a.b'"),
        ({"stop": "f11"}, "stop in preferences.toml: esc always stops; other keys can stand beside it. esc holds."),
    ],
)
def test_whatever_else_stands_there_is_told_and_the_defaults_hold(table: object, said: str) -> None:
    own, notices = own_keys(table, FILE)
    assert own == {}
    assert said in "\n".join(notices)


def test_a_name_with_thousands_of_dots_stops_nothing() -> None:
    nested: object = "x"
    for _ in range(20_000):
        nested = {"a": nested}
    assert "There is no action" in own_keys(nested, FILE)[1][0]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ROWS)) | st.text(max_size=5), st.text(max_size=12) | st.integers()))
def test_any_table_leaves_keys_that_hold(table: dict[str, object]) -> None:
    own, _ = own_keys(table, FILE)
    assert all(keys_refused(action, own) is None for action in own)
