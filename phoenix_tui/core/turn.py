"""One turn: a request, the attempts made to answer it, and the events that tell of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.decision import GiveUp, Tried, Try
from phoenix_tui.core.errors import ErrorInfo, NoProviderAnswered, ProviderError, provider_error
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Loading,
    Notice,
    Restarted,
    Skipped,
    TurnEvent,
    Waiting,
)
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.policy import ACTIONABILITY
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.reply import Reply
from phoenix_tui.core.types import Answer, Attempt, AttemptRecord, ChatRequest, Outcome, OutcomeKind, Target


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What a turn works with. `targets` gives who may be asked now, by provider; `discover` looks for a local server
    and says whether that changed anything; `said` holds the notices that need not be said again."""

    providers: Mapping[str, Provider]
    monitor: HealthMonitor
    fallback: FallbackManager
    clock: Clock
    targets: Callable[[ChatRequest], Mapping[str, Target]]
    discover: Callable[[], Awaitable[bool]]
    may_fall_back: bool
    said: set[str]


class Turn:
    """The events of one request, as an async context manager and iterator.

    Iterating raises NoProviderAnswered after the last event when nothing answered. Leaving the block, or cancelling the
    task that iterates, closes the connection then and there.
    """

    def __init__(self, request: ChatRequest, context: TurnContext) -> None:
        self.request = request
        self._context = context
        self._clock = context.clock
        self._may_fall_back = context.may_fall_back and request.fallback
        self._tried: list[Tried] = []
        self._records: list[AttemptRecord] = []
        self._started_at = self._clock.monotonic()
        self._first_token_at: float | None = None
        self._events = self._run()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._events.aclose()

    def __aiter__(self) -> AsyncIterator[TurnEvent]:
        return self._events

    async def _run(self) -> AsyncGenerator[TurnEvent, None]:
        decision = self._decide()
        if isinstance(decision, GiveUp) and await self._context.discover():
            decision = self._decide()
        for skip in self._skips(decision):
            yield skip
        while isinstance(decision, Try):
            if decision.wait > 0:
                yield Waiting(decision.target, decision.wait, self._clock.wall() + decision.wait, decision.reason)
                await self._clock.sleep(decision.wait)
                if self._tried:
                    self._tried[-1] = replace(self._tried[-1], waited=decision.wait)
            provider = self._context.providers[decision.target.provider]
            attempt, failure = await self._prepare(provider, decision.target.model)
            stream: AttemptStream | None = None
            for notice in self._notices(provider, attempt.target.model):
                yield notice
            yield AttemptStarted(attempt)
            if failure is None:
                if provider.is_cold(attempt.target.model):
                    yield Loading(attempt.target)
                reply = Reply()
                stream = provider.attempt(attempt, self.request, alone=self._is_last_hope(attempt.target))
                try:
                    async with stream:
                        async for delta in stream:
                            if self._first_token_at is None:
                                self._first_token_at = self._clock.monotonic()
                            reply.add(delta)
                            yield delta
                except ProviderError as error:
                    failure = error
                self._keep(stream)
                if failure is None:
                    yield Completed(self._answer(reply, stream))
                    return
            else:
                self._keep_unsent(attempt, failure.info)
            decision = await self._after(failure, stream)
            for event in self._ending(attempt, failure, decision):
                yield event
        raise self._nobody(decision)

    async def _prepare(self, provider: Provider, model: str) -> tuple[Attempt, ProviderError | None]:
        """The attempt at `model`, or at the provider's own one; with the error where there is no model to be had."""
        number = len(self._tried) + 1
        try:
            return provider.new_attempt(await provider.prepare(model), number), None
        except ProviderError as error:
            return provider.new_attempt(model, number), error

    def _notices(self, provider: Provider, model: str) -> list[Notice]:
        """What a person should know of this attempt, once."""
        if self.request.temperature is None or not provider.drops_temperature(model):
            return []
        sentence = f"{model} takes no temperature, so none is sent."
        if sentence in self._context.said:
            return []
        self._context.said.add(sentence)
        return [Notice(sentence)]

    def _keep(self, stream: AttemptStream) -> None:
        """Remember how an attempt ended."""
        if stream.outcome is None:  # pragma: no cover - a stream that was left has its outcome
            raise RuntimeError("an attempt ended without an outcome")
        target = stream.attempt.target
        self._records.append(AttemptRecord(target, stream.outcome))
        if stream.outcome.kind is not OutcomeKind.OK:
            self._first_token_at = None
            self._tried.append(Tried(target, stream.state_before, stream.outcome, tool_call=stream.tool_called))

    def _keep_unsent(self, attempt: Attempt, error: ErrorInfo) -> None:
        """Record and remember an attempt that failed before there was anything to send."""
        state_before = self._context.monitor.begin(attempt)
        outcome = Outcome(OutcomeKind.FAILED, self._clock.monotonic() - attempt.started_at, error=error)
        self._context.monitor.record(attempt, outcome)
        self._records.append(AttemptRecord(attempt.target, outcome))
        self._tried.append(Tried(attempt.target, state_before, outcome))

    def _ending(self, attempt: Attempt, failure: ProviderError, decision: Try | GiveUp) -> list[TurnEvent]:
        """What is told of a failed attempt, with what follows it."""
        next_target = decision.target if isinstance(decision, Try) else None
        chars = self._tried[-1].outcome.chars
        if not chars:
            return [AttemptFailed(attempt, failure.info, next_target)]
        aborted = AttemptAborted(attempt, failure.info, chars, next_target)
        return [aborted] if next_target is None else [aborted, Restarted(next_target)]

    def _answer(self, reply: Reply, stream: AttemptStream) -> Answer:
        ttft = None if self._first_token_at is None else self._first_token_at - self._started_at
        return reply.answer(
            stream, requested=self._requested(), attempts=tuple(self._records), ttft=ttft, duration=self._elapsed()
        )

    def _decide(self) -> Try | GiveUp:
        context = self._context
        return context.fallback.decide(
            tried=self._tried,
            health=context.monitor.by_name(),
            targets=context.targets(self.request),
            now=self._clock.wall(),
            pinned=self.request.provider,
            fallback=self._may_fall_back,
        )

    async def _after(self, failure: ProviderError, stream: AttemptStream | None) -> Try | GiveUp:
        """What follows a failed attempt: the same target asked in another way, or what the policy says."""
        last = self._tried[-1]
        provider = self._context.providers[last.target.provider]
        named = last.target.model == self.request.model
        is_first = sum(tried.target.provider == provider.name for tried in self._tried) == 1
        if is_first and await provider.adapt(failure, stream, model_was_named=named):
            model = last.target.model if named else provider.model
            return Try(Target(provider.name, model), 0.0, "asked in another way", retry=True)
        decision = self._decide()
        if isinstance(decision, Try) and self._elapsed() > provider.deadlines.whole_chain:
            return GiveUp(f"No provider answered within {provider.deadlines.whole_chain:.3g} s.", last, None)
        return decision

    def _skips(self, decision: Try | GiveUp) -> list[Skipped]:
        """The events for those that were passed over; they are part of the record too."""
        events = []
        for placement in decision.skipped:
            error = self._context.monitor.health(placement.target.provider).last_error
            self._records.append(AttemptRecord(placement.target, Outcome(OutcomeKind.SKIPPED, 0.0, error=error)))
            events.append(Skipped(placement.target, placement.reason))
        return events

    def _is_last_hope(self, target: Target) -> bool:
        """Whether no other provider could take over from `target`."""
        if not self._may_fall_back:
            return True
        context = self._context
        order = context.fallback.order(context.monitor.by_name(), context.targets(self.request))
        tried = {attempt.target.provider for attempt in self._tried} | {target.provider}
        return not any(placement.eligible and placement.target.provider not in tried for placement in order)

    def _requested(self) -> Target:
        """Who was meant to answer: the provider that the request names, else the primary."""
        name = self.request.provider or self._context.fallback.primary
        return self._context.targets(self.request).get(name) or Target(name, self.request.model or "")

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


def _named(error: ErrorInfo, target: Target) -> ProviderError:
    return provider_error(error, provider=target.provider, model=target.model)
