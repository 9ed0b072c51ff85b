"""What a plain terminal sends for the keys that the screen promises."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.terminal_keys import read_plain_keys


def keys_of(sequence: str) -> list[str]:
    read_plain_keys()
    parser = XTermParser()
    found = [*parser.feed(sequence), *parser.feed("")]
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize("number", range(1, 8))
def test_alt_and_a_digit_is_that_key_and_types_nothing(number: int) -> None:
    assert keys_of(f"\x1b{number}") == [f"alt+{number}"]
    assert keys_of(f"a\x1b{number}b") == ["a", f"alt+{number}", "b"]


def test_alt_and_a_letter_pressed_twice_at_once_is_that_key_twice_and_types_nothing() -> None:
    assert keys_of("\x1bu\x1bu") == ["alt+u", "alt+u"]
    assert keys_of("a\x1buu\x1b[A\x1bOP") == ["a", "alt+u", "u", "up", "f1"]


def test_alt_and_a_letter_acts_without_waiting_for_more() -> None:
    read_plain_keys()
    assert [event.key for event in XTermParser().feed("\x1bu") if isinstance(event, events.Key)] == ["alt+u"]


@pytest.mark.parametrize(
    ("sequence", "key"),
    [("\x1b\r", "alt+enter"), ("\n", "ctrl+j"), ("\r", "enter"), ("\x1b[13;2u", "shift+enter"), ("\x1bOQ", "f2"),
     ("\x1b[19~", "f8"), ("\x1b[20~", "f9"), ("\x10", "ctrl+p"), ("\x14", "ctrl+t"), ("K", "K"),
     ("\x1b[1;2A", "shift+up")],
)  # fmt: skip
def test_keys_of_the_table_arrive(sequence: str, key: str) -> None:
    assert keys_of(sequence) == [key]
    assert any(key in row.keys.split(",") for row in KEYS)


def test_characters_that_a_keyboard_sends_stay_characters() -> None:
    assert keys_of("£") == ["pound_sign"]


def test_no_default_key_is_one_that_plain_terminals_cannot_send() -> None:
    keys = {key for row in KEYS for key in row.keys.split(",")}
    assert not keys & {"ctrl+i", "ctrl+m", "ctrl+h"}
