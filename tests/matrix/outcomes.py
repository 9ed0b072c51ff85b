"""What a fault comes to: the rows of the failover policy's table of error classes, and what follows from a row.

The table is written down here a second time, on purpose: `phoenix_tui.core.policy` is what is being tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from phoenix_tui.core.errors import ErrorClass
from tests.matrix.phases import Mode, Phase, Variant
from tests.matrix.speakers import Speaker


class Health(StrEnum):
    """What health makes of it."""

    COUNTS = "counts"
    BLOCKS = "blocks"
    NEUTRAL = "neutral"


class Again(StrEnum):
    """Whether the same provider is asked once more, if nothing was shown."""

    NONE = "none"
    AT_ONCE = "at once"
    PAUSE = "after 0.4 s"
    ITS_WAIT = "after its wait"


class Next(StrEnum):
    """Who is asked next."""

    YES = "yes"
    NO = "no"
    LARGER = "larger window"
    LOCAL_FIRST = "local first"


class After(StrEnum):
    """When an attempt fails that fails at none but one of our own deadlines."""

    AT_ONCE = "at once"
    CONNECT = "connect deadline"
    FIRST_TOKEN = "first-token deadline"
    STALL = "stall deadline"
    ERROR_BODY = "5 s for the rest of an error"


@dataclass(frozen=True)
class Row:
    """One row of the table. `rests`: seconds that the model rests where the provider names no time, 0 for not at all;
    `says` is a phrase for people."""

    error: ErrorClass
    health: Health
    again: Again
    next: Next
    says: str
    rests: float = 0.0


_C, _H, _A, _N = ErrorClass, Health, Again, Next
ROWS: Mapping[str, Row] = {
    "offline": Row(_C.OFFLINE, _H.COUNTS, _A.NONE, _N.LOCAL_FIRST, "you seem offline"),
    "refused": Row(_C.NETWORK, _H.COUNTS, _A.NONE, _N.YES, "nothing answers there"),
    "reset before headers": Row(_C.NETWORK, _H.COUNTS, _A.AT_ONCE, _N.YES, "the connection broke"),
    "broken body": Row(_C.NETWORK, _H.COUNTS, _A.NONE, _N.YES, "the connection broke"),
    "tls": Row(_C.NETWORK, _H.COUNTS, _A.NONE, _N.YES, "no trusted connection"),
    "between": Row(_C.NETWORK, _H.COUNTS, _A.NONE, _N.YES, "a proxy stands between"),
    "timeout": Row(_C.TIMEOUT, _H.COUNTS, _A.NONE, _N.YES, "no answer in time"),
    "server": Row(_C.SERVER, _H.COUNTS, _A.PAUSE, _N.YES, "the provider failed"),
    "overloaded": Row(_C.OVERLOADED, _H.COUNTS, _A.PAUSE, _N.YES, "no capacity"),
    "rate limit": Row(_C.RATE_LIMIT, _H.COUNTS, _A.ITS_WAIT, _N.YES, "countdown", rests=5.0),
    "quota": Row(_C.QUOTA, _H.BLOCKS, _A.NONE, _N.YES, "add credits"),
    "auth": Row(_C.AUTH, _H.BLOCKS, _A.NONE, _N.YES, "fix key"),
    "permission": Row(_C.PERMISSION, _H.BLOCKS, _A.NONE, _N.YES, "this key may not do that"),
    "model missing": Row(_C.MODEL_NOT_FOUND, _H.NEUTRAL, _A.NONE, _N.YES, "pull or change the model", rests=600.0),
    "model not ready": Row(_C.MODEL_NOT_READY, _H.NEUTRAL, _A.NONE, _N.YES, "the model cannot run", rests=15.0),
    "context length": Row(_C.CONTEXT_LENGTH, _H.NEUTRAL, _A.NONE, _N.LARGER, "the conversation is too long"),
    "content filter": Row(_C.CONTENT_FILTER, _H.NEUTRAL, _A.NONE, _N.NO, "the provider's reason"),
    "bad request": Row(_C.BAD_REQUEST, _H.NEUTRAL, _A.NONE, _N.NO, "error and field"),
    "too large": Row(_C.BAD_REQUEST, _H.NEUTRAL, _A.NONE, _N.YES, "too large for this provider"),
    "protocol": Row(_C.PROTOCOL, _H.COUNTS, _A.AT_ONCE, _N.YES, "unusable answer"),
    "no such place": Row(_C.PROTOCOL, _H.COUNTS, _A.NONE, _N.YES, "check the base URL"),
    "redirect": Row(_C.PROTOCOL, _H.NEUTRAL, _A.NONE, _N.YES, "check the base URL"),
    "after a sleep": Row(_C.NETWORK, _H.NEUTRAL, _A.NONE, _N.YES, "the connection broke"),
    "reset after a sleep": Row(_C.NETWORK, _H.NEUTRAL, _A.AT_ONCE, _N.YES, "the connection broke"),
}
"""By the name that faults use. Rows that share an error class differ in what follows."""

OF_CLASS: Mapping[ErrorClass, str] = {
    _C.AUTH: "auth",
    _C.PERMISSION: "permission",
    _C.QUOTA: "quota",
    _C.RATE_LIMIT: "rate limit",
    _C.OVERLOADED: "overloaded",
    _C.SERVER: "server",
    _C.CONTEXT_LENGTH: "context length",
    _C.CONTENT_FILTER: "content filter",
    _C.MODEL_NOT_FOUND: "model missing",
    _C.MODEL_NOT_READY: "model not ready",
    _C.BAD_REQUEST: "bad request",
}
"""The row of each class that a provider names itself."""

LONGEST_SLEEP, LONGEST_PAUSE, DAY = 3.0, 2.0, 86_400.0


@dataclass(frozen=True)
class Fails:
    """The attempt fails. `asks`: seconds that the provider wants waited, None where it wants nothing sensible."""

    row: str
    code: str | None = None
    after: After = After.AT_ONCE
    asks: float | None = None

    @property
    def rests(self) -> bool:
        """Whether the model is left in peace for a while."""
        return (ROWS[self.row].rests if self.asks is None else self.asks) > 0

    def __str__(self) -> str:
        row = ROWS[self.row]
        again = again_after(self)
        words = [row.error.value, row.health.value, f"again {again.value}", f"next {row.next.value}"]
        if self.rests:
            words.append("cools" if row.error is _C.RATE_LIMIT else "model rests")
        if self.after is not After.AT_ONCE:
            words.append(f"at the {self.after.value}")
        return ", ".join(words)


@dataclass(frozen=True)
class Whole:
    """The answer is whole. `added` is text of the fault's own between the tokens shown and the rest; `replaced` what
    cannot be read of it; `empty`: a whole answer without text. `seconds`: how long it takes at the most;
    `left_open`: nothing but a deadline ends the wait for more."""

    note: str = ""
    added: str = ""
    replaced: tuple[str, str] = ("", "")
    empty: bool = False
    bad_events: int | None = None
    seconds: float = 2.0
    left_open: bool = False

    def __str__(self) -> str:
        return f"whole{', without text' if self.empty else ''}{f' ({self.note})' if self.note else ''}"


@dataclass(frozen=True)
class Cannot:
    """The cell cannot occur."""

    why: str

    def __str__(self) -> str:
        return f"cannot occur: {self.why}"


Outcome = Fails | Whole | Cannot


def again_after(fails: Fails) -> Again:
    """Whether the same provider is asked again, with what it asked for taken into account."""
    row = ROWS[fails.row]
    match row.again:
        case Again.ITS_WAIT:
            return Again.ITS_WAIT if fails.asks is not None and fails.asks <= LONGEST_SLEEP else Again.NONE
        case Again.PAUSE if fails.asks is not None and fails.asks > LONGEST_PAUSE:
            return Again.NONE
        case _:
            return row.again


def pause_after(fails: Fails) -> tuple[float, float]:
    """Seconds before the same provider is asked again: at least, at the most."""
    asks = fails.asks or 0.0
    match again_after(fails):
        case Again.PAUSE | Again.ITS_WAIT:  # never less than the usual pause
            return max(0.32, asks), max(0.48, asks)
        case _:
            return 0.0, 0.0


def deadline(after: After, speaker: Speaker, variant: Variant, *, on_loopback: bool) -> tuple[float, float]:
    """Seconds from the request until the attempt is given up: at least, at the most. The model is none that reasons."""
    local = speaker.local
    match after:
        case After.AT_ONCE:
            return 0.0, 0.0
        case After.CONNECT:
            wait = 2.0 if on_loopback else 5.0
            return wait, 2 * wait if local else wait  # a local server's list is read first, and may take as long
        case After.FIRST_TOKEN:
            wait = 10.0 if variant is not Variant.ALONE else 300.0 if local else 60.0
        case After.STALL:
            wait = 60.0 if local and variant is Variant.ALONE else 10.0
        case After.ERROR_BODY:
            wait = 5.0
    return wait, wait


def shows_text(phase: Phase, mode: Mode) -> bool:
    """Whether a person had been shown some of the answer when the fault struck."""
    return mode is Mode.STREAM and phase in (Phase.AFTER_TOKENS, Phase.AFTER_FINISH)


def told(outcome: Outcome, phase: Phase, mode: Mode) -> str:
    """What becomes of the text that a person has seen."""
    if not isinstance(outcome, Fails):
        return ""
    if not shows_text(phase, mode):
        return "nothing was shown"
    return "kept, and said to be cut" if ROWS[outcome.row].next is Next.NO else "retracted"
