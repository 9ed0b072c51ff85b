"""The one screen: it owns state and workers, hands state down by data binding and hears facts from its widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from phoenix_tui.tui import keys, messages, spoken
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.commands import CHAT
from phoenix_tui.tui.conversation import Conversation
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.keeping import SessionKeeper
from phoenix_tui.tui.markdown import parser, syntax
from phoenix_tui.tui.order_report import order_report
from phoenix_tui.tui.ports import Tone
from phoenix_tui.tui.preferences import NARROWEST, Preferences
from phoenix_tui.tui.report import report
from phoenix_tui.tui.screens.asking_screen import still_coming
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.settings import SettingsScreen
from phoenix_tui.tui.screens.speaking_screen import SpeakingScreen
from phoenix_tui.tui.session import Found, Saved, SessionStore
from phoenix_tui.tui.slash import Run, Say, parse
from phoenix_tui.tui.slash_commands import carry_out
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.text import ago, count
from phoenix_tui.tui.transcript.entries import Entry, load_entries
from phoenix_tui.tui.welcome_words import demo_words, needs_setup
from phoenix_tui.tui.widgets.chip_area import ChipArea
from phoenix_tui.tui.widgets.completion_list import CompletionList
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.find_bar import FindBar
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from phoenix_tui.tui.widgets.lines import ActivityLine, Banner, HealthStrip, KeyBar, QuestionBar, StatusLine
from phoenix_tui.tui.widgets.panels import Panels
from phoenix_tui.tui.widgets.prompt import Prompt
from phoenix_tui.tui.widgets.transcript import Transcript
from phoenix_tui.tui.widgets.welcome import Welcome

SAVED_AFTER = 2.0
"""Seconds after a key until the session is written with the draft; a kill -9 loses no more."""


class MainScreen(SpeakingScreen):
    """Chat, prompt, health and order, in one picture."""

    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-tiny"), (40, "-narrow"), (100, "-wide"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as above
        (0, "-flat"), (12, "-low"), (18, "-short"), (30, "-tall"), (46, "-taller"), (58, "-tallest"),
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.ANYWHERE), *bindings_of(Group.READING)]

    behind: reactive[str] = reactive("providers", repaint=False)
    """What the prompt is left for: the first screen with its providers, or the chat."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        store = SessionStore(start.state_folder) if start.state_folder else None
        self.keeper = start.resumed.keeper if start.resumed else SessionKeeper(store)
        demo = "" if not start.is_demo else demo_words(comes_back=start.comes_back)
        self.welcome = Welcome(glyphs=self.glyphs, demo=demo, id="welcome")
        self.offered: tuple[Found, list[Entry]] | None = None
        """What an earlier run left, and what of it is shown when it is restored."""
        self._save_timer: Timer | None = None
        self._save_problem = ""

    def compose(self) -> ComposeResult:
        main, glyphs = MainScreen, self.glyphs
        badge = "DEMO" if self.begin.is_demo else ""
        status = StatusLine(glyphs=glyphs, badge=badge, id="status")
        yield status.data_bind(main.chat_title, main.kept_here, snapshot=main.shown)
        yield Banner(id="banner").data_bind(main.snapshot, main.now)
        yield HealthStrip(glyphs=glyphs, id="strip").data_bind(main.now, snapshot=main.shown)
        with Horizontal(id="body"):
            with Vertical(id="chat"):
                with Container(id="conversation"):
                    yield self.welcome.data_bind(snapshot=main.shown)
                    yield self.transcript.data_bind(main.offers)
                    yield CompletionList(ellipsis=glyphs.ellipsis, id="completion").data_bind(main.completion)
                yield FindBar(id="find")
                yield QuestionBar(id="question").data_bind(main.question)
                yield ActivityLine(id="activity").data_bind(main.activity, main.estimate, main.told)
                with Container(id="prompt-box"):
                    yield self.prompt
            with Panels(id="panels"):
                yield HealthSidebar(glyphs=glyphs, id="health").data_bind(main.now, snapshot=main.shown)
                yield FallbackPanel(glyphs=glyphs, id="order").data_bind(main.now, snapshot=main.shown)
        bar = KeyBar(id="keys")
        yield bar.data_bind(
            main.group, main.behind, main.is_answering, main.confirm_key, main.tokens, main.cost_usd, main.budget
        )
        yield Static("This terminal is too small. Make it at least 40 columns by 12 lines.", id="too-small")

    def on_mount(self) -> None:
        typed = self.begin.typed()  # first of all: until then the driver reads no key
        self.watch_preferences(Preferences(), self.preferences)
        if typed:
            self.prompt.insert_text(typed)
        self.work(self._load_markdown, "markdown")
        for problem in self.begin.problems:
            self.say(problem, Tone.ERROR)
        for notice in self.begin.notices:
            self.say(notice)
        if self.begin.resumed:
            self._take(self.begin.resumed.saved, load_entries(self.begin.resumed.saved.shown))
        else:
            self.work(self._offer_last, "session")

    async def _load_markdown(self) -> None:
        """What shows answers, once the client stands; whoever asks after that does not wait for it."""
        await self._client_settled.wait()
        for load in (parser.load, syntax.load):
            await asyncio.to_thread(load)

    def watch_preferences(self, before: Preferences, now: Preferences) -> None:
        if now.panels_hidden != before.panels_hidden:
            self.set_class(now.panels_hidden, "-hidden")
        for panels in self.query(Panels):  # not there yet while the screen is made
            panels.fit(now.panel_width)

    def say(self, sentence: str, tone: Tone = Tone.INFO) -> None:
        """A line of ours in the chat."""
        self.chat.say(sentence, tone)
        if not self.shows_chat:
            self.welcome.notices += ((sentence, tone),)

    def print(self, title: str, lines: Iterable[Sequence[tuple[str, str]]]) -> None:
        """What a command gives, in the chat."""
        self.chat.print(title, lines)
        self.show_chat()

    def show_chat(self) -> None:
        self._stand(chat=True)
        self.behind = "chat"
        if self.focused is self.welcome:
            self.set_focus(self.transcript)

    def _stand(self, *, chat: bool) -> None:
        """Let the chat stand, or the welcome. Not by a class of the screen: after that Textual looks for the styles of
        all that is on it again, between Enter and the first word."""
        self.welcome.display, self.transcript.display = not chat, chat

    def provider_set_up(self) -> None:
        """As `SetupScreen` has it. What is typed next is meant for the provider, and no key of the list."""
        if self.focused is self.welcome:
            self.set_focus(self.prompt)

    # What is kept

    def saved(self, *, with_shown: bool = True) -> Saved:
        """Conversation and draft as they are now. Works whatever state the screen is in; without `with_shown` also
        when the transcript has failed."""
        conversation, draft = self.conversation, self.prompt.draft
        if conversation.is_empty:
            return Saved(draft=draft.text, folds=draft.folds, local_only=conversation.local_only)
        shown = self.chat.dump() if with_shown else ()
        known_to, exchanges = tuple(sorted(conversation.known_to)), tuple(conversation.exchanges)
        return Saved(exchanges, draft.text, shown, conversation.local_only, known_to, draft.folds)

    async def _offer_last(self) -> None:
        found = await asyncio.to_thread(self.keeper.find)
        if self.keeper.problem:
            self.say(self.keeper.problem)
        if found is None:
            return
        self.offered = found, await asyncio.to_thread(load_entries, found.saved.shown)
        said = count(len(found.saved.exchanges), "question") if found.saved.exchanges else "only a draft"
        when = ago(max(0.0, self.begin.wall() - found.written_at))
        self.say(f"Your last conversation ({said}, {when}) was kept: {keys.label('again')} or /restore brings it back.")

    async def _save(self) -> None:
        await self.keeper.save(self.saved())
        problem, before = self.keeper.problem, self._save_problem
        self._save_problem = problem
        if problem and problem != before:  # once: each key and each answer wants to be saved
            self.tell(problem, "warning")

    def save_now(self) -> None:
        """Write the session before returning."""
        self.keeper.save_now(self.saved())

    def save_soon(self) -> None:
        """Write the session in a thread, without waiting for it."""
        self.work(self._save, "save")

    @on(Prompt.DraftChanged)
    def _draft_changed(self) -> None:
        self.draw_question()
        self._save_later()

    def _save_later(self) -> None:
        """Write the session in a while: much that changes one after another is written once."""
        if self._save_timer is None:
            self._save_timer = self.set_timer(SAVED_AFTER, self._save_what_changed)

    def _save_what_changed(self) -> None:
        self._save_timer = None
        self.save_soon()

    # A message

    @on(Prompt.Submitted)
    def _submitted(self, event: Prompt.Submitted) -> None:
        draft = event.draft
        match Say(draft.text) if draft.folds else parse(draft.text):  # a paste is no command
            case Run(name, argument):
                carry_out(self, name, argument)
            case Say(text):
                if self.is_answering:
                    self.prompt.take_back(draft)
                    stop = keys.label("stop")
                    asked = f"{keys.label('confirm')} lets the question go on, {stop} keeps it here"
                    coming = f"An answer is still coming: {stop} stops it, then {keys.label('send')} sends"
                    self.tell(f"{asked if self.question else coming}. Your text stays here.")
                    return
                self.send_written(draft, draft.after(len(draft.text) - len(text)))
            case unknown:
                self.prompt.take_back(draft)
                self.tell(unknown.message, "warning")

    @on(ChipArea.Hinted)
    def _hinted(self, event: ChipArea.Hinted) -> None:
        self.tell(event.hint)

    # Keys

    def action_escape(self) -> None:
        if self.question:
            self.action_stop()
        elif self.has_class("-overlay"):
            self.action_toggle_panels()
        elif self.close_find():
            pass
        elif self.is_answering:
            self.action_stop()
        elif self.focused is self.prompt:
            self.set_focus(self.transcript if self.shows_chat else self.welcome)
        else:
            self.set_focus(self.prompt)

    @on(Prompt.EmptyEntered)
    def _nothing_to_send(self) -> None:
        """Who presses enter where nobody can be asked yet wants to know how to begin."""
        if self.shown is not None and needs_setup(self.shown) and not self.shows_chat:
            self.set_focus(self.welcome)

    def action_focus_prompt(self) -> None:
        self.set_focus(self.prompt)

    def on_key(self, event: events.Key) -> None:
        """Typing anywhere goes to the prompt, unless the key means something where the focus is. The prompt keeps its
        own keys: what comes here while it has the focus was typed just before it got it."""
        if not event.is_printable or not event.character or event.key.startswith("alt+"):
            return
        if event.key not in self.active_bindings:
            event.stop()
            self.set_focus(self.prompt)
            self.prompt.insert_text(event.character)

    def on_paste(self, event: events.Paste) -> None:
        if self.focused is not self.prompt:
            self.set_focus(self.prompt)
            self.prompt.paste(event.text)

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        self.group = _group_of(event.widget)
        if event.widget not in self.query("#panels > *"):
            self.remove_class("-overlay")  # it would lie over what has the focus now
        self.draw_question()

    @on(messages.ActionClicked)
    async def _action_clicked(self, event: messages.ActionClicked) -> None:
        await self.run_action(event.action)

    def action_to_end(self) -> None:
        """Go to the end of the chat, where what is coming comes."""
        self.transcript.action_scroll_end()

    @property
    def panels_lie_over(self) -> bool:
        """Whether there is no room for the panels beside the chat, or somebody listens, who has one thing at a time."""
        return spoken.in_force() or any(map(self.has_class, ("-tiny", "-narrow", "-flat", "-low")))

    def on_resize(self) -> None:
        self.call_next(self._settle_panels)  # once the classes for the new size stand

    def _settle_panels(self) -> None:
        """Panels that lay over the chat and stand beside it now do not come to lie over it again by themselves, and
        panels for which there is no room any more do not keep the focus."""
        if not self.panels_lie_over:
            self.remove_class("-overlay")
        elif not self.has_class("-overlay") and self.focused and self.focused.parent is self.query_one(Panels):
            self.set_focus(self.prompt)

    def action_panel_width(self, by: int) -> None:
        """Make the panels wider by so many columns, or narrower where it is negative."""
        panels = self.query_one(Panels)
        if not panels.region:
            self.tell(f"The panels are not shown now; {keys.label('panels')} shows them.")
        elif not panels.widen(by):
            limit = f"at most {panels.widest}" if by > 0 else f"at least {NARROWEST}"
            self.tell(f"The panels take {limit} columns here.")

    @on(Panels.Widened)
    def _panels_widened(self, event: Panels.Widened) -> None:
        self.prefer(panel_width=event.width)

    def action_toggle_panels(self) -> None:
        if not self.panels_lie_over:
            self.prefer(panels_hidden=not self.preferences.panels_hidden)
        else:
            self.toggle_class("-overlay")
            if self.has_class("-overlay"):
                self.set_focus(self.query_one(HealthSidebar))
                return
        if not self.focused or self.focused in self.query("#panels > *"):
            self.set_focus(self.prompt)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(keys.filled(spoken.help_of(self.focused)), self.group))

    def action_settings(self) -> None:
        self.app.push_screen(SettingsScreen(self))

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
        (found, shown), self.offered = self.offered, None
        self.keeper.adopt(found)
        self._take(found.saved, shown)
        self._save_later()  # what was restored is in its file as long as this run has not written its own

    def _take(self, saved: Saved, shown: Sequence[Entry]) -> None:
        kept_here = saved.local_only or self.kept_here
        self.conversation = Conversation(list(saved.exchanges), local_only=kept_here, known_to=set(saved.known_to))
        self.kept_here = kept_here
        self.forget_turns()
        self.close_find()
        self.chat.restore(saved.exchanges, shown)
        if not self.prompt.draft:
            self.prompt.draft = Draft(saved.draft, saved.folds)
        self.chat_title = self.conversation.title
        if saved.exchanges:
            self.show_chat()

    def action_new(self) -> None:
        if self.is_answering:
            self.tell(still_coming())
            return
        self.keeper.begin_another(replace(self.saved(), draft="", folds=()))
        if self.kept_here and not self.begin.local_only:
            self.tell(f"The new conversation may leave this machine; {keys.label('local')} keeps it here.")
        self.conversation = Conversation(local_only=self.begin.local_only)
        self.kept_here = self.begin.local_only
        self.forget_turns()
        self.close_find()
        self.chat.clear()
        self.chat_title = ""
        self.tokens, self.cost_usd = 0, None
        self.welcome.notices = ()
        self._stand(chat=False)
        self.behind = "providers"
        self.set_focus(self.prompt)

    def action_providers(self) -> None:
        if self.snapshot is None:
            self.tell("One moment: the connections are still being opened.")
            return
        self.print("Providers", report(self.snapshot, self.begin.wall(), self.glyphs))

    def action_provider_page(self, name: str) -> None:
        """Show all that is known of `name`."""
        # Not before somebody asks: the first picture needs none of it.
        from phoenix_tui.tui.screens.provider_page import ProviderPage  # noqa: PLC0415 - as above

        page = self.app.screen
        if isinstance(page, ProviderPage):
            page.provider = name
        else:
            self.app.push_screen(ProviderPage(self, name))

    @on(messages.ProviderOpened)
    def _provider_opened(self, event: messages.ProviderOpened) -> None:
        self.action_provider_page(event.provider)

    @on(messages.ModelRequested)
    def _model_requested(self, event: messages.ModelRequested) -> None:
        self.action_choose_model(event.provider)

    def action_route(self) -> None:
        if self.shown is None:
            self.tell("One moment: the connections are still being opened.")
            return
        self.print("Fallback order", order_report(self.shown, self.begin.wall(), self.glyphs))

    def action_incidents(self) -> None:
        carry_out(self, "incidents", "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`r` and `o` are letters like any other as long as there is nothing that they could do."""
        match action:
            case "other":
                return self.can_ask_another
            case "retry":
                return self.is_answering or self.conversation.last_unanswered is not None
            case _:
                return True

    async def action_demo(self) -> None:
        """Leave for the demo, and come back here when it is left."""
        if self.begin.is_demo:
            self.tell(f"This is the demo; {keys.label('quit')} leaves it.")
        elif self.is_answering:
            self.tell(still_coming())
        else:
            await self.run_action("app.leave_for_demo")

    def action_leave(self) -> None:
        self.app.exit()

    def run_command(self, action: str) -> Awaitable[object]:
        """Run one of the palette's actions here, or in the chat."""
        if action.startswith(CHAT):
            self.set_focus(self.transcript)
            return self.transcript.run_action(action.removeprefix(CHAT))
        return self.run_action(action)


def _group_of(widget: Widget) -> Group:
    match widget:
        case Prompt():
            return Group.PROMPT
        case HealthSidebar():
            return Group.HEALTH
        case FallbackPanel():
            return Group.ORDER
        case Welcome():
            return Group.FIRST
        case Transcript():
            return Group.CHAT
        case Widget(parent=FindBar()):
            return Group.FIND
        case _:
            return Group.READING
