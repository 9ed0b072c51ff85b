"""The monkey at the installed program in a pseudo-terminal: it ends only when told to, keeps what was asked, and leaves
the terminal clean."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from phoenix_tui.core.profiles import PROVIDER_NAMES
from tests.helpers.terminal import simulators, terminal
from tests.monkey.actions import Action
from tests.monkey.in_a_terminal import TerminalPlay, asked, kept
from tests.monkey.plays import plays

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]


@plays(2, of=60, share=0.1, shrinks=False)
def test_it_ends_well_and_keeps_what_was_asked_whatever_is_done(done: list[Action]) -> None:
    with tempfile.TemporaryDirectory() as folder, simulators(*PROVIDER_NAMES) as sims:
        folders = {"PHOENIX_TUI_STATE_DIR": folder, "PHOENIX_TUI_CONFIG_DIR": f"{folder}/config"}
        env = sims.environment(EDITOR="true", **folders)
        with terminal(env=env) as program:
            TerminalPlay(program, sims).run(done)
        assert not (Path(folder) / "errors.log").exists(), (Path(folder) / "errors.log").read_text("utf-8")
        left = kept(Path(folder))
        assert [question for question in sims.do(asked) if question not in left] == []
