"""A person's Esc at every moment: the task that reads an answer is cancelled where it waits for the nth time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass
class CancelAt(Generic[T]):
    """Awaits what `begin` gives, and has the task cancelled as soon as it waits for the `number`th time, counted from
    1; `waits` is how often it has waited."""

    begin: Callable[[], Awaitable[T]]
    number: int
    waits: int = 0

    async def task(self) -> T:
        """The same as a coroutine, for a task of its own."""
        return await self

    def __await__(self) -> Generator[Any, Any, T]:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        waiting = self.begin().__await__()
        to_send: Any = None
        error: BaseException | None = None
        while True:
            try:
                waited_for = waiting.send(to_send) if error is None else waiting.throw(error)
            except StopIteration as done:
                result: T = done.value
                return result
            self.waits += 1
            if self.waits == self.number:
                loop.call_soon(task.cancel)
            to_send, error = None, None
            try:
                to_send = yield waited_for
            except BaseException as thrown:  # noqa: BLE001 - whatever is thrown in belongs to what is awaited
                error = thrown
