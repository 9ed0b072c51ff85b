"""A person's word before something is done: go at once, do not, or, by silence, go when the countdown is over."""

from __future__ import annotations

import asyncio

from phoenix_tui.core.clock import Clock, set_within


class Confirmation:
    """One question to the person. `answer` may come at any time, from any task of the loop; the first counts."""

    def __init__(self) -> None:
        self._answered = asyncio.Event()
        self._yes = True

    def answer(self, *, yes: bool) -> None:
        """Go at once, or do not."""
        if not self._answered.is_set():
            self._yes = yes
            self._answered.set()

    async def wait(self, seconds: float, clock: Clock) -> bool:
        """Whether to go, known after `seconds` at the latest."""
        await set_within(self._answered, seconds, clock)
        return self._yes
