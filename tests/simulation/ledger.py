"""What the simulated providers really sent, answer by answer, so that an answer can be held against it."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from phoenix_tui.sim.catalogue import LOCAL
from phoenix_tui.sim.faults import Fault, Scene, Step
from phoenix_tui.sim.model import Answer, Call, Chunk, Kind

_QUESTION = re.compile(r"q\d+(?= go on$)")
_ANCHOR = re.compile(r"<<<(.*)>>>", re.DOTALL)


def question_of(call: Call) -> str:
    """The id that a person of the simulation puts into each question, "" in a request that none of them made."""
    found = (_QUESTION.search(turn.text) for turn in call.turns if turn.role == "user")
    return next((match.group() for match in found if match), "")


def canary(provider: str) -> str:
    """A key that looks like none, so that it is found by nothing but itself; "" where none is needed."""
    return "" if provider in LOCAL else f"{provider}.canary.5e7d"


def keys_in(value: object, providers: Iterable[str]) -> list[str]:
    """The keys of `providers` that can be read in `value`."""
    shown = repr(value)
    return [key for name in providers if (key := canary(name)) and key in shown] if ".canary." in shown else []


@dataclass(slots=True)
class Sent:
    """One answer to a generation request. `texts` are what its model said, put in one way or another; `finished`: the
    marker that makes it whole was sent; `asked_wait`: the seconds of its Retry-After, where that makes sense."""

    provider: str
    model: str
    faults: tuple[Fault, ...] = ()
    texts: tuple[str, ...] = ("",)
    repeated: str = ""
    """What it was asked to repeat before it goes on with a cut answer."""
    finished: bool = False
    asked_wait: float | None = None
    dated: bool = False
    """The wait was given as a date, which depends on what the client takes the time to be."""


@dataclass
class Ledger:
    """All of it, by question."""

    sent: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))

    def enter(self, provider: str, call: Call) -> Sent:
        entry = Sent(provider, call.model, repeated=_anchor(call))
        self.sent[question_of(call)].append(entry)
        return entry

    def last(self, question: str, provider: str) -> Sent | None:
        """The newest answer of `provider` to `question`."""
        return next((entry for entry in reversed(self.sent[question]) if entry.provider == provider), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal(Fault):
    """No fault at all: it stands behind all others and notes what they have left of the answer."""

    entry: Sent

    def answer(self, answer: Answer) -> Answer:
        # Where a format has no place for a refusal, its words are the text.
        texts = "".join(answer.text), "".join((*answer.text, *answer.refusal))
        self.entry.texts = tuple(text.removeprefix(self.entry.repeated) for text in texts)
        return answer

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        del scene
        for step in steps:
            if isinstance(step, Chunk) and step.kind in (Kind.FINISH, Kind.WHOLE):
                self.entry.finished = True
            yield step


def author(provider: str, call: Call, dice: random.Random) -> Answer:
    """A few words that nobody else says, behind what is to be repeated; now and then that is forgotten."""
    said = f"{provider}-{question_of(call)}-{dice.getrandbits(32):x}"
    text = tuple(f"{said}.{number} " for number in range(dice.randint(1, 6)))
    if (anchor := _anchor(call)) and dice.random() < 0.8:
        text = (anchor, *text)
    return Answer(text=text, reasoning=("hmm ", "so ") if dice.random() < 0.3 else ())


def _anchor(call: Call) -> str:
    found = _ANCHOR.search(call.question)
    return found.group(1) if found else ""
