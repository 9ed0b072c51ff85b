"""An asyncio event loop without sockets and threads, whose time jumps to the next timer when nothing is ready."""

from __future__ import annotations

import asyncio
import contextvars
import io
import time
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar
from unittest import mock

import httpcore._async.http11

T = TypeVar("T")

_LONGEST_SPIN = 200_000
"""Rounds of the loop in which no time passes; more than that is no work but a loop without end."""


class Stuck(AssertionError):
    """Something would never end: nobody is left who could wake it, time ran out, or it spins without time passing."""


class _Timers:
    """Stands where an event loop has its selector. Nothing ever becomes readable; only time passes."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[object]:
        self._loop.pass_time(timeout)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """See the module. `limit` is the virtual time in seconds after which whatever still runs counts as stuck."""

    _clock_resolution: float
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, *, limit: float) -> None:
        super().__init__()
        self._selector = _Timers(self)
        self._now = 0.0
        self._limit = limit
        self._spins = 0
        self.defects: list[BaseException] = []
        """What was raised where nobody could catch it."""
        self._clock_resolution = 1e-9
        self.set_exception_handler(self._on_defect)

    def time(self) -> float:
        return self._now

    def pass_time(self, timeout: float | None) -> None:
        """To the next timer, when nothing else is to be done. Raises Stuck."""
        if timeout == 0:
            self._spins += 1
            if self._spins > _LONGEST_SPIN:
                raise Stuck(f"busy without end at {self._now:.3f} s:{self._waiting()}")
            return
        self._spins = 0
        if timeout is None:
            raise Stuck(f"nothing will ever happen again after {self._now:.3f} s:{self._waiting()}")
        self._now = max(self._now, self._scheduled[0].when())
        if self._now > self._limit:
            raise Stuck(f"still running after {self._limit:.0f} s:{self._waiting()}")

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Runs `func` at once: there are no threads."""
        del executor
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - an executor passes on whatever is raised
            future.set_exception(error)
        return future

    async def getaddrinfo(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError("there is no network beside the virtual one")

    def _process_events(self, _: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody else could have to be woken."""

    def _waiting(self) -> str:
        shown = io.StringIO()
        for task in asyncio.all_tasks(self):
            shown.write("\n")
            task.print_stack(limit=4, file=shown)
        return shown.getvalue()

    def _on_defect(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.defects.append(error if isinstance(error, BaseException) else RuntimeError(context["message"]))


class _LoopTime:
    """The module `time` as httpcore uses it: kept connections expire in virtual time too."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.monotonic = loop.time

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def run_virtual(main: Callable[[], Coroutine[Any, Any, T]], *, limit: float = 7 * 86_400.0) -> T:
    """What `main()` returns, run in virtual time. Raises what it raises, Stuck, and whatever was raised where nobody
    could catch it (a callback, a task that nobody awaits)."""
    loop = VirtualLoop(limit=limit)
    asyncio.set_event_loop(loop)
    try:
        with mock.patch.object(httpcore._async.http11, "time", _LoopTime(loop)):
            task = loop.create_task(main(), context=contextvars.copy_context())
            try:
                loop.run_until_complete(task)
            finally:
                _cancel_all(loop)
        if loop.defects:
            raise BaseExceptionGroup("raised where nobody could catch it", loop.defects)
        return task.result()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _cancel_all(loop: VirtualLoop) -> None:
    """What is left over must not outlive the loop."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
