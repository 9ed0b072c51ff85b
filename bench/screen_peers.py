"""The screen beside other terminal chats, each in an environment of its own and in the same pseudo-terminal."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.chats import OURS, Chat, everybody
from bench.measure import Line, Row
from bench.screen import ANSWERS, KEY, PER_SECOND, answered, slowest
from bench.simulated import simulated
from bench.terminal import Program, program

TITLE = "Beside other terminal chats"
STARTS = 5
AGAIN = 0.1
"""Seconds after which a key that is not shown is typed again: a prompt may be painted before it listens."""
Samples = Mapping[str, list[float]]


def rows() -> Iterator[Line]:
    """Measure all of them in turn."""
    with simulated(4_000, PER_SECOND, ("openai", "ollama")) as variables, tempfile.TemporaryDirectory() as folder:
        yield from _starts(Path(folder) / "starts", variables)
        # Anew for each: a conversation that is restored shows the words that are waited for.
        yield from _answers([everybody(Path(folder) / f"answer {turn}", variables) for turn in range(ANSWERS)])


def _starts(folder: Path, variables: Mapping[str, str]) -> Iterator[Line]:
    """Each start finds the files as the first one left them, in which nothing was typed."""
    chats = everybody(folder / "now", variables)
    for chat in chats.values():
        with program(chat.command, chat.environment) as running:
            running.wait(chat.prompt, chat.settled)
            running.read_for(1.0)
    shutil.copytree(folder / "now", folder / "first")
    painted: Samples = defaultdict(list)
    accepted: Samples = defaultdict(list)
    for _ in range(STARTS):
        for name, chat in chats.items():
            shutil.rmtree(folder / "now")
            shutil.copytree(folder / "first", folder / "now")
            with program(chat.command, chat.environment) as running:
                painted[name].append(running.wait(chat.picture) - running.started)
                running.wait(chat.prompt)
                accepted[name].append(_first_key(running) - running.started)
    yield from _beside("exec to the first picture", painted)
    yield from _beside("exec to a key shown", accepted)


def _first_key(running: Program) -> float:
    """The moment at which a key is shown."""
    running.press(KEY)
    while True:
        try:
            return running.wait(KEY, seconds=AGAIN)
        except TimeoutError:
            running.press(KEY, keep=True)


def _answers(rounds: Sequence[Mapping[str, Chat]]) -> Iterator[Line]:
    """The first question of a process, its answer, and keys while that comes."""
    first: Samples = defaultdict(list)
    last: Samples = defaultdict(list)
    keys: Samples = defaultdict(list)
    memory: Samples = defaultdict(list)
    for chats in rounds:
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
