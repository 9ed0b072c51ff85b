"""Follows one turn: its events become lines and text in the chat, and at its end the exchange is closed.

Holds no widget of its own and awaits nothing, so every path can be tested with a list of events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from phoenix_tui.core.errors import ErrorInfo, NoProviderAnswered, Phase
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptCut,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Confirming,
    Hedged,
    Loading,
    Notice,
    ReasoningDelta,
    RefusalDelta,
    Restarted,
    Resumed,
    Skipped,
    TextDelta,
    ToolCall,
    TurnEvent,
    Waiting,
)
from phoenix_tui.core.snapshot import ProviderInfo
from phoenix_tui.core.types import Answer, Attempt, Target
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import handover
from phoenix_tui.tui.attachments import Attachment
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.ports import ChatView, Tone, TurnStage
from phoenix_tui.tui.text import count, one_line
from phoenix_tui.tui.wording import attribution, cut_line, failed_line, final_failure, or_another, unusual_end

_NOT_SENT = frozenset({None, Phase.CONNECT})
"""How far an attempt has come that has told the provider nothing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a turn begins with: who the providers are, the names of those that could be asked, best first, and who the
    turn before has told to be out (as its `PassedOver.out`). `is_lock_fixed`: that nothing leaves this machine
    is not the person's choice for this conversation, but for all."""

    infos: Mapping[str, ProviderInfo]
    ready: tuple[str, ...] = ()
    told_out: Mapping[str, str] = field(default_factory=dict)
    arrow: str = "→"
    is_lock_fixed: bool = False


