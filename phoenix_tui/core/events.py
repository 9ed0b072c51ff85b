"""What a turn tells whoever reads it, in order, as frozen values.

A turn is: for each attempt `AttemptStarted`, deltas, and then one of `AttemptFailed` (nothing had been shown),
`AttemptAborted` (its text is retracted) or, once, `Completed`. Between attempts `Waiting`, `Confirming` and `Restarted`
may stand. Every delta belongs to the attempt whose `AttemptStarted` came last; texts of two attempts are never mixed,
unless the person chose that cut answers are continued: then `Resumed` marks the seam.
"""

from __future__ import annotations

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.types import Answer, Attempt, Target
from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the visible answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning, as far as the provider shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """A piece of the words in which the model refuses; a person should see them."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model began a call of the tool `name`. It is named, never run."""

    name: str


Delta = TextDelta | ReasoningDelta | RefusalDelta | ToolCall
"""What adapters decode from an answer."""


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An attempt is being sent."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """The attempt ended before anything of it was shown. `next_target` is None when nothing is left to try."""

    attempt: Attempt
    error: ErrorInfo
    next_target: Target | None


@dataclass(frozen=True, slots=True)
class AttemptAborted:
    """The attempt ended after `chars` characters were shown: that text is retracted."""

    attempt: Attempt
    error: ErrorInfo
    chars: int
    next_target: Target | None


@dataclass(frozen=True, slots=True)
class AttemptCut:
    """The attempt ended after `chars` characters were shown, and `next_target` is asked to go on from there: the text
    stays for now. Then either `Resumed` follows, or `AttemptAborted` after all."""

    attempt: Attempt
    error: ErrorInfo
    chars: int
    next_target: Target


@dataclass(frozen=True, slots=True)
class Restarted:
    """The answer begins again, with `target`."""

    target: Target


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next attempt at `target` waits `seconds`; `until` is its wall time (seconds since the epoch)."""

    target: Target
    seconds: float
    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class Confirming:
    """Another provider, `target`, is about to be sent the conversation, because of `reason` (a phrase). It is in
    `seconds` (`until` is the wall time), unless the turn is told to go at once or to stop."""

    target: Target
    seconds: float
    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class Hedged:
    """`attempt` was started beside the one under way, which is late; whoever speaks first answers, the other is
    stopped, and what it has cost is lost. When it is this one, an AttemptStarted with it follows."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Resumed:
    """The cut answer is continued by `target`: its first `kept` characters stay, and the text that follows belongs
    right behind them."""

    target: Target
    kept: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A target was passed over without an attempt."""

    target: Target
    reason: str


@dataclass(frozen=True, slots=True)
class Loading:
    """A local server is loading the model into memory; this may take minutes and is not a fault."""

    target: Target


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know once (a parameter that was left out, a model that was replaced)."""

    message: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer is whole."""

    answer: Answer


TurnEvent = (
    Delta
    | AttemptStarted
    | AttemptFailed
    | AttemptAborted
    | AttemptCut
    | Restarted
    | Waiting
    | Confirming
    | Hedged
    | Resumed
    | Skipped
    | Loading
    | Notice
    | Completed
)
