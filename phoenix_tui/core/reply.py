"""What one attempt has said so far, and the answer that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.continuation import Seam
from phoenix_tui.core.events import Delta, ReasoningDelta, RefusalDelta, Resumed, TextDelta, ToolCall, TurnEvent
from phoenix_tui.core.types import Answer, AttemptRecord, FinishReason, Target, Usage


@dataclass(slots=True)
class Reply:
    """The deltas of one attempt, by kind. Where it goes on with a cut answer, `seam` is where the two join: what was
    shown before it, up to there, then belongs to this reply too."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    tool_calls: list[str] = field(default_factory=list)
    seams: tuple[int, ...] = ()
    seam: Seam | None = None

    @property
    def so_far(self) -> str:
        """The text, joined."""
        return "".join(self.text)

    def going_on(self, *, prefill: bool) -> Reply:
        """The reply of an attempt that goes on with this one, which was cut."""
        before = self.so_far
        return Reply([before], list(self.reasoning), seams=self.seams, seam=Seam(before, prefill=prefill))

    @property
    def is_lost(self) -> bool:
        """Whether what comes has turned out to be no continuation of the cut answer."""
        return self.seam is not None and self.seam.lost

    @property
    def is_no_continuation(self) -> bool:
        """Whether it was to go on with a cut answer and has not, so far."""
        return self.seam is not None and not self.seam.joined

    def take(self, delta: Delta, target: Target) -> list[TurnEvent]:
        """Take in one delta of `target`; what is to be told of it."""
        match delta:
            case TextDelta(text):
                if self.seam is not None and not self.seam.joined:
                    return self._join(self.seam, text, target)
                self.text.append(text)
            case ReasoningDelta(text):
                self.reasoning.append(text)
            case RefusalDelta(text):
                self.refusal.append(text)
            case ToolCall(name):
                self.tool_calls.append(name)
        return [delta]

    def _join(self, seam: Seam, text: str, target: Target) -> list[TurnEvent]:
        """Take in text that may belong behind the seam."""
        rest = seam.feed(text)
        if not seam.joined:
            return []
        self.text = [self.so_far[: seam.kept], rest]
        self.seams = (*self.seams, seam.kept)
        return [Resumed(target, seam.kept), *([TextDelta(rest)] if rest else [])]

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
            text=self.so_far,
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
            seams=self.seams,
        )
