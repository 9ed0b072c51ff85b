"""The monkey at the installed program in a pseudo-terminal: it ends only when told to, keeps what was asked, and leaves
the terminal clean."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from phoenix_tui.core.profiles import PROVIDER_NAMES
from tests.helpers.terminal import simulators, terminal
from tests.monkey.actions import Action, actions
from tests.monkey.in_a_terminal import TerminalPlay, asked, kept

ACTIONS = 60
PLAYS = max(2, int(os.environ.get("PHOENIX_MONKEY_PLAYS", "0")) // 10)
EXPLORES = "PHOENIX_MONKEY_PLAYS" in os.environ

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]


@pytest.mark.timeout(120 + 60 * PLAYS)
@settings(
    max_examples=PLAYS,
    deadline=None,
    database=None,
    derandomize=not EXPLORES,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(actions(), min_size=ACTIONS, max_size=ACTIONS))
def test_it_ends_well_and_keeps_what_was_asked_whatever_is_done(done: list[Action]) -> None:
    with tempfile.TemporaryDirectory() as folder, simulators(*PROVIDER_NAMES) as sims:
        folders = {"PHOENIX_TUI_STATE_DIR": folder, "PHOENIX_TUI_CONFIG_DIR": f"{folder}/config"}
        env = sims.environment(EDITOR="true", **folders)
        with terminal(env=env) as program:
            TerminalPlay(program, sims).run(done)
        assert not (Path(folder) / "errors.log").exists(), (Path(folder) / "errors.log").read_text("utf-8")
        left = kept(Path(folder))
        assert [question for question in sims.do(asked) if question not in left] == []
