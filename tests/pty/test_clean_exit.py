"""However the program ends, the terminal is as it was before: modes, keyboard, pointer, echo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.program import environment
from tests.helpers.terminal import SECONDS, Terminal, terminal

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

CTRL_Q = "\x11"


def ready(program: Terminal) -> None:
    program.wait_for("Ask anything", "If you send now")


def test_stopped_and_continued_it_repaints_and_leaves_the_line_as_it_was() -> None:
    with terminal("--demo", env={}) as program:
        ready(program)
        program.press("caf\xe9".encode("latin-1"))
        program.press(" here")
        program.wait_for("caf\ufffd here")  # what is no UTF-8 is one odd character, not the end

        program.kill(signal.SIGTSTP)
        program.wait_for_stop()
        assert program.left == {}, "the shell gets the terminal as it was"
        program.kill(signal.SIGCONT)
        program.wait_for("Ask anything", "caf\ufffd here", "Fallback order")

        program.kill(signal.SIGSTOP)
        program.wait_for_stop()
        program.write_over("somebody else writes here")
        program.kill(signal.SIGCONT)
        program.wait_until(lambda text: "somebody else" not in text and "caf\ufffd here" in text, "the whole picture")

        program.press("\x10")  # ctrl+p: also over the palette
        program.wait_for("Search for commands")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}


@pytest.mark.parametrize("bug", ["keys", "start"])
def test_what_cannot_be_survived_ends_with_a_sentence_and_no_traceback(tmp_path: Path, bug: str) -> None:
    with terminal(bug, "--demo", env={}, module="tests.helpers.broken_program") as program:
        if bug == "keys":
            ready(program)
            program.press("abcdefghijklmno")
        assert program.wait_for_end() == 1
    said = program.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "phoenix-tui had to end: the program" in said
    assert "errors.log" in said
    assert b"Traceback" not in program.raw
    assert program.left == {}
    assert "Traceback" in (tmp_path / "state" / "errors.log").read_text("utf-8")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP], ids=["term", "hup"])
def test_a_signal_while_an_editor_has_the_terminal_ends_it_when_the_editor_gives_it_back(
    tmp_path: Path, end: int
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ntrap "" HUP TERM\necho "the editor is here"\nread line\n', "utf-8")
    editor.chmod(0o700)
    with terminal("--demo", env={"EDITOR": str(editor)}) as program:
        ready(program)
        program.press("\x1be")  # alt+e
        program.wait_for("the editor is here")
        assert program.left == {}, "the editor gets the terminal as it was"
        program.kill(end)
        program.press("\n")
        assert program.wait_for_end() == 128 + end
    assert program.left == {}


def test_a_signal_in_the_middle_of_the_start_leaves_the_terminal_clean() -> None:
    with terminal("--demo", env={}) as program:
        program.wait_until(lambda _: b"\x1b[?1049h" in program.raw, "the full screen")
        program.kill(signal.SIGTERM)
        assert program.wait_for_end() == 128 + signal.SIGTERM
    assert program.left == {}


def test_a_terminal_that_does_not_read_holds_up_nothing(tmp_path: Path) -> None:
    """As over a connection that stands still: what it misses is drawn when it reads again, and the program can end."""
    flooded = tmp_path / "state" / "flooded"
    with terminal("output", "--demo", env={}, module="tests.helpers.broken_program") as program:
        ready(program)
        for is_last in (False, True):
            program.press("\x1bOP")  # f1
            program.wait_unread(flooded.exists, "the program to go on")
            flooded.unlink()
            if not is_last:
                program.wait_until(lambda text: "xxx" not in text and "Ask anything" in text, "the whole picture")
        program.kill(signal.SIGTERM)
        program.wait_unread(lambda: not program.is_alive, "the end")


def test_a_terminal_that_is_gone_without_a_signal_ends_it() -> None:
    ours, its = os.openpty()
    try:
        program = subprocess.Popen(
            [sys.executable, "-m", "phoenix_tui", "--demo"],
            stdin=its,
            stdout=its,
            stderr=its,
            env=environment({"TERM": "xterm-256color"}),
            start_new_session=True,  # the terminal is not its controlling one: no SIGHUP comes
        )
    finally:
        os.close(its)
    with program:
        seen = b""
        while b"Ask anything" not in seen:
            seen += os.read(ours, 65_536)
        os.close(ours)
        assert program.wait(SECONDS) == 128 + signal.SIGHUP
