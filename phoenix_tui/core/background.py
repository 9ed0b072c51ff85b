"""Work that goes on beside the requests, and ends with its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


class Background:
    """Tasks of one owner. `close` stops them all and lets no fault of theirs pass unseen."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` until `close`."""
        self._tasks.append(asyncio.create_task(work))

    async def close(self) -> None:
        """Cancel everything and wait for its end. Raises what any of it has raised."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()
