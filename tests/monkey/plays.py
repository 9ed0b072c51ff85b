"""How long the monkey plays: a little in the test suite, the same each time; longer, and something new, if asked to."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.monkey.actions import Action, actions

_ASKED_FOR = int(os.environ.get("PHOENIX_MONKEY_PLAYS", "0"))


def plays(usually: int, of: int, *, share: float = 1.0, shrinks: bool = True) -> Callable[..., object]:
    """Runs a test with lists of `of` actions: `usually` many, or that `share` of PHOENIX_MONKEY_PLAYS. `shrinks` says
    whether a list that fails is boiled down then."""
    times = max(usually, int(_ASKED_FOR * share))
    phases = [Phase.generate, Phase.shrink] if _ASKED_FOR and shrinks else [Phase.generate]

    def decorated(test: Callable[[list[Action]], None]) -> object:
        chosen = settings(
            max_examples=times,
            deadline=None,
            database=None,
            derandomize=not _ASKED_FOR,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )
        playing = given(st.lists(actions(), min_size=of, max_size=of))
        return pytest.mark.timeout(120 + 60 * times)(chosen(playing(test)))

    return decorated
