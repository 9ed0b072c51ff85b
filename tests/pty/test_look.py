"""How the real program looks: without colours, with ASCII only, and with what was chosen before."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.terminal import Terminal, terminal
from tests.helpers.tmux import MISSING, Tmux, tmux

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

CTRL_P, CTRL_Q, ESC = "\x10", "\x11", "\x1b"
_STYLES = re.compile(rb"\x1b\[([\d;:]*)m")
_COLOURS = frozenset({*range(30, 40), *range(40, 50), *range(90, 98), *range(100, 108), 58})


def colours(raw: bytes) -> Iterator[bytes]:
    """Every sequence that sets a colour of text or ground."""
    for found in _STYLES.finditer(raw):
        if any(int(part) in _COLOURS for part in re.split(rb"[;:]", found[1]) if part):
            yield found[0]
    yield from re.findall(rb"\x1b\](?:4|10|11|12|17);[^\x07\x1b]*", raw)


def look_around(program: Terminal) -> None:
    """Panels, chat, palette, help and a selection of text."""
    program.wait_for("Write a message", "If you send now")
    program.press("why is the sky blue?\r")
    program.wait_for(" tokens  $")
    program.press(f"{CTRL_P}")
    program.wait_for("Search for commands")
    program.press("theme nord\r")
    program.wait_for("The theme is nord now.")
    program.press(f"{ESC}OP")
    program.wait_for("Help")
    program.press(ESC)
    program.wait_until(lambda text: "Help" not in text, "the help to close")
    program.press("one two\x1b[1;2D\x1b[1;2D")
    program.wait_for("one two")
    program.press(CTRL_Q)
    assert program.wait_for_end() == 0


def test_colours_are_written_by_default() -> None:
    with terminal("--demo", env={}) as program:
        look_around(program)
    assert list(colours(program.raw))


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}], ids=["NO_COLOR"])
def test_not_a_single_colour_is_written_where_none_is_wanted(env: dict[str, str]) -> None:
    with terminal("--demo", env=env) as program:
        look_around(program)
    assert list(colours(program.raw)) == []
    assert b"\x1b[7m" in program.raw or b";7m" in program.raw, "cursor and selection are reversed"


def test_with_sixteen_colours_what_is_chosen_does_not_look_like_what_is_down() -> None:
    with terminal("--demo", env={"TERM": "xterm", "COLORTERM": ""}) as program:
        program.wait_for("Write a message", "If you send now")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    used = {part for found in colours(program.raw) for part in re.findall(rb"\d+", found)}
    assert {b"96", b"97"} <= used, "the accent and the text"
    assert not {b"91", b"38"} & used, "nobody is down yet, and there are no other colours"


def test_a_locale_without_signs_gets_ascii(tmp_path: Path) -> None:
    with terminal("--demo", env={"LC_ALL": "C"}) as program:
        look_around(program)
    assert program.raw.decode("utf-8").isascii()


def test_what_was_chosen_holds_in_the_next_run_and_in_the_demo_too(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "preferences.toml").write_text('ascii = "always"\nmotoin = "full"\n\n[keys]\nhelp = "ctrl+i, f12"\n')
    with terminal("--demo", env={"PHOENIX_TUI_CONFIG_DIR": str(config)}) as program:
        program.wait_for("Write a message", "did you mean motion?", "ctrl+i as tab")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    (config / "preferences.toml").write_text('ascii = "always"\n\n[keys]\nhelp = "f12"\n')
    with terminal("--demo", env={"PHOENIX_TUI_CONFIG_DIR": str(config)}) as program:
        program.wait_for("Write a message", "f12 help")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.raw.decode("utf-8").isascii()


def test_who_listens_gets_plain_lines_and_every_answer_to_its_end() -> None:
    with terminal("--demo", "--screen-reader", env={}) as program:
        program.wait_for("Write a message", "openrouter answers first.")
        program.press("why is the sky blue?\r")
        program.wait_for("You:", "OpenRouter finished: ")
        program.press("\x1b[20~")  # f9
        program.wait_for("1. openrouter: ready, answers first, your primary.")
        program.press(f"{ESC}{CTRL_Q}")
        assert program.wait_for_end() == 0
    assert not re.findall("[\u2500-\u25ff\u2800-\u28ff]", program.raw.decode("utf-8"))
    assert program.left == {}


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_who_listens_has_the_real_cursor_where_they_write_and_a_still_screen(tmp_path: Path) -> None:
    with tmux("--demo", "--screen-reader", env={}, folder=tmp_path, columns=80, rows=24) as window:
        window.wait_for("Write a message", "openrouter answers first.")
        window.type("abc")
        window.wait_for("abc")
        window.wait_until(lambda: _cursor(window) == "3 22 1", "the cursor behind what was typed")
        window.press("C-o", "Down")
        window.wait_for("2. openai: ")
        window.wait_until(lambda: window.text.splitlines()[_row(window)].startswith("2. openai: "), "the chosen row")
        window.press("Escape", "C-q")
        assert window.wait_for_end() == 0
        assert window.flags == window.flags_before


def _cursor(window: Tmux) -> str:
    """Column, row, and whether it is shown."""
    return window("display-message", "-p", "#{cursor_x} #{cursor_y} #{cursor_flag}").strip()


def _row(window: Tmux) -> int:
    return int(_cursor(window).split()[1])
