"""What is known of one request while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.events import TurnEvent
from phoenix_tui.core.types import Attempt, ChatRequest

BETWEEN_ATTEMPTS = 45.0
"""Seconds that a turn may take between two attempts: it sleeps for 3 at the most, and may read a list or two."""


@dataclass(slots=True)
class Log:
    """One request and what was told of it so far. `stopped` once the person does not want it any more."""

    question: str
    request: ChatRequest
    may_fall_back: bool
    events: list[TurnEvent] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    """All that were started, those beside another one too."""
    shown: str = ""
    open: Attempt | None = None
    failed: ErrorInfo | None = None
    """How the last one ended."""
    bound: float = BETWEEN_ATTEMPTS
    is_continued: bool = False
    """Somebody is asked to go on with what is shown."""
    in_need: bool = False
    too_long: bool = False
    """Somebody found the question too long, so that it is in vain to ask whoever has no more room."""
    decided_at: float = 0.0
    """When what follows a wait was decided: what others were told meanwhile had no say in it."""
    paused: bool = False
    """Time has passed between the decision and what follows it: the reader's, or a person's who was asked."""
    stopped: bool = False
