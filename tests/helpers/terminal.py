"""The real program in a pseudo-terminal, and what a person would see there."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import pexpect
import pyte

from phoenix_tui.sim import Simulator
from tests.helpers.program import environment

SECONDS = 30.0
"""How long a test waits for something to appear; only a failing test waits so long."""
T = TypeVar("T")


class Terminal:
    """A program in a pseudo-terminal of a given size, read through a terminal emulator."""

    def __init__(self, *arguments: str, env: Mapping[str, str], columns: int = 100, rows: int = 30) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "phoenix_tui", *arguments],
            env={**environment(env), "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            cwd=os.environ["PHOENIX_TUI_STATE_DIR"].removesuffix("state"),
            dimensions=(rows, columns),
            timeout=SECONDS,
        )

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, keys: str) -> None:
        """Type `keys`, escape sequences included."""
        self._child.send(keys)

    def wait_for(self, *words: str) -> str:
        """The screen, once all of `words` stand on it at the same time."""
        return self.wait_until(lambda text: all(word in text for word in words), " and ".join(words))

    def wait_until(self, condition: Callable[[str], bool], what: str) -> str:
        """The screen, once `condition` holds for it."""
        end = time.monotonic() + SECONDS
        while not condition(self.text):
            if time.monotonic() > end:
                raise AssertionError(f"waited for {what}; the screen says:\n{self.text}")
            self._read()
        return self.text

    def wait_for_end(self) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + SECONDS
        while self._child.isalive():
            if time.monotonic() > end:
                raise AssertionError(f"the program does not end; the screen says:\n{self.text}")
            self._read()
        self._read()
        self._child.close()
        status = self._child.exitstatus
        return -(self._child.signalstatus or 0) if status is None else int(status)

    def kill(self, signal: int) -> None:
        """Send a signal to the program."""
        self._child.kill(signal)

    def close(self) -> None:
        """End the program, whatever it is doing."""
        self._child.close(force=True)

    def _read(self) -> None:
        try:
            data = self._child.read_nonblocking(65_536, timeout=0.1)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += data
        self._stream.feed(data)


@contextmanager
def terminal(*arguments: str, env: Mapping[str, str], columns: int = 100, rows: int = 30) -> Iterator[Terminal]:
    """The program in a terminal, ended when the block is left."""
    program = Terminal(*arguments, env=env, columns=columns, rows=rows)
    try:
        yield program
    finally:
        program.close()


class SimulatorThread:
    """Simulated providers beside a test that cannot await."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self._loop = loop

    def do(self, action: Callable[[Simulator], T]) -> T:
        """The result of `action`, run where the simulators live."""

        async def run() -> T:
            return action(self.simulator)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(SECONDS)


@contextmanager
def simulators(*names: str) -> Iterator[SimulatorThread]:
    """Simulated providers in a thread of their own."""
    ready = threading.Event()
    made: list[SimulatorThread] = []
    stop: list[asyncio.Event] = []

    async def serve() -> None:
        async with Simulator(names) as simulator:
            made.append(SimulatorThread(simulator, asyncio.get_running_loop()))
            stop.append(asyncio.Event())
            ready.set()
            await stop[0].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="simulators")
    thread.start()
    assert ready.wait(SECONDS)
    try:
        yield made[0]
    finally:
        made[0].do(lambda _: stop[0].set())
        thread.join(SECONDS)
