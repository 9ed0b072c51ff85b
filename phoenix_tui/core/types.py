"""The values that everything else speaks in. All frozen, all without behaviour beyond their own fields."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Literal

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.values import dataclass

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, as it is sent to a model."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked, before anybody has been chosen to answer it.

    `provider` asks one provider first; `model` holds for that provider (without one: for the primary) and for no
    fallback target. `max_tokens` caps the output, reasoning included. `fallback` False allows that one target only.
    `local_only` keeps it on this machine, whatever fails. `known_to` names providers that hold this conversation
    already, so that nobody need be asked before it is sent to them again.
    """

    messages: tuple[Message, ...]
    provider: str | None = None
    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    fallback: bool = True
    local_only: bool = False
    known_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked: a provider and one of its models. An empty `model` means that none is known yet."""

    provider: str
    model: str = ""


class Strategy(StrEnum):
    """What makes the order of fallback out of the person's own. Who cannot be asked is passed over in every one.

    `strict` never reorders; `balanced` lets unreliable providers stand back; `latency` does that and lets one that is
    clearly faster than its neighbour pass it; `cost` does it and puts cheaper models first.
    """

    STRICT = "strict"
    BALANCED = "balanced"
    LATENCY = "latency"
    COST = "cost"


class FallbackMode(StrEnum):
    """What may happen when the first target fails: `auto` goes on, `ask` asks the person first, `never` stops."""

    AUTO = "auto"
    ASK = "ask"
    NEVER = "never"


class FinishReason(StrEnum):
    """Why an answer ended, normalised over the wire formats; unknown reasons are `other`."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and cost of one answer; None where the provider sent no number.

    `input_tokens` is the total including cached ones, `output_tokens` includes reasoning, whatever the wire says.
    `cost_usd` is only ever the provider's own figure.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One row of a provider's model list.

    `context_window` and `max_output_tokens` are in tokens. `loaded` is None for hosted models; for a local server it
    says whether the model is in memory, and `remote` whether it only passes the model on to somebody else. `usable` is
    False for rows that cannot chat (embeddings).
    """

    id: str
    name: str = ""
    context_window: int | None = None
    max_output_tokens: int | None = None
    loaded: bool | None = None
    usable: bool = True
    remote: bool = False


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One of a provider's own limits as the headers of an answer told it. `kind` is what is limited ("requests",
    "tokens", "input-tokens", "output-tokens", ...); `resets_at` is wall time, in seconds since the epoch."""

    kind: str
    limit: int | None = None
    remaining: int | None = None
    resets_at: float | None = None


class OutcomeKind(StrEnum):
    """How an attempt ended. `aborted`: after some of its text had been shown. `skipped`: never sent."""

    OK = "ok"
    FAILED = "failed"
    ABORTED = "aborted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. Times in seconds; `ttft` is the time to the first semantic token (text or reasoning)."""

    kind: OutcomeKind
    duration: float
    error: ErrorInfo | None = None
    ttft: float | None = None
    chars: int = 0
    usage: Usage = field(default_factory=Usage)
    finish_reason: FinishReason | None = None
    bad_events: int = 0
    headroom: tuple[RateLimit, ...] = ()
    """The limits that the answer's headers told."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST to one target. `number` counts from 1 within its turn; `started_at` is monotonic, in seconds."""

    id: str
    target: Target
    number: int
    started_at: float


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """An attempt with its outcome, as it is told to people and programs."""

    target: Target
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer and how it came about.

    `text`, `reasoning` and `refusal` are the winner's deltas joined. `requested` is the target that was asked first,
    `target` the one that answered; `model` is the model that it reported. Times in seconds from the request.
    """

    text: str
    target: Target
    requested: Target
    model: str
    finish_reason: FinishReason
    usage: Usage
    attempts: tuple[AttemptRecord, ...]
    ttft: float | None
    duration: float
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[str, ...] = ()
    """Names of the tools that the model wanted to call; they are never run."""
    seams: tuple[int, ...] = ()
    """Where, in characters of `text`, a cut answer was continued by another attempt; empty unless that was wanted."""

    @property
    def why_empty(self) -> str | None:
        """A phrase that says why there is no text, None when there is some."""
        if self.text.strip():
            return None
        if self.refusal:
            return f"the model refused: {self.refusal}"
        if self.finish_reason is FinishReason.CONTENT_FILTER:
            return "the provider's content filter stopped it"
        if self.tool_calls:
            return f"the model only asked to call a tool ({', '.join(self.tool_calls)}), and tools are not run here"
        if self.finish_reason is FinishReason.LENGTH:
            return "the output limit was reached before any text (reasoning counts too); raise the limit"
        if self.reasoning:
            return "the model only reasoned and then stopped"
        return "the model ended its answer without any text"

    @property
    def caveat(self) -> str | None:
        """A sentence that says how the text is less than a whole answer, or why there is none; None when it simply
        ended."""
        if why := self.why_empty:
            return f"There is no text: {why.rstrip('.')}."
        if self.refusal:
            return f"The model then refused: {self.refusal}"
        match self.finish_reason:
            case FinishReason.LENGTH:
                return "The answer stops at the output limit. Ask it to go on, or raise LLM_MAX_TOKENS."
            case FinishReason.CONTENT_FILTER:
                return "The provider's content filter ended the answer here."
            case FinishReason.TOOL_CALLS:
                return f"The model wanted to call {', '.join(self.tool_calls) or 'a tool'}; tools are not run here."
            case _:
                return None
