"""The vocabulary between what is answered and how it is put on the wire."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Any, Literal, Protocol

from phoenix_tui.core.values import dataclass
from phoenix_tui.sim.dice import seeded

FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants to have called; `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says, token by token, before any wire format has touched it."""

    text: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    refusal: tuple[str, ...] = ()
    tool: ToolCall | None = None
    finish: FinishReason = "stop"
    input_tokens: int = 1
    cached_tokens: int = 0

    @property
    def visible_tokens(self) -> int:
        """Tokens of everything but reasoning."""
        called = len(self.tool.arguments) // 4 + 8 if self.tool else 0
        return len(self.text) + len(self.refusal) + called

    @property
    def reasoning_tokens(self) -> int:
        """Tokens of the reasoning."""
        return len(self.reasoning)

    @property
    def output_tokens(self) -> int:
        """All tokens that the model made."""
        return self.visible_tokens + self.reasoning_tokens


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the request: who said what."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """What a client asked for, read from any of the wire formats. `body` is the request as it came."""

    model: str
    turns: tuple[Turn, ...]
    stream: bool
    max_tokens: int | None = None
    sampling: tuple[str, ...] = ()
    """Names of the sampling parameters that were sent."""
    shows_reasoning: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """The last thing the person said."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")


class Timing(Protocol):
    """What the formats that report durations need to know. Seconds."""

    def wall(self) -> float: ...

    def elapsed(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds an answer: who gives it, when, under which model name, for which call.

    `random` makes ids; `price` is USD for an input token, a cached and an output one; `load_seconds` is how long a
    local server loaded the model first.
    """

    provider: str
    model: str
    call: Call
    timing: Timing
    seed: str
    random: random.Random
    price: tuple[float, float, float] = (0.0, 0.0, 0.0)
    load_seconds: float = 0.0
    alt: str = ""
    """Gemini's query parameter of that name."""

    def again(self) -> Envelope:
        """The same, with its dice back at the start: what is made from it is the same every time."""
        return replace(self, random=seeded(self.seed))

    def cost(self, answer: Answer) -> float:
        """USD for `answer`."""
        fresh, cached, out = self.price
        in_cost = (answer.input_tokens - answer.cached_tokens) * fresh + answer.cached_tokens * cached
        return round(in_cost + answer.output_tokens * out, 10)

    def hex(self, length: int) -> str:
        """A random hexadecimal id."""
        return "".join(self.random.choices("0123456789abcdef", k=length))

    def word(self, length: int) -> str:
        """A random id of letters and digits."""
        return "".join(self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789", k=length))

    def uuid(self) -> str:
        """A random UUID."""
        text = self.hex(32)
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Kind(StrEnum):
    """What a piece of a body means to the answer, so that a fault can find its place."""

    OPENING = "opening"
    """Before the first token: role, skeleton, comment, ping."""
    TOKEN = "token"  # noqa: S105 - a kind of event, no password
    """One token of text, reasoning, refusal or a tool call."""
    FINISH = "finish"
    """Needed for the answer to be whole: the finish reason or the terminal event."""
    USAGE = "usage"
    """Numbers after the finish."""
    DONE = "done"
    """A `[DONE]` after everything."""
    WHOLE = "whole"
    """A complete body that is not streamed."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One event of a stream, framed, or one whole body."""

    data: bytes
    kind: Kind


@dataclass(frozen=True, slots=True)
class Failure:
    """One error as a provider words it. `kind` and `code` are its typed fields (whatever they are called there)."""

    status: int
    message: str
    kind: str = ""
    code: str | int | None = None
    param: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Format(Protocol):
    """One wire format in the dialect of one provider."""

    def read(self, body: Mapping[str, Any], path_model: str, *, stream: bool) -> Call:
        """The call in a request body. `path_model` and `stream` are what the URL says, where it says so."""
        ...

    def media_type(self, envelope: Envelope) -> str:
        """Content type of a stream."""
        ...

    def stream(self, answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
        """`answer` as a stream."""
        ...

    def whole(self, answer: Answer, envelope: Envelope) -> Any:
        """`answer` as one JSON value."""
        ...

    def failure(self, failure: Failure, envelope: Envelope) -> bytes:
        """An error in the middle of a stream."""
        ...

    def event(self, text: str, envelope: Envelope) -> bytes:
        """`text` framed as one event, whether or not it is valid JSON."""
        ...

    def heartbeat(self, envelope: Envelope) -> bytes:
        """An event without any token, of the kind that this provider sends while it has nothing to say."""
        ...
