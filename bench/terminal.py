"""A program in a pseudo-terminal, timed by what it writes there: nothing in between that could be slower than it is."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LONGEST = 60.0
"""Seconds after which a program that does not write what is waited for is given up."""


class Program:
    """What it writes is only looked through for the bytes that are waited for. `written` counts them."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], columns: int, rows: int) -> None:
        self._ours, its = os.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = 0
        self.seen = b""
        """What was written since the last key, or its end."""
        self.last_read = 0.0
        self.started = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            stdin=its,
            stdout=its,
            stderr=its,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
            start_new_session=True,
        )
        os.close(its)

    @property
    def pid(self) -> int:
        return self._process.pid

    def press(self, keys: str, *, keep: bool = False) -> float:
        """Type `keys`; the moment at which they were sent. `keep`s what was seen before, too."""
        if not keep:
            self.seen = b""
        now = time.perf_counter()
        os.write(self._ours, keys.encode())
        return now

    def resize(self, columns: int, rows: int) -> float:
        """Give the window another size; the moment at which that was told."""
        self.seen = b""
        now = time.perf_counter()
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        return now

    def leave(self, keys: str) -> None:
        """Type `keys`, and wait until the program has ended."""
        self.press(keys)
        end = time.perf_counter() + LONGEST
        while self._process.poll() is None and time.perf_counter() < end:
            self.read(0.05)

    def wait(self, *words: str, seconds: float = LONGEST) -> float:
        """The moment at which all `words` have been written since the last key. Raises TimeoutError."""
        wanted = [word.encode() for word in words]
        end = time.perf_counter() + seconds
        while not all(word in self.seen for word in wanted):
            if not self.read(end - time.perf_counter()):
                raise TimeoutError(f"{words} never came; the end of what came is {self.seen[-2_000:]!r}")
        return time.perf_counter()

    def read(self, seconds: float, most: int = 1 << 16) -> bytes:
        """What it writes next, `most` bytes of it, waiting so long at most."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, seconds))
        if not ready:
            return b""
        try:
            data = os.read(self._ours, most)
        except OSError:
            return b""
        self.last_read = time.perf_counter()
        self.written += len(data)
        self.seen += data
        return data

    def read_for(self, seconds: float) -> int:
        """Take in all that it writes in so many seconds; how many bytes that was."""
        before, end = self.written, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
        return self.written - before

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> int:
        """Bytes of memory that are its own and in use (Linux)."""
        return memory_of(self.pid)

    def close(self) -> None:
        """End it."""
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._ours)


def memory_of(pid: int) -> int:
    """Bytes of memory that a process has in use (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def program(command: Sequence[str], env: Mapping[str, str], *, columns: int = 120, rows: int = 40) -> Iterator[Program]:
    """A program in a terminal of that size, ended when the block is left."""
    running = Program(command, env, columns, rows)
    try:
        yield running
    finally:
        running.close()
