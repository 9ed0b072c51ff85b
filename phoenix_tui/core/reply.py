"""What one attempt has said so far, and the answer that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.events import ReasoningDelta, RefusalDelta, TextDelta, ToolCall, TurnEvent
from phoenix_tui.core.types import Answer, AttemptRecord, FinishReason, Target, Usage


@dataclass(slots=True)
class Reply:
    """The deltas of one attempt, by kind."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    tool_calls: list[str] = field(default_factory=list)

    def add(self, delta: TurnEvent) -> None:
        """Take in one delta; other events are none of its business."""
        match delta:
            case TextDelta(text):
                self.text.append(text)
            case ReasoningDelta(text):
                self.reasoning.append(text)
            case RefusalDelta(text):
                self.refusal.append(text)
            case ToolCall(name):
                self.tool_calls.append(name)

    def answer(
        self,
        stream: AttemptStream,
        *,
        requested: Target,
        attempts: tuple[AttemptRecord, ...],
        ttft: float | None,
        duration: float,
    ) -> Answer:
        """The whole answer of `stream`, which has ended well. `ttft` and `duration` count from the request."""
        target = stream.attempt.target
        ending = stream.ending
        return Answer(
            text="".join(self.text),
            reasoning="".join(self.reasoning),
            refusal="".join(self.refusal),
            tool_calls=tuple(self.tool_calls),
            target=target,
            requested=requested,
            model=(ending.model if ending else "") or target.model,
            finish_reason=ending.finish_reason if ending else FinishReason.OTHER,
            usage=ending.usage if ending else Usage(),
            attempts=attempts,
            ttft=ttft,
            duration=duration,
        )
