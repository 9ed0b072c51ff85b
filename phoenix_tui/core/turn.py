"""One turn: a request, the attempts made to answer it, and the events that tell of them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from phoenix_tui.core.asking import Asking
from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.confirmation import Confirmation
from phoenix_tui.core.continuation import MOST_SEAMS, can_continue
from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try, most_actionable
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered, ProviderError, provider_error
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptCut,
    AttemptFailed,
    Completed,
    Confirming,
    Restarted,
    Skipped,
    TurnEvent,
    Waiting,
)
from phoenix_tui.core.next_step import RETRIES_PER_REQUEST
from phoenix_tui.core.policy import ACTIONABILITY, consequence_of
from phoenix_tui.core.reply import Reply
from phoenix_tui.core.tokens import estimated
from phoenix_tui.core.turn_context import TurnContext
from phoenix_tui.core.turn_journal import TurnJournal
from phoenix_tui.core.types import Answer, Attempt, AttemptRecord, ChatRequest, Outcome, OutcomeKind, Target
from phoenix_tui.core.values import dataclass, replace

_turn_ids = itertools.count(1)
_REFUSES_TO_GO_ON = frozenset({ErrorClass.BAD_REQUEST, ErrorClass.CONTEXT_LENGTH})
_NO_CONTINUATION = ErrorInfo(
    ErrorClass.CANCELLED, "what came was no continuation of the cut answer", code="no_continuation"
)


@dataclass(frozen=True, slots=True)
class _Cut:
    """An answer that was cut after some of it was shown, while somebody is asked to go on with it."""

    attempt: Attempt
    error: ErrorInfo
    reply: Reply


class Turn:
    """The events of one request, as an async context manager and iterator.

    Iterating raises NoProviderAnswered after the last event when nothing answered. Leaving the block, or cancelling the
    task that iterates, closes the connection then and there. `confirm` and `decline` answer a `Confirming`.
    """

    def __init__(self, request: ChatRequest, context: TurnContext) -> None:
        self.request = request
        self.id = f"t{next(_turn_ids)}"
        self._context = context
        self._clock = context.clock
        self._journal = TurnJournal(self.id, request, context)
        self._may_fall_back = context.may_fall_back and request.fallback
        self._tried: list[Tried] = []
        self._records: list[AttemptRecord] = []
        self._tokens = estimated(request.messages)
        self._started_at = self._clock.monotonic()
        self._waited = 0.0
        """Seconds slept before the attempt under way."""
        self._held_up = 0.0
        """Seconds in which the person was waited for."""
        self._confirmation = Confirmation()
        self._asked_about: Try | None = None
        """What the person is being asked about."""
        self._is_last_hope = False
        """Whether no other provider could take over from the one last decided for."""
        self._cut: _Cut | None = None
        self._continues = context.continues
        self._events = self._run()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._events.aclose()
        self._journal.ended(self._requested(), None, self._elapsed(), "stopped")

    def __aiter__(self) -> AsyncIterator[TurnEvent]:
        return self._events

    def confirm(self) -> None:
        """Send the conversation to the provider that the last `Confirming` named, at once."""
        self._confirmation.answer(yes=True)

    def decline(self) -> None:
        """Do not send it there: the turn ends without an answer."""
        self._confirmation.answer(yes=False)

    def reconsider(self) -> None:
        """Who may be asked, or is to be asked first, may have changed: a `Confirming` that would no longer be followed
        is over at once, and what follows is decided anew."""
        if self._asked_about is not None and self._after_countdown(self._asked_about) is not self._asked_about:
            self._confirmation.answer(yes=True)

    async def _run(self) -> AsyncGenerator[TurnEvent, None]:
        decision = self._decide()
        if isinstance(decision, GiveUp) and await self._context.discover():
            decision = self._decide()
        for skip in self._skips(decision):
            yield skip
        while isinstance(decision, Try):
            if confirming := self._confirming(decision):
                since = self._clock.monotonic()
                asked = self._asked_about = decision
                yield confirming
                if not await self._confirmed(confirming, since):
                    decision = GiveUp("The conversation was kept from another provider.", most_actionable(self._tried))
                    break
                decision = self._after_countdown(asked)
                if decision is not asked:
                    self._journal.decided(self._tried, decision)
                    continue  # whom it names now may be one that the person has not been asked about
            if decision.wait > 0:
                yield Waiting(decision.target, decision.wait, self._clock.wall() + decision.wait, decision.reason)
                await self._clock.sleep(decision.wait)
            self._waited = decision.wait
            if decision.retry:
                self._context.fallback.spent_retry()
            self._journal.switched(self._tried, decision, self._requested())
            step = self._step(decision)
            async with aclosing(self._asked(step)) as events:
                async for event in events:
                    yield event
            if (answer := self._keep(step)) is not None:
                self._context.fallback.earned()
                self._journal.ended(self._requested(), answer.target, self._elapsed())
                yield Completed(answer)
                return
            decision = await self._after(step)
            for event in self._ending(step, decision):
                yield event
        self._journal.ended(self._requested(), None, self._elapsed(), decision.reason)
        if self._cut is not None:  # nobody was sent the rest of it
            yield AttemptAborted(self._cut.attempt, self._cut.error, len(self._cut.reply.so_far), None)
        raise self._nobody(decision)

    # Before another provider is told

    def _confirming(self, decision: Try) -> Confirming | None:
        """The question to the person before `decision` sends the conversation to somebody who does not hold it yet."""
        seconds = self._context.confirm_seconds
        if seconds is None or decision.target.provider in self._told():
            return None
        if self._tried:
            last = self._tried[-1]
            reason = f"{last.target.provider}: {consequence_of(last.error).words}"
        else:
            meant = self._requested().provider
            passed = next((place for place in decision.skipped if place.target.provider == meant), None)
            reason = f"{meant}: {passed.reason}" if passed else decision.reason
        return Confirming(decision.target, seconds, self._clock.wall() + seconds, reason)

    def _after_countdown(self, asked: Try) -> Decision:
        """`asked` itself, as long as it may still be asked and nobody who holds the conversation already has become fit
        in the meantime; else what would be decided now."""
        decision = self._decision()
        if not isinstance(decision, Try) or decision.target.provider in self._told():
            return decision
        name = asked.target.provider
        order = self._context.order(self.request)
        stands = any(place.eligible and place.target.provider == name for place in order)
        return asked if stands or decision.target.provider == name else decision

    def _told(self) -> set[str]:
        """Who holds the conversation already, or is meant to."""
        told = {attempt.target.provider for attempt in self._tried} | self.request.known_to
        return told | {self._requested().provider}

    async def _confirmed(self, confirming: Confirming, since: float) -> bool:
        """Whether to go, once the person, who was asked at the monotonic time `since`, has said so or the countdown is
        over."""
        go = await self._confirmation.wait(confirming.seconds, self._clock)
        self._confirmation = Confirmation()
        self._asked_about = None
        self._held_up += self._clock.monotonic() - since
        return go

    # One step

    def _step(self, decision: Try) -> Asking:
        target = decision.target
        return Asking(
            self._context.providers[target.provider],
            target.model,
            self.request,
            number=sum(record.outcome.kind is not OutcomeKind.SKIPPED for record in self._records) + 1,
            cut=self._cut.reply if self._cut else None,
            alone=self._is_last_hope,
            fresh=decision.retry and bool(self._tried) and self._tried[-1].error.code == "reset",
            clock=self._clock,
            said=self._context.said,
        )

    def _asked(self, step: Asking) -> AsyncGenerator[TurnEvent, None]:
        wanted = self._context.hedges and self._may_fall_back and self._cut is None
        return step.events(self._rival_of if wanted else None)

    def _rival_of(self, first: AttemptStream) -> AttemptStream | None:
        """An attempt at whoever may be asked beside `first`, which is late."""
        context = self._context
        targets = context.targets(self.request)
        other = context.fallback.another_for_hedge(
            first.attempt.target,
            tried=self._tried,
            health=context.health(self.request),
            targets=targets,
            **context.needs(self.request, targets, self._tokens),
        )
        if other is None or (context.confirm_seconds is not None and other.provider not in self.request.known_to):
            return None
        context.fallback.spent_hedge()
        provider = context.providers[other.provider]
        return provider.attempt(provider.new_attempt(other.model, first.attempt.number + 1), self.request, alone=False)

    def _keep(self, step: Asking) -> Answer | None:
        """Remember how a step ended; the answer if that is what it ended with."""
        if step.unsent is not None and step.failure is not None:
            # Failed before there was anything to send.
            error, attempt = step.failure.info, step.unsent
            before = self._context.monitor.begin(attempt)
            outcome = Outcome(OutcomeKind.FAILED, self._clock.monotonic() - attempt.started_at, error=error)
            self._context.monitor.record(attempt, outcome)
            self._remember(attempt.target, outcome, Tried(attempt.target, before, outcome))
        for stream in step.ended:
            if stream.outcome is None:  # pragma: no cover - a stream that was left has its outcome
                raise RuntimeError("an attempt ended without an outcome")
            target = stream.attempt.target
            tried = Tried(target, stream.state_before, stream.outcome, tool_call=stream.tool_called)
            self._remember(target, stream.outcome, tried)
        if step.failure is not None or step.stream is None:
            return None
        if step.reply.is_no_continuation:
            self._continues = False  # once is enough: from now on cut answers begin again
            if self._records[-1].outcome.kind is OutcomeKind.OK:
                of_no_use = replace(self._records[-1].outcome, error=_NO_CONTINUATION)
                self._tried.append(Tried(step.attempt.target, step.stream.state_before, of_no_use))
            return None
        first_token_at = step.first_token_at
        return step.reply.answer(
            step.stream,
            requested=self._requested(),
            attempts=tuple(self._records),
            ttft=None if first_token_at is None else first_token_at - self._started_at,
            duration=self._elapsed(),
        )

    def _remember(self, target: Target, outcome: Outcome, tried: Tried) -> None:
        self._records.append(AttemptRecord(target, outcome))
        self._context.spending.note(target, outcome.usage)
        if outcome.kind is not OutcomeKind.OK:
            self._tried.append(replace(tried, waited=self._waited))
            self._waited = 0.0

    # What follows

    def _decide(self, *, resumes: bool = False) -> Decision:
        decision = self._decision(resumes=resumes)
        self._journal.decided(self._tried, decision)
        return decision

    def _decision(self, *, resumes: bool = False) -> Decision:
        context = self._context
        health = context.health(self.request)
        targets = context.targets(self.request)
        decision = context.fallback.decide(
            tried=self._tried,
            health=health,
            targets=targets,
            now=self._clock.wall(),
            wanted=self.request.provider,
            fallback=self._may_fall_back,
            resumes=resumes,
            **context.needs(self.request, targets, self._tokens),
        )
        if isinstance(decision, Try):
            out = {decision.target.provider, *(attempt.target.provider for attempt in self._tried)}
            self._is_last_hope = not self._may_fall_back or not context.fallback.can_ask_others(
                out, health, targets, wanted=self.request.provider, over_budget=context.spending.is_used_up
            )
        return decision

    async def _after(self, step: Asking) -> Decision:
        """What follows a step without an answer: the same target asked in another way, or what the policy says."""
        if step.failure is None:
            return Try(step.attempt.target, reason="asked for the whole answer", retry=True)
        last = self._tried[-1]
        provider = self._context.providers[last.target.provider]
        named = last.target.model == self.request.model
        is_first = sum(tried.target.provider == provider.name for tried in self._tried) == 1
        if is_first and await provider.adapt(step.failure, step.stream, model_was_named=named):
            model = last.target.model if named else provider.model
            return Try(Target(provider.name, model), reason="asked in another way")
        if step.reply.is_no_continuation and step.failure.error_class in _REFUSES_TO_GO_ON:
            self._continues = False  # it was we who worded that request, so it says nothing of the person's own
            return Try(last.target, reason="asked for the whole answer", retry=True)
        decision = self._decide(resumes=self._may_resume(step.reply))
        if isinstance(decision, Try) and self._elapsed() - self._held_up > provider.deadlines.whole_chain:
            return GiveUp(f"No provider answered within {provider.deadlines.whole_chain:.3g} s.", last, None)
        return decision

    def _ending(self, step: Asking, decision: Decision) -> list[TurnEvent]:
        """What is told of a step without an answer, with what follows it."""
        next_target = decision.target if isinstance(decision, Try) else None
        cut, self._cut = self._cut, None
        if step.failure is None or step.reply.is_no_continuation or (cut is not None and step.unsent is not None):
            # Nothing of it was shown; the cut answer that it was to go on with still is.
            info = step.failure.info if step.failure else _NO_CONTINUATION
            events: list[TurnEvent] = [AttemptFailed(step.attempt, info, next_target)]
            if cut is None:  # pragma: no cover - nothing else is ever gone on with
                return events
            if step.failure is not None and next_target is not None and self._continues:
                self._cut = cut
                return events
            return [*events, *_retracted(cut.attempt, cut.error, len(cut.reply.so_far), next_target)]
        error = step.failure.info
        chars = len(step.reply.so_far) if step.reply.seams else self._tried[-1].outcome.chars
        if not chars:
            return [AttemptFailed(step.attempt, error, next_target)]
        if next_target is not None and self._may_resume(step.reply):
            self._cut = _Cut(step.attempt, error, step.reply)
            return [AttemptCut(step.attempt, error, chars, next_target)]
        return _retracted(step.attempt, error, chars, next_target)

    def _may_resume(self, reply: Reply) -> bool:
        """Whether somebody may go on with `reply`, which was cut. Should what comes be no continuation, there must be a
        retry left to ask for the whole answer."""
        names = [attempt.target.provider for attempt in self._tried]
        few = len(reply.seams) < MOST_SEAMS and len(names) - len(set(names)) < RETRIES_PER_REQUEST
        return self._continues and few and not reply.refusal and can_continue(reply.so_far)

    def _skips(self, decision: Decision) -> list[Skipped]:
        """The events for those that were passed over, as far as that is news; they are part of the record too."""
        events = []
        for placement in decision.skipped:
            error = self._context.monitor.health(placement.target.provider).last_error
            self._records.append(AttemptRecord(placement.target, Outcome(OutcomeKind.SKIPPED, 0.0, error=error)))
            if not placement.is_lasting or self._is_new(f"{placement.target.provider}: {placement.reason}"):
                events.append(Skipped(placement.target, placement.reason))
        return events

    def _is_new(self, sentence: str) -> bool:
        """Whether it has not been told yet, for what would be the same before every answer."""
        if sentence in self._context.said:
            return False
        self._context.said.add(sentence)
        return True

    def _requested(self) -> Target:
        """Who was meant to answer: the provider that the request names, else the primary."""
        name = self.request.provider or self._context.fallback.primary
        return self._context.target(name, self.request) or Target(name, self.request.model or "")

    def _elapsed(self) -> float:
        return self._clock.monotonic() - self._started_at

    def _nobody(self, decision: GiveUp) -> NoProviderAnswered:
        cause: ProviderError | None = None
        if decision.cause is not None and decision.cause.outcome.error is not None:
            cause = _named(decision.cause.outcome.error, decision.cause.target)
        else:  # nobody was asked: what they said when they last were
            said = [_named(skip.outcome.error, skip.target) for skip in self._records if skip.outcome.error]
            cause = min(said, key=lambda error: ACTIONABILITY[error.error_class], default=None)
        return NoProviderAnswered(
            decision.reason, cause=cause, attempts=tuple(self._records), next_retry_at=decision.next_retry_at
        )


def _retracted(attempt: Attempt, error: ErrorInfo, chars: int, next_target: Target | None) -> list[TurnEvent]:
    aborted = AttemptAborted(attempt, error, chars, next_target)
    return [aborted] if next_target is None else [aborted, Restarted(next_target)]


def _named(error: ErrorInfo, target: Target) -> ProviderError:
    return provider_error(error, provider=target.provider, model=target.model)
