"""A monkey at the screen: five plays of a hundred actions; `make monkey` has it play for longer."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.monkey.actions import Action, actions
from tests.monkey.play import Play

ACTIONS = 100
PLAYS = int(os.environ.get("PHOENIX_MONKEY_PLAYS", "5"))
EXPLORES = "PHOENIX_MONKEY_PLAYS" in os.environ
"""Whether it is to find new things, and boil them down; in the test suite it does the same every time."""


@pytest.mark.timeout(120 + 60 * PLAYS)
@settings(
    max_examples=PLAYS,
    deadline=None,
    database=None,
    derandomize=not EXPLORES,
    phases=[Phase.generate, Phase.shrink] if EXPLORES else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(actions(), min_size=ACTIONS, max_size=ACTIONS))
def test_nothing_is_raised_and_nothing_is_lost_whatever_is_done(done: list[Action]) -> None:
    import asyncio

    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder))
        asyncio.run(play.run(done))
        assert play.wrong == []
