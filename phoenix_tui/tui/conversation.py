"""One conversation as plain values: what was asked and answered, and what of it a model may see.

Errors, notices and partial answers are kept for the person and never become messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from phoenix_tui.core.types import Answer, ChatRequest, Message, OutcomeKind
from phoenix_tui.tui.attachments import Attachment, content


class Ending(StrEnum):
    """How an exchange ended. Only `WHOLE` ones are sent to a model again."""

    OPEN = "open"
    WHOLE = "whole"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it. `answer` may be partial, `attribution` and `note` are lines for people; `seams`
    are where, in characters of the answer, one provider went on with the cut answer of another. `attachments` went with
    the question, as they were then."""

    question: str
    answer: str = ""
    ending: Ending = Ending.OPEN
    attribution: str = ""
    note: str = ""
    seams: tuple[int, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def sent(self) -> str:
        """The question as a model is sent it."""
        return content(self.question, self.attachments)


@dataclass
class Conversation:
    """The exchanges so far and their sums. `cost_usd` counts only what providers named, None when none did.

    `local_only` keeps it on this machine, whatever fails. `known_to` names the providers that some of it was sent to.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    tokens: int = 0
    cost_usd: float | None = None
    local_only: bool = False
    known_to: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not self.exchanges

    @property
    def title(self) -> str:
        """The first line of the first question; empty before it."""
        return self.exchanges[0].question.strip().partition("\n")[0][:80] if self.exchanges else ""

    @property
    def last_unanswered(self) -> Exchange | None:
        """What `retry` would send again, None when the last question was answered."""
        if self.exchanges and self.exchanges[-1].ending in (Ending.FAILED, Ending.STOPPED):
            return self.exchanges[-1]
        return None

    def request(
        self,
        question: str,
        system: str = "",
        *,
        attachments: Sequence[Attachment] = (),
        provider: str | None = None,
    ) -> ChatRequest:
        """The request for an answer to `question`, from `provider` if it can give one."""
        return ChatRequest(
            self.messages(content(question, attachments), system),
            provider=provider,
            local_only=self.local_only,
            known_to=frozenset(self.known_to),
        )

    def messages(self, question: str, system: str = "") -> tuple[Message, ...]:
        """What is sent for `question`, its attachments in it: the system prompt, every whole exchange, the question."""
        earlier: list[Message] = []
        for exchange in self.exchanges:
            if exchange.ending is Ending.WHOLE:
                earlier.append(Message("user", exchange.sent))
                earlier.append(Message("assistant", exchange.answer))
        opening = (Message("system", system),) if system else ()
        return (*opening, *earlier, Message("user", question))

    def ask(self, question: str, attachments: Sequence[Attachment] = ()) -> None:
        """Begin an exchange."""
        self.exchanges.append(Exchange(question, attachments=tuple(attachments)))

    def end(
        self, ending: Ending, *, answer: str = "", attribution: str = "", note: str = "", seams: tuple[int, ...] = ()
    ) -> None:
        """Close the exchange that is open."""
        self.exchanges[-1] = replace(
            self.exchanges[-1], ending=ending, answer=answer, attribution=attribution, note=note, seams=seams
        )

    def count(self, answer: Answer) -> None:
        """Add what an answer used to the sums, attempts that were for nothing included."""
        lost = [record.outcome.usage for record in answer.attempts if record.outcome.kind is not OutcomeKind.OK]
        for usage in (answer.usage, *lost):
            self.tokens += (usage.input_tokens or 0) + (usage.output_tokens or 0)
            if usage.cost_usd is not None:
                self.cost_usd = (self.cost_usd or 0.0) + usage.cost_usd
