"""What the faulty provider does on a connection: bytes exactly as they are sent, and what comes between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from phoenix_tui.sim.actions import Fin, Hang, Reset, Wait
from phoenix_tui.sim.connection import Answerer, Connection, Exchange, Gone
from phoenix_tui.sim.http import Request
from tests.matrix.phases import Mode, Phase
from tests.matrix.speakers import Script, Speaker


@dataclass(frozen=True, slots=True)
class Slowly:
    """These bytes one at a time, `seconds` apart."""

    data: bytes
    seconds: float


class Machine(Protocol):
    """The clock of the machine that asks."""

    skew: float

    def suspend(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Do:
    """Something happens to the machine that asks."""

    action: Callable[[Machine], None]


Step = bytes | Wait | Hang | Reset | Fin | Slowly | Do

LAST_CHUNK = b"0\r\n\r\n"


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and headers."""
    phrase = HTTPStatus(status).phrase if status != 529 else "Overloaded"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def whole_reply(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> list[Step]:
    """A complete reply of a known length."""
    length = {"content-length": str(len(body))} if status not in (204, 304) else {}
    return [head(status, {**(headers or {}), **length}) + body]


@dataclass(frozen=True)
class Stage:
    """Where a fault strikes: who answers, how, and how far a good reply had come. `now` is the server's wall time, in
    seconds since the epoch."""

    speaker: Speaker
    phase: Phase
    mode: Mode
    now: float = 0.0

    @property
    def script(self) -> Script:
        return self.speaker.streamed if self.mode is Mode.STREAM else self.speaker.single

    @property
    def media_type(self) -> str:
        return self.speaker.media_type if self.mode is Mode.STREAM else "application/json"

    @property
    def before(self) -> tuple[bytes, ...]:
        """The pieces of the body that were sent before the fault."""
        script = self.script
        match self.phase:
            case Phase.BEFORE_HEADERS | Phase.AFTER_HEADERS:
                return ()
            case Phase.BEFORE_FIRST_TOKEN:
                return script.opening
            case Phase.AFTER_TOKENS:
                return (*script.opening, *script.shown)
            case Phase.AFTER_FINISH:
                return (*script.opening, *script.shown, *script.rest)

    @property
    def after(self) -> tuple[bytes, ...]:
        """The pieces that would have followed."""
        return self.script.whole[len(self.before) :]

    def head(self, **headers: str) -> bytes:
        """The head of a good reply with a chunked body; more headers with underscores for dashes."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return head(200, {"content-type": self.media_type, "transfer-encoding": "chunked", **more})

    def sent(self) -> list[Step]:
        """All that was in order."""
        if self.phase is Phase.BEFORE_HEADERS:
            return []
        return [self.head(), *map(chunk, self.before)]

    def then(self, pieces: Iterable[bytes]) -> list[Step]:
        """What was in order, then `pieces` of the body, and its end as HTTP wants it."""
        return [*self.sent(), *map(chunk, pieces), LAST_CHUNK]

    def good(self) -> list[Step]:
        """The reply without any fault."""
        return [self.head(), *map(chunk, self.script.whole), LAST_CHUNK]


@dataclass(frozen=True)
class Heard:
    """One request for an answer. `at` is the loop's time, in seconds."""

    at: float
    request: Request


@dataclass
class Server:
    """The faulty provider: `play` gives the reply to each of its requests for an answer, counted from 0; anything else
    (lists of models) is answered by the simulated provider behind it."""

    play: Callable[[int], Sequence[Step]]
    machine: Machine
    heard: list[Heard] = field(default_factory=list)

    def before(self, behind: Answerer) -> Answerer:
        """Answers in place of `behind`."""

        async def answer(request: Request, exchange: Exchange) -> bool:
            if request.method != "POST":
                return await behind(request, exchange)
            connection = exchange._connection
            self.heard.append(Heard(asyncio.get_running_loop().time(), request))
            for step in self.play(len(self.heard) - 1):
                await self._take(step, connection)
            return True

        return answer

    async def _take(self, step: Step, connection: Connection) -> None:
        match step:
            case bytes():
                await connection.write(step)
                await connection.clock.sleep(0)
            case Slowly(data, seconds):
                for at in range(len(data)):
                    await connection.write(data[at : at + 1])
                    await connection.clock.sleep(seconds)
            case Wait(seconds):
                await connection.clock.sleep(seconds)
            case Hang():
                while True:  # until the client leaves, which cancels this
                    await connection.clock.sleep(3600)
            case Do(action):
                action(self.machine)
            case Reset():
                connection.reset()
                raise Gone
            case Fin():
                raise Gone
