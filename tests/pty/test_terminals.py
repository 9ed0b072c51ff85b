"""Terminals that people have: tmux, plain ones, ones that can do little, very small and very large ones."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_tui.sim.faults import Says, Stall
from tests.helpers.terminal import SECONDS, SimulatorThread, simulators, terminal
from tests.helpers.tmux import MISSING, tmux

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

CTRL_Q = "\x11"


@pytest.fixture
def sims() -> Iterator[SimulatorThread]:
    with simulators("openai", "gemini") as running:
        for name in ("openai", "gemini"):
            running.fault(name, Says(text=(f"{name} ", "says ", "hello.")))
        yield running


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_in_tmux_everything_works_and_the_window_is_left_as_it_was(sims: SimulatorThread, tmp_path: Path) -> None:
    with tmux(env=sims.environment(), folder=tmp_path) as window:
        window.wait_for("Write a message", "If you send now")
        window.type("hello there")
        window.press("Enter")
        window.wait_for("openai says hello.")
        window.press("M-4")
        window.wait_for("gemini is asked first now")
        window.press("F2")
        window.wait_for("openrouter")

        window.press("Escape")
        window.wait_for("esc write")
        window.press("c")
        window.wait_for("tmux has it")
        assert window("show-buffer") == "openai says hello."

        sims.fault("gemini", Says(text=("still ", "going ")), Stall(after=99))
        window.type("and you?")
        window.press("Enter")
        window.wait_for("still going")
        assert "pane_title=answering, phoenix-tui: hello there" in window.flags
        for columns, rows in ((60, 15), (1, 1), (240, 80)):
            window.resize(columns, rows)
        window.wait_for("still going", "Fallback order")
        window.press("C-q")
        assert window.wait_for_end() == 0
        before, after = window.lines_before_and_after
        assert before == after
        assert window.flags == window.flags_before


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_a_window_of_tmux_that_is_killed_ends_it_and_keeps_the_conversation(
    sims: SimulatorThread, tmp_path: Path
) -> None:
    with tmux(env=sims.environment(), folder=tmp_path) as window:
        window.wait_for("Write a message", "If you send now")
        sims.fault("openai", Says(text=("half ", "an ", "answer")), Stall(after=99))
        window.type("remember this")
        window.press("Enter")
        window.wait_for("half an answer")
        pid = int(window.pid.read_text("utf-8"))
        window("new-session", "-d", "cat")  # the server would end with its last window
        window("kill-pane", "-t", "0:0")
        window.wait_until(lambda: not _is_alive(pid), "its end")
    (kept,) = (tmp_path / "state").glob("session-*.json")
    assert "half an answer" in kept.read_text("utf-8")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("term", "more", "rows"),
    [("xterm", {}, 15), ("screen-256color", {}, 24), ("vt100", {"NO_COLOR": "1"}, 24), ("", {}, 24)],
)
def test_plain_terminals_get_what_they_can_show(
    sims: SimulatorThread, term: str, more: dict[str, str], rows: int
) -> None:
    with terminal(env=sims.environment(TERM=term, COLORTERM="", **more), columns=80, rows=rows) as program:
        program.wait_for("Write a message")
        program.press("hello\r")
        program.wait_for("openai says hello.")
        program.press("\x1b4")  # alt+4
        program.wait_for("gemini is asked first now")
        if term == "xterm":
            program.press("\x1b")
            program.wait_for("esc write")
            program.press("c")
            program.wait_for("clipboard (OSC 52)")
            assert f"\x1b]52;c;{base64.b64encode(b'openai says hello.').decode()}\x07".encode() in program.raw
        if term == "vt100":
            shown = program.text
            assert shown.isascii()
            assert b"\x1b[38;" not in program.raw
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    assert program.left == {}


def test_a_terminal_that_shows_only_lines_is_told_what_to_use() -> None:
    with terminal("--demo", env={"TERM": "dumb"}) as program:
        assert program.wait_for_end() == 2
    assert "phoenix-tui ask" in program.text
    assert program.left == {}


def test_a_table_that_is_too_wide_has_its_long_words_below_each_row() -> None:
    with terminal("health", env={}, columns=80) as program:
        assert program.wait_for_end() == 3
    lines = [line.rstrip() for line in program.raw.decode("utf-8").splitlines()]
    assert lines[0].split() == ["provider", "state", "as", "of", "ok", "requests", "average", "checked", "model"]
    at = next(number for number, line in enumerate(lines) if line.startswith("gemini"))
    below = lines[at + 1 : next(number for number, line in enumerate(lines) if line.startswith("grok"))]
    assert " ".join(" ".join(below).split()) == (
        "Gemini has no key: GEMINI_API_KEY is not set. Keys: https://aistudio.google.com/apikey"
    )
    assert all(line.startswith("    ") for line in below)
    assert max(map(len, below)) < 80


def test_who_sends_stderr_elsewhere_is_told_on_the_terminal(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "phoenix_tui", "--demo"]
        ran = subprocess.run(command, stdin=theirs, stdout=theirs, stderr=log, check=False, timeout=SECONDS)
    os.close(theirs)
    told = os.read(ours, 1_000).decode("utf-8")
    os.close(ours)
    assert ran.returncode == 2
    assert " ".join(told.split()).startswith("phoenix-tui draws its screen on stderr, which goes elsewhere here")
