"""The half of the main screen that asks: one turn at a time, what it does now, and the question before another provider
is told."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial

from textual import on
from textual.reactive import reactive

from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.events import Completed, Confirming
from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.core.types import ChatRequest
from phoenix_tui.tui import handover, keys, spoken
from phoenix_tui.tui.attachments import Attachment, plain
from phoenix_tui.tui.chat import Chat
from phoenix_tui.tui.conversation import Conversation
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.glyphs import UNICODE
from phoenix_tui.tui.messages import AnswerCame, ConfirmationAsked, NobodyAnswered
from phoenix_tui.tui.ports import KeyKeeper, TurnPort
from phoenix_tui.tui.screens.provider_screen import ClientNotOpen
from phoenix_tui.tui.screens.setup_screen import SetupScreen
from phoenix_tui.tui.setting_up import Outcome
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.switching import Meanwhile
from phoenix_tui.tui.text import due, money
from phoenix_tui.tui.turn_presenter import Setting, TurnPresenter
from phoenix_tui.tui.widgets.prompt import Prompt
from phoenix_tui.tui.widgets.transcript import Transcript

ELAPSED_SHOWN_AFTER = 2.0
"""Seconds of waiting after which the activity line counts them."""
ENTER_HEARD_AFTER = 0.5
"""Seconds for which a question to the person stands there before Enter answers it: a key that was meant for something
else must not give the conversation away."""


def still_coming() -> str:
    """Why something cannot be done now."""
    return f"An answer is still coming: {keys.label('stop')} stops it first."


class AskingScreen(SetupScreen):
    """Sends questions, follows their turns, and stops them."""

    activity: reactive[str] = reactive("", repaint=False)
    question: reactive[str] = reactive("", repaint=False)
    """What the person is asked before another provider is told; empty when nothing is."""
    confirm_key: reactive[str] = reactive("", repaint=False)
    """The key that says yes to it."""
    is_answering: reactive[bool] = reactive(False, repaint=False)
    kept_here: reactive[bool] = reactive(False, repaint=False)
    """Whether nothing of this conversation leaves this machine."""
    shown: reactive[Snapshot | None] = reactive(None, repaint=False)
    """The snapshot as it is for this conversation."""
    chat_title: reactive[str] = reactive("", repaint=False)
    tokens: reactive[int] = reactive(0, repaint=False)
    cost_usd: reactive[float | None] = reactive(None, repaint=False)
    budget: reactive[str] = reactive("", repaint=False)
    """What of the day's budget is spent; empty where there is none."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.glyphs = UNICODE
        self.conversation = Conversation(local_only=start.local_only)
        self.transcript = Transcript(id="transcript")
        self.transcript.display = False
        self.chat = Chat(self.transcript)
        self.prompt = Prompt(id="prompt")
        self.set_reactive(AskingScreen.kept_here, start.local_only)
        self._doing: tuple[str, float | None, str] = ("", None, "")
        self._doing_since = 0.0
        self._asked: Confirming | None = None
        self._asked_since = 0.0
        self._under_way: TurnPort | None = None
        self._told_out: dict[str, str] = {}
        self._other = ""

    def watch_snapshot(self) -> None:
        super().watch_snapshot()
        self._show_snapshot()
        if self._asked is not None and self._under_way is not None:
            self._under_way.reconsider()

    def watch_kept_here(self) -> None:
        self._show_snapshot()

    def _show_snapshot(self) -> None:
        snapshot = self.snapshot
        self.shown = handover.kept_here(snapshot) if snapshot is not None and self.kept_here else snapshot
        if snapshot is not None and snapshot.daily_budget is not None:
            self.budget = f"{money(snapshot.spent_today)} of {money(snapshot.daily_budget)}"

    @property
    def shows_chat(self) -> bool:
        return bool(self.transcript.display)

    @abstractmethod
    def save_soon(self) -> None:
        """Write the session in a thread, without waiting for it."""

    @abstractmethod
    def show_chat(self) -> None:
        """The chat takes the place of the welcome."""

    @property
    def meanwhile(self) -> Meanwhile:
        return Meanwhile(self.is_answering, self.kept_here)

    # A turn

    def send(self, question: str, attachments: Sequence[Attachment] = (), *, provider: str | None = None) -> None:
        """Ask `question`, of `provider` if it can answer; at most one turn runs at a time."""
        if self.is_answering:
            return
        self.is_answering = True
        self.work(partial(self.turn, question, attachments, Draft(question), provider), "turn")

    async def turn(
        self, question: str, attachments: Sequence[Attachment], written: Draft, provider: str | None = None
    ) -> None:
        """Ask `question`; `written` is what comes back to the prompt when nobody answers. To be run in the group of
        workers "turn", while `is_answering`."""
        self.show_chat()
        request = self.conversation.request(
            question, self.begin.system_prompt, attachments=attachments, provider=provider
        )
        presenter = TurnPresenter(self.chat, self.conversation, self._setting(), self)
        try:
            presenter.begin(question, attachments)
            self.chat_title = self.conversation.title
            self.save_soon()
            began = self.begin.wall()
            if answered := await self._follow_turn(request, presenter):
                self.post_message(AnswerCame(answered, self.begin.wall() - began))
        except NoProviderAnswered as failure:
            self.post_message(NobodyAnswered())
            self.app.clear_notifications()  # they would lie over the reason
            presenter.on_failure(failure, is_back=self._give_back(written))
        except ClientNotOpen as problem:
            presenter.on_unsent(str(problem), is_back=self._give_back(written))
        except asyncio.CancelledError:
            presenter.on_stop()
            if not presenter.has_text:
                self._give_back(written)
            raise
        finally:
            if not presenter.is_over:
                presenter.on_defect(is_back=self._give_back(written))
            self._under_way = None
            self._told_out, self._other = presenter.out.out, presenter.other
            self.is_answering = False
            self.tokens, self.cost_usd = self.conversation.tokens, self.conversation.cost_usd
            self.save_soon()

    async def _follow_turn(self, request: ChatRequest, presenter: TurnPresenter) -> str:
        """Gives who has answered."""
        answered = ""
        client = await self.client()
        async with client.stream(request) as turn:
            self._under_way = turn
            async for event in turn:
                presenter.on_event(event)
                if isinstance(event, Completed):
                    answered = event.answer.target.provider
        return answered

    def _setting(self) -> Setting:
        snapshot = self.shown
        return Setting(
            {info.name: info for info in snapshot.providers} if snapshot else {},
            ready=tuple(place.target.provider for place in snapshot.order if place.eligible) if snapshot else (),
            told_out=self._told_out,
            arrow=self.glyphs.arrow,
            is_lock_fixed=self.begin.local_only,
        )

    def _give_back(self, written: Draft) -> bool:
        """Put `written` back into the prompt, unless something else is being written there; says whether it is."""
        if not self.prompt.draft:
            self.prompt.draft = written
            return True
        return False

    def forget_turns(self) -> None:
        """Another conversation begins: what was told of the last turn is told anew."""
        self._told_out, self._other = {}, ""

    # What goes on now

    def show_activity(self, what: str, until: float | None, why: str = "") -> None:
        """As `TurnStage` has it."""
        now = self.begin.wall()
        if (what, until, why) != self._doing:
            self._doing, self._doing_since = (what, until, why), now
        self.now = now
        self._draw_activity()
        self.keep_ticking()

    def show_question(self, question: Confirming | None) -> None:
        """As `TurnStage` has it. While a question stands, nothing may hide it but a dialog in which something is
        entered: who types a key goes on typing, and would type it into the prompt."""
        if question is not None and (self._asked is None or question.target != self._asked.target):
            self._asked_since = self.begin.wall()
            self.post_message(ConfirmationAsked(question.target.provider))
            if getattr(self.app.screen, "is_written_in", False):
                self.tell(handover.question_behind(question, due(question.until, self._asked_since)), "warning")
            else:
                self.come_forward()
            self.remove_class("-overlay")
        self._asked = question
        self.now = self.begin.wall()
        self.draw_question()
        self.keep_ticking()

    def _decided(self, keeper: KeyKeeper, name: str, outcome: Outcome) -> None:
        super()._decided(keeper, name, outcome)
        if self._asked is not None:
            self.come_forward()  # the dialog may have been opened from a page that lies over the question, too

    def draw_question(self) -> None:
        """The question as it stands now: the time left, and the key that is free to answer it."""
        if self._asked is None:
            self.question = self.confirm_key = ""
            return
        is_free = self.focused is self.prompt and not self.prompt.text
        self.confirm_key = keys.label("send" if is_free else "confirm")
        self.question = handover.question(self._asked, due(self._asked.until, self.now), self.confirm_key)

    def _draw_activity(self) -> None:
        """What goes on now, with the seconds that it takes. They are counted with reduced motion, too: a number that
        counts does not move, and who looks wants to know that it is alive. Read aloud, it is said once."""
        what, until, why = self._doing
        elapsed = self.now - self._doing_since
        if what and until is not None and until > self.now:
            # The time first: the reason may be too long for the line.
            self.activity = f"{what} {due(until, self.now)}" + (f" ({why})" if why else "")
        elif spoken.in_force():
            self.activity = what
        elif what and elapsed >= ELAPSED_SHOWN_AFTER:
            self.activity = f"{what}{self.glyphs.ellipsis} {int(elapsed)}s"
        else:
            self.activity = f"{what}{self.glyphs.ellipsis}" if what else ""

    @property
    def something_counts(self) -> bool:
        return bool(self._doing[0]) or self._asked is not None or super().something_counts

    def tick(self) -> None:
        super().tick()
        self._draw_activity()
        self.draw_question()

    # Keys

    @on(Prompt.EmptyEntered)
    def _empty_entered(self) -> None:
        if self._asked is not None and self.begin.wall() - self._asked_since >= ENTER_HEARD_AFTER:
            self.action_confirm()

    def action_confirm(self) -> None:
        """Let the conversation go to the provider that the question names, now."""
        if self._asked is not None and self._under_way is not None:
            self._under_way.confirm()
        else:
            self.tell("Nothing is waiting for your word.")

    def action_stop(self) -> None:
        """Keep the conversation here if that is asked, else stop the answer."""
        if self._asked is not None and self._under_way is not None:
            self._under_way.decline()
        else:
            self.workers.cancel_group(self, "turn")

    def action_retry(self) -> None:
        self._ask_again(None)

    @property
    def can_ask_another(self) -> bool:
        """Whether a question is unanswered that another provider than those that failed could be asked."""
        return bool(self._other) and not self.is_answering and self.conversation.last_unanswered is not None

    def action_other(self) -> None:
        """The last unanswered question, to another provider than those that failed."""
        if self.can_ask_another:
            self._ask_again(self._other)
        else:
            self.tell("There is no unanswered question that another provider could be asked now.")

    def _ask_again(self, provider: str | None) -> None:
        unanswered = self.conversation.last_unanswered
        if self.is_answering or unanswered is None:
            self.tell("There is no unanswered question to retry.")
            return
        if plain(self.prompt.draft) == unanswered.question:
            self.prompt.empty()
        self.send(unanswered.question, unanswered.attachments, provider=provider)

    # Kept on this machine

    def action_local(self, wanted: str = "") -> None:
        """Keep the conversation on this machine (`on`), let it leave again (`off`); else say how that is done."""
        infos = {info.name: info for info in self.snapshot.providers} if self.snapshot else {}
        if self.begin.local_only:
            self.say(handover.LOCK_IS_FIXED)
        elif self.is_answering:
            self.tell(still_coming())
        elif wanted == "off" and self.kept_here:
            self._lock(on=False)
            self.say(handover.unlocked(infos))
        elif wanted == "off":
            self.say("This conversation is not kept on this machine; /local keeps it here from now on.")
        elif self.kept_here:
            self.say(handover.unlock_question(infos))
        else:
            left = any(name in infos and not infos[name].local for name in self.conversation.known_to)
            self._lock(on=True)
            self.say(handover.lock_told(infos, before=left))

    def _lock(self, *, on: bool) -> None:
        self.conversation.local_only = self.kept_here = on
        self.save_soon()

    @abstractmethod
    def say(self, sentence: str) -> None:
        """A line of ours in the chat."""
