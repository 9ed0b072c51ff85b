"""What must hold of every turn, at every event of it; the numbers are those of the policy's invariants.

1 no call outlives its deadline; 2 attempts and retries are bounded, and nobody is asked out of turn or before the wait
that it asked for; 6 the counts add up; 11 somebody is always asked; 12 an answer is whole and the winner's; 13 no two
texts are mixed; 14 no tool call comes twice; 15 an error is one that happened; 18 averages lie among their samples; 20
keys are nowhere; 21 checks generate nothing; 23 the same fault has the same class; 25 retries keep to their budget.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptCut,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Confirming,
    Hedged,
    Loading,
    ReasoningDelta,
    RefusalDelta,
    Restarted,
    Resumed,
    TextDelta,
    ToolCall,
    TurnEvent,
    Waiting,
)
from phoenix_tui.core.policy import LONGEST_RESPECTED_WAIT
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import HealthState, Placement
from phoenix_tui.core.types import Answer, Attempt
from phoenix_tui.sim import faults
from phoenix_tui.sim.catalogue import LOCAL
from tests.helpers.virtual import VirtualWorld
from tests.simulation.health_watch import HealthWatch
from tests.simulation.ledger import Ledger, Sent, keys_in
from tests.simulation.log import BETWEEN_ATTEMPTS, Log
from tests.simulation.trace import Trace

_SLACK = 0.02
"""Seconds that may lie between a deadline and what it ends."""
_LONGEST_SKEW = 7200.0
_OUT_OF_USE = (HealthState.BLOCKED, HealthState.DISABLED, HealthState.UNCONFIGURED)
_OWN_KEY_ERRORS = {ErrorClass.AUTH, ErrorClass.PERMISSION}
_CAPACITY, _RESERVE, _EARNED = 10.0, 5.0, 0.2
"""Of the budget for retries, in tokens: a retry takes one, and at the reserve there is none to be had."""


class TurnWatch:
    """Looks at every event of every turn."""

    def __init__(self, world: VirtualWorld, client: Client, health: HealthWatch, ledger: Ledger, trace: Trace) -> None:
        self._world = world
        self._client = client
        self._health = health
        self._ledger = ledger
        self._trace = trace
        self._hold = trace.hold
        self._asked_until: dict[tuple[str, str], tuple[float, float]] = {}
        """By provider and model, when it asked to be left alone, and until when."""
        self._durations: dict[str, list[float]] = defaultdict(list)
        self._started: Counter[str] = Counter()
        self._completed: Counter[str] = Counter()
        self._useless: Counter[str] = Counter()
        """Whole answers that did not go on with the cut one, perhaps."""
        self._stopped = 0
        self._budget = _CAPACITY

    def time_jumped(self) -> None:
        """The machine slept, or its clock was put right, which it takes for a sleep: waits may be over."""
        self._asked_until.clear()

    def key_changed(self, provider: str) -> None:
        """The person has put in another key: waits of the old one are over."""
        for target in [target for target in self._asked_until if target[0] == provider]:
            del self._asked_until[target]

    # -- events

    def told(self, log: Log, event: TurnEvent, waited: float) -> None:
        """One event of a turn, after `waited` seconds."""
        in_time = log.stopped or waited <= log.bound + _SLACK
        self._hold(1, in_time, f"{log.question}: nothing for {waited:.1f} s, which is over {log.bound} s")
        log.events.append(event)
        match event:
            case TextDelta(text):
                log.shown += text
                self._continues(log, event)
                return
            case ReasoningDelta() | RefusalDelta() | ToolCall():
                self._continues(log, event)
                return
            case AttemptStarted(attempt):
                self._trace.say(f"{log.question}: attempt {attempt.number} at {attempt.target.provider}")
                self._begins(log, attempt)
            case Hedged(attempt):
                self._trace.say(f"{log.question}: beside it, {attempt.target.provider}")
                self._begins_beside(log, attempt)
            case Loading():
                log.bound = max(log.bound, 300.0)
            case AttemptFailed(attempt, error) | AttemptAborted(attempt, error) | AttemptCut(attempt, error):
                name, kind = attempt.target.provider, type(event).__name__
                self._trace.say(f"{log.question}: {name}, {kind}: {error.error_class} {error.code}")
                self._ends(log, attempt, error, event)
            case Restarted():
                log.shown, log.is_continued = "", False
            case Resumed(target, kept):
                self._trace.say(f"{log.question}: {target.provider} goes on after {kept} characters")
                self._hold(13, log.is_continued and kept <= len(log.shown), f"{log.question}: nothing to go on with")
                log.shown = log.shown[:kept]
            case Waiting(target, seconds):
                self._trace.say(f"{log.question}: waits {seconds:.2f} s for {target.provider}")
                log.decided_at = self._now()
            case Confirming(target, seconds):
                self._trace.say(f"{log.question}: is {target.provider} to be asked?")
                log.bound, log.paused = seconds + BETWEEN_ATTEMPTS, True
            case Completed(answer):
                self._trace.say(f"{log.question}: answered by {answer.target.provider}")
                self._completes(log, answer)
            case _:
                self._trace.say(f"{log.question}: {event}")

    def _begins(self, log: Log, attempt: Attempt) -> None:
        alone = log.open is None and (log.is_continued or not log.shown)
        self._hold(13, alone, f"{log.question}: an attempt begins before the last ended")
        log.open = attempt
        if any(other.id == attempt.id for other in log.attempts):
            return  # it was started beside another, and spoke first
        order = self._client.snapshot().order
        tried = [other.target.provider for other in log.attempts]
        self._count(log, attempt, tried, order)
        self._may_begin(log, attempt, order, tried)
        log.decided_at = 0.0
        log.bound = self._first_token_bound(log, attempt, order, tried)

    def _begins_beside(self, log: Log, attempt: Attempt) -> None:
        name = attempt.target.provider
        order = self._client.snapshot().order
        tried = [other.target.provider for other in log.attempts]
        self._hold(2, name not in tried, f"{log.question}: {name} is asked beside itself")
        self._spend(log)
        self._count(log, attempt, tried, order)
        self._may_begin(log, attempt, order, tried)
        log.bound = max(log.bound, self._first_token_bound(log, attempt, order, tried))

    def _count(self, log: Log, attempt: Attempt, tried: Sequence[str], order: Sequence[Placement]) -> None:
        name = attempt.target.provider
        log.attempts.append(attempt)
        self._started[name] += 1
        # To be asked in another way (for the whole answer, for another model) is no retry, and may come once more.
        asked_otherwise = self._client.config.on_cut == "continue"
        self._hold(2, tried.count(name) <= 1 + asked_otherwise, f"{log.question}: {name} is asked a third time")
        self._hold(2, len(tried) < len(order) + 2, f"{log.question}: attempt {len(tried) + 1}")
        if tried and tried[-1] == name and not asked_otherwise and not _names_another_way(log.failed):
            self._spend(log)

    def _spend(self, log: Log) -> None:
        self._hold(25, self._budget > _RESERVE + 1e-9, f"{log.question}: a retry with {self._budget:.1f} tokens left")
        self._budget -= 1

    def _may_begin(self, log: Log, attempt: Attempt, order: Sequence[Placement], tried: Sequence[str]) -> None:
        """Only who is eligible is asked, or just was, and nobody before the wait that was asked for; but in need, when
        nobody else is eligible, the first to recover is, once."""
        name = attempt.target.provider
        if attempt.target not in [placement.target for placement in order] or log.paused:
            return  # the order is about another model, or about another moment
        only = None if log.may_fall_back else (log.request.provider or self._client.primary_provider)
        fit = {placement.target.provider for placement in order if placement.eligible} - set(tried[:-1])
        fit = fit if only is None else fit & {only}
        if name in fit or name in tried:
            at, until = self._asked_until.get((name, attempt.target.model), (0.0, 0.0))
            known = at < log.decided_at if log.decided_at else True
            kept = not known or self._now() >= until - _SLACK
            self._hold(2, kept, f"{log.question}: {name} is asked, but not before {until:.2f}")
            return
        others = fit - set(tried)
        excused = log.too_long or log.decided_at > 0  # who has become fit during a wait had no say in it
        self._hold(2, not others or excused, f"{log.question}: {name} is asked in need though {others} are fit")
        if not self._client.get_provider_health(name).is_available:  # else a second one while its trial is under way
            self._hold(2, not log.in_need, f"{log.question}: {name} is asked in need, and somebody was before")
            log.in_need = True

    def _first_token_bound(self, log: Log, attempt: Attempt, order: Sequence[Placement], tried: Sequence[str]) -> float:
        """How long the first token may take: less, while somebody else could take over."""
        name, model = attempt.target.provider, attempt.target.model
        others = {one.target.provider for one in order if one.eligible} - {name, *tried}
        deadlines = profile_of(name).deadlines
        return deadlines.until_first_token(model, alone=not (others and log.may_fall_back)) + BETWEEN_ATTEMPTS

    def _continues(self, log: Log, event: TurnEvent) -> None:
        self._hold(13, log.open is not None, f"{log.question}: a delta of nobody's")
        if log.open is not None:
            deadlines = profile_of(log.open.target.provider).deadlines
            reasoning = isinstance(event, ReasoningDelta)
            log.bound = (deadlines.reasoning_stall if reasoning else deadlines.stall_alone) + BETWEEN_ATTEMPTS

    def _ends(self, log: Log, attempt: Attempt, error: ErrorInfo, event: TurnEvent) -> None:
        name = attempt.target.provider
        # What was kept to be gone on with is retracted after the attempt that was to go on with it.
        late = log.open is None and log.is_continued and isinstance(event, AttemptAborted)
        self._hold(13, late or log.open is attempt, f"{log.question}: the end of an attempt that is not the last")
        log.open, log.failed, log.bound, log.paused = None, error, BETWEEN_ATTEMPTS, False
        match event:
            case AttemptFailed():
                self._hold(13, log.is_continued or not log.shown, f"{log.question}: shown text was not retracted")
                self._useless[name] += log.is_continued
            case AttemptCut(chars=chars):
                self._hold(13, chars == len(log.shown), f"{log.question}: {chars} of {len(log.shown)} characters")
                log.is_continued = True
            case _:
                pass
        log.too_long = log.too_long or error.error_class is ErrorClass.CONTEXT_LENGTH
        self._no_key(error, log.question)
        if late:
            return
        sent = self._ledger.last(log.question, name)
        if sent is not None and error.status is not None and self._world.path[name].cut is None:
            self._same_class(log, sent, error)
        if sent is not None and sent.asked_wait is not None and error.error_class is ErrorClass.RATE_LIMIT:
            self._rests(attempt, sent)

    def _rests(self, attempt: Attempt, sent: Sent) -> None:
        name, clock = attempt.target.provider, self._world.clock
        is_misread = sent.dated and (clock.skew or clock.asleep)
        if not is_misread and self._world.path[name].cut is None:
            self._asked_until[name, attempt.target.model] = self._now(), self._now() + _wait_of(sent)

    def _same_class(self, log: Log, sent: Sent, error: ErrorInfo) -> None:
        fault = next((each for each in sent.faults if isinstance(each, faults.Error)), None)
        if fault is None or sent.provider in LOCAL or fault.body is not None:
            return
        said = _OWN_KEY_ERRORS if fault.error in _OWN_KEY_ERRORS else {fault.error}
        ok = error.error_class in said
        self._hold(23, ok, f"{log.question}: {sent.provider} said {fault!r}, taken as {error!r}")

    def _completes(self, log: Log, answer: Answer) -> None:
        name, question = answer.target.provider, log.question
        self._hold(12, log.open is not None and log.open.target == answer.target, f"{question}: {name} was not asked")
        log.open = None
        self._budget = min(_CAPACITY, self._budget + _EARNED)
        self._completed[name] += 1
        self._durations[name].append(answer.attempts[-1].outcome.duration)
        self._hold(13, answer.text == log.shown, f"{question}: shown {log.shown!r}, answered {answer.text!r}")
        sent = self._ledger.last(question, name)
        self._hold(12, sent is not None and sent.finished, f"{question}: {name} never finished: {sent}")
        *before, last = (answer.text[start:end] for start, end in _pieces(answer))
        if sent is not None:
            self._hold(12, last in sent.texts, f"{question}: {name} sent {sent.texts}, got {last!r}")
        for piece in before:
            begun = any(text.startswith(piece) for each in self._ledger.sent[question] for text in each.texts)
            self._hold(13, begun, f"{question}: nobody began with {piece!r}")
        self._hold(14, len(answer.tool_calls) <= 1, f"{question}: tool calls {answer.tool_calls}")
        self._asked_until.pop((name, answer.target.model), None)
        self._no_key(answer, question)

    # -- ends

    def gave_up(self, log: Log, failure: NoProviderAnswered) -> None:
        """A turn ended without an answer."""
        self._trace.say(f"{log.question}: nobody answered: {failure}")
        self._no_key((failure, str(failure), str(failure.cause), failure.attempts), log.question)
        errors = [record.outcome.error for record in failure.attempts]
        happened = failure.cause is None or failure.cause.info in errors
        self._hold(15, happened, f"{log.question}: {failure.cause!r} is none of {errors}")
        tool_calls = sum(isinstance(event, ToolCall) for event in log.events)
        self._hold(14, tool_calls <= 1, f"{log.question}: {tool_calls} tool calls")
        if log.attempts or log.paused or any(isinstance(event, Confirming) for event in log.events):
            return
        only = None if log.may_fall_back else (log.request.provider or self._client.primary_provider)
        fit = [
            f"{health.name} ({health.state})"
            for health in self._client.get_all_provider_health().values()
            if health.state not in _OUT_OF_USE and only in (None, health.name)
        ]
        self._hold(11, not fit, f"{log.question}: nobody was asked, though there were {', '.join(fit)}")

    def ended(self, log: Log) -> None:
        """A turn has ended, however it did."""
        self._stopped += log.stopped
        posts = Counter(entry.provider for entry in self._ledger.sent[log.question])
        started = Counter(attempt.target.provider for attempt in log.attempts)
        self._hold(21, not posts - started, f"{log.question}: {posts} requests for {started} attempts")
        for sent in self._ledger.sent[log.question]:  # of one that ran beside another, and lost, nothing is told
            if sent.asked_wait is not None:
                self._health.asked_to_rest(sent.provider, self._now() + _wait_of(sent) + _LONGEST_SKEW * sent.dated)

    def stopped(self, log: Log, seconds: float) -> None:
        """The person stopped a turn, which ended `seconds` later."""
        self._hold(1, seconds <= _SLACK, f"{log.question}: took {seconds:.2f} s to stop")

    def final(self) -> None:
        """Everything has come to rest."""
        self._hold(21, "" not in self._ledger.sent, "a model was asked by something that was no turn")
        for health in self._client.get_all_provider_health().values():
            name = health.name
            begun, succeeded = health.total_requests, health.successful_requests
            started, completed = self._started[name], self._completed[name]
            self._hold(6, started - self._stopped <= begun <= started, f"{name}: {begun} counted of {started}")
            told = completed <= succeeded <= completed + self._useless[name] + self._stopped
            self._hold(6, told, f"{name}: {succeeded} successes counted, {completed} answers told")
            samples, average = self._durations[name], health.average_response_time
            if average is not None and succeeded == completed:
                among = min(samples) - 1e-6 <= average <= max(samples) + 1e-6
                self._hold(18, among, f"{name}: {average} is not among {samples}")

    def _no_key(self, value: object, where: str) -> None:
        self._hold(20, not (found := keys_in(value, self._world.names)), f"{where} shows {found}")

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _pieces(answer: Answer) -> list[tuple[int, int]]:
    """Where the parts of an answer begin and end, between its seams."""
    return list(itertools.pairwise((0, *answer.seams, len(answer.text))))


def _wait_of(sent: Sent) -> float:
    return min(sent.asked_wait or 0.0, LONGEST_RESPECTED_WAIT)


def _names_another_way(error: ErrorInfo | None) -> bool:
    """Whether a provider that failed so may be asked again in another way, which is no retry."""
    return error is not None and (error.error_class is ErrorClass.MODEL_NOT_FOUND or error.status == 404)
