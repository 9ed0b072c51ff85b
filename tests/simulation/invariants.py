"""What must hold at every moment of every day, whatever goes wrong. The numbers are those of the policy's invariants:

1 no call outlives its deadline, nothing leaks; 2 attempts and retries are bounded, none comes before the wait that was
asked for; 3 three counted failures make unavailable; 4 a success makes an end of counting; 5 neutral outcomes count
nowhere; 6 the counts add up; 7 a wait only grows; 8 one trial at a time; 9 who is down is looked at again, and used
again; 10 no state lasts for ever; 11 somebody is always asked; 12 an answer is whole and the winner's; 13 no two texts
are mixed; 14 no tool call comes twice; 15 an error is one that happened; 16 the order has everybody once; 18 averages
lie among their samples; 20 keys are nowhere; 21 checks generate nothing; 22 nothing is
held against a provider while this machine is offline; 23 the same fault has the same class.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Loading,
    ReasoningDelta,
    RefusalDelta,
    Restarted,
    TextDelta,
    ToolCall,
    TurnEvent,
)
from phoenix_tui.core.policy import LONGEST_RESPECTED_WAIT
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth
from phoenix_tui.core.types import Attempt, ChatRequest
from phoenix_tui.sim import faults
from phoenix_tui.sim.catalogue import LOCAL
from tests.helpers.virtual import VirtualWorld
from tests.simulation.ledger import Ledger, canary
from tests.simulation.trace import Trace

_SLACK = 0.02
"""Seconds that may lie between a deadline and what it ends."""
_BETWEEN_ATTEMPTS = 45.0
"""Seconds that a turn may take between two attempts: it sleeps for 3 at the most, and may read a list or two."""
_CHECK_SECONDS = 60.0 * 1.2 + 20.0
"""Seconds within which an unavailable provider is looked at again: the cap, a fifth, and two checks that time out."""
_JUMP_SECONDS = 15.0
"""Seconds within which a sleep is noticed, and what it means for each wait."""
_COUNTING = (HealthState.UNKNOWN, HealthState.HEALTHY, HealthState.SUSPECT)
_OUT_OF_USE = (HealthState.BLOCKED, HealthState.DISABLED, HealthState.UNCONFIGURED)
_OWN_KEY_ERRORS = {ErrorClass.AUTH, ErrorClass.PERMISSION}


@dataclass(slots=True)
class Log:
    """One request and what was told of it so far. `stopped` once the person does not want it any more."""

    question: str
    request: ChatRequest
    may_fall_back: bool
    events: list[TurnEvent] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    shown: str = ""
    open: Attempt | None = None
    bound: float = _BETWEEN_ATTEMPTS
    in_need: bool = False
    too_long: bool = False
    """Somebody found the question too long, so that it is in vain to ask whoever has no more room."""
    paused: bool = False
    """The reader has just let time pass between two events."""
    stopped: bool = False


class Watch:
    """Looks at everything that a client publishes, and says what should not be."""

    def __init__(self, world: VirtualWorld, client: Client, ledger: Ledger, trace: Trace) -> None:
        self._world = world
        self._client = client
        self._ledger = ledger
        self._trace = trace
        self._before = client.get_all_provider_health()
        self._waits: dict[str, dict[str, float]] = {}
        self._checked: dict[str, float] = dict.fromkeys(self._before, 0.0)
        self._unavailable_since: dict[str, float] = {}
        self._asked_until: dict[tuple[str, str], float] = {}
        self._durations: dict[str, list[float]] = defaultdict(list)
        self._started: Counter[str] = Counter()
        self._completed: Counter[str] = Counter()
        self._stopped = 0
        self._jumped_at = -_JUMP_SECONDS
        self._keys = [key for name in world.names if (key := canary(name))]

    # -- health

    def health_changed(self, now: ProviderHealth) -> None:
        """One event has just been applied to one provider."""
        before, self._before[now.name] = self._before[now.name], now
        succeeded = now.successful_requests - before.successful_requests
        failed = now.failed_requests - before.failed_requests
        neutral = now.neutral_requests - before.neutral_requests
        if now.state is not before.state:
            self._trace.say(f"health: {now.name} {before.state} -> {now.state} {now.reason}")
        parts = now.successful_requests + now.failed_requests + now.neutral_requests + now.in_flight
        self._hold(6, now.total_requests == parts, f"{now.name}: {now.total_requests} requests, {parts} accounted for")
        self._hold(
            3,
            now.consecutive_failures < 3 or now.state not in _COUNTING,
            f"{now.name} is {now.state} after {now.consecutive_failures} failures in a row",
        )
        if failed < 0:
            taken_back = now.consecutive_failures - before.consecutive_failures
            kept = taken_back == failed == -neutral
            self._hold(
                22, kept, f"{now.name}: took {-failed} failures back, {neutral} are neutral, {taken_back} in a row"
            )
        elif succeeded:
            self._hold(4, now.consecutive_failures == 0, f"{now.name}: {now.consecutive_failures} after a success")
            self._hold(4, now.state is not HealthState.UNAVAILABLE, f"{now.name} is {now.state} after a success")
        elif failed:
            grown = now.consecutive_failures - before.consecutive_failures
            self._hold(5, grown in (0, 1), f"{now.name}: one failure counted as {grown}")
            self._hold(22, before.state is not HealthState.OFFLINE, f"{now.name}: a failure counted while offline")
        else:
            what = "a neutral outcome" if neutral else "no outcome at all"
            kept = now.consecutive_failures == before.consecutive_failures
            self._hold(5, kept, f"{now.name}: {what} changed the failures in a row to {now.consecutive_failures}")
        self._hold(8, not now.on_trial or now.in_flight > 0, f"{now.name} is on trial with nothing in flight")
        self._wait_only_grows(before, now, excused=bool(succeeded))
        self._look_again(before, now)

    def key_changed(self, provider: str) -> None:
        """The person has put in another key, or switched something: waits of the old one are over."""
        self._waits.pop(provider, None)
        for target in [target for target in self._asked_until if target[0] == provider]:
            del self._asked_until[target]

    def time_jumped(self) -> None:
        """The machine slept, or its clock was put right: what it makes of its waits is its own affair for a moment."""
        self._jumped_at = self._now()

    def _wait_only_grows(self, before: ProviderHealth, now: ProviderHealth, *, excused: bool) -> None:
        until = {f"cooling of {its.model}": its.cooling_until for its in now.models if its.cooling_until}
        if now.retry_at is not None and now.state in (HealthState.UNAVAILABLE, HealthState.BLOCKED):
            model = now.models[0].model if now.models else ""
            until[f"{now.state} with {model}"] = now.retry_at
        ahead = self._now() - self._world.clock.wall()
        waits = {what: at.timestamp() + ahead for what, at in until.items()}
        old, self._waits[now.name] = self._waits.get(now.name, {}), waits
        if excused or self._now() < self._jumped_at + _JUMP_SECONDS or now.state is not before.state:
            return
        for what in waits.keys() & old.keys():
            moved = f"{now.name}, {what}: retry_at moved from {old[what]:.2f} back to {waits[what]:.2f}"
            self._hold(7, waits[what] > old[what] - 1.1, moved)

    def _look_again(self, before: ProviderHealth, now: ProviderHealth) -> None:
        if now.last_checked != before.last_checked:
            self._checked[now.name] = self._now()
        if now.state is HealthState.UNAVAILABLE:
            self._unavailable_since.setdefault(now.name, self._now())
        else:
            self._unavailable_since.pop(now.name, None)

    def inspect(self) -> None:
        """What can be looked at any time."""
        snapshot = self._client.snapshot()
        own = self._client.own_order()
        names = [placement.target.provider for placement in snapshot.order]
        self._hold(16, sorted(names) == sorted(own), f"the order is {names}, the person's own {own}")
        positions = [placement.position for placement in snapshot.order]
        self._hold(16, positions == list(range(1, len(names) + 1)), f"positions {positions}")
        self._no_key(snapshot, "the snapshot")
        if not self._client.config.probes:
            return
        for name, since in self._unavailable_since.items():
            looked = max(since, self._checked[name])
            asked = max((until for target, until in self._asked_until.items() if target[0] == name), default=0.0)
            late = self._now() - max(looked, asked) > _CHECK_SECONDS
            self._hold(9, not late, f"{name} is unavailable since {since:.0f} and was last looked at {looked:.0f}")

    # -- turns

    def told(self, log: Log, event: TurnEvent, waited: float) -> None:
        """One event of a turn, after `waited` seconds."""
        self._hold(
            1, log.stopped or waited <= log.bound + _SLACK, f"{log.question}: nothing for {waited:.1f} s > {log.bound}"
        )
        log.events.append(event)
        match event:
            case AttemptStarted(attempt):
                self._trace.say(f"{log.question}: attempt {attempt.number} at {attempt.target.provider}")
                self._begins(log, attempt)
            case Loading():
                log.bound = max(log.bound, 300.0)
            case TextDelta(text):
                log.shown += text
                self._continues(log, event)
            case ReasoningDelta() | RefusalDelta() | ToolCall():
                self._continues(log, event)
            case AttemptFailed(attempt, error) | AttemptAborted(attempt, error):
                self._trace.say(f"{log.question}: {attempt.target.provider} failed: {error.error_class} {error.code}")
                self._fails(log, attempt, error)
                aborted = isinstance(event, AttemptAborted)
                self._hold(13, aborted or not log.shown, f"{log.question}: shown text was not retracted")
            case Restarted():
                log.shown = ""
            case Completed():
                self._trace.say(f"{log.question}: answered by {event.answer.target.provider}")
                self._completes(log, event)
            case _:
                self._trace.say(f"{log.question}: {event}")

    def _begins(self, log: Log, attempt: Attempt) -> None:
        name = attempt.target.provider
        self._hold(13, log.open is None and not log.shown, f"{log.question}: an attempt begins before the last ended")
        snapshot = self._client.snapshot()
        tried = [other.target.provider for other in log.attempts]
        log.attempts.append(attempt)
        log.open = attempt
        self._started[name] += 1
        self._hold(2, tried.count(name) <= 1, f"{log.question}: {name} is asked a third time")
        self._hold(2, len(tried) < len(snapshot.order) + 2, f"{log.question}: attempt {len(tried) + 1}")
        self._may_begin(log, attempt, snapshot.order, tried)
        self._set_bound(log, attempt, snapshot.order, tried)

    def _may_begin(self, log: Log, attempt: Attempt, order: Sequence[Placement], tried: Sequence[str]) -> None:
        """Only who is eligible is asked, or just was, and nobody before the wait that was asked for; but in need, when
        nobody else is eligible, the first to recover is, once."""
        if log.request.model is not None or log.paused:
            return  # the order is about another model; or it was decided before a pause of the reader's
        name = attempt.target.provider
        only = None if log.may_fall_back else (log.request.provider or self._client.primary_provider)
        fit = {placement.target.provider for placement in order if placement.eligible} - set(tried[:-1])
        fit = fit if only is None else fit & {only}
        if name not in fit and name not in tried:
            others = fit - set(tried)
            self._hold(
                2,
                not others or log.too_long,
                f"{log.question}: {name} is asked in need though others are fit: {others}",
            )
            self._hold(2, not log.in_need, f"{log.question}: {name} is asked in need, and somebody was before")
            log.in_need = True
        else:
            until = self._asked_until.get((name, attempt.target.model), 0.0)
            self._hold(2, self._now() >= until - _SLACK, f"{log.question}: {name} is asked, but not before {until:.2f}")

    def _set_bound(self, log: Log, attempt: Attempt, order: Sequence[Placement], tried: Sequence[str]) -> None:
        """How long the first token may take: less, while somebody else could take over."""
        name, model = attempt.target.provider, attempt.target.model
        others = {one.target.provider for one in order if one.eligible} - {name, *tried}
        deadlines = profile_of(name).deadlines
        log.bound = deadlines.until_first_token(model, alone=not (others and log.may_fall_back)) + _BETWEEN_ATTEMPTS

    def _continues(self, log: Log, event: TurnEvent) -> None:
        self._hold(13, log.open is not None, f"{log.question}: a delta of nobody's")
        if log.open is not None:
            deadlines = profile_of(log.open.target.provider).deadlines
            reasoning = isinstance(event, ReasoningDelta)
            log.bound = (deadlines.reasoning_stall if reasoning else deadlines.stall) + _BETWEEN_ATTEMPTS

    def _fails(self, log: Log, attempt: Attempt, error: ErrorInfo) -> None:
        name = attempt.target.provider
        self._hold(13, log.open is attempt, f"{log.question}: the end of an attempt that is not the last")
        log.open, log.bound = None, _BETWEEN_ATTEMPTS
        self._no_key(error, log.question)
        log.too_long = log.too_long or error.error_class is ErrorClass.CONTEXT_LENGTH
        sent = self._ledger.last(log.question, name)
        if sent is None or error.status is None:
            return
        if sent.asked_wait is not None and error.error_class is ErrorClass.RATE_LIMIT:
            wrong = sent.dated and (self._world.clock.skew or self._world.clock.asleep)
            wait = min(sent.asked_wait, LONGEST_RESPECTED_WAIT)
            if not wrong and self._world.path[name].cut is None:
                self._asked_until[name, attempt.target.model] = self._now() + wait
        self._same_class(log, name, error)

    def _same_class(self, log: Log, name: str, error: ErrorInfo) -> None:
        sent = self._ledger.last(log.question, name)
        fault = next((each for each in sent.faults if isinstance(each, faults.Error)), None) if sent else None
        if fault is None or name in LOCAL or self._world.path[name].cut is not None or fault.body is not None:
            return
        said = {fault.error}
        if fault.error in _OWN_KEY_ERRORS:
            said = _OWN_KEY_ERRORS
        self._hold(23, error.error_class in said, f"{log.question}: {name} said {fault!r}, taken as {error!r}")

    def _completes(self, log: Log, event: Completed) -> None:
        answer = event.answer
        name = answer.target.provider
        self._hold(
            12, log.open is not None and log.open.target == answer.target, f"{log.question}: {name} was not asked"
        )
        log.open = None
        self._completed[name] += 1
        self._durations[name].append(answer.attempts[-1].outcome.duration)
        self._hold(13, answer.text == log.shown, f"{log.question}: shown {log.shown!r}, answered {answer.text!r}")
        sent = self._ledger.last(log.question, name)
        self._hold(12, sent is not None and sent.finished, f"{log.question}: {name} never finished: {sent}")
        if sent is not None:
            self._hold(12, answer.text in sent.texts, f"{log.question}: {name} sent {sent.texts}, got {answer.text!r}")
        self._hold(14, len(answer.tool_calls) <= 1, f"{log.question}: tool calls {answer.tool_calls}")
        self._asked_until.pop((name, answer.target.model), None)
        self._no_key(answer, log.question)

    def gave_up(self, log: Log, failure: NoProviderAnswered) -> None:
        """A turn ended without an answer."""
        self._trace.say(f"{log.question}: nobody answered: {failure}")
        self._no_key((failure, failure.cause, failure.attempts), log.question)
        errors = [record.outcome.error for record in failure.attempts]
        happened = failure.cause is None or failure.cause.info in errors
        self._hold(15, happened, f"{log.question}: {failure.cause!r} is none of {errors}")
        tool_calls = sum(isinstance(event, ToolCall) for event in log.events)
        self._hold(14, tool_calls <= 1, f"{log.question}: {tool_calls} tool calls")
        if not log.attempts:
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

    def stopped(self, log: Log, seconds: float) -> None:
        """The person stopped a turn, which ended `seconds` later."""
        self._hold(1, seconds <= _SLACK, f"{log.question}: took {seconds:.2f} s to stop")

    # -- the end of the day

    def final(self) -> None:
        """Everything has come to rest."""
        self._hold(21, "" not in self._ledger.sent, "a model was asked by something that was no turn")
        for health in self._client.get_all_provider_health().values():
            name = health.name
            begun, succeeded = health.total_requests, health.successful_requests
            started, completed = self._started[name], self._completed[name]
            self._hold(6, started - self._stopped <= begun <= started, f"{name}: {begun} counted of {started}")
            told = completed <= succeeded <= completed + self._stopped
            self._hold(6, told, f"{name}: {succeeded} successes counted, {completed} answers told")
            samples, average = self._durations[name], health.average_response_time
            if average is not None and succeeded == completed:
                among = min(samples) - 1e-6 <= average <= max(samples) + 1e-6
                self._hold(18, among, f"{name}: {average} is not among {samples}")

    def rests_until(self, provider: str) -> float:
        """Until when it was asked to be left alone, on the loop's clock."""
        return max((until for target, until in self._asked_until.items() if target[0] == provider), default=0.0)

    # -- how

    def _no_key(self, value: object, where: str) -> None:
        shown = f"{value!r} {value}"
        found = [key for key in self._keys if key in shown]
        self._hold(20, not found, f"{where} shows {found}")

    def _hold(self, invariant: int, condition: bool, what: str) -> None:
        if not condition:
            self._trace.violated(invariant, what)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
