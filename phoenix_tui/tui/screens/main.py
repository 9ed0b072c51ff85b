"""The one screen: it owns state and workers, hands state down by data binding and hears facts from its widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.types import ChatRequest
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.chat import Chat
from phoenix_tui.tui.conversation import Conversation
from phoenix_tui.tui.glyphs import ASCII, UNICODE
from phoenix_tui.tui.keeping import SessionKeeper
from phoenix_tui.tui.ports import Tone
from phoenix_tui.tui.report import report
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.provider_screen import ClientNotOpen, ProviderScreen
from phoenix_tui.tui.session import Found, Saved, SessionStore
from phoenix_tui.tui.slash import Run, Say, parse
from phoenix_tui.tui.slash_commands import carry_out
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.text import ago, count, countdown
from phoenix_tui.tui.turn_presenter import TurnPresenter
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from phoenix_tui.tui.widgets.lines import ActivityLine, HealthStrip, KeyBar, StatusLine
from phoenix_tui.tui.widgets.prompt import Prompt
from phoenix_tui.tui.widgets.transcript import Transcript
from phoenix_tui.tui.widgets.welcome import Welcome

DRAFT_SAVED_AFTER = 2.0
"""Seconds after a key until the draft is written; a kill -9 loses no more."""
ELAPSED_SHOWN_AFTER = 2.0
"""Seconds of waiting after which the activity line counts them."""


class MainScreen(ProviderScreen):
    """Chat, prompt, health and order, in one picture."""

    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-tiny"), (40, "-narrow"), (100, "-medium"), (140, "-wide"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-short"), (30, "-tall")]  # noqa: RUF012 - as above
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.ANYWHERE), *bindings_of(Group.READING)]

    activity: reactive[str] = reactive("")
    is_answering: reactive[bool] = reactive(False)
    chat_title: reactive[str] = reactive("")
    tokens: reactive[int] = reactive(0)
    cost_usd: reactive[float | None] = reactive(None)
    group: reactive[Group] = reactive(Group.PROMPT)

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.glyphs = ASCII if start.ascii_only else UNICODE
        self.conversation = Conversation()
        self.keeper = SessionKeeper(SessionStore(start.state_folder) if start.state_folder else None)
        self.offered: Found | None = None
        self.transcript = Transcript(id="transcript")
        self.chat = Chat(self.transcript)
        self.prompt = Prompt(id="prompt")
        self._doing: tuple[str, float | None, str] = ("", None, "")
        self._doing_since = 0.0
        self._draft_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        main, glyphs = MainScreen, self.glyphs
        badge = "DEMO" if self.begin.is_demo else ""
        yield StatusLine(glyphs=glyphs, badge=badge, id="status").data_bind(main.snapshot, main.chat_title)
        yield HealthStrip(glyphs=glyphs, id="strip").data_bind(main.snapshot, main.now)
        with Horizontal(id="body"):
            with Vertical(id="chat"):
                with Container(id="conversation"):
                    yield Welcome(glyphs=glyphs, is_demo=self.begin.is_demo, id="welcome").data_bind(main.snapshot)
                    yield self.transcript
                yield ActivityLine(id="activity").data_bind(main.activity)
                with Container(id="prompt-box"):
                    yield self.prompt
            with Vertical(id="panels"):
                yield HealthSidebar(glyphs=glyphs, id="health").data_bind(main.snapshot, main.now)
                yield FallbackPanel(glyphs=glyphs, id="order").data_bind(main.snapshot)
        yield KeyBar(id="keys").data_bind(main.group, main.is_answering, main.tokens, main.cost_usd)
        yield Static("This terminal is too small. Make it at least 40 columns by 12 lines.", id="too-small")

    def on_mount(self) -> None:
        for notice in self.begin.notices:
            self.say(notice)
        self.work(self._offer_last, "session")

    def say(self, sentence: str, tone: Tone = Tone.INFO) -> None:
        """A line of ours in the chat."""
        self.chat.say(sentence, tone)
        if not self.has_class("-talking"):
            self.query_one(Welcome).notices += (sentence,)

    def print(self, title: str, lines: Iterable[Sequence[tuple[str, str]]]) -> None:
        """What a command gives, in the chat."""
        self.chat.print(title, lines)
        self._show_chat()

    def _show_chat(self) -> None:
        self.set_class(True, "-talking")

    # What is kept

    def saved(self) -> Saved:
        """Conversation and draft as they are now. Works whatever state the screen is in."""
        if self.conversation.is_empty:
            return Saved(draft=self.prompt.value)
        return Saved(tuple(self.conversation.exchanges), self.prompt.value, tuple(self.chat.dump()))

    async def _offer_last(self) -> None:
        found = await asyncio.to_thread(self.keeper.find)
        if self.keeper.problem:
            self.say(self.keeper.problem)
        if found is None:
            return
        self.offered = found
        said = count(len(found.saved.exchanges), "question") if found.saved.exchanges else "only a draft"
        when = ago(max(0.0, self.begin.wall() - found.written_at))
        self.say(f"Your last conversation ({said}, {when}) was kept: ctrl+r or /restore brings it back.")

    async def _save(self) -> None:
        await self.keeper.save(self.saved())
        if self.keeper.problem:
            self.tell(self.keeper.problem, "warning")

    def save_soon(self) -> None:
        """Write the session in a thread, without waiting for it."""
        self.work(self._save, "save")

    @on(Prompt.DraftChanged)
    def _draft_changed(self) -> None:
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_SAVED_AFTER, self._save_draft)

    def _save_draft(self) -> None:
        self._draft_timer = None
        self.save_soon()

    # A message

    @on(Prompt.Submitted)
    def _submitted(self, event: Prompt.Submitted) -> None:
        match parse(event.text):
            case Run(name, argument):
                carry_out(self, name, argument)
            case Say(text):
                if self.is_answering:
                    self.prompt.take_back(event.text)
                    self.tell("An answer is still coming: esc stops it, then enter sends. Your text stays here.")
                    return
                self.prompt.remember(event.text)
                self.send(text)
            case unknown:
                self.prompt.take_back(event.text)
                self.tell(unknown.message, "warning")

    @on(Prompt.Hinted)
    def _hinted(self, event: Prompt.Hinted) -> None:
        self.tell(event.hint)

    def send(self, question: str) -> None:
        """Ask `question`; at most one turn runs at a time."""
        if self.is_answering:
            return
        self._show_chat()
        self.is_answering = True
        self.work(partial(self._turn, question), "turn")

    async def _turn(self, question: str) -> None:
        infos = {info.name: info for info in self.snapshot.providers} if self.snapshot else {}
        request = ChatRequest(self.conversation.messages(question, self.begin.system_prompt))
        presenter = TurnPresenter(self.chat, self.conversation, infos, self._show_activity, arrow=self.glyphs.arrow)
        try:
            presenter.begin(question)
            self.chat_title = self.conversation.title
            self.save_soon()
            client = await self.client()
            async with client.stream(request) as turn:
                async for event in turn:
                    presenter.on_event(event)
        except NoProviderAnswered as failure:
            presenter.on_failure(failure)
            self._give_back(question)
        except ClientNotOpen as problem:
            presenter.on_unsent(str(problem))
            self._give_back(question)
        except asyncio.CancelledError:
            presenter.on_stop()
            if not presenter.has_text:
                self._give_back(question)
            raise
        finally:
            if not presenter.is_over:
                presenter.on_defect()
                self._give_back(question)
            self.is_answering = False
            self.tokens, self.cost_usd = self.conversation.tokens, self.conversation.cost_usd
            self.save_soon()

    def _give_back(self, question: str) -> None:
        if not self.prompt.value.strip():
            self.prompt.value = question

    def _show_activity(self, what: str, until: float | None, why: str = "") -> None:
        now = self.begin.wall()
        if (what, until, why) != self._doing:
            self._doing, self._doing_since = (what, until, why), now
        self.now = now
        self._draw_activity()
        self.keep_ticking()

    def _draw_activity(self) -> None:
        what, until, why = self._doing
        elapsed = self.now - self._doing_since
        if what and until is not None and until > self.now:
            # The time first: the reason may be too long for the line.
            self.activity = f"{what} in {countdown(until - self.now)}" + (f" ({why})" if why else "")
        elif what and elapsed >= ELAPSED_SHOWN_AFTER:
            self.activity = f"{what}{self.glyphs.ellipsis} {int(elapsed)}s"
        else:
            self.activity = f"{what}{self.glyphs.ellipsis}" if what else ""

    @property
    def something_counts(self) -> bool:
        return bool(self._doing[0]) or super().something_counts

    def tick(self) -> None:
        super().tick()
        self._draw_activity()

    @on(Transcript.RetryAsked)
    def _retry_asked(self) -> None:
        self.action_retry()

    @on(Transcript.Copied)
    def _copied(self, event: Transcript.Copied) -> None:
        self.tell(f"Copied the {event.what} ({count(len(event.text), 'character')}).")

    @on(Transcript.LinkOpened)
    def _link_opened(self, event: Transcript.LinkOpened) -> None:
        self.app.open_url(event.url)

    # Keys

    def action_escape(self) -> None:
        if self.has_class("-overlay"):
            self.action_toggle_panels()
        elif self.is_answering:
            self.action_stop()
        elif self.focused is self.prompt:
            self.set_focus(self.transcript)
        else:
            self.set_focus(self.prompt)

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "turn")

    def action_focus_prompt(self) -> None:
        self.set_focus(self.prompt)

    def on_key(self, event: events.Key) -> None:
        """Typing anywhere goes to the prompt, unless the key means something where the focus is."""
        if not event.is_printable or not event.character or self.focused is self.prompt:
            return
        if event.key not in self.active_bindings:
            event.stop()
            self.set_focus(self.prompt)
            self.prompt.insert_text(event.character)

    def on_paste(self, event: events.Paste) -> None:
        if self.focused is not self.prompt:
            self.set_focus(self.prompt)
            self.prompt.insert_text(event.text)

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        self.group = _group_of(event.widget)

    def action_toggle_panels(self) -> None:
        if not (self.has_class("-narrow") or self.has_class("-tiny")):
            self.toggle_class("-hidden")
        else:
            self.toggle_class("-overlay")
            if self.has_class("-overlay"):
                self.set_focus(self.query_one(HealthSidebar))
                return
        if not self.focused or self.focused in self.query("#panels > *"):
            self.set_focus(self.prompt)

    def action_help(self) -> None:
        about = getattr(self.focused, "HELP", "") or ""
        self.app.push_screen(HelpScreen(str(about)))

    def action_retry(self) -> None:
        question = self.conversation.last_unanswered
        if self.is_answering or question is None:
            self.tell("There is no unanswered question to retry.")
            return
        if self.prompt.value == question:
            self.prompt.empty()
        self.send(question)

    def action_again(self) -> None:
        if self.offered is not None and self.conversation.is_empty:
            self.action_restore()
        else:
            self.action_retry()

    def action_restore(self) -> None:
        if self.offered is None or self.is_answering:
            self.tell("There is no earlier conversation to restore.")
            return
        if not self.conversation.is_empty:
            self.keeper.begin_another(self.saved())
        found, self.offered = self.offered, None
        self.keeper.adopt(found)
        self._take(found.saved)
        self.save_soon()

    def _take(self, saved: Saved) -> None:
        self.conversation = Conversation(list(saved.exchanges))
        self.chat.restore(saved.exchanges, saved.shown)
        for exchange in saved.exchanges:
            self.prompt.remember(exchange.question)
        if not self.prompt.value.strip():
            self.prompt.value = saved.draft
        self.chat_title = self.conversation.title
        self._show_chat()

    def action_new(self) -> None:
        if self.is_answering:
            self.tell("An answer is still coming: esc stops it first.")
            return
        self.keeper.begin_another(replace(self.saved(), draft=""))
        self.conversation = Conversation()
        self.chat.clear()
        self.chat_title = ""
        self.tokens, self.cost_usd = 0, None
        self.query_one(Welcome).notices = ()
        self.remove_class("-talking")
        self.set_focus(self.prompt)

    def action_providers(self) -> None:
        if self.snapshot is None:
            self.tell("One moment: the connections are still being opened.")
            return
        self.print("Providers", report(self.snapshot, self.begin.wall(), self.glyphs))

    def action_leave(self) -> None:
        self.app.exit()

    def run_command(self, action: str) -> object:
        """Run one of the palette's actions here."""
        return self.run_action(action)


def _group_of(widget: Widget) -> Group:
    match widget:
        case Prompt():
            return Group.PROMPT
        case HealthSidebar():
            return Group.HEALTH
        case FallbackPanel():
            return Group.ORDER
        case _:
            return Group.READING
