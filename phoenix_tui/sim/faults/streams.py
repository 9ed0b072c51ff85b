"""Faults of the stream that carries an answer: late, cut, silent, garbled, wrongly labelled."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.actions import Action, Drip, Fin, Hang, Head, Reset, Send, Wait
from phoenix_tui.sim.faults.base import Fault, Scene, Step
from phoenix_tui.sim.model import Chunk, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongContentType(Fault):
    """A reply in order, but for its label. An empty `media_type` leaves the label away."""

    media_type: str = "text/plain"

    def head(self, head: Head) -> Head:
        others = {name: value for name, value in head.headers.items() if name != "content-type"}
        return replace(head, headers={**others, **({"content-type": self.media_type} if self.media_type else {})})


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleJson(Fault):
    """One JSON value although a stream was asked for."""

    @property
    def forces_single(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Gzip(Fault):
    """A compressed body, flushed after every event."""

    def head(self, head: Head) -> Head:
        return replace(head.having(content_encoding="gzip"), length=None)

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        packer = zlib.compressobj(wbits=31)
        for step in steps:
            if isinstance(step, Chunk):
                yield replace(step, data=packer.compress(step.data) + packer.flush(zlib.Z_SYNC_FLUSH))
            else:
                yield step
        yield Send(packer.flush())


class Death(StrEnum):
    """How a stream ends too early."""

    FIN = "fin"
    """The connection is closed in the middle of the chunked body."""
    RST = "rst"
    """The connection is reset."""
    CLEAN = "clean"
    """HTTP is in order, but what the wire format needs at its end is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowFirstToken(Fault):
    """Headers and opening events at once, the first token after `seconds`; until then a heartbeat each `heartbeat`
    seconds, none where it is None."""

    seconds: float = 20.0
    heartbeat: float | None = None

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        waited = False
        for step in steps:
            if not waited and isinstance(step, Chunk) and step.kind is not Kind.OPENING:
                waited = True
                yield from self._waiting(scene)
            yield step

    def _waiting(self, scene: Scene) -> Iterator[Step]:
        left = self.seconds
        if self.heartbeat and scene.format and scene.envelope:
            while left > self.heartbeat:
                yield Wait(self.heartbeat)
                yield Send(scene.format.heartbeat(scene.envelope))
                left -= self.heartbeat
        yield Wait(left)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowTokens(Fault):
    """An extra wait of `seconds` before every token."""

    seconds: float = 0.2

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        for step in steps:
            if isinstance(step, Chunk) and step.kind is Kind.TOKEN:
                yield Wait(self.seconds)
            yield step


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatsOnly(Fault):
    """Pings, comments or empty deltas, `seconds` apart, and never a token: `count` of them (None: without end), then
    the connection is closed."""

    seconds: float = 1.0
    count: int | None = None

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del steps
        if scene.format and scene.envelope:
            for _ in itertools.count() if self.count is None else range(self.count):
                yield Send(scene.format.heartbeat(scene.envelope))
                yield Wait(self.seconds)
        yield Fin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Fault):
    """The stream dies after `after` tokens, without anything that would end it."""

    after: int = 40
    how: Death = Death.FIN

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        yield from _until(steps, self.after)
        if self.how is not Death.CLEAN:
            yield Reset() if self.how is Death.RST else Fin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Fault):
    """The stream goes silent after `after` tokens; after `seconds` (None: never) the connection is closed."""

    after: int = 20
    seconds: float | None = None

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        yield from _until(steps, self.after)
        yield _silence(self.seconds)
        yield Fin()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidEvent(Fault):
    """Before the token number `at`, counted from 1, comes an event that is no JSON."""

    at: int = 10

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        return _before_token(steps, self.at, '{"broken": ', scene)


@dataclass(frozen=True, slots=True, kw_only=True)
class BigEvent(Fault):
    """Before the token number `at`, counted from 1, comes one event of `size` bytes."""

    size: int = 10 * 2**20
    at: int = 2

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        return _before_token(steps, self.at, '{"padding":"' + "x" * self.size + '"}', scene)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDone(Fault):
    """A whole answer without the `[DONE]` that may follow it; `stays_open` also leaves the connection open."""

    stays_open: bool = False

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        yield from (step for step in steps if not (isinstance(step, Chunk) and step.kind is Kind.DONE))
        if self.stays_open:
            yield Hang()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFinish(Fault):
    """All the text, but neither finish reason nor terminal event; HTTP is in order."""

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        endings = (Kind.FINISH, Kind.USAGE, Kind.DONE)
        return (step for step in steps if not (isinstance(step, Chunk) and step.kind in endings))


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInStream(Fault):
    """After `after` tokens an error in the provider's own words, within the stream; then it ends."""

    error: ErrorClass = ErrorClass.OVERLOADED
    after: int = 20

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        yield from _until(steps, self.after)
        if scene.format and scene.envelope:
            failure, _ = scene.fail(self.error, None, None)
            yield Send(scene.format.failure(failure, scene.envelope))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteByByte(Fault):
    """Everything after the headers comes one byte at a time, `seconds` apart."""

    seconds: float = 0.0

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        yield Drip(self.seconds)
        yield from steps


def _silence(seconds: float | None) -> Action:
    return Hang() if seconds is None else Wait(seconds)


def _until(steps: Iterator[Step], tokens: int) -> Iterator[Step]:
    """What comes before the token after the first `tokens`; of a body that is not streamed, the first half."""
    seen = 0
    for step in steps:
        if isinstance(step, Chunk):
            if step.kind is Kind.WHOLE:
                yield replace(step, data=step.data[: len(step.data) // 2])
                return
            seen += step.kind is Kind.TOKEN
            if seen > tokens or step.kind in (Kind.FINISH, Kind.USAGE, Kind.DONE):
                return
        yield step


def _before_token(steps: Iterator[Step], number: int, event: str, scene: Scene) -> Iterator[Step]:
    seen = 0
    for step in steps:
        if isinstance(step, Chunk) and step.kind is Kind.TOKEN:
            seen += 1
            if seen == number and scene.format and scene.envelope:
                yield Send(scene.format.event(event, scene.envelope))
        yield step
