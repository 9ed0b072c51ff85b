"""The one thread in front of the disk: who waits for it, and for how long."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.store import worker as module
from phoenix_tui.store.worker import Worker


async def test_a_disk_that_does_not_answer_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes after that is told at once, until the disk has answered: else each of them adds its own wait."""
    worker, disk, done = Worker("test"), Event(), list[str]()
    stuck = worker.submit(disk.wait)
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.01)
    with pytest.raises(NotKept, match="has not answered"):
        await worker.call(lambda: done.append("first"))
    monkeypatch.setattr(module, "LONGEST_WAIT", None)  # without end
    with pytest.raises(NotKept, match="has not answered"):
        await worker.call(lambda: done.append("second"))
    disk.set()
    await asyncio.wrap_future(stuck)
    await asyncio.wrap_future(worker.submit(lambda: None))
    await worker.call(lambda: done.append("third"))
    assert done == ["third"]  # what nobody waits for any longer is not done either
    worker.close()
