"""One attempt: one POST to one target, its frames, its deltas, and the one record of how it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Protocol, Self

from phoenix_tui.core.adapters.base import Adapter, Decoder, Dialect, Ending, WireFormat
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.errors import (
    ErrorClass,
    ErrorInfo,
    FramingError,
    Phase,
    ProviderError,
    WebPage,
    WireError,
    provider_error,
)
from phoenix_tui.core.events import Delta, ReasoningDelta, ToolCall
from phoenix_tui.core.framing import BodyFramer, Frame
from phoenix_tui.core.headroom import headroom
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.transport import HttpRequest, HttpResponse, Transport
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, RateLimit, Usage
from phoenix_tui.core.values import dataclass, replace
from phoenix_tui.core.watchdog import DeadlinePassed, Watchdog

MAX_ANSWER_CHARACTERS = 64 * 2**20
"""An answer longer than this is not kept: it ends the attempt."""

_ERROR_BODY_BYTES = 256 * 1024
_ERROR_BODY_SECONDS = 5.0
_DRAIN_SECONDS = 0.05
_LEASE_FACTOR = 2.0
"""An attempt may hold the permit of a provider in probation for so many times the wait for its first token."""


class Recorder(Protocol):
    """Who keeps health: told once when an attempt begins and once how it ended."""

    def begin(self, attempt: Attempt, *, lease: float) -> HealthState: ...

    def record(self, attempt: Attempt, outcome: Outcome) -> object: ...


@dataclass(frozen=True, slots=True)
class AttemptDeadlines:
    """The deadlines of one attempt, in seconds: until the first token, between deltas of text, between deltas of
    reasoning, and for what may follow the terminal marker."""

    first_token: float
    stall: float
    reasoning_stall: float
    trailing: float


class AttemptStream:
    """The deltas of one attempt, as an async context manager and iterator.

    Nothing is sent before the first delta is asked for. Iterating raises ProviderError when the attempt fails. Leaving
    the block, however, closes the connection then and there; an attempt that had not ended is recorded as cancelled.
    Afterwards `outcome` says how it ended, `ending` what the answer's end told, `state_before` how the provider was.
    """

    def __init__(
        self,
        attempt: Attempt,
        request: HttpRequest,
        *,
        transport: Transport,
        adapter: Adapter,
        dialect: Dialect,
        deadlines: AttemptDeadlines,
        clock: Clock,
        recorder: Recorder,
        redacted: Callable[[ErrorInfo], ErrorInfo] = lambda info: info,
    ) -> None:
        self.attempt = attempt
        self.ending: Ending | None = None
        self.outcome: Outcome | None = None
        self.tool_called = False
        self.state_before = HealthState.UNKNOWN
        self._request = request
        self._transport = transport
        self._adapter = adapter
        self._decoder: Decoder = adapter.decoder(dialect)
        self._deadlines = deadlines
        self._clock = clock
        self._recorder = recorder
        self._redacted = redacted
        self._exits = AsyncExitStack()
        self._watchdog = Watchdog()
        self._body: tuple[AsyncIterator[bytes], BodyFramer] | None = None
        self._pending: deque[Delta] = deque()
        self._failure: ProviderError | None = None
        self._phase = Phase.HEADERS
        self._time = asyncio.get_running_loop().time
        self._deadline = 0.0
        self._patience = deadlines.first_token
        """Seconds that it may be silent once it was heard."""
        self._was_heard = False
        """Whether something has come since it was last waited for."""
        self._headroom: tuple[RateLimit, ...] = ()
        self._ttft: float | None = None
        self._chars = 0
        self._answer_chars = 0

    async def __aenter__(self) -> Self:
        self.state_before = self._recorder.begin(self.attempt, lease=_LEASE_FACTOR * self._deadlines.first_token)
        self._deadline = self._time() + self._deadlines.first_token
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave("stopped before it ended", code="stopped")
        try:
            if kind is None and self.ending is not None:
                await self._drain()
        finally:
            self._watchdog.close()
            await self._exits.aclose()

    async def aclose(self) -> None:
        """Leave the block early."""
        await self.__aexit__(None, None, None)

    @property
    def wire_format(self) -> WireFormat:
        """The format in which it asks."""
        return self._adapter.wire_format

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Delta:
        if not self._pending:
            await self._fill()
            if not self._pending:
                raise self._failure or StopAsyncIteration
        return self._pending.popleft()

    async def speaks(self) -> bool:
        """Wait for its first delta, which is then read as usual. False when it ended without one."""
        await self._fill()
        return bool(self._pending)

    def leave(self, message: str, code: str) -> None:
        """It is no longer wanted, through no fault of its own; the block is to be left now."""
        if self.outcome is None:
            self._finish(ErrorInfo(ErrorClass.CANCELLED, message, code=code, phase=self._phase))

    async def _fill(self) -> None:
        """Go on until there is a delta, or the end: in one go, since this runs for every piece of every answer."""
        if self._pending or self._failure is not None or self.outcome is not None:
            return
        try:
            chunks, framer = self._body or await self._open()
            decoder, watchdog = self._decoder, self._watchdog
            while not self._pending:
                if self._was_heard:
                    # From here on its silence is its own; what the reader took for what it had was not.
                    self._was_heard = False
                    self._deadline = self._time() + self._patience
                try:
                    with watchdog.until(self._deadline):
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    self._take(framer.end())
                    self._succeed()
                    return
                except WireError as error:
                    self._end_by(error.info, error)
                    return
                self._take(framer.feed(chunk))
                if decoder.closed:
                    self._succeed()
                    return
        except WireError as error:
            self._fail(error.info, error)
        except FramingError as error:
            # What is no stream may still be an answer, and its beginning is in these words.
            quotes = not isinstance(error, WebPage)
            self._end_by(ErrorInfo(ErrorClass.PROTOCOL, str(error), code=error.code, quotes=quotes), error)
        except DeadlinePassed as error:
            self._end_by(self._late(), error)

    async def _open(self) -> tuple[AsyncIterator[bytes], BodyFramer]:
        """Send the request, and wait for the head of its response. Its body is what is read from now on."""
        response = await self._watchdog.wait(
            self._exits.enter_async_context(self._transport.send(self._request)), self._deadline
        )
        self._headroom = headroom(response.headers, now=self._clock.wall())
        if not 200 <= response.status < 300:
            raise WireError(await self._status_error(response))
        self._phase = Phase.FIRST_TOKEN
        ndjson = self._adapter.wire_format is WireFormat.OLLAMA_CHAT
        framer = BodyFramer(response.headers.get("content-type"), "ndjson" if ndjson else "sse")
        self._body = response.chunks(), framer
        return self._body

    def _take(self, frames: list[Frame]) -> None:
        decoder = self._decoder
        was_finished = decoder.finished
        feed, note, append = decoder.feed, self._note, self._pending.append
        for frame in frames:
            for delta in feed(frame):
                note(delta)
                append(delta)
        if decoder.finished and not was_finished:
            self._phase = Phase.FINISHED
            self._was_heard = True
            self._patience = self._deadlines.trailing

    def _note(self, delta: Delta) -> None:
        """Count what a person has been shown, and say how long the next one may take."""
        self._was_heard = True
        if isinstance(delta, ToolCall):
            self.tool_called = True
            self._patience = self._deadlines.stall
        else:
            length = len(delta.text)
            self._answer_chars += length
            if isinstance(delta, ReasoningDelta):
                self._patience = self._deadlines.reasoning_stall
            else:
                self._chars += length
                self._patience = self._deadlines.stall
        if self._answer_chars > MAX_ANSWER_CHARACTERS:
            raise WireError(ErrorInfo(ErrorClass.PROTOCOL, "the answer is longer than this program keeps"))
        if self._ttft is None:
            self._ttft = self._elapsed()
            self._phase = Phase.STREAMING

    def _late(self) -> ErrorInfo:
        if self._ttft is None:
            message = f"no first token within {self._deadlines.first_token:.3g} s"
            return ErrorInfo(ErrorClass.TIMEOUT, message, code="first_token_timeout")
        return ErrorInfo(ErrorClass.TIMEOUT, f"the answer stood still for {self._patience:.3g} s", code="stalled")

    async def _status_error(self, response: HttpResponse) -> ErrorInfo:
        """The error of a response that is none of 2xx; what does not arrive of its body in time is left out."""
        body = bytearray()
        deadline = self._time() + _ERROR_BODY_SECONDS
        chunks = response.chunks()
        with suppress(WireError, DeadlinePassed, StopAsyncIteration):
            while len(body) < _ERROR_BODY_BYTES:
                body += await self._watchdog.wait(anext(chunks), deadline)
        text = bytes(body[:_ERROR_BODY_BYTES]).decode("utf-8", "replace")
        return self._adapter.error(response.status, response.headers, text, now=self._clock.wall())

    async def _drain(self) -> None:
        """Read the last bytes of a body whose answer is whole, so that its connection can be used again."""
        if self._body is None:
            return
        chunks, _ = self._body
        deadline = self._time() + _DRAIN_SECONDS
        with suppress(WireError, DeadlinePassed):
            while True:
                try:
                    await self._watchdog.wait(anext(chunks), deadline)
                except StopAsyncIteration:
                    return

    def _elapsed(self) -> float:
        return self._clock.monotonic() - self.attempt.started_at

    def _succeed(self) -> None:
        self.ending = self._decoder.end()
        self._phase = Phase.FINISHED
        self._finish(None)

    def _end_by(self, info: ErrorInfo, cause: Exception) -> None:
        """End by something that does not matter once the answer is whole: the connection, its framing, a deadline."""
        if self._decoder.finished:
            self._succeed()
        else:
            self._fail(info, cause)

    def _fail(self, info: ErrorInfo, cause: Exception) -> None:
        """End with an error; it is raised once the deltas before it have been read."""
        info = self._redacted(replace(info, phase=info.phase or self._phase))
        self._finish(info)
        target = self.attempt.target
        self._failure = provider_error(info, provider=target.provider, model=target.model)
        self._failure.__cause__ = cause

    def _finish(self, error: ErrorInfo | None) -> None:
        failure = OutcomeKind.ABORTED if self._chars else OutcomeKind.FAILED
        ending = self.ending
        self.outcome = Outcome(
            failure if error else OutcomeKind.OK,
            duration=self._elapsed(),
            error=error,
            ttft=self._ttft,
            chars=self._chars,
            usage=ending.usage if ending else Usage(),
            finish_reason=ending.finish_reason if ending else None,
            bad_events=self._decoder.bad_events,
            headroom=self._headroom,
        )
        self._recorder.record(self.attempt, self.outcome)
