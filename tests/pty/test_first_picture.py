"""The second start shows the picture of the first at once, and the terminal is left clean at every moment of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.terminal import SimulatorThread, Terminal, simulators, terminal

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

CTRL_Q = "\x11"
FULL_SCREEN = b"\x1b[?1049h"


@pytest.fixture
def sims(tmp_path: Path) -> Iterator[SimulatorThread]:
    """Behind a program that has been started, and left, once."""
    with simulators("openai") as running:
        with terminal(env=running.environment()) as program:
            program.wait_for("Write a message", "If you send now")
            program.wait_until(lambda _: (tmp_path / "state" / "first-picture.json").exists(), "the picture is kept")
            program.press(CTRL_Q)
            assert program.wait_for_end() == 0
        assert program.raw.count(FULL_SCREEN) == 1
        yield running


def stands(program: Terminal) -> None:
    """Wait for the first picture."""
    program.wait_until(lambda _: b"rite a message" in program.raw, "the first picture")


def test_it_stands_before_the_program_does(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        program.wait_for("Write a message", "If you send now")
        assert b"?2026$p" not in program.raw.partition(b"rite a message")[0], "the picture came first"
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.raw.count(FULL_SCREEN) == 1, "the terminal would clear the picture"
    assert program.left == {}


def test_what_is_typed_is_seen_before_the_program_is_loaded(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        stands(program)
        program.press("early bifd\x7f\x7frd")
        program.wait_for("early bird")
        assert b"early bird" in program.raw.partition(b"?2026$p")[0], "it was seen before the program was there"
        program.press("s\x1b[D\x1b[D-")
        program.wait_for("early bir-ds", "If you send now")
        program.press("\r")
        program.wait_for("You", "early bir-ds")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}


def test_back_from_the_demo_nothing_is_typed_again_and_the_full_screen_is_on(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        stands(program)
        program.press("abc\x1b[Dx")
        program.wait_for("abxc", "If you send now")
        program.press("\x10")
        program.wait_for("Search")
        program.press("open the demo")
        program.wait_until(
            lambda text: "Open the demo" in text and "Toggle" not in text, "the one command that is meant"
        )
        program.press("\r")
        program.wait_for("DEMO")
        program.press(CTRL_Q)
        program.wait_for("abxc")
        assert program.raw.count(FULL_SCREEN) == 3
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}


def test_a_paste_of_lines_that_comes_too_early_sends_nothing(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        stands(program)
        assert b"\x1b[?2004h" in program.raw, "the terminal is told to say what a paste is"
        program.press("\x1b[200~one\rtwo\x1b[201~")
        program.wait_for("one", "two", "If you send now")
        assert not sims.simulator["openai"].attempts
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}


def test_who_stops_it_has_the_terminal_as_it_was_and_it_goes_on_afterwards(sims: SimulatorThread) -> None:
    with terminal(env=sims.environment()) as program:
        stands(program)
        program.press("early")
        program.wait_for("early")
        program.kill(signal.SIGTSTP)
        program.wait_for_stop()
        assert program.left == {}
        program.kill(signal.SIGCONT)
        program.wait_for("early", "If you send now")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=["term", "hup", "int"])
def test_a_signal_while_only_the_picture_stands_leaves_the_terminal_clean(sims: SimulatorThread, end: int) -> None:
    with terminal(env=sims.environment()) as program:
        program.wait_until(lambda _: FULL_SCREEN in program.raw, "the full screen")
        program.kill(end)
        assert program.wait_for_end() in (-end, 128 + end)
    assert program.left == {}


def test_a_start_that_fails_behind_the_picture_ends_with_its_sentence(sims: SimulatorThread) -> None:
    with terminal("start", env=sims.environment(), module="tests.helpers.broken_program") as program:
        assert program.wait_for_end() == 1
    assert program.raw.count(FULL_SCREEN) == 1
    assert b"phoenix-tui had to end" in program.raw.rpartition(b"\x1b[?1049l")[2]
    assert program.left == {}
