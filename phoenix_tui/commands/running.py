"""How commands run the core: in an event loop that ends when its work has ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, as `asyncio.run` has it, without waiting for threads that it gave up on."""
    with asyncio.Runner() as runner:
        wait_for_no_thread(runner.get_loop())
        return runner.run(work)


def wait_for_no_thread(loop: asyncio.AbstractEventLoop) -> None:
    """Let `loop` end without its threads: the system's name resolution cannot be interrupted, and on a bad network
    takes half a minute after the answer has come from elsewhere or a person has left."""
    loop.set_default_executor(_Unawaited())


class _Unawaited(ThreadPoolExecutor):
    """A thread for each call, which neither the loop's end nor the interpreter's waits for."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - not swallowed: it belongs to whoever awaits the future
                future.set_exception(error)

        threading.Thread(target=work, name="unawaited", daemon=True).start()
        return future
