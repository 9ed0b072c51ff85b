"""One thread that does what it is handed, in order, so that no disk ever holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TypeVar

from phoenix_tui.core.kept_health import NotKept

T = TypeVar("T")

LONGEST_WAIT = 5.0
"""Seconds after which a result is not waited for any longer. The work itself goes on."""
_NO_ANSWER = f"The disk of the state folder has not answered within {LONGEST_WAIT:.3g} s."


class Worker:
    """The thread begins with the first work. The interpreter's end does not wait for it, whatever the disk does."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = False
        self._is_overdue = False

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do `work` after all that was handed over before. Raises RuntimeError after `close`."""
        future: Future[T] = Future()

        def do() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - not swallowed: it belongs to whoever awaits the future
                future.set_exception(error)

        with self._lock:
            if self._closed:
                raise RuntimeError(f"{self._name} is closed")
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._queue.put(do)
        return future

    async def call(self, work: Callable[[], T]) -> T:
        """The result of `work`. Cancelling the wait takes back what has not begun. Raises NotKept when the disk does
        not answer in time, at once as long as it still has not, or when there is no thread to be had."""
        if self._is_overdue:
            raise NotKept(_NO_ANSWER)
        try:
            future = self.submit(work)
        except RuntimeError as error:
            raise NotKept(f"Health and incidents cannot be kept: {error}.") from error
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            self._is_overdue = True
            raise NotKept(_NO_ANSWER) from error

    def close(self) -> None:
        """Take no more work. What was handed over is still done, while the program lives."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
            self._is_overdue = False
