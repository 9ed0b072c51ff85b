"""The half of the main screen that has to do with what is written: what goes with it, what it costs, what is kept."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from textual import on
from textual.app import SuspendNotSupported
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer

from phoenix_tui.core.tokens import estimated_text
from phoenix_tui.core.types import Target
from phoenix_tui.tui import keys, spoken
from phoenix_tui.tui.attachments import (
    Attachment,
    NotAttached,
    file_sizes,
    plain,
    read_attachments,
    written_references,
)
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.editor import NotEdited, edited, editor_command
from phoenix_tui.tui.estimate import Estimate, SentSoFar
from phoenix_tui.tui.history_file import HistoryFile
from phoenix_tui.tui.notices import take_away
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.screens.asking_screen import still_coming
from phoenix_tui.tui.screens.completing_screen import CompletingScreen
from phoenix_tui.tui.slash import Say, parse
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.widgets.prompt import PLACEHOLDER, Prompt

ESTIMATED_AFTER = 0.3
"""Seconds after a key until what the message would cost is worked out anew."""
T = TypeVar("T")

_NOT_SENT = "Nothing was sent; your text stays here."


class WritingScreen(CompletingScreen):
    """Reads the files that a message refers to, says what it would cost, has it written in an editor, and keeps what
    was sent for later runs."""

    estimate: reactive[Estimate | None] = reactive(None, repaint=False)
    """What would be sent now; None while there is nothing to send."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.terminal_is_lent = False
        self._sent_file = HistoryFile(start.state_folder) if start.state_folder else None
        self._sent_problem = ""
        self._sent_so_far = SentSoFar()
        self._estimate_timer: Timer | None = None

    def on_mount(self) -> None:
        if self._sent_file is not None:
            self.work(partial(self._read_sent, self._sent_file), "sent")

    def on_resize(self) -> None:
        self.prompt.fit()

    def watch_is_answering(self) -> None:
        super().watch_is_answering()
        self._draw_placeholder()
        self._estimate_soon()

    def watch_question(self) -> None:
        self._draw_placeholder()

    def _draw_placeholder(self) -> None:
        """Say in the empty prompt what its keys do; while the person is asked something, the question says it. Where it
        is read aloud it stays, since it would be read at the beginning and at the end of every answer."""
        if self.question:
            self.prompt.placeholder = ""
        elif self.is_answering and not spoken.in_force():
            self.prompt.placeholder = Content(
                f"{keys.label('stop')} stops the answer; {keys.label('send')} sends when it is over"
            )
        else:
            self.prompt.placeholder = PLACEHOLDER

    def watch_shown(self) -> None:
        self._estimate_soon()

    # What is sent

    def send_written(self, written: Draft, meant: Draft) -> None:
        """Ask what is `meant`, with the files that it refers to. `written` is how it stood in the prompt, where it
        comes back when it cannot be sent."""
        self.is_answering = True
        self.work(partial(self._attach_and_send, written, meant), "turn")

    async def _attach_and_send(self, written: Draft, meant: Draft) -> None:
        try:
            attachments = await self._attachments(meant)
        except NotAttached as refused:
            self._keep_back(written)
            self.tell(f"{refused} {_NOT_SENT}", "warning")
        except asyncio.CancelledError:
            self._keep_back(written)
            raise
        else:
            take_away(self.app, lambda notice: notice.message.endswith(_NOT_SENT))  # it would seem to be said of this
            self._remember(written)
            await self.turn(plain(meant), attachments, written)

    async def _attachments(self, meant: Draft) -> tuple[Attachment, ...]:
        if not written_references(meant):
            return ()
        self.show_activity("reading what is attached", None)
        return await asyncio.to_thread(read_attachments, meant, self.begin.folder)

    def _keep_back(self, written: Draft) -> None:
        self.show_activity("", None)
        self.is_answering = False
        self.prompt.take_back(written)

    # The person's own editor

    async def action_edit(self) -> None:
        """Have the message written in the person's editor, which has the terminal until it ends."""
        if self.is_answering:  # nothing of ours runs meanwhile, and the answer would miss its deadlines
            self.tell(still_coming())
            return
        before = self.prompt.value
        try:
            after = await self._lend_terminal(partial(edited, editor_command(self.begin.editor), before))
        except NotEdited as problem:
            self.tell(f"{problem} Your message is as it was.", "warning")
        except SuspendNotSupported:
            self.tell("An editor needs a terminal, and there is none to be lent here.", "warning")
        else:
            if after == before:
                self.tell("The message is unchanged. An editor with a window of its own must wait: code --wait.")
            else:
                self.prompt.rewrite(after)
        self.set_focus(self.prompt)

    async def _lend_terminal(self, use: Callable[[], T]) -> T:
        """Let `use` have the terminal. Raises SuspendNotSupported, and what `use` raises."""
        self.save_now()
        self.terminal_is_lent = True
        try:
            with self.app.suspend(), ThreadPoolExecutor(1) as pool:
                # What it raises comes out below: passing through here it would keep the screen from coming back.
                using = pool.submit(use)
        finally:
            for _ in range(5):  # the loop hears now of signals that came meanwhile: after three rounds at the latest
                await asyncio.sleep(0)
            self.terminal_is_lent = False
        return using.result()

    @abstractmethod
    def save_now(self) -> None:
        """Write the session before returning."""

    # What it costs

    @on(Prompt.DraftChanged)
    def _estimate_soon(self) -> None:
        if not self.prompt.text.strip() or self.is_answering:
            self.workers.cancel_group(self, "estimate")
            self.estimate = None
        elif self._estimate_timer is None:
            self._estimate_timer = self.set_timer(ESTIMATED_AFTER, self._begin_estimate)

    def _begin_estimate(self) -> None:
        self._estimate_timer = None
        self.work(self._estimate, "estimate", exclusive=True)

    async def _estimate(self) -> None:
        draft, snapshot = self.prompt.draft, self.shown
        if not draft or not (draft.folds or isinstance(parse(draft.text), Say)):
            self.estimate = None
            return
        references = written_references(draft)
        sizes = await asyncio.to_thread(file_sizes, references, self.begin.folder) if references else ()
        tokens = self._sent_so_far.tokens(self.conversation, self.begin.system_prompt)
        tokens += estimated_text(draft.text, sum(sizes))
        first = first_to_answer(snapshot) if snapshot else None
        if snapshot is None or first is None:
            self.estimate = Estimate(tokens, files=len(sizes))
            return
        limit = snapshot.daily_budget
        self.estimate = Estimate(
            tokens,
            first.target,
            files=len(sizes),
            cost=await self._cost(tokens, first.target),
            window=snapshot.info_of(first.target.provider).context_window,
            budget_left=None if limit is None else limit - snapshot.spent_today,
        )

    async def _cost(self, tokens: int, target: Target) -> float | None:
        """What so many tokens cost that are sent to `target`, in dollars."""
        if self.begin.price is None or not target.model:
            return None
        price = await asyncio.to_thread(self.begin.price, target)  # the first call loads a price list
        return None if price is None else price.input * tokens / 1_000_000

    # What was sent before

    async def _read_sent(self, file: HistoryFile) -> None:
        self.prompt.sent.put_before(await asyncio.to_thread(file.read))
        self._tell_sent_problem(file)

    def _remember(self, written: Draft) -> None:
        self.prompt.remember(written)
        if self._sent_file is not None:
            self.work(partial(self._keep_sent, self._sent_file, written), "sent")

    async def _keep_sent(self, file: HistoryFile, written: Draft) -> None:
        await asyncio.to_thread(file.add, written)
        self._tell_sent_problem(file)

    def _tell_sent_problem(self, file: HistoryFile) -> None:
        if file.problem and file.problem != self._sent_problem:
            self.tell(file.problem, "warning")
        self._sent_problem = file.problem
