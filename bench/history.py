"""A long conversation beside a short one, in the whole program: restored, scrolled, typed under, resized, continued."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Line, Row
from bench.screen import READY, key_to_paint, ours
from bench.simulated import simulated
from bench.terminal import Program
from bench.texts import FIRST, LAST, markdown
from phoenix_tui.tui.conversation import Ending, Exchange
from phoenix_tui.tui.session import Saved, SessionStore
from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.entries import Entry, Kind, State

TITLE = "A long conversation"
SHORT = 50
LONG = (10_000, 100_000)
"""Messages; half of them are answers of about half a KB."""
ANSWERABLE = 10_000
"""Messages that a model can be sent; a hundred thousand are more than any takes."""
ROUNDS = 2
KEYS = 15
CTRL_Q, CTRL_R, CTRL_END, HOME = "\x11", "\x12", "\x1b[1;5F", "\x1b[H"
FIRST_QUESTION, LAST_ANSWER = "question number 0 ", "the very last answer"

Times = dict[str, float]


def rows() -> Iterator[Line]:
    """Measure."""
    with simulated(2_000, 1_000.0) as variables, tempfile.TemporaryDirectory() as folder:
        for messages in LONG:
            short: list[Times] = []
            long: list[Times] = []
            for _ in range(ROUNDS if messages <= 10_000 else 1):
                short.append(_live(variables, Path(folder), SHORT))
                long.append(_live(variables, Path(folder), messages))
            for what in long[0]:
                both = [times[what] for times in short], [times[what] for times in long]
                unit, scale = ("MB", 1e-6) if what == "memory" else ("ms", 1e3)
                most = None if what == "memory" else 1.5
                name = f"{what}, {messages:,} messages"
                yield Row(name, f"{SHORT} messages", *both, most=most, scale=scale, unit=unit, digits=0)


def _live(variables: dict[str, str], folder: Path, messages: int) -> Times:
    """What a person does with a conversation of so many messages, and how long each takes, in seconds."""
    kept = folder / str(messages)
    if not kept.exists():
        _keep(kept / "state", messages)
    times: Times = {}
    place = shutil.copytree(kept, folder / "lived", dirs_exist_ok=False)
    with ours(variables, str(place)) as running:
        running.wait(READY, "If you send now", "was kept")
        running.read_for(0.5)
        asked = running.press(CTRL_R)
        times["restored"] = running.wait(LAST_ANSWER) - asked
        running.read_for(3.0)
        times["key to paint"] = statistics.median(key_to_paint(running) for _ in range(KEYS))
        running.press("\x15\x1b")  # the prompt empty, the chat focused
        running.read_for(3.0)
        asked = running.press(HOME)
        times["to its beginning"] = running.wait(FIRST_QUESTION) - asked
        running.read_for(0.5)
        asked = running.press(CTRL_END)
        times["back to its end"] = running.wait(LAST_ANSWER) - asked
        running.read_for(0.5)
        times["another width"] = _resized(running)
        running.press("i")
        running.press("and now?")
        running.wait("now?")
        running.read_for(0.5)
        if messages <= ANSWERABLE:
            running.press("\r")
            began = running.wait(FIRST)  # all of it is sent, which takes as long as there is much
            times["an answer, from its first text to its last"] = running.wait(LAST) - began
        times["memory"] = float(running.memory)
        running.leave(CTRL_Q)
    shutil.rmtree(place)
    return times


def _resized(running: Program) -> float:
    asked = running.resize(100, 40)
    last = asked
    while running.read(0.4):
        last = time.perf_counter()
    return last - asked


def _keep(state: Path, messages: int) -> None:
    """Leave a conversation of so many messages in a state folder, as a run leaves it."""
    conversation = Conversation()
    exchanges = []
    text = markdown(500).removeprefix(FIRST)  # that is waited for
    for number in range(messages // 2):
        question = f"question number {number} of many"
        answer = f"{text}\n\n{number}" if number < messages // 2 - 1 else LAST_ANSWER
        conversation.add(Entry(Kind.USER, question))
        conversation.add(Entry(Kind.ANSWER, answer, title="OpenAI", state=State.DONE))
        exchanges.append(Exchange(question, answer, Ending.WHOLE, "OpenAI"))
    store = SessionStore(state)
    store.save(Saved(tuple(exchanges), shown=tuple(conversation.dump())))
    store.close()
