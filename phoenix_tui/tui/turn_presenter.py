"""Follows one turn: its events become lines and text in the chat, and at its end the exchange is closed.

Holds no widget of its own and awaits nothing, so every path can be tested with a list of events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Loading,
    Notice,
    ReasoningDelta,
    RefusalDelta,
    Restarted,
    Skipped,
    TextDelta,
    ToolCall,
    TurnEvent,
    Waiting,
)
from phoenix_tui.core.snapshot import ProviderInfo
from phoenix_tui.core.types import Answer, Target
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.ports import ChatView, Tone
from phoenix_tui.tui.text import count, one_line
from phoenix_tui.tui.wording import attribution, cut_line, failed_line, final_failure, unusual_end

RETRY_HINT = "Your message is back in the prompt; ctrl+r retries it (or r, after Esc)."


class ShowActivity(Protocol):
    """Shows what goes on now, in a short phrase."""

    def __call__(self, what: str, until: float | None, why: str = "") -> None:
        """`until` is the wall time until which something waits, None when nothing counts down; `why` says what for."""


class TurnPresenter:
    """One turn on the screen. `show_activity` is told what stands in the line above the prompt."""

    def __init__(
        self,
        chat: ChatView,
        conversation: Conversation,
        infos: Mapping[str, ProviderInfo],
        show_activity: ShowActivity,
        *,
        arrow: str = "→",
    ) -> None:
        self._chat = chat
        self._conversation = conversation
        self._infos = dict(infos)
        self._show_activity = show_activity
        self._arrow = arrow
        self._target: Target | None = None
        self._is_replying = False
        self._text: list[str] = []
        self._switches = 0
        self.is_over = False

    def begin(self, question: str) -> None:
        """The question was sent."""
        self._conversation.ask(question)
        self._chat.ask(question)
        self._show_activity("sending", None)

    def on_event(self, event: TurnEvent) -> None:
        """Show one event."""
        match event:
            case TextDelta(text) | RefusalDelta(text):
                self._reply()
                if not self._text:
                    self._activity("answers")
                self._text.append(text)
                self._chat.add_text(text)
            case ReasoningDelta(text):
                self._reply()
                self._chat.add_reasoning(text)
                if not self._text:
                    self._activity("is thinking")
            case ToolCall(name):
                self._chat.say(f"The model wants to call {one_line(name)}; tools are not run here.", Tone.INFO)
            case AttemptStarted(attempt):
                self._target = attempt.target
                self._activity("is asked")
            case AttemptFailed(attempt, error, next_target):
                self._drop_reply()
                if next_target is None and self._switches == 0:
                    return  # the failure that follows says the same, and what to do
                self._switches += 1
                self._chat.say(failed_line(attempt.target, error, next_target, self._arrow), Tone.SWITCH)
            case AttemptAborted(attempt, error, chars, next_target):
                self._cut(f"interrupted, {count(chars, 'character')}")
                self._chat.say(cut_line(attempt.target, error, chars, next_target, self._arrow), Tone.SWITCH)
            case Restarted(target):
                self._target = target
                self._activity("begins the answer again")
            case Waiting(target, _, until, reason):
                self._show_activity(f"{target.provider} is asked again", until, one_line(reason))
            case Skipped(target, reason):
                why = f" ({one_line(reason)})" if reason else ""
                self._chat.say(f"{target.provider} was passed over{why}", Tone.SWITCH)
            case Loading(target):
                model = one_line(target.model) or "the model"
                self._show_activity(f"{target.provider} is loading {model}; this can take minutes", None)
            case Notice(message):
                self._chat.say(one_line(message), Tone.INFO)
            case Completed(answer):
                self._complete(answer)

    def on_failure(self, failure: NoProviderAnswered) -> None:
        """Nobody answered."""
        self._cut("interrupted")
        happened, step = final_failure(failure.cause, failure.attempts, self._infos)
        self._close(Ending.FAILED, f"{happened} {step}")
        self._chat.fail(happened, f"{step} {RETRY_HINT}")

    def on_stop(self) -> None:
        """The person stopped it. What there is of the answer stays."""
        partial = "".join(self._text)
        if self._is_replying:
            self._is_replying = False
            self._chat.stop_reply(f"{self._heading()}   kept here, no model will see it again".lstrip())
        else:
            self._chat.say("Stopped by you before an answer came.", Tone.INFO)
        self._close(Ending.STOPPED, "stopped by you", partial)

    def on_unsent(self, problem: str) -> None:
        """It could not even be sent."""
        self._close(Ending.FAILED, problem)
        self._chat.fail(problem, "Your message is back in the prompt.")

    def on_defect(self) -> None:
        """Something of our own broke; the conversation goes on."""
        self._cut("interrupted")
        sentence = "The answer was lost to a fault in this program."
        self._close(Ending.FAILED, sentence)
        self._chat.fail(sentence, RETRY_HINT)

    @property
    def has_text(self) -> bool:
        """Whether anything of an answer is on the screen."""
        return bool(self._text)

    def _complete(self, answer: Answer) -> None:
        labels = {name: info.label for name, info in self._infos.items()}
        heading = attribution(answer, labels)
        self._reply()
        text = answer.text if answer.text.strip() else answer.refusal
        self._is_replying = False
        self._chat.end_reply(heading)
        self._conversation.count(answer)
        unusual = unusual_end(answer)
        if unusual:
            self._chat.say(unusual, Tone.INFO)
        if text.strip():
            self._close(Ending.WHOLE, unusual or "", text, heading)
        else:
            self._close(Ending.FAILED, unusual or "")

    def _close(self, ending: Ending, note: str, answer: str = "", heading: str = "") -> None:
        self.is_over = True
        self._conversation.end(ending, answer=answer, attribution=heading, note=note)
        self._show_activity("", None)

    def _reply(self) -> None:
        if not self._is_replying:
            self._is_replying = True
            self._chat.begin_reply(self._heading())
            self._activity("answers")

    def _cut(self, label: str) -> None:
        if self._is_replying:
            self._is_replying = False
            self._chat.cut_reply(label)
        self._text.clear()

    def _drop_reply(self) -> None:
        """Only reasoning was shown, if anything: fold it away."""
        self._cut("interrupted while it was thinking")

    def _heading(self) -> str:
        if self._target is None:
            return ""
        info = self._infos.get(self._target.provider)
        label = info.label if info else self._target.provider
        return f"{label}  {one_line(self._target.model)}".rstrip()

    def _activity(self, what: str) -> None:
        if self._target is not None:
            self._show_activity(f"{self._target.provider} {what}", None)
