"""A slow line: a long answer comes, and what is typed meanwhile is looked for on the other side of the line."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.measure import Limit, Line
from bench.screen import READY, ours
from bench.simulated import simulated
from bench.terminal import Program

TITLE = "A slow line"
BAUDS = (115_200, 9_600)
KEYS = 8


def rows() -> Iterator[Line]:
    """Measure."""
    with simulated(60_000, 300.0) as variables:
        for baud in BAUDS:
            yield from _typed_on(variables, baud)


def _typed_on(variables: dict[str, str], baud: int) -> Iterator[Line]:
    keys: list[float] = []
    with ours(variables) as running:
        running.wait(READY, "If you send now")
        running.read_for(1.0)
        running.press("why?")
        running.wait("?")
        running.press("\r")
        line = _SlowLine(running, baud)
        line.read_for(1.0)
        before, began = running.written, time.perf_counter()
        for number in range(KEYS):
            keys.append(line.key("QXZJKVWY"[number]))
            line.read_for(0.5)
        written = running.written - before
        took = time.perf_counter() - began
    yield Limit(f"{baud:,} baud: key to paint while an answer comes", keys, scale=1e3, unit="ms", digits=0)
    yield Limit(f"{baud:,} baud: of the line in use", [written / took / (baud / 10)], scale=100, unit="%")


class _SlowLine:
    """Reads no faster than a serial line would: ten bits a byte."""

    def __init__(self, running: Program, baud: int) -> None:
        self._running = running
        self._rate = baud / 10
        self._next = time.perf_counter()
        self._tail = b""

    def _read(self) -> None:
        now = time.perf_counter()
        if now < self._next:
            time.sleep(self._next - now)
        data = self._running.read(0.05, most=max(1, int(self._rate / 50)))
        if b"[6n" in self._tail + data:
            self._running.press("\x1b[1;1R", keep=True)
        self._tail = (self._tail + data)[-2:]
        self._next = max(self._next, time.perf_counter() - 0.05) + len(data) / self._rate

    def read_for(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._read()

    def key(self, letter: str) -> float:
        start = len(self._running.seen)
        pressed = self._running.press(letter, keep=True)
        return self._until(letter, start) - pressed

    def _until(self, word: str, start: int = 0) -> float:
        end = time.perf_counter() + 120
        while word.encode() not in self._running.seen[start:]:
            if time.perf_counter() > end:
                raise TimeoutError(word)
            self._read()
        return time.perf_counter()
