"""A first run of the real program with the keyboard alone: a key is entered, used and kept, the demo is looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_tui.sim.faults import Says
from tests.helpers.terminal import SimulatorThread, simulators, terminal

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

ESC, DOWN, CTRL_P, CTRL_Q = "\x1b", "\x1b[B", "\x10", "\x11"
KEY = "right-canary-0123456789"


@pytest.fixture
def sims() -> Iterator[SimulatorThread]:
    with simulators("anthropic") as running:
        running.fault("anthropic", Says(text=("anthropic ", "says ", "hello.")))
        running.do(lambda it: setattr(it["anthropic"], "key", KEY))
        yield running


def addresses(sims: SimulatorThread) -> dict[str, str]:
    return {name: url for name, url in sims.do(lambda it: it.environment()).items() if name.endswith("_URL")}


def pasted(text: str) -> str:
    return f"{ESC}[200~{text}{ESC}[201~"


def test_a_first_run_from_no_key_to_an_answer_the_demo_and_the_next_start(
    sims: SimulatorThread, tmp_path: Path
) -> None:
    env = addresses(sims)
    with terminal(env=env) as program:
        program.wait_for("No provider is set up yet.", "ANTHROPIC_API_KEY", "Write a message")
        program.press("why?\r")
        program.wait_for("Set up one of the seven")
        program.press(f"\x15/new\r{ESC}")
        program.wait_for("goes back to the prompt")
        program.press(f"{DOWN}{DOWN}k")
        program.wait_for("Key of Anthropic", "ANTHROPIC_API_KEY is saved in")
        program.press(pasted("wrong-canary-0123456789") + "\r")
        program.wait_for("Anthropic refused the key")
        program.press(f"\x15{pasted(f'export ANTHROPIC_API_KEY={KEY}')}\r")
        program.wait_for("Anthropic takes the key.", "If you send now, anthropic answers")
        program.press("hello\r")
        program.wait_for("anthropic says hello.")
        program.press("half a draft")
        program.press(f"{CTRL_P}")
        program.wait_for("Search for commands")
        program.press("open the demo")
        program.wait_for("you come back to this conversation")
        program.press("\r")
        program.wait_for("DEMO", "comes back to your own")
        program.press(CTRL_Q)
        program.wait_for("anthropic says hello.", "half a draft")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    written = program.raw
    with terminal(env=env) as program:
        program.wait_for("anthropic answers first")
        program.press(CTRL_Q)
        assert program.wait_for_end() == 0
    own = tmp_path / "config" / ".env.local"
    assert own.read_text() == f"ANTHROPIC_API_KEY={KEY}\n"
    assert own.stat().st_mode & 0o777 == 0o600
    others = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != own]
    assert others
    assert all(b"canary" not in content for content in (written, program.raw, *others))
    assert b"Traceback" not in written


def test_the_demo_is_one_key_away_and_a_signal_ends_all(sims: SimulatorThread) -> None:
    with terminal(env={}) as program:
        program.wait_for("No provider is set up yet.", "Write a message")
        program.press(ESC)
        program.wait_for("goes back to the prompt")
        program.press("d")
        program.wait_for("DEMO", "Ask anything")
        program.kill(15)
        program.wait_for_end()
    assert program.raw.count(b"\x1b[?1049h") == program.raw.count(b"\x1b[?1049l") == 2
