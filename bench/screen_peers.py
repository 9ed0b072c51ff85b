"""The screen beside other terminal chats, each in an environment of its own and in the same pseudo-terminal."""

from __future__ import annotations

import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.chats import Chat, installed, ours
from bench.measure import Line, Row
from bench.screen import ANSWERS, KEY, PER_SECOND, answered, slowest
from bench.simulated import simulated
from bench.terminal import Program, program

TITLE = "Beside other terminal chats"
OURS = "phoenix-tui"
STARTS = 7
AGAIN = 0.1
"""Seconds after which a key that is not shown is typed again: a prompt may be painted before it listens."""
Samples = Mapping[str, list[float]]


def rows() -> Iterator[Line]:
    """Measure all of them in turn."""
    with simulated(4_000, PER_SECOND, ("openai", "ollama")) as variables, tempfile.TemporaryDirectory() as folder:
        own = ours(Path(folder) / "ours", variables)
        chats = {OURS: own, **installed(Path(folder), variables)}
        yield from _starts(chats)
        yield from _answers(chats)


def _starts(chats: Mapping[str, Chat]) -> Iterator[Line]:
    """The first start of each, which makes its files, does not count."""
    painted: Samples = defaultdict(list)
    accepted: Samples = defaultdict(list)
    for turn in range(STARTS + 1):
        for name, chat in chats.items():
            with program(chat.command, chat.environment) as running:
                picture = running.wait(chat.picture) - running.started
                running.wait(chat.prompt)
                key = _first_key(running) - running.started
                if name == OURS:
                    running.wait(chat.settled)  # only then has it kept its picture for the next start
            if turn:
                painted[name].append(picture)
                accepted[name].append(key)
    yield from _beside("exec to the first picture", painted)
    yield from _beside("exec to a key shown", accepted)


def _first_key(running: Program) -> float:
    """The moment at which a key is shown."""
    running.press(KEY, keep=True)
    while True:
        try:
            return running.wait(KEY, seconds=AGAIN)
        except TimeoutError:
            running.press(KEY, keep=True)


def _answers(chats: Mapping[str, Chat]) -> Iterator[Line]:
    """The first question of a process, an answer sent in about 1.2 s, and keys while it comes."""
    first: Samples = defaultdict(list)
    last: Samples = defaultdict(list)
    keys: Samples = defaultdict(list)
    memory: Samples = defaultdict(list)
    for _ in range(ANSWERS):
        for name, chat in chats.items():
            with program(chat.command, chat.environment) as running:
                running.wait(chat.prompt, chat.settled)
                running.read_for(1.0)
                running.press("why?")
                running.read_for(1.0)
                shown = answered(running, chat.enter)
                first[name].append(shown.first)
                last[name].append(shown.last)
                keys[name] += shown.keys
                memory[name].append(running.memory)
    yield from _beside("Enter to the first text", first)
    yield from _beside("Enter to the last text of 4 KB", last)
    yield from _beside(
        "key to paint meanwhile, the slowest 5 %", {name: slowest(taken) for name, taken in keys.items()}
    )
    yield from _beside("memory after the answer", memory, scale=1e-6, unit="MB")


def _beside(what: str, samples: Samples, scale: float = 1e3, unit: str = "ms") -> Iterator[Line]:
    """A row for each of the others."""
    for name, theirs in samples.items():
        if name == OURS:
            continue
        if math.inf in theirs:
            print(f"{what}: {name} did not come to it in {theirs.count(math.inf)} of {len(theirs)}.", file=sys.stderr)
        else:
            yield Row(what, name, theirs, samples[OURS], scale=scale, unit=unit, digits=0)
