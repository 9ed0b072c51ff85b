"""The real program in a real pseudo-terminal: start, ask, outage, takeover, switch, quit; and every other way out."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_tui.sim.faults import Cut, Says, Stall
from tests.helpers.terminal import SimulatorThread, simulators, terminal

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

ESC = "\x1b"
CTRL_Q = "\x11"


@pytest.fixture
def sims() -> Iterator[SimulatorThread]:
    with simulators("openai", "anthropic", "gemini") as running:
        for name in ("openai", "anthropic", "gemini"):
            running.fault(name, Says(text=(f"{name} ", "says ", "hello.")))
        yield running


def test_start_ask_outage_takeover_switch_and_quit(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        program.wait_for("openai", "anthropic", "Write a message", "If you send now")
        program.press("hello there\r")
        program.wait_for("You", "hello there", "openai says hello.", "healthy")

        sims.fault("openai", Says(text=("half ", "an ", "answer")), Cut(after=99))
        program.press("and now?\r")
        program.wait_for("openai stopped after 14 characters", "anthropic says hello.", "interrupted, 14 characters")

        program.press(f"{ESC}4")  # alt+4
        program.wait_for("gemini is asked first now")
        program.press("who are you?\r")
        program.wait_for("gemini says hello.")

        program.press(f"{ESC}OQ")  # f2
        program.wait_for("openrouter")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}
    assert b"Traceback" not in program.raw


def test_esc_stops_a_stalled_answer_and_keeps_the_prompt_usable(sims: SimulatorThread) -> None:
    sims.fault("openai", Says(text=("one ", "two ", "three")), Stall(after=99))
    with terminal(env=sims.environment()) as program:
        program.wait_for("Write a message", "If you send now")
        program.press("go\r")
        program.wait_for("one two three")
        program.press(ESC)
        program.wait_for("stopped")
        sims.fault("openai", Says(text=("fine ", "again")))
        program.press("once more\r")
        program.wait_for("fine again")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=["term", "hup", "int"])
def test_a_signal_leaves_the_terminal_clean_and_keeps_conversation_and_draft(sims: SimulatorThread, end: int) -> None:
    with terminal(env=sims.environment()) as program:
        program.wait_for("Write a message", "If you send now")
        sims.fault("openai", Says(text=("half ", "an ", "answer")), Stall(after=99))
        program.press("remember this\r")
        program.wait_for("half an answer")
        program.press("half a thought")
        program.wait_for("half a thought")
        if end != signal.SIGTERM:
            program.press("\x10")  # ctrl+p
            program.wait_for("Search for commands")
        program.kill(end)
        assert program.wait_for_end() == 128 + end
    assert program.left == {}
    if end == signal.SIGTERM:
        with terminal(env=sims.environment()) as program:
            program.wait_for("ctrl+r")
            program.press("\x12")  # ctrl+r
            program.wait_for("remember this", "half an answer", "half a thought")


@pytest.mark.parametrize(("columns", "rows"), [(60, 20), (20, 5), (160, 48)])
def test_it_fits_the_terminal(sims: SimulatorThread, columns: int, rows: int) -> None:
    with terminal(env=sims.environment(), columns=columns, rows=rows) as program:
        if columns >= 60:
            program.wait_for("Write a message", "openai")
            program.press("hi\r")
            program.wait_for("openai says hello.")
        else:
            program.wait_for("too", "small", "40 columns")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert b"Traceback" not in program.raw


def test_a_conversation_that_could_not_be_kept_is_told_when_the_screen_is_gone(
    sims: SimulatorThread, tmp_path: Path
) -> None:
    state = tmp_path / "a file"
    state.write_text("", "utf-8")
    with terminal(env=sims.environment(PHOENIX_TUI_STATE_DIR=str(state))) as program:
        program.wait_for("Write a message", "If you send now")
        program.press("hi\r")
        program.wait_for("openai says hello.")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert b"could not be saved" in program.raw.rpartition(b"\x1b[?1049l")[2]


def test_keys_that_come_at_once_act_in_their_order_and_none_is_lost(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        program.wait_for("Write a message", "If you send now")
        program.press("helo\x7flo there\x1b[D\x1b[D!")
        program.wait_for("hello the!re")
        program.press(f"\x05\x15{ESC}")
        program.wait_for("Write a message", "esc write")
        program.press("what now?")
        program.wait_for("what now?", "esc providers")


def test_nothing_in_a_paste_is_a_key(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        program.wait_for("Write a message", "If you send now")
        program.press("\x1b[200~what is \x1b[31mred\x1b\rin \x11 here?")  # ctrl+q would end the program
        program.press("\x1b[201~ really\r")
        program.wait_for("in", "here? really", "openai says hello.")


def test_without_a_key_the_first_screen_says_what_mends_it() -> None:
    with terminal(env={}, columns=120, rows=40) as program:
        program.wait_for("OPENROUTER_API_KEY", "ANTHROPIC_API_KEY", "no key")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0


def test_the_demo_survives_an_outage_before_your_eyes() -> None:
    with terminal("--demo", env={}, columns=120, rows=40) as program:
        program.wait_for("DEMO", "Ask anything")
        program.press("why is the sky blue?\r")
        program.wait_for("tok/s")
        program.press("and the sea?\r")
        program.wait_for("openrouter stopped after", "answered by")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0


def test_no_key_is_ever_shown_or_kept(sims: SimulatorThread, tmp_path: Path) -> None:
    keys = [value for name, value in sims.environment().items() if name.endswith("_API_KEY")]
    assert keys
    with terminal(env=sims.environment()) as program:
        program.wait_for("Write a message", "If you send now")
        program.press("hello\r")
        program.wait_for("openai says hello.")
        program.press("/providers\r")
        program.wait_for("success")
        program.press(CTRL_Q)
        program.wait_for_end()
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    for key in keys:
        assert key.encode() not in program.raw
        assert all(key.encode() not in content for content in kept)


def test_the_message_is_written_in_an_editor_and_the_screen_comes_back(sims: SimulatorThread, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(
        '#!/bin/sh\nprintf "the editor has the terminal, press a key\\n"\nread line\necho "$line" >> "$2"\n', "utf-8"
    )
    editor.chmod(0o700)
    with terminal(env=sims.environment(EDITOR=f"{editor} --wait")) as program:
        program.wait_for("Write a message", "If you send now")
        program.press("hello")
        program.press(f"{ESC}e")  # alt+e
        program.wait_for("the editor has the terminal")
        program.press("\x03")  # ctrl+c ends the editor, and nothing else
        program.wait_for("was stopped by a signal", "hello", "enter send")
        program.press(f"{ESC}e")
        program.wait_for("the editor has the terminal")
        program.press("from the editor\r")
        program.wait_for("hello", "from the editor", "enter send")
        program.press(" and back\r")
        program.wait_for("You", "from the editor and back", "openai says hello.")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert b"Traceback" not in program.raw
