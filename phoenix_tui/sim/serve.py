"""What `phoenix-tui sim` runs: the simulated providers alone, until they are stopped."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Callable

from phoenix_tui.sim.server import Simulator
from phoenix_tui.sim.story import Story, tell


async def serve(
    write: Callable[[str], object], *, port: int = 0, seed: int = 0, paced: bool = True, story: bool = False
) -> None:
    """Writes one line a variable that points at the providers, then serves until cancelled.

    `port` is the first of seven consecutive ports, 0 for free ones; `story` lets them fail as in the demo. Raises
    OSError when a port is taken.
    """
    async with Simulator(seed=seed, port=port, paced=paced) as simulator:
        if story:
            tell(simulator, Story())
        for name, value in simulator.environment().items():
            write(f"{_assignment(name, value)}\n")
        await asyncio.get_running_loop().create_future()


def _assignment(name: str, value: str) -> str:
    return f"set {name}={value}" if os.name == "nt" else f"export {name}={shlex.quote(value)}"
