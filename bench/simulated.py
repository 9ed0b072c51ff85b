"""Simulated providers in a process of their own, which say a prepared text at a given pace.

Run as `python -m bench.simulated CHARACTERS TOKENS_PER_SECOND NAME...` (0: as fast as it can); it prints the variables
that point phoenix-tui at them, the first one preferred, as JSON, and serves until its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bench.texts import LAST, markdown, tokens
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Says


@contextmanager
def simulated(characters: int, per_second: float, names: Sequence[str] = ("openai",)) -> Iterator[dict[str, str]]:
    """The variables of providers that answer so until the block is left."""
    command = [sys.executable, "-m", "bench.simulated", str(characters), str(per_second), *names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            variables: dict[str, Any] = json.loads(process.stdout.readline())
            yield variables
        finally:
            process.stdin.close()


async def main(characters: int, per_second: float, names: Sequence[str]) -> None:
    """Serve until standard input closes."""
    async with Simulator(names) as simulator:
        for provider in simulator:
            provider.pace = replace(provider.pace, tokens_per_second=per_second, first_token=(0.0, 0.0), jitter=0.0)
            provider.set_fault(Says(text=(*tokens(markdown(characters)), f"\n\n{LAST}")))
        print(json.dumps(simulator.environment() | {"LLM_PROVIDER": names[0]}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
