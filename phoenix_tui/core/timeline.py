"""What the records of a bad day say to a person: a phrase for each that is worth one. Shared by every face."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import (
    CameOnline,
    Cleared,
    Configured,
    Ended,
    Event,
    KeyChanged,
    Probed,
    Restored,
    Settled,
    WentOffline,
    Woke,
)
from phoenix_tui.core.journal import (
    Decided,
    HealthChanged,
    Record,
    RecordsLost,
    SessionBegan,
    Switched,
    TurnEnded,
)
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.policy import asked_wait, consequence_of
from phoenix_tui.core.snapshot import AVAILABLE_STATES, HealthState
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.types import OutcomeKind, Target
from phoenix_tui.core.values import dataclass, replace

_LONGEST = 300
"""Characters of one line; a provider's own words may be longer."""
_AT_ONCE = 1.0
"""Seconds within which the same words about several providers are one event."""


class Tone(StrEnum):
    """What a line means for whoever reads it."""

    NOTE = "note"
    TROUBLE = "trouble"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: when, about whom ("" where it is nobody's), and what happened as one printable line."""

    at: Moment
    provider: str
    words: str
    tone: Tone = Tone.NOTE


def told(record: Record) -> Line | None:
    """What `record` says; None for what is kept only so that the day can be lived through again."""
    match record:
        case SessionBegan():
            return None
        case HealthChanged():
            return _changed(record)
        case Decided():
            return _decided(record)
        case Switched(left=left, taken=taken, chars=chars):
            after = f" after {chars} characters" if chars else ""
            words = f"switched from {left.provider} to {_named(taken, left)}{after}: {record.reason}"
            return _line(record.at, taken.provider, words)
        case TurnEnded(answered=answered):
            if answered is not None:
                return None
            return _line(record.at, record.requested.provider, f"nobody answered: {record.reason}", Tone.TROUBLE)
        case RecordsLost(count=count):
            return _line(record.at, "", f"{count} records are missing here: they could not be written", Tone.TROUBLE)


def timeline(records: Iterable[Record]) -> list[Line]:
    """What `records` say, in their order; what happened to several providers at once is one line."""
    lines: list[Line] = []
    for line in filter(None, map(told, records)):
        last = lines[-1] if lines else None
        if last is not None and last.words == line.words and abs(line.at.wall - last.at.wall) < _AT_ONCE:
            names = dict.fromkeys((*last.provider.split(", "), line.provider))
            lines[-1] = replace(last, provider=", ".join(names))
        else:
            lines.append(line)
    return lines


def involved(record: Record) -> tuple[str, ...]:
    """The providers that `record` is about, none twice; empty where it is about the program as a whole."""
    match record:
        case HealthChanged(provider=provider):
            return (provider,)
        case Decided(target=target):
            return (target.provider,) if target else ()
        case Switched(left=left, taken=taken):
            return tuple(dict.fromkeys((left.provider, taken.provider)))
        case TurnEnded(requested=requested, answered=answered):
            return tuple(dict.fromkeys((requested.provider, answered.provider if answered else requested.provider)))
        case SessionBegan() | RecordsLost():
            return ()


def fault(error: ErrorInfo) -> str:
    """`error` as a phrase: `rate limit (HTTP 429), asked for 12 s`."""
    words = consequence_of(error).words
    if error.status is not None and error.status >= 400:
        words += f" (HTTP {error.status})"
    wait = asked_wait(error)
    return f"{words}, asked for {spoken(wait)}" if wait else words


def spoken(seconds: float) -> str:
    """A duration, roughly: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 days`."""
    seconds = max(0.0, seconds)
    if seconds < 100:
        return f"{seconds:.2g} s"
    if seconds < 6_000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def _changed(record: HealthChanged) -> Line | None:
    if isinstance(record.event, Restored):
        return None  # nothing new: an earlier run has told it
    if isinstance(record.event, Woke):
        return _line(record.at, "", f"this machine slept for {spoken(record.event.asleep)}")
    error = _error(record.event)
    failed = isinstance(record.event, Ended) and record.event.outcome.kind in (OutcomeKind.FAILED, OutcomeKind.ABORTED)
    if record.before is record.after:
        if not failed or error is None or error.error_class is ErrorClass.CANCELLED:
            return None  # who was stopped has not failed
        return _line(record.at, record.provider, f"failed, still {record.after.word}: {fault(error)}", Tone.TROUBLE)
    if isinstance(record.event, Configured) and not record.event.value:
        return None  # how most of the seven begin
    why = _why(record.event) or record.reason
    words = f"{record.before.word} -> {record.after.word}" + (f": {why}" if why else "")
    return _line(record.at, record.provider, words, _tone(record))


def _tone(record: HealthChanged) -> Tone:
    if record.after is HealthState.HEALTHY:
        return Tone.RECOVERY
    worse = record.after is HealthState.SUSPECT or record.after not in AVAILABLE_STATES
    return Tone.TROUBLE if worse and _error(record.event) is not None else Tone.NOTE


def _error(event: Event) -> ErrorInfo | None:
    match event:
        case Ended(outcome=outcome):
            return outcome.error
        case Probed(error=error):
            return error
        case _:
            return None


def _why(event: Event) -> str:
    """The phrase behind a change of state; empty where the state says it all."""
    match event:
        case Ended(outcome=outcome):
            if outcome.error is not None:
                return fault(outcome.error)
            return "answered" if outcome.kind is OutcomeKind.OK else ""
        case Probed(passed=passed, error=error):
            return f"a check failed: {fault(error)}" if error else "a check passed" if passed else "a check failed"
        case Configured(value=True):
            return "found"
        case KeyChanged():
            return "another key"
        case WentOffline():
            return "this machine has no network"
        case CameOnline():
            return "the network is back"
        case Settled():
            return "its wait is over"
        case Cleared():
            return "forgotten by the person's wish"
        case _:
            return ""


def _decided(record: Decided) -> Line | None:
    """Waits before the same or another one is asked. A change of provider has a record of its own."""
    if record.target is None or record.cause is None or not record.wait:
        return None
    words = f"asked next, after {spoken(record.wait)}: {fault(record.cause)}"
    return _line(record.at, record.target.provider, words)


def _named(taken: Target, left: Target) -> str:
    return f"{taken.provider} ({taken.model})" if taken.provider == left.provider and taken.model else taken.provider


def _line(at: Moment, provider: str, words: str, tone: Tone = Tone.NOTE) -> Line:
    words = " ".join(strip_controls(words).split())
    if len(words) > _LONGEST:
        words = words[: _LONGEST - 1].rstrip() + "…"
    return Line(at, " ".join(strip_controls(provider).split())[:40], words, tone)
