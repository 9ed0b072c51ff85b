"""What a person feels of the screen, in a pseudo-terminal of 120x40: how soon it stands, and how soon it answers."""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.measure import Limit, Line, Row
from bench.simulated import simulated
from bench.terminal import Program, program
from bench.texts import FIRST, LAST

TITLE = "The screen"
EMPTY = (sys.executable, "-m", "bench.empty_app")
OURS = (sys.executable, "-m", "phoenix_tui")
READY = "rite a message"
"""Of the prompt; the cursor stands on the letter before."""
KEY = "Z"
"""A letter that stands in no answer and in no frame, so that it is only written for the key."""
STARTS = 9
ANSWERS = 7
ASKED_AFTER = 1.0
"""Seconds after the prompt stands: nobody writes a question sooner."""
SETTLED_AFTER, IDLE_SECONDS = 5.0, 20.0
"""Seconds until what shows answers has been loaded, and those in which nothing happens then."""
PER_SECOND = 850.0
"""Tokens a second: about 1,000 tokens of 4 KB in 1.2 s."""
TYPED, LATEST = 4.0, 15.0
"""Seconds from the first text in which keys are pressed, and for which the last text is waited for after that."""


@contextmanager
def ours(variables: dict[str, str], folder: str = "") -> Iterator[Program]:
    """The program with these variables, its state in `folder`, or in an empty one."""
    with tempfile.TemporaryDirectory() as empty:
        place = folder or empty
        own = {"PHOENIX_TUI_STATE_DIR": f"{place}/state", "PHOENIX_TUI_CONFIG_DIR": f"{place}/config"}
        with program(OURS, usual() | own | variables) as running:
            yield running


def usual() -> dict[str, str]:
    """The environment of a program that is measured."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[1])}


def rows() -> Iterator[Line]:
    """Measure."""
    with simulated(4_000, PER_SECOND) as variables:
        yield from _starts(variables)
        yield from _answers(variables)
        yield from _idle(variables)


def _starts(variables: dict[str, str]) -> Iterator[Line]:
    """The first start of all, in an empty state folder, and those after it."""
    painted: tuple[list[float], list[float], list[float]] = ([], [], [])
    accepted: tuple[list[float], list[float], list[float]] = ([], [], [])
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(STARTS + 1):
            with program(EMPTY, usual()) as running:
                empty = _start(running, "ready", "key z")
            with ours(variables) as running:
                first = _start(running, READY, "z")
            with ours(variables, folder) as running:
                later = _start(running, READY, "z")
                running.wait("If you send now")
            for index, (picture, key) in enumerate((empty, first, later)):
                if turn:
                    painted[index].append(picture)
                    accepted[index].append(key)
    beside = "an empty Textual app"
    yield Row("exec to the first picture", beside, painted[0], painted[2], 1.2, 1e3, "ms", 0)
    yield Row("exec to a key shown", beside, accepted[0], accepted[2], 1.35, 1e3, "ms", 0)
    yield Row("exec to the first picture, the first time of all", beside, painted[0], painted[1], None, 1e3, "ms", 0)
    yield Row("exec to a key shown, the first time of all", beside, accepted[0], accepted[1], None, 1e3, "ms", 0)


def _start(running: Program, ready: str, shown: str) -> tuple[float, float]:
    first = running.wait(ready) - running.started
    running.press("z")
    return first, running.wait(shown) - running.started


def _answers(variables: dict[str, str]) -> Iterator[Line]:
    """A question, an answer sent in about 1.2 s, and keys while it comes; the same answer on the wire, in turn."""
    wire: list[tuple[float, float]] = []
    first: list[float] = []
    last: list[float] = []
    keys: list[float] = []
    with httpx.Client() as client:
        _on_the_wire(client, variables)
        for _ in range(ANSWERS):
            wire.append(_on_the_wire(client, variables))
            with ours(variables) as running:
                running.wait(READY, "If you send now")
                running.press("why?")
                running.wait("?")
                running.read_for(ASKED_AFTER)
                shown = answered(running)
                first.append(shown.first)
                last.append(shown.last)
                keys += shown.keys
    over = [one - sent for one, (sent, _) in zip(first, wire, strict=True)]
    yield Limit("Enter to the first text, more than on the wire", over, most=0.05, scale=1e3, unit="ms")
    whole = [sent for _, sent in wire]
    yield Row("Enter to the last text of 4 KB", "raw httpx", whole, last, most=1.15, scale=1e3, unit="ms", digits=0)
    yield Limit("key to paint meanwhile, the slowest 5 %", slowest(keys), most=0.05, scale=1e3, unit="ms")


@dataclass(frozen=True, slots=True)
class Answered:
    """Seconds from Enter to the first and to the last text of an answer, infinite where that never came; and from each
    key that was pressed meanwhile to the letter."""

    first: float
    last: float
    keys: list[float]


def answered(running: Program, enter: str = "\r") -> Answered:
    """Send what is in the prompt, and type while the answer comes, but not for longer than `TYPED`."""
    asked = running.press(enter)
    began = running.wait(FIRST)
    keys = []
    while LAST.encode() not in running.seen and time.perf_counter() < began + TYPED:
        keys.append(key_to_paint(running))
    last = running.last_read - asked
    if LAST.encode() not in running.seen:
        try:
            last = running.wait(LAST, seconds=LATEST) - asked
        except TimeoutError:
            last = math.inf
    return Answered(began - asked, last, keys)


def slowest(keys: list[float]) -> list[float]:
    """The slowest 5 %."""
    return sorted(keys)[int(len(keys) * 0.95) :]


def _on_the_wire(client: httpx.Client, variables: dict[str, str]) -> tuple[float, float]:
    """Seconds to the first and to the last text of the same answer, by a client that has a connection already."""
    url = f"{variables['OPENAI_BASE_URL']}/responses"
    body = {"model": "gpt-6-luna", "input": "why?", "stream": True}
    headers = {"authorization": f"Bearer {variables['OPENAI_API_KEY']}"}
    asked = time.perf_counter()
    seen, first = b"", 0.0
    with client.stream("POST", url, json=body, headers=headers) as response:
        for data in response.iter_raw():
            seen += data
            if not first and FIRST.encode() in seen:
                first = time.perf_counter() - asked
    return first, time.perf_counter() - asked


def key_to_paint(running: Program) -> float:
    """From a key to the letter on the screen."""
    pressed = running.press(KEY, keep=True)
    end = pressed + 5
    start = len(running.seen)
    while KEY.encode() not in running.seen[start:]:
        if time.perf_counter() > end:
            raise TimeoutError("the key never came")
        running.read(0.5)
    taken = running.last_read - pressed
    running.read_for(0.02)
    return taken


def _idle(variables: dict[str, str]) -> Iterator[Line]:
    with program(EMPTY, usual()) as empty, ours(variables) as own:
        empty.wait("ready")
        own.wait(READY, "If you send now")
        for running in (empty, own):
            running.read_for(SETTLED_AFTER)
        before = empty.cpu, own.cpu
        written = own.read_for(IDLE_SECONDS)
        spent = empty.cpu - before[0], own.cpu - before[1]
        yield Limit("idle: share of a core", [spent[1] / IDLE_SECONDS], most=0.01, scale=100, unit="%")
        yield Limit("the same, an empty Textual app", [spent[0] / IDLE_SECONDS], scale=100, unit="%")
        yield Limit("idle: bytes written a second", [written / IDLE_SECONDS], scale=1, unit="bytes")
        memory = [empty.memory], [own.memory]
        yield Row("memory when idle", "an empty Textual app", *memory, scale=1e-6, unit="MB", digits=0)
