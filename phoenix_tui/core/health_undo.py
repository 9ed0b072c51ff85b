"""Counted failures taken back, when the network turns out to have been lost while they happened."""

from __future__ import annotations

from phoenix_tui.core.health_state import Before, ProviderState
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.offline import WINDOW
from phoenix_tui.core.values import replace

_KEPT = 16


def undoable(state: ProviderState, now: Moment) -> tuple[Before, ...]:
    """What can be taken back once the failure that now strikes `state` is counted. Of very many, those in the middle
    are let go: going back to the first takes back all."""
    near = tuple(before for before in state.undoable if now.since(before.at) <= WINDOW)
    before = Before(
        now,
        state.phase,
        state.consecutive_failures,
        state.reliability,
        state.retry_at,
        state.failing_since,
        state.last_failure,
        state.last_error,
        state.last_error_at,
    )
    return (*near[: _KEPT - 1], before)


def undone(state: ProviderState, now: Moment) -> ProviderState:
    """`state` as if its counted failures of the last seconds had been nobody's: they become neutral."""
    before = next((its for its in state.undoable if now.since(its.at) <= WINDOW), None)
    if before is None:
        return replace(state, undoable=())
    failures = state.consecutive_failures - before.consecutive_failures
    kept = max(0, len(state.recent) - failures)  # there was no success since
    return replace(
        state,
        undoable=(),
        phase=before.phase,
        consecutive_failures=before.consecutive_failures,
        failures=state.failures - failures,
        neutrals=state.neutrals + failures,
        reliability=before.reliability,
        retry_at=before.retry_at,
        failing_since=before.failing_since,
        last_failure=before.last_failure,
        last_error=before.last_error,
        last_error_at=before.last_error_at,
        recent=state.recent[:kept],
        recent_at=state.recent_at[:kept],
    )
