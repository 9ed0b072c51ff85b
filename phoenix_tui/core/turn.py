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
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.reply import Reply
from phoenix_tui.core.types import Attempt, AttemptRecord, ChatRequest, Outcome, OutcomeKind, Target


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
        for event in self._skips(decision):
            yield event
        while True:
            if isinstance(decision, GiveUp):
                raise self._nobody(decision)
            target = decision.target
            if decision.wait > 0:
                until = self._clock.wall() + decision.wait
                yield Waiting(target, decision.wait, until, decision.reason)
                await self._clock.sleep(decision.wait)
                self._tried[-1] = replace(self._tried[-1], waited=decision.wait)

            provider = self._context.providers[target.provider]
            number = len(self._tried) + 1
            try:
                target = Target(target.provider, await provider.prepare(target.model))
            except ProviderError as error:
                attempt = provider.new_attempt(target.model, number)
                yield AttemptStarted(attempt)
                self._record_unsent(attempt, error.info)
                decision = self._decide()
                yield AttemptFailed(attempt, error.info, decision.target if isinstance(decision, Try) else None)
                continue

            if self.request.temperature is not None and provider.drops_temperature(target.model):
                notice = f"{target.model} takes no temperature, so none is sent."
                if notice not in self._context.said:
                    self._context.said.add(notice)
                    yield Notice(notice)

            attempt = provider.new_attempt(target.model, number)
            yield AttemptStarted(attempt)
            if provider.is_cold(target.model):
                yield Loading(target)
            reply = Reply()
            failure: ProviderError | None = None
            stream = provider.attempt(attempt, self.request, alone=self._is_last_hope(target))
            try:
                async with stream:
                    async for delta in stream:
                        if self._first_token_at is None:
                            self._first_token_at = self._clock.monotonic()
                        reply.add(delta)
                        yield delta
            except ProviderError as error:
                failure = error
            if stream.outcome is None:  # pragma: no cover - a stream that was left has its outcome
                raise RuntimeError("an attempt ended without an outcome")
            self._records.append(AttemptRecord(target, stream.outcome))
            if failure is None:
                yield Completed(
                    reply.answer(
                        stream,
                        requested=self._requested(),
                        attempts=tuple(self._records),
                        ttft=self._ttft(),
                        duration=self._elapsed(),
                    )
                )
                return
            self._first_token_at = None
            self._tried.append(Tried(target, stream.state_before, stream.outcome, tool_call=stream.tool_called))
            decision = await self._after(failure, stream)
            next_target = decision.target if isinstance(decision, Try) else None
            if stream.outcome.chars:
                yield AttemptAborted(attempt, failure.info, stream.outcome.chars, next_target)
                if next_target is not None:
                    yield Restarted(next_target)
            else:
                yield AttemptFailed(attempt, failure.info, next_target)

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

    async def _after(self, failure: ProviderError, stream: AttemptStream) -> Try | GiveUp:
        """What follows a failed attempt: the same target asked in another way, or what the policy says."""
        target = stream.attempt.target
        provider = self._context.providers[target.provider]
        named = target.model == self.request.model
        asked_once = sum(tried.target.provider == target.provider for tried in self._tried) == 1
        if asked_once and not stream.tool_called and await provider.adapt(failure, model_was_named=named):
            model = target.model if named else ""
            return Try(Target(target.provider, model or provider.model), 0.0, "asked in another way", retry=True)
        decision = self._decide()
        if isinstance(decision, Try) and self._elapsed() > provider.deadlines.whole_chain:
            seconds = f"{provider.deadlines.whole_chain:.3g}"
            return GiveUp(f"No provider answered within {seconds} s.", self._tried[-1], None)
        return decision

    def _skips(self, decision: Try | GiveUp) -> list[Skipped]:
        """The events for those that were passed over; they are part of the record too."""
        events = []
        for placement in decision.skipped:
            error = self._context.monitor.health(placement.target.provider).last_error
            self._records.append(AttemptRecord(placement.target, Outcome(OutcomeKind.SKIPPED, 0.0, error=error)))
            events.append(Skipped(placement.target, placement.reason))
        return events

    def _record_unsent(self, attempt: Attempt, error: ErrorInfo) -> None:
        """Record an attempt that failed before there was anything to send."""
        state_before = self._context.monitor.begin(attempt)
        outcome = Outcome(OutcomeKind.FAILED, self._clock.monotonic() - attempt.started_at, error=error)
        self._context.monitor.record(attempt, outcome)
        self._records.append(AttemptRecord(attempt.target, outcome))
        self._tried.append(Tried(attempt.target, state_before, outcome))

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

    def _ttft(self) -> float | None:
        return None if self._first_token_at is None else self._first_token_at - self._started_at

    def _nobody(self, decision: GiveUp) -> NoProviderAnswered:
        cause: ProviderError | None = None
        if decision.cause is not None and decision.cause.outcome.error is not None:
            target = decision.cause.target
            cause = provider_error(decision.cause.outcome.error, provider=target.provider, model=target.model)
        return NoProviderAnswered(
            decision.reason, cause=cause, attempts=tuple(self._records), next_retry_at=decision.next_retry_at
        )
