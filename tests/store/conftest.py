"""Stores in folders of their own, closed when the test is over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from phoenix_tui.store.store import Store
from tests.helpers.kept import DAWN

OpenStore = Callable[..., Store]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder that nobody has made yet."""
    return tmp_path / "kept" / "state"


@pytest.fixture
async def open_store(folder: Path) -> AsyncIterator[OpenStore]:
    """`open_store()`: a store in `folder`, at dawn; call it again for another program's."""
    async with AsyncExitStack() as stack:

        def make(place: Path = folder, *, wall: float = DAWN, busy_seconds: float = 0.05) -> Store:
            store = Store(place, wall=lambda: wall, busy_seconds=busy_seconds)
            stack.push_async_callback(store.close)
            return store

        yield make