class TurnPresenter:
    """One turn on the screen."""

    def __init__(self, chat: ChatView, conversation: Conversation, setting: Setting, stage: TurnStage) -> None:
        self._chat = chat
        self._conversation = conversation
        self._setting = setting
        self._stage = stage
        self._target: Target | None = None
        self._is_replying = False
        self._text: list[str] = []
        self._seams: tuple[int, ...] = ()
        self._switches = 0
        self._held: AttemptFailed | AttemptAborted | None = None
        """A failure whose line waits for what follows it: a question to the person may."""
        self._question: Confirming | None = None
        self._cut: handover.Cut | None = None
        self._newly_told: set[str] = set()
        self.is_over = False
        self.out = handover.PassedOver(setting.told_out)
        self.other = ""
        """Who else could be asked the question that was not answered; empty when nobody could."""

    def begin(self, question: str, attachments: Sequence[Attachment] = ()) -> None:
        """The question was sent."""
        self._conversation.ask(question, attachments)
        self._chat.ask(question)
        for attachment in attachments:
            self._chat.say(attachment.told, Tone.INFO)
        self._stage.show_activity("sending", None)

    def on_event(self, event: TurnEvent) -> None:
        """Show one event."""
        if not isinstance(event, Skipped):
            self._tell_skipped()
        if not isinstance(event, Confirming | Restarted):
            self._tell_held(event.attempt.target if isinstance(event, AttemptStarted) else None)
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
                self._start(attempt)
            case Hedged(attempt):
                self._tell(attempt.target.provider)
                self._chat.say(handover.late_line(self._target, attempt.target), Tone.INFO)
            case AttemptFailed(attempt, error):
                self._failed(event, attempt, error)
            case AttemptAborted(attempt, _, chars):
                self.out.failed(attempt.target.provider)
                self._fold(f"interrupted, {count(chars, 'character')}")
                self._held = event
            case AttemptCut(attempt, error, _, next_target):
                self._cut = handover.Cut(attempt.target, error)
                self._activity("is asked to go on", next_target)
            case Resumed(target, kept):
                self._rejoin(target, kept)
            case Restarted(target):
                self._target = target
                self._activity("begins the answer again")
            case Waiting(target, _, until, reason):
                self._stage.show_activity(f"{target.provider} is asked again", until, one_line(reason))
            case Confirming():
                self._question = event
                self._stage.show_activity("", None)
                self._stage.show_question(event)
            case Skipped(target, reason):
                self._skip(target, reason)
            case Loading(target):
                model = one_line(target.model) or "the model"
                self._stage.show_activity(f"{target.provider} is loading {model}; this can take minutes", None)
            case Notice(message):
                self._chat.say(one_line(message), Tone.INFO)
            case Completed(answer):
                self._complete(answer)

    def on_failure(self, failure: NoProviderAnswered, *, is_back: bool) -> None:
        """Nobody answered. `is_back`: the question stands in the prompt again."""
        self._tell_skipped()
        if self._question is not None:
            self._decline(self._question, failure, is_back=is_back)
            return
        self._tell_held()
        self._fold("interrupted")
        happened, step = final_failure(failure.cause, failure.attempts, dict(self._setting.infos))
        if self._conversation.local_only or self._setting.is_lock_fixed:
            kept = handover.locked_failure(self._setting.infos, fixed=self._setting.is_lock_fixed)
            step = f"{step.replace(or_another(), '')} {kept}" if failure.cause else kept
        asked = {record.target.provider for record in failure.attempts}
        self.other = next((name for name in self._setting.ready if name not in asked), "")
        self._close(Ending.FAILED, f"{happened} {step}")
        self._chat.fail(happened, f"{step} {_kept(is_back)}.")

    def _decline(self, question: Confirming, failure: NoProviderAnswered, *, is_back: bool) -> None:
        """The person kept the conversation from another provider."""
        self._held = None  # the sentence says it
        self._fold("interrupted")
        cause = failure.cause
        asked = Target(cause.provider, cause.model) if cause else None
        happened = handover.declined(asked, cause.info if cause else None, question.target)
        self.other = question.target.provider
        self._close(Ending.FAILED, happened)
        self._chat.fail(happened, f"{_kept(is_back)}.")

    def on_stop(self) -> None:
        """The person stopped it. What there is of the answer stays."""
        self._tell_held()
        partial = "".join(self._text)
        if self._is_replying:
            self._is_replying = False
            self._chat.stop_reply(f"{self._heading()}   kept here, no model will see it again".lstrip())
        else:
            self._chat.say("Stopped by you before an answer came.", Tone.INFO)
        self._close(Ending.STOPPED, "stopped by you", partial)

    def on_unsent(self, problem: str, *, is_back: bool) -> None:
        """It could not even be sent."""
        self._close(Ending.FAILED, problem)
        self._chat.fail(problem, f"{_kept(is_back)}.")

    def on_defect(self, *, is_back: bool) -> None:
        """Something of our own broke; the conversation goes on."""
        self._tell_held()
        self._fold("interrupted")
        sentence = "The answer was lost to a fault in this program."
        self._close(Ending.FAILED, sentence)
        self._chat.fail(sentence, f"{_kept(is_back)}.")

    @property
    def has_text(self) -> bool:
        """Whether anything of an answer is on the screen."""
        return bool(self._text)

    def _complete(self, answer: Answer) -> None:
        labels = {name: info.label for name, info in self._setting.infos.items()}
        heading = attribution(answer, labels)
        self._reply()
        text = answer.text if answer.text.strip() else answer.refusal
        self._is_replying = False
        self._chat.end_reply(heading)
        self._conversation.count(answer)
        self._seams = answer.seams
        for lost in handover.lost_lines(answer.attempts, answer.target):
            self._chat.say(lost, Tone.INFO)
        unusual = unusual_end(answer)
        if unusual:
            self._chat.say(unusual, Tone.INFO)
        if text.strip():
            self._close(Ending.WHOLE, unusual or "", text, heading)
        else:
            self._close(Ending.FAILED, unusual or "")

    def _close(self, ending: Ending, note: str, answer: str = "", heading: str = "") -> None:
        self.is_over = True
        self._conversation.end(ending, answer=answer, attribution=heading, note=note, seams=self._seams)
        self._stage.show_activity("", None)
        self._stage.show_question(None)

    def _reply(self) -> None:
        if not self._is_replying:
            self._is_replying = True
            self._chat.begin_reply(self._heading())
            self._activity("answers")

    def _start(self, attempt: Attempt) -> None:
        if self._question is not None:
            self._question = None
            self._stage.show_question(None)
        self._target = attempt.target
        self._tell(attempt.target.provider)
        self._activity("is asked to go on" if self._cut else "is asked")

    def _tell(self, provider: str) -> None:
        """`provider` is being sent the conversation."""
        if provider not in self._conversation.known_to:
            self._newly_told.add(provider)
            self._conversation.known_to.add(provider)

    def _failed(self, event: AttemptFailed, attempt: Attempt, error: ErrorInfo) -> None:
        if error.phase in _NOT_SENT and error.status is None and attempt.target.provider in self._newly_told:
            self._conversation.known_to.discard(attempt.target.provider)
        if self._cut is not None:
            self._cut.miss(attempt.target, error)  # the text that was shown before stays for now
            return
        self.out.failed(attempt.target.provider)
        self._fold("interrupted while it was thinking")  # only reasoning was shown, if anything
        if error.code == handover.OUTRUN and event.next_target is not None:
            self._chat.say(f"{event.next_target.provider} spoke first.", Tone.INFO)
        else:
            self._held = event

    def _tell_held(self, goes_to: Target | None = None) -> None:
        """Say what failed, now that nobody is asked before the conversation goes on. `goes_to` is who is asked after
        it, where that is known: while the person was asked it may have become another than was meant."""
        held, self._held = self._held, None
        match held:
            case AttemptFailed(attempt, error, next_target):
                next_target = goes_to or next_target
                if next_target is None and self._switches == 0:
                    return  # the failure that follows says the same, and what to do
                line = failed_line(attempt.target, error, next_target, self._setting.arrow)
            case AttemptAborted(attempt, error, chars, next_target):
                missed = self._cut.missed if self._cut else ()
                line = cut_line(attempt.target, error, chars, goes_to or next_target, self._setting.arrow, missed)
                self._cut = None
            case _:
                return
        self._switches += 1
        self._chat.say(line, Tone.SWITCH)

    def _rejoin(self, target: Target, kept: int) -> None:
        """What comes from here on belongs right behind the first `kept` characters."""
        cut, self._cut = self._cut, None
        self._text = ["".join(self._text)[:kept]]
        self._seams = (*self._seams, kept)
        if cut is not None:
            self._chat.rejoin_reply(self._text[0], cut.note(target))
        self._activity("goes on")

    def _skip(self, target: Target, reason: str) -> None:
        info = self._setting.infos.get(target.provider)
        if self._conversation.local_only and info is not None and not info.local:
            return  # that is what the person wanted
        self.out.passed(target.provider, reason)

    def _tell_skipped(self) -> None:
        for line in self.out.lines():
            self._chat.say(line, Tone.SWITCH)

    def _fold(self, label: str) -> None:
        if self._is_replying:
            self._is_replying = False
            self._chat.cut_reply(label)
        self._text.clear()
        self._seams = ()

    def _heading(self) -> str:
        if self._target is None:
            return ""
        info = self._setting.infos.get(self._target.provider)
        label = info.label if info else self._target.provider
        return f"{label}  {one_line(self._target.model)}".rstrip()

    def _activity(self, what: str, target: Target | None = None) -> None:
        if (who := target or self._target) is not None:
            self._stage.show_activity(f"{who.provider} {what}", None)


def _kept(is_back: bool) -> str:
    """Where the question is that was not answered."""
    return "Your message is back in the prompt" if is_back else "Your message is kept beside the one in the prompt"
