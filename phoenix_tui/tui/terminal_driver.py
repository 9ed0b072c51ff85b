"""The driver of a Unix terminal: Textual's, which leaves the terminal as it was, and which notices when it is gone."""

from __future__ import annotations

import os
import select
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from queue import Full
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from phoenix_tui.tui import real_cursor
from phoenix_tui.tui.first_keys import ESCAPE
from phoenix_tui.tui.first_picture import Shown
from phoenix_tui.tui.guard import ErrorsTo
from phoenix_tui.tui.messages import TerminalLost
from phoenix_tui.tui.pastes import Pasted, PasteReader
from phoenix_tui.tui.portions import MOST, adapted
from phoenix_tui.tui.window_title import POP, PUSH, can_be_restored

POLL_SECONDS = 0.1
"""How long one wait for keys lasts: when it is over, a lone ESC is the key and no beginning of a sequence."""
HELD_SECONDS = 0.02
"""How long the rest of what may be the beginning of a paste is awaited."""
MOST_BYTES = 65_536
CATCH_UP_SECONDS = 0.1
"""How often is looked whether a terminal that had stopped reading reads again."""
PATIENCE = 1.0
"""Seconds for which the end waits for a terminal that does not read."""
SLOW_SECONDS, SLOW_RATE = 0.1, 50_000
"""A terminal that has taken a picture only after so many seconds, and fewer characters a second, has a slow line."""
WHERE_IS_THE_CURSOR = "\x1b[6n"
"""Every terminal since the VT100 answers it (DSR 6), after all that was written before."""
FIRST_PORTION = 400
"""Cells, when a line turns out to be slow."""
LONGEST_ANSWER = 30.0
"""Seconds after which no answer is awaited any more; what lies before it in the line may take so long."""
_AFTER_ESCAPE = 2
"""Who looks for pastes, and who looks for keys behind that, must each have seen that nothing has followed it."""
FULL_SCREEN = "\x1b[?1049h"
LEFT_ON = "\x1b[?1016l\x1b]22;default\x07"
"""Switches off what Textual 8.2 leaves on: mouse positions in pixels, and the shape of the mouse pointer."""


