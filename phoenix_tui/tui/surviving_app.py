"""The half of the application that outlives its own bugs: each is told and written down, and only what nobody could
work with ends the program."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePath
from typing import Any

from rich.console import RenderableType
from textual._context import active_message_pump
from textual.app import App
from textual.css.errors import StylesheetError
from textual.dom import DOMNode
from textual.events import Key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed

from phoenix_tui.tui.defects import Defect, Defects, told, told_last
from phoenix_tui.tui.error_log import ErrorLog
from phoenix_tui.tui.guard import ErrorsTo, Failed, guard, part_of

HOPELESS = 10
"""Keys in a row at which the program itself fails: nobody can work with it then, nor leave it."""
NOTICE_SECONDS = 15.0
"""How long the notice of a defect stands."""


class SurvivingApp(App[None]):
    """Guards every widget that it starts, its own handlers and what Textual brings to it from timers, workers and
    layout.

    `defects` has all that went wrong, `last_words` the sentence to say when the screen is gone, empty where it ended
    well. In a test, `run_test` raises the first defect at its end.
    """

    def __init__(self, css_path: list[PurePath], *, log_folder: Path | None, is_kept: bool) -> None:
        """`log_folder` is where defects are written down, None for nowhere; `is_kept` says whether the conversation
        outlives the program."""
        super().__init__(css_path=[*css_path])
        self.defects = Defects()
        self.last_words = ""
        self._is_kept = is_kept
        self._error_log = ErrorLog(log_folder)
        self._told: set[str] = set()
        self._failing_keys = 0
        guard(self, self.caught)

    @property
    def is_usable(self) -> bool:
        """Whether what nobody can work without is there, once the first screen is built."""
        return True

    def caught(self, node: MessagePump, failed: str, error: Exception) -> None:
        """`node` failed with `error`: tell it if that is new, count it if not."""
        defect = self._found("program" if node is self else part_of(node), failed, error)
        if defect is None:
            return
        cannot_begin = isinstance(error, StylesheetError) and not self._dom_ready  # it would look like nothing at all
        if self._failing_keys >= HOPELESS or cannot_begin:
            self._give_up(defect)
        elif failed == Failed.BUILDING and isinstance(node, Screen):
            node.call_later(self._end_if_useless, defect)  # when it is built as far as it can be

    def _end_if_useless(self, defect: Defect) -> None:
        if not self.is_usable:
            self._give_up(defect)

    def _found(self, part: str, failed: str, error: BaseException) -> Defect | None:
        """Gives the defect, None for one too many."""
        if self.is_headless and self._exception is None and isinstance(error, Exception):
            self._exception = error  # run_test raises it: a test sees no defect only by saying so
        defect = self.defects.add(part, failed, error)
        if defect is not None and defect.times == 1:
            self._error_log.write(defect)
            if self._running and not self._exit:
                self._tell(defect)
        return defect

    def _tell(self, defect: Defect) -> None:
        sentence = told(defect, self._error_log.path, is_kept=self._is_kept)
        if sentence in self._told:
            return  # another way to the same failure
        self._told.add(sentence)
        self.notify(sentence, severity="error", timeout=NOTICE_SECONDS, markup=False)

    def _give_up(self, defect: Defect) -> None:
        """End, with a sentence: there is nothing that a person could still do."""
        if not self.last_words:
            self.last_words = told_last(defect, self._error_log.path, is_kept=self._is_kept)
            self.exit()

    def run_to_its_end(self, *, mouse: bool) -> int:
        """Run until the person leaves, a signal comes or, with `last_words`, nothing can go on. Gives the exit status
        for the first two."""
        with ErrorsTo(lambda error: self.caught(self, Failed.WORKING, error)):
            self.run(mouse=mouse)
        defects = list(self.defects)
        if defects and not self._exit:  # it ended, and nobody wanted it to
            self._give_up(defects[-1])
        self._error_log.close(self.defects)
        return self.return_code or 0

    # What Textual brings here

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        guard(child, self.caught)
        super()._register_child(parent, child, before, after)

    def _start_widget(self, parent: Widget, widget: Widget) -> None:
        """Scroll bars come this way."""
        guard(widget, self.caught)
        super()._start_widget(parent, widget)

    def _handle_exception(self, error: Exception) -> None:
        """What no guard has caught: a layout, a worker, a style sheet."""
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        self.caught(active_message_pump.get(self), Failed.WORKING, error)

    def panic(self, *renderables: RenderableType) -> None:
        """A driver cannot go on: where Textual would print a traceback, a sentence."""
        self._give_up(Defect("terminal", "could not be read", "panic", ""))

    async def _dispatch_message(self, message: Message) -> None:
        if not isinstance(message, Key):
            await super()._dispatch_message(message)
            return
        self._failing_keys += 1
        await super()._dispatch_message(message)
        self._failing_keys = 0

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """An action that fails was still what the key meant."""
        with ErrorsTo(lambda error: self.caught(namespace, Failed.WORKING, error)):
            return await super()._dispatch_action(namespace, action_name, params)
        return True

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._task_failed)

    def _task_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task that nobody waits for, or a callback of the loop."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._found("work in the background", Failed.WORKING, error)
        else:
            loop.default_exception_handler(context)
