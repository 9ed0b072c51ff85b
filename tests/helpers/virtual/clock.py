"""The clocks of a virtual machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

STARTED_AT = 1_790_000_000.0
"""Wall time of the loop's zero, seconds since the epoch."""


@dataclass
class VirtualClock:
    """The machine's own clock. `skew`, seconds, is how wrong its wall time is; `asleep` how long it slept in all, while
    only the world's clock went on."""

    skew: float = 0.0
    asleep: float = 0.0
    world: WorldClock = field(init=False)
    """The clock that everybody else has; simulated providers, for one."""

    def __post_init__(self) -> None:
        self.world = WorldClock(self)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        return STARTED_AT + self.monotonic() + self.asleep + self.skew

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def suspend(self, seconds: float) -> None:
        """The machine sleeps for so long: it is later by the wall, and not by its monotonic clock."""
        self.asleep += seconds


class WorldClock:
    """Right, and never asleep."""

    def __init__(self, machine: VirtualClock) -> None:
        self._machine = machine

    def monotonic(self) -> float:
        return self._machine.monotonic() + self._machine.asleep

    def wall(self) -> float:
        return STARTED_AT + self.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
