"""Running text put together again from the rows that it was broken into, each row known by where it stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from phoenix_tui.tui.markdown.lines import Line


class Run(NamedTuple):
    """What one row has of a text: its characters `start` to `end`."""

    line: int
    start: int
    end: int


class Flow:
    """One text without breaks of its own: a paragraph, a line of code, a cell."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._starts: list[int] = []
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The text, without decoration."""
        return "".join(self._parts)

    def add(self, join: str, text: str, run: Run) -> None:
        """What the next row has, and what stands between it and the row before."""
        self._parts += join, text
        self._starts.append(self._length + len(join))
        self._length += len(join) + len(text)
        self.runs.append(run)

    def between(self, start: int, end: int) -> Iterator[Run]:
        """Where the characters `start` to `end` of the text stand."""
        for at, run in zip(self._starts, self.runs, strict=True):
            low, high = max(start, at), min(end, at + run.end - run.start)
            if low < high:
                yield Run(run.line, run.start + low - at, run.start + high - at)


def flows(lines: Iterable[Line]) -> list[Flow]:
    """The texts in rows that stand below each other, in the order in which they begin."""
    found: list[Flow] = []
    open_ones: Sequence[Flow] = ()
    for index, line in enumerate(lines):
        if line.is_label:
            continue
        here: list[Flow] = []
        text = line.text
        for column, (start, end, join) in enumerate(line.stretches):
            goes_on = join != "\n" and column < len(open_ones)
            flow = open_ones[column] if goes_on else Flow()
            if not goes_on:
                found.append(flow)
            flow.add(join if goes_on else "", text[start:end], Run(index, start, end))
            here.append(flow)
        open_ones = here
    return found
