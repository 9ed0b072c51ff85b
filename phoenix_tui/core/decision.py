"""The values of a decision: what was tried in this request, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.policy import ACTIONABILITY
from phoenix_tui.core.snapshot import AVAILABLE_STATES, HealthState, Placement
from phoenix_tui.core.types import Outcome, OutcomeKind, Target
from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Tried:
    """One failed attempt of the request. `state_before` is what `HealthMonitor.begin` returned for it, `waited` the
    seconds slept before it, `tool_call` whether the model had begun to call a tool."""

    target: Target
    state_before: HealthState
    outcome: Outcome
    waited: float = 0.0
    tool_call: bool = False

    @property
    def error(self) -> ErrorInfo:
        """What went wrong; a fault of our own where nobody said."""
        return self.outcome.error or ErrorInfo(ErrorClass.UNKNOWN, "the attempt ended without saying why")

    @property
    def shown(self) -> bool:
        """Whether something of its answer, reasoning included, had been shown."""
        return self.outcome.kind is OutcomeKind.ABORTED or self.outcome.ttft is not None

    @property
    def in_need(self) -> bool:
        """Whether it was asked although it was not fit to be, since nobody else was."""
        return self.state_before not in AVAILABLE_STATES


@dataclass(frozen=True, slots=True)
class Try:
    """Ask `target`, after `wait` seconds. `retry` says that it is the same provider once more, `reason` why it is this
    one, as a phrase.

    `skipped` are those that stood before it in the person's order and cannot be asked now, told with the first decision
    of a request only. Who is switched off, not set up or kept out by the person's own wish is not among them: that is
    no news. Who is blocked is, since an answer that comes from elsewhere must not come without a word; being the same
    before every answer, `Placement.is_lasting` says that once is enough.
    """

    target: Target
    wait: float = 0.0
    reason: str = ""
    retry: bool = False
    skipped: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nothing more to try. `reason` is a sentence; `cause` the most actionable of what was tried, None when nothing
    could be; `next_retry_at` the wall time (seconds since the epoch) at which the first provider may be asked again.
    `skipped` are those who could not be asked, when nobody could."""

    reason: str
    cause: Tried | None = None
    next_retry_at: float | None = None
    skipped: tuple[Placement, ...] = ()


Decision = Try | GiveUp


def most_actionable(tried: Iterable[Tried]) -> Tried | None:
    """The failure that a person can do most about, the earliest of equals; None when there is none."""
    return min(tried, key=lambda attempt: ACTIONABILITY[attempt.error.error_class], default=None)
