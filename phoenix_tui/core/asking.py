"""One step of a turn: one target is asked, perhaps with a second one beside it, and what comes is passed on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing

from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.continuation import continuation
from phoenix_tui.core.errors import ErrorInfo, ProviderError
from phoenix_tui.core.events import AttemptFailed, AttemptStarted, Hedged, Loading, Notice, TurnEvent
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.race import Race, head_start
from phoenix_tui.core.reply import Reply
from phoenix_tui.core.types import Attempt, ChatRequest

RivalMaker = Callable[[AttemptStream], AttemptStream | None]
"""From an attempt that is late to one that may be started beside it, None when there is none."""


class Asking:
    """Asks `provider` for an answer to `request`, as the turn's attempt `number`.

    `cut` is a reply that was cut after some of it was shown, to be gone on with; None asks for the whole answer.
    `alone`: no other provider could take over. `fresh`: a kept connection may be dead, so none is used.

    Afterwards `ended` has the attempts that were sent, the last of them read to its end; with no `failure`, `reply` is
    whole, unless it `is_no_continuation`. `unsent` is the attempt that failed before there was anything to send.
    """

    def __init__(
        self,
        provider: Provider,
        model: str,
        request: ChatRequest,
        *,
        number: int,
        cut: Reply | None,
        alone: bool,
        fresh: bool,
        clock: Clock,
        said: set[str],
    ) -> None:
        self.reply = Reply()
        self.failure: ProviderError | None = None
        self.ended: list[AttemptStream] = []
        self.unsent: Attempt | None = None
        self.first_token_at: float | None = None
        self._provider = provider
        self._model = model
        self._request = request
        self._number = number
        self._cut = cut
        self._alone = alone
        self._fresh = fresh
        self._clock = clock
        self._said = said

    @property
    def stream(self) -> AttemptStream | None:
        """The attempt that was read to its end, None when nothing was sent."""
        return self.ended[-1] if self.ended else None

    @property
    def attempt(self) -> Attempt:
        """The attempt that the end of this step is about. Raises RuntimeError before there is one."""
        attempt = self.ended[-1].attempt if self.ended else self.unsent
        if attempt is None:  # pragma: no cover - asked for after the step only
            raise RuntimeError("nobody has been asked yet")
        return attempt

    async def events(self, rival: RivalMaker | None) -> AsyncGenerator[TurnEvent, None]:
        """Ask, and tell what happens. `rival` makes a second attempt beside one that is late. Close it to stop."""
        provider = self._provider
        try:
            model = await provider.prepare(self._model, local_only=self._request.local_only)
        except ProviderError as error:
            self.failure = error
            self.unsent = provider.new_attempt(self._model, self._number)
            yield AttemptStarted(self.unsent)
            return
        attempt = provider.new_attempt(model, self._number)
        for notice in self._notices(model):
            yield notice
        yield AttemptStarted(attempt)
        if provider.is_cold(model):
            yield Loading(attempt.target)
        stream = provider.attempt(attempt, self._asked(model), alone=self._alone, fresh=self._fresh)
        async with AsyncExitStack() as exits:
            await exits.enter_async_context(stream)
            wait = head_start(stream.state_before, provider.known(model)) if rival else None
            if rival is not None and wait is not None:
                race = Race(stream, rival, head_start=wait, clock=self._clock, exits=exits)
                async with aclosing(race.run()) as rivals:
                    async for other in rivals:
                        yield Hedged(other.attempt)
                for event in await self._settled(race):
                    yield event
                stream = race.winner
            reply, target = self.reply, stream.attempt.target
            try:
                async for delta in stream:
                    if self.first_token_at is None:
                        self.first_token_at = self._clock.monotonic()
                    for event in reply.take(delta, target):
                        yield event
                    if reply.is_lost:
                        stream.leave("what came was no continuation of the cut answer", code="no_continuation")
                        break
            except ProviderError as error:
                self.failure = error
        self.ended.append(stream)
        if self.failure is None:
            self._provider.answered(stream.attempt.target.model)

    def _asked(self, model: str) -> ChatRequest:
        """The request as it is sent: for the whole answer, or for the rest of a cut one."""
        if self._cut is None:
            return self._request
        prefill = self._provider.prefills(model)
        self.reply = self._cut.going_on(prefill=prefill)
        return continuation(self._request, self._cut.so_far, prefill=prefill)

    async def _settled(self, race: Race) -> list[TurnEvent]:
        """What is told of a race that had a second: who lost is stopped, which is no fault of its own."""
        loser = race.loser
        if loser is None:
            return []
        loser.leave("another provider spoke first", code="outrun")
        await loser.aclose()
        self.ended.append(loser)
        if loser.attempt.number > race.winner.attempt.number:
            return []
        return [
            AttemptFailed(loser.attempt, _error_of(loser), race.winner.attempt.target),
            AttemptStarted(race.winner.attempt),
        ]

    def _notices(self, model: str) -> list[Notice]:
        """What a person should know of this attempt, once."""
        if self._request.temperature is None or not self._provider.drops_temperature(model):
            return []
        sentence = f"{model} takes no temperature, so none is sent."
        if sentence in self._said:
            return []
        self._said.add(sentence)
        return [Notice(sentence)]


def _error_of(stream: AttemptStream) -> ErrorInfo:
    if stream.outcome is None or stream.outcome.error is None:  # pragma: no cover - a stream that lost has both
        raise RuntimeError("an attempt that lost has no error")
    return stream.outcome.error
