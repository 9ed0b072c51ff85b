"""A monkey at the screen: five plays of a hundred actions; `make monkey` has it play for longer."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.monkey.actions import Action
from tests.monkey.play import Play
from tests.monkey.plays import plays


@plays(5, of=100)
def test_nothing_is_raised_and_nothing_is_lost_whatever_is_done(done: list[Action]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder))
        asyncio.run(play.run(done))
        assert play.wrong == []
