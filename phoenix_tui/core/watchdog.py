"""Deadlines for one task's waits, without a timer for each wait.

A streamed answer is thousands of short waits under a deadline that moves with each of them. A timer a wait would cost
as much as the rest of the work; here one timer sleeps until the deadline that was known when it was set, and looks
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")


class DeadlinePassed(TimeoutError):
    """The deadline passed while the task waited."""


class Watchdog:
    """Ends a wait when its deadline has passed. One task at a time; `close` when done.

    Deadlines are absolute, on the running loop's clock, in seconds.
    """

    __slots__ = ("_cancelling", "_deadline", "_expired", "_loop", "_task", "_timer")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._expired = False

    def until(self, deadline: float) -> Self:
        """A context for one wait of the current task, which is cancelled when `deadline` passes first: then it raises
        DeadlinePassed."""
        self._deadline = deadline
        self._expired = False
        if self._timer is None or self._timer.when() > deadline:
            self._set_timer(deadline)
        return self

    def __enter__(self) -> None:
        task = asyncio.current_task(self._loop)
        if task is None:  # pragma: no cover - a coroutine is always run by a task here
            raise RuntimeError("a watchdog watches a task")
        self._task = task
        self._cancelling = task.cancelling()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        if not self._expired or task is None or not isinstance(error, asyncio.CancelledError):
            return
        # As asyncio.timeout does: a cancellation from outside that came as well wins over ours.
        if task.uncancel() <= self._cancelling:
            raise DeadlinePassed from error

    async def wait(self, awaitable: Awaitable[T], deadline: float) -> T:
        """The result of `awaitable`. Raises DeadlinePassed, having cancelled it, when `deadline` passes first."""
        with self.until(deadline):
            return await awaitable

    def close(self) -> None:
        """Drop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._task is None or self._expired:
            return
        if self._loop.time() < self._deadline:
            self._set_timer(self._deadline)
        else:
            self._expired = True
            self._task.cancel()
