"""The half of the application that reaches what is around the terminal: clipboards, the browser, the desktop."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path, PurePath

from textual import events, on
from textual.worker import WorkType

from phoenix_tui.tui import messages
from phoenix_tui.tui.addresses import is_openable, shown
from phoenix_tui.tui.clipboard import Clipboard
from phoenix_tui.tui.in_order import OrderlyApp
from phoenix_tui.tui.links import SENTENCE_CELLS, open_link
from phoenix_tui.tui.notifying import Notifier
from phoenix_tui.tui.widgets.transcript import Transcript


class DesktopApp(OrderlyApp):
    """Says of everything that it copies or opens what became of it."""

    def __init__(self, css_path: list[PurePath], *, own_files: Path | None, is_kept: bool) -> None:
        super().__init__(css_path, log_folder=own_files, is_kept=is_kept)
        self.clipboards = Clipboard(self._send, own_files)
        self.notifier = Notifier(self._send)
        self.open_link: Callable[[str], str | None] = open_link

    def _send(self, sequence: str) -> None:
        """Write `sequence` to the terminal, from whatever thread."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _beside(self, what: Callable[[], Coroutine[None, None, None]], group: str) -> None:
        """Do `what`, which waits for others, beside everything else."""
        work: WorkType[None] = what
        self.run_worker(work, group=group)

    @abstractmethod
    def tell(self, sentence: str) -> None:
        """A passing notice."""

    # Copying

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual's own widgets call."""
        self.copy(text, "text")

    @on(Transcript.Copied)
    def _copied(self, event: Transcript.Copied) -> None:
        self.copy(event.text, event.what)

    def copy(self, text: str, what: str) -> None:
        """Copy `text`, which a person calls `what` ("answer"), and say how."""
        self._clipboard = text
        self._beside(partial(self._copy, text, what), "copy")

    async def _copy(self, text: str, what: str) -> None:
        self.tell(await asyncio.to_thread(self.clipboards.copy, text, what))

    # Links

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open a web or mail address in the person's browser, or copy it where that is out of reach."""
        if is_openable(url):
            self._beside(partial(self._open, url), "open")
        else:
            self.tell(f"Only web and mail addresses are opened, and this is none: {shown(url, SENTENCE_CELLS)}")

    async def _open(self, url: str) -> None:
        told = await asyncio.to_thread(self.open_link, url)
        if told is None:
            told = f"There is no browser here. {await asyncio.to_thread(self.clipboards.copy, url, 'address')}"
        self.tell(told)

    # Calling the person

    @on(events.AppFocus)
    def _looked_at(self) -> None:
        self.notifier.is_looked_at = True

    @on(events.AppBlur)
    def _looked_away(self) -> None:
        self.notifier.is_looked_at = False

    @on(messages.AnswerCame)
    def _answer_came(self, event: messages.AnswerCame) -> None:
        if self.notifier.is_wanted(event.seconds):
            self._call(f"{event.provider} has answered")

    @on(messages.NobodyAnswered)
    def _nobody_answered(self) -> None:
        if self.notifier.is_wanted():
            self._call("nobody could answer")

    @on(messages.ConfirmationAsked)
    def _confirmation_asked(self, event: messages.ConfirmationAsked) -> None:
        if self.notifier.is_wanted():
            self._call(f"{event.provider} may be asked next: it waits for your word")

    def _call(self, sentence: str) -> None:
        self._beside(partial(asyncio.to_thread, self.notifier.call, sentence), "notify")
