"""What one turn leaves in the journal: each decision with its reasons, each switch, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_tui.core.decision import Decision, Tried, Try
from phoenix_tui.core.journal import Decided, Switched, TurnEnded
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.policy import consequence_of
from phoenix_tui.core.turn_context import TurnContext
from phoenix_tui.core.types import ChatRequest, Target


class TurnJournal:
    """Writes for the turn `turn`, if anybody wants to read it. The text of the conversation is never part of it."""

    def __init__(self, turn: str, request: ChatRequest, context: TurnContext) -> None:
        self._turn = turn
        self._request = request
        self._context = context
        self._write = context.journal
        self._has_ended = False

    def decided(self, tried: Sequence[Tried], decision: Decision) -> None:
        """A decision after `tried`."""
        if self._write is None:
            return
        last = tried[-1] if tried else None
        target = decision.target if isinstance(decision, Try) else None
        self._write(
            Decided(
                Moment.read(self._context.clock),
                self._turn,
                len(tried),
                target,
                decision.reason,
                wait=decision.wait if isinstance(decision, Try) else 0.0,
                cause=last.error if last else None,
                order=self._context.order(self._request),
            )
        )

    def switched(self, tried: Sequence[Tried], decision: Try, requested: Target) -> None:
        """`decision` is carried out, and may be a switch. Not told sooner: the person may have kept it back."""
        last = tried[-1] if tried else None
        left = last.target if last else requested
        if self._write is not None and decision.target.provider != left.provider:
            why = consequence_of(last.error).words if last else decision.reason
            chars = last.outcome.chars if last else 0
            now = Moment.read(self._context.clock)
            self._write(Switched(now, self._turn, left, decision.target, why, chars))

    def ended(self, requested: Target, answered: Target | None, duration: float, reason: str = "") -> None:
        """How the turn ended, after `duration` seconds; what is said first counts."""
        if self._write is not None and not self._has_ended:
            self._has_ended = True
            now = Moment.read(self._context.clock)
            self._write(TurnEnded(now, self._turn, requested, answered, reason, duration))