class TerminalDriver(LinuxDriver):
    """Posts `TerminalLost` to the app, once, when the terminal cannot be read or written any more; what is written
    after that goes nowhere, so that the program ends as it always does.

    The full screen is begun and ended in turn, whoever asks for it: begun a second time (Textual does it when somebody
    stops the program with SIGSTOP and lets it continue), the raw mode would be taken for what is to be restored.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = _Output(self._file.fileno(), self._file.encoding, self._lost)
        self._is_on = False
        self._is_ending = False
        self._is_behind = False
        self._is_lost = False
        self._shows_cursor = False
        self._asked: float | None = None
        """When the terminal was asked where its cursor is, and has not answered yet; None: nothing is asked."""
        self._portion = FIRST_PORTION
        self._painted = 0
        self._has_answered = False
        self._has_title = can_be_restored(os.environ)
        self._title = ""
        self._shown: Shown | None = getattr(app, "shown", None)
        """What stands in the full screen already when it is begun."""
        self._first_keys = self._shown.first_keys if self._shown is not None else None
        """Who reads the keys until the prompt stands."""
        self._rests = 0
        """How often nothing is read yet, since the last of those keys was ESC by itself."""

    def start_application_mode(self) -> None:
        if self._is_on:
            return
        if self._shown is not None and not self._shown.stands:
            self._shown = None
        before = self._writer_thread
        self._is_on, self._is_behind, self._asked = True, False, None
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual has not typed it
        self._is_on = self._writer_thread is not before  # in the background, or on a dead terminal, it does not begin
        if self._is_on and self._shown is not None and self._shown.take():
            self.attrs_before = self._shown.line
        self._shown = None
        if self._has_title:
            self.write(PUSH)
            self.show_title(self._title)
        if self._shows_cursor:
            self.show_cursor(is_shown=True)

    def stop_application_mode(self) -> None:
        if self._is_on:
            self._is_ending, self._is_behind = True, False
            self._wait_for_the_answer()
            self.disable_input()  # first: an answer of the terminal switches modes on
            self.write(LEFT_ON + (POP if self._has_title else ""))
            super().stop_application_mode()
            self._is_on = self._is_ending = False

    def _wait_for_the_answer(self) -> None:
        """Nobody takes it any more after the end, and the shell would have it for something typed."""
        end = time.monotonic() + PATIENCE
        while self._is_asked and time.monotonic() < end:
            time.sleep(POLL_SECONDS / 10)

    def write(self, data: str) -> None:
        """Hand `data` to the thread that writes, without waiting for the terminal: one that stands still must not hold
        up an answer. What it misses is drawn as a whole when it reads again. Outside the full screen nothing is
        written: nobody takes it from the queue there."""
        writer = self._writer_thread
        if writer is None or not self._is_on or self._is_behind:
            return
        if self._shown is not None:
            data = data.removeprefix(FULL_SCREEN)  # it is on, and would be cleared
        try:
            writer._queue.put(data, block=self._is_ending, timeout=PATIENCE)
        except Full:
            self._is_behind = True
            self._in_the_app(self._loop.call_later, CATCH_UP_SECONDS, self._catch_up)

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way to the terminal still: what is written now comes behind it."""
        writer = self._writer_thread
        if writer is None or self._is_ending:
            return False
        return self._is_asked or not writer._queue.empty() or self._file.is_busy

    @property
    def cells(self) -> int:
        """How much of a picture the line can take at a time; 0: all of it."""
        return self._portion if self._file.is_slow else 0

    def painted(self, cells: int) -> None:
        """A picture of so many cells was written. Over a slow line the terminal is asked something that it answers when
        it has drawn it: what lies in between may hold many pictures, and says so of none."""
        if not self._file.is_slow:
            self._portion = FIRST_PORTION
        elif self._asked is not None and not self._has_answered:
            self._file.can_be_slow = self._file.is_slow = False  # it does not answer: all at once, as it comes
        elif not self._is_asked:
            self._asked, self._painted = time.monotonic(), cells
            self.write(WHERE_IS_THE_CURSOR)

    @property
    def _is_asked(self) -> bool:
        return self._asked is not None and time.monotonic() - self._asked < LONGEST_ANSWER

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.CursorPosition):
            self._answered()
        else:
            super().process_message(message)

    def _answered(self) -> None:
        if self._asked is None:
            return
        self._has_answered = True
        self._portion = adapted(self._portion, self._painted, time.monotonic() - self._asked)
        if self._portion >= MOST:
            self._file.is_slow = False
        self._asked = None

    def _catch_up(self) -> None:
        if self._writer_thread is not None and not self._writer_thread._queue.empty():
            self._loop.call_later(CATCH_UP_SECONDS, self._catch_up)
        elif self._is_behind:
            self._is_behind = False
            self._app.refresh(layout=True)

    def close(self) -> None:
        """Wait until all is written, but not for ever."""
        if self._writer_thread is not None:
            with suppress(Full):
                self._writer_thread._queue.put(None, timeout=PATIENCE)
                self._writer_thread.join(PATIENCE)

    def show_title(self, title: str) -> None:
        """Let the window have this title as long as the full screen is on; where it could not be put back, nothing."""
        self._title = title
        if self._has_title and title:
            self.write(f"\x1b]2;{title}\x07")

    def show_cursor(self, *, is_shown: bool) -> None:
        """Show the terminal's own cursor, or hide it, as long as the full screen is on."""
        if is_shown or self._shows_cursor:
            self.write(real_cursor.sequence(is_shown=is_shown))
        self._shows_cursor = is_shown

    def _sigtstp_application(self, *_: object) -> None:
        """Ctrl+z of a shell. Done from the loop, since the signal may come in the middle of a write; while an editor
        has the terminal the loop stands still, and there is nothing to write."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(super()._sigtstp_application)
        else:
            super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._continue)

    def _continue(self) -> None:
        """Begin again, also after a stop that nobody could prepare for: a shell has had the terminal meanwhile."""
        if self._is_on:
            self.suspend_application_mode()
        self._must_signal_resume = True
        self.resume_application_mode()

    def _run_input_thread(self) -> None:
        """Read keys until told to end. Bytes that are no UTF-8 cost one key, not all that come after."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace").decode
        pastes = PasteReader()
        while not self.exit_event.is_set():
            data = self._read(HELD_SECONDS if pastes.holds else POLL_SECONDS)
            if data == b"":
                self._lost()
                return
            failed: list[Exception] = []
            with ErrorsTo(failed.append):
                for piece in pastes.feed(decode(data)) if data else pastes.release():
                    for message in [events.Paste(piece.text)] if isinstance(piece, Pasted) else parser.feed(piece):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
            for error in failed:
                parser = XTermParser(self._debug)
                self._in_the_app(self._app._handle_exception, error)

    def _read(self, seconds: float) -> bytes | None:
        """What was typed, None if nothing was for `seconds`, nothing at all when the terminal is gone."""
        if self._first_keys is not None:
            rest = self._first_keys.rest(seconds)
            if rest is not None:
                self._first_keys = None
                self._rests = _AFTER_ESCAPE if rest.endswith(ESCAPE) else 0
            return rest or None
        if self._rests:
            self._rests -= 1
            self.exit_event.wait(ESCAPE_DELAY)
            return None
        try:
            ready, _, _ = select.select([self.fileno], [], [], seconds)
            return os.read(self.fileno, MOST_BYTES) if ready else None
        except OSError:
            return b""

    def _lost(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._in_the_app(self._app.post_message, TerminalLost())

    def _in_the_app(self, call: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to hear of it
            self._loop.call_soon_threadsafe(call, *arguments)


class _Output:
    """The terminal as a stream to write to. That it is gone is told and is no error: the thread that writes would die
    of it, and who waits for that thread hang."""

    def __init__(self, descriptor: int, encoding: str, lost: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._lost = lost
        self._is_lost = False
        self.is_busy = False
        """Whether the terminal has not taken yet what was written."""
        self.is_slow = False
        """Whether something was not taken for a while; the driver takes that back."""
        self.can_be_slow = True

    def fileno(self) -> int:
        return self._descriptor

    def flush(self) -> None:
        """Nothing is held back."""

    def write(self, text: str) -> None:
        self.is_busy, began = True, time.monotonic()
        left = memoryview(text.encode(self._encoding, "backslashreplace"))
        while left and not self._is_lost:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:  # another program on this terminal has made it so
                select.select([], [self._descriptor], [], POLL_SECONDS)
            except OSError:
                self._is_lost = True
                self._lost()
        self.is_busy = False
        took = time.monotonic() - began
        self.is_slow = self.is_slow or (self.can_be_slow and took > SLOW_SECONDS and len(text) / took < SLOW_RATE)
