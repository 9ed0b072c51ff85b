"""Compares what happened in a cell with its stated outcome."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Restarted,
    TextDelta,
    Waiting,
)
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.types import OutcomeKind, Target
from tests.matrix.cells import Cell
from tests.matrix.happened import Happened
from tests.matrix.outcomes import (
    DAY,
    ROWS,
    Fails,
    Health,
    Next,
    Row,
    Whole,
    deadline,
    pause_after,
    shows_text,
)
from tests.matrix.phases import Phase, Variant
from tests.matrix.speakers import SHOWN, TEXT, TOKENS

OTHERS_TEXT = ("Another ", "one ", "answers.")
EXACT, ROUGH = 1e-6, 2.0
"""Seconds by which waits may be off: where time is virtual, and where it is real."""


def problems(cell: Cell, variant: Variant, happened: Happened, *, on_loopback: bool, timed: bool = True) -> list[str]:
    """What is not as stated, in sentences. `timed` False: only waits are looked at, not when
    things happened."""
    outcome = cell.outcome
    found = [*_told_in_order(happened), *_nothing_leaked(happened)]
    match outcome:
        case Whole():
            found += _whole(cell, outcome, happened, timed=timed)
        case Fails():
            found += _failed(cell, outcome, variant, happened, on_loopback=on_loopback, timed=timed)
    return found


def expected_text(outcome: Whole, phase: Phase) -> str:
    """The text of a whole answer, with what the fault itself did to it."""
    if outcome.empty:
        return ""
    at = len("".join(TOKENS[:SHOWN])) if phase is Phase.AFTER_TOKENS else 0
    return (TEXT[:at] + outcome.added + TEXT[at:]).replace(*outcome.replaced)


def _whole(cell: Cell, outcome: Whole, happened: Happened, *, timed: bool) -> Iterator[str]:
    answer = happened.answer
    if answer is None:
        yield f"there is no answer: {_ending(happened)}"
        return
    yield from _differs("who answers", answer.target.provider, happened.faulty)
    yield from _differs("text", _short(answer.text), _short(expected_text(outcome, cell.phase)))
    yield from _differs("requests to the faulty provider", len(happened.heard), 1)
    yield from _differs("requests to others", sum(happened.asked.values()), 0)
    if outcome.empty and not answer.why_empty:
        yield "nobody says why there is no text"
    if outcome.bad_events is not None:
        yield from _differs("bad events", answer.attempts[-1].outcome.bad_events, outcome.bad_events)
    if timed and happened.took > outcome.seconds + EXACT:
        yield f"it took {happened.took:.3f} s, and may take {outcome.seconds} s"
    yield from _health(happened, failed=0, row=None, answered=True)


def _failed(
    cell: Cell, outcome: Fails, variant: Variant, happened: Happened, *, on_loopback: bool, timed: bool
) -> Iterator[str]:
    row = ROWS[outcome.row]
    shown = shows_text(cell.phase, cell.mode)
    attempts = 2 if cell.is_asked_again else 1
    failures = 1 if variant is Variant.PASSING else attempts
    low, high = deadline(outcome.after, cell.speaker, variant, on_loopback=on_loopback)
    yield from _attempts(outcome, row, happened, failures=failures, shown=shown, off=EXACT if timed else ROUGH)
    if cell.fault.way.is_open:
        yield from _differs("requests to the faulty provider", len(happened.heard), attempts)
    if timed:
        yield from _times(outcome, happened, attempts=attempts, low=low, high=high)
    next_name = _next_name(row, variant, happened)
    for name, count in happened.asked.items():
        yield from _differs(f"requests to {name}", count, int(name == next_name))
    yield from _waits(outcome, happened, attempts=attempts, off=0.05 if timed else ROUGH)
    if variant is Variant.PASSING:
        yield from _answered_by(happened, happened.faulty, TEXT)
    elif next_name:
        yield from _answered_by(happened, next_name, "".join(OTHERS_TEXT))
    else:
        yield from _surfaced(row, happened)
    yield from _health(
        happened,
        failed=failures,
        row=row,
        answered=variant is Variant.PASSING,
        asks=outcome.asks,
        at=high if timed else 0.0,
    )


def _next_name(row: Row, variant: Variant, happened: Happened) -> str:
    """Who is asked after the faulty provider, "" for nobody."""
    if variant is not Variant.LASTING or row.next is Next.NO:
        return ""
    return happened.local if row.next is Next.LOCAL_FIRST else happened.next


def _attempts(outcome: Fails, row: Row, happened: Happened, *, failures: int, shown: bool, off: float) -> Iterator[str]:
    ended = [event for _, event in happened.events if isinstance(event, AttemptFailed | AttemptAborted)]
    mine = [event for event in ended if event.attempt.target.provider == happened.faulty]
    yield from _differs("failed attempts at the faulty provider", len(mine), failures)
    yield from _differs("failed attempts at others", len(ended) - len(mine), 0)
    for event in mine:
        yield from _differs("error class", event.error.error_class, row.error)
        if outcome.code is not None:
            yield from _differs("code", event.error.code, outcome.code)
        if outcome.asks is not None:
            asked = -1.0 if event.error.retry_after is None else event.error.retry_after
            yield from _between("the wait that it asks for", asked, outcome.asks, outcome.asks, off)
        yield from _differs("retracted", isinstance(event, AttemptAborted), shown)
        yield from _is_for_people(event.error, happened)


def _times(outcome: Fails, happened: Happened, *, attempts: int, low: float, high: float) -> Iterator[str]:
    """When the faulty provider was asked again, and when the next one was."""
    pause = pause_after(outcome) if attempts > 1 else (0.0, 0.0)
    started = [at for at, event in happened.events if isinstance(event, AttemptStarted)]
    if attempts > 1 and len(started) > 1:
        yield from _between("the second attempt", started[1], low + pause[0], high + pause[1], EXACT)
        if len(happened.heard) > 1:
            yield from _between("the second request", happened.heard[1], low + pause[0], high + pause[1], EXACT)
    if len(started) > attempts:
        yield from _between("the next", started[-1], attempts * low + pause[0], attempts * high + pause[1], EXACT)


def _waits(outcome: Fails, happened: Happened, *, attempts: int, off: float) -> Iterator[str]:
    waits = [event for _, event in happened.events if isinstance(event, Waiting)]
    low, high = pause_after(outcome)
    expected = 1 if attempts > 1 and high > 0 else 0
    yield from _differs("waits that are told", len(waits), expected)
    for wait in waits:
        yield from _between("the wait that is told", wait.seconds, low, high, off)


def _answered_by(happened: Happened, name: str, text: str) -> Iterator[str]:
    answer = happened.answer
    if answer is None:
        yield f"{name} should have answered: {_ending(happened)}"
        return
    yield from _differs("who answers", answer.target.provider, name)
    yield from _differs("text", _short(answer.text), _short(text))
    if not answer.attempts or answer.attempts[-1].outcome.kind is not OutcomeKind.OK:
        yield "the last attempt of the answer is not the one that answered"


def _surfaced(row: Row, happened: Happened) -> Iterator[str]:
    """The error that comes out is one that the provider really returned."""
    if happened.failure is None:
        yield f"it should have failed, and {happened.answer.target if happened.answer else 'nobody'} answered"
        return
    cause = happened.failure.cause
    returned = [record.outcome.error for record in happened.failure.attempts]
    if cause is None or cause.info not in returned:
        yield f"the error that surfaced was returned by nobody: {cause}"
    elif cause.provider != happened.faulty or cause.error_class is not row.error:
        yield f"another error surfaced: {cause.provider}, {cause.error_class.value}"
    if not str(happened.failure).strip().endswith("."):
        yield f"no sentence says why it ended: {happened.failure}"


def _health(
    happened: Happened,
    *,
    failed: int,
    row: Row | None,
    answered: bool,
    asks: float | None = None,
    at: float = 0.0,
) -> Iterator[str]:
    now, before = happened.health[happened.faulty], happened.before
    assert before is not None
    counted = failed if row is not None and row.health is not Health.NEUTRAL else 0
    yield from _differs("failed requests", now.failed_requests - before.failed_requests, counted)
    yield from _differs("neutral requests", now.neutral_requests - before.neutral_requests, failed - counted)
    yield from _differs("successes", now.successful_requests - before.successful_requests, int(answered))
    yield from _differs("requests", now.total_requests - before.total_requests, failed + int(answered))
    in_a_row = failed if row is not None and row.health is Health.COUNTS and not answered else 0
    yield from _differs("consecutive failures", now.consecutive_failures, in_a_row)
    rests = row is not None and not answered and (row.rests if asks is None else asks) > 0
    yield from _differs("state", now.state.value, _state(row, before, answered=answered, rests=rests).value)
    if rests and row is not None:
        yield from _rest(now, happened, row, asks, at)
    for name, its in happened.health.items():
        if name != happened.faulty and (its.failed_requests or its.neutral_requests):
            yield f"something is held against {name}"


def _state(row: Row | None, before: ProviderHealth, *, answered: bool, rests: bool) -> HealthState:
    if answered or row is None:
        return HealthState.HEALTHY
    if row.health is Health.BLOCKS:
        return HealthState.BLOCKED
    if rests:
        return HealthState.COOLING
    return HealthState.SUSPECT if row.health is Health.COUNTS else before.state


def _rest(now: ProviderHealth, happened: Happened, row: Row, asks: float | None, at: float) -> Iterator[str]:
    """The model rests as long as it asked for, a day at the most, or as long as is usual."""
    until = next((model.cooling_until for model in now.models if model.cooling_until), now.retry_at)
    if until is None:
        yield "nobody rests"
        return
    seconds = until.timestamp() - happened.wall - at
    wanted = row.rests if asks is None else min(asks, DAY)
    # After a retry it has asked a second time; without a time of its own, chance shortens it, and it grows.
    if not 0.79 * wanted - 1 <= seconds <= 2 * wanted + 5:
        yield f"the model rests for {seconds:.1f} s, and not for {wanted:.1f} s"


def _told_in_order(happened: Happened) -> Iterator[str]:
    """Reads the events as a person does: what is shown when an attempt is cut is retracted, and the text that stands at
    the end is the answer's, once."""
    shown = ""
    target: Target | None = None
    for _, event in happened.events:
        match event:
            case AttemptStarted(attempt):
                if shown:
                    yield f"an attempt begins while {_short(shown)!r} stands there"
                if target is not None and not _is_same(target, attempt.target):
                    yield f"{attempt.target} was asked, and {target} was told"
            case TextDelta(text):
                shown += text
            case AttemptAborted(_, _, chars, target):
                yield from _differs("characters retracted", chars, len(shown))
                shown = ""
            case AttemptFailed(_, _, target):
                if shown:
                    yield f"{_short(shown)!r} was shown, and nobody took it back"
            case Restarted(again):
                yield from _differs("who begins again", again, target)
            case Completed(answer):
                yield from _differs("text that was shown", _short(shown), _short(answer.text))
    if happened.answer is not None and happened.failure is not None:
        yield "it was answered, and failed"


def _is_same(told: Target, asked: Target) -> bool:
    """A local server's model is known only once its list has been read."""
    return told.provider == asked.provider and told.model in ("", asked.model)


def _nothing_leaked(happened: Happened) -> Iterator[str]:
    if happened.elsewhere:
        yield "a redirect was followed"
    said = repr(happened.events) + repr(happened.failure)
    if any(key in said for key in happened.keys):
        yield "a key was told"


def _is_for_people(error: ErrorInfo, happened: Happened) -> Iterator[str]:
    message = error.message
    if not message.strip() or len(message) > 4000 or "Traceback" in message or message != strip_controls(message):
        yield f"this is no sentence for people: {message[:200]!r}"


def _ending(happened: Happened) -> str:
    if happened.failure is not None:
        return f"{happened.failure} ({happened.failure.cause})"
    return f"the last event was {happened.events[-1][1]}" if happened.events else "nothing happened"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:30]}… {len(text)} characters …{text[-30:]}"


def _differs(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found}, not {expected}"


def _between(what: str, at: float, low: float, high: float, off: float) -> Iterator[str]:
    if not low - off <= at <= high + off:
        yield f"{what}: {at:.3f} s, not {low:.3f} to {high:.3f} s"
