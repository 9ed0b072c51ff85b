"""The real program in a pseudo-terminal, and what a person would see there."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import pexpect
import pyte

from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Fault
from tests.helpers.program import environment

SECONDS = 30.0
"""How long a test waits for something to appear; only a failing test waits so long."""
T = TypeVar("T")


_ON_BY_DEFAULT = {7: True, 25: True}
"""Private modes that a terminal starts with: lines wrap, the cursor is shown."""
_MODES = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_QUERIES = {b"\x1b[?2026$p": "\x1b[?2026;2$y", b"\x1b[?2048$p": "\x1b[?2048;2$y", b"\x1b[6n": "\x1b[1;1R"}
"""What a modern terminal is asked for, and that it has it: updates in one piece, resizing told in band. Every one says
where its cursor is."""


class Terminal:
    """A program in a pseudo-terminal of a given size, read through a terminal emulator that answers as a modern one."""

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str],
        columns: int = 100,
        rows: int = 30,
        module: str = "phoenix_tui",
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._answered = Counter[bytes]()
        self._line_at_end: list[Any] | None = None
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", module, *arguments],
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment(env)},
            cwd=os.environ["PHOENIX_TUI_STATE_DIR"].removesuffix("state"),
            dimensions=(rows, columns),
            timeout=SECONDS,
        )

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, keys: str | bytes) -> None:
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
            self.read()
        return self.text

    def wait_for_end(self) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + SECONDS
        while self._child.isalive():
            if time.monotonic() > end:
                raise AssertionError(f"the program does not end; the screen says:\n{self.text}")
            self.read()
        self.read()
        self._line_at_end = termios.tcgetattr(self._child.child_fd)
        self._child.close()
        status = self._child.exitstatus
        return -(self._child.signalstatus or 0) if status is None else int(status)

    @property
    def left(self) -> dict[str, object]:
        """What differs from the terminal that the program was given: private modes, levels of the kitty keyboard
        protocol, the shape of the mouse pointer, the settings of the line (echo and the like)."""
        modes = {
            int(number): switch == b"h"
            for numbers, switch in _MODES.findall(self.raw)
            for number in numbers.split(b";")
        }
        left: dict[str, object] = {
            f"mode {number}": is_on for number, is_on in modes.items() if is_on is not _ON_BY_DEFAULT.get(number, False)
        }
        if kitty := len(re.findall(rb"\x1b\[>\d+u", self.raw)) - len(re.findall(rb"\x1b\[<u", self.raw)):
            left["kitty keyboard"] = kitty
        if (shape := re.findall(rb"\x1b\]22;(.*?)\x07", self.raw)) and shape[-1] != b"default":
            left["mouse pointer"] = shape[-1]
        if titles := len(re.findall(rb"\x1b\[22;0t", self.raw)) - len(re.findall(rb"\x1b\[23;0t", self.raw)):
            left["titles"] = titles
        line = self._line_at_end or termios.tcgetattr(self._child.child_fd)
        if line != _fresh_line():
            left["line settings"] = line
        return left

    def kill(self, signal: int) -> None:
        """Send a signal to the program."""
        self._child.kill(signal)

    @property
    def is_alive(self) -> bool:
        return bool(self._child.isalive())

    def wait_unread(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until `condition` holds, while nobody reads what the program writes."""
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, f"waited for {what}"
            time.sleep(0.02)

    def wait_for_stop(self) -> None:
        """Wait until the program has been stopped by a signal."""

        def is_stopped(_: str) -> bool:
            pid, status = os.waitpid(self._child.pid, os.WNOHANG | os.WUNTRACED)
            return pid == self._child.pid and os.WIFSTOPPED(status)

        self.wait_until(is_stopped, "a stop")
        self.read()

    def write_over(self, text: str) -> None:
        """Let somebody else write `text` on the screen, at its upper left corner."""
        self._stream.feed(f"\x1b[H{text}".encode())

    def close(self) -> None:
        """End the program, whatever it is doing."""
        self._child.close(force=True)

    def resize(self, columns: int, rows: int) -> None:
        """Let the window have another size."""
        self.screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def settle(self) -> None:
        """Read until nothing more comes for a moment, or for as long as a test waits."""
        end = time.monotonic() + SECONDS
        while self.read() and time.monotonic() < end:
            pass

    def ends_soon(self) -> bool:
        """Whether it ends within a few seconds, its output read meanwhile."""
        end = time.monotonic() + SECONDS / 5
        while self.is_alive and time.monotonic() < end:
            self.read()
        return not self.is_alive

    def read(self, most: int = 65_536) -> bool:
        """Take in what the program has written, `most` bytes, waiting a moment for it; whether there was anything."""
        try:
            data = self._child.read_nonblocking(most, timeout=0.1)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += data
        self._stream.feed(data)
        for query, reply in _QUERIES.items():
            for _ in range(self.raw.count(query) - self._answered[query]):
                self._answered[query] += 1
                self.press(reply)
        return True


def _fresh_line() -> list[Any]:
    """The settings of a terminal that nobody has used."""
    ends = os.openpty()
    try:
        return termios.tcgetattr(ends[1])
    finally:
        for end in ends:
            os.close(end)


@contextmanager
def terminal(
    *arguments: str, env: Mapping[str, str], columns: int = 100, rows: int = 30, module: str = "phoenix_tui"
) -> Iterator[Terminal]:
    """The program in a terminal, ended when the block is left."""
    program = Terminal(*arguments, env=env, columns=columns, rows=rows, module=module)
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

    def fault(self, name: str, *faults: Fault) -> None:
        """Let a provider behave like this from now on; without any, well."""
        self.do(lambda it: it[name].set_fault(*faults))

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a program that knows these providers, openai first."""
        return self.do(lambda it: it.environment()) | {"LLM_PROVIDER": "openai"} | more


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
