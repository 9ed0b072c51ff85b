"""The little story of the demo: what goes wrong, for whom, when.

It is told by the questions of the person, and everything strikes **whoever is asked first** then, so it works with any
primary. Retries and fallback attempts belong to the question that they are for.

==========  ====================================================================================================
question    what happens
==========  ====================================================================================================
1           all is well
2           the first provider is slow to begin, slower still to talk, and its connection dies after 60 tokens; the
            next one takes over. It is then down (503, probes too) for 20 seconds, and afterwards well again
3, 4        nothing new: the others answer while it is down, and it is used again once it is back
5           all is well
6           the first provider is at its rate limit and asks for one second; asked again, it answers
7, 8        all is well
9           the first provider fails inside its stream, with an error of its own, after 40 tokens; the one that is asked
            next turns out to have no credit, now and ever after; the third answers
10, 11      all is well
==========  ====================================================================================================

After question 11 it goes on from question 2. LM Studio is not running at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from phoenix_tui.core.clock import Clock, SystemClock
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import faults
from phoenix_tui.sim.faults import Fault
from phoenix_tui.sim.model import Call
from phoenix_tui.sim.provider import SimProvider
from phoenix_tui.sim.server import Simulator

OUTAGE_SECONDS = 20.0
RATE_LIMIT_SECONDS = 1.0
_LAST_INCIDENT, _LAST_BEAT, _AFTER_LAST = 9, 11, 2


@dataclass(slots=True)
class _Question:
    """The question that is being answered. `asked` are the providers that got it, in order, each once."""

    key: tuple[int, str]
    beat: int
    asked: list[str]


class Story:
    """Gives each request its faults. Hand `faults_for` to the providers as their director."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._question: _Question | None = None
        self._down_until: dict[str, float] = {}
        self._without_credit: str | None = None

    @property
    def beat(self) -> int:
        """The row of the table that the last question belongs to, 0 before the first."""
        return self._question.beat if self._question else 0

    def is_down(self, provider: str) -> bool:
        """Whether `provider` is in its outage."""
        return self._clock.monotonic() < self._down_until.get(provider, 0.0)

    def faults_for(self, provider: SimProvider, call: Call | None) -> Sequence[Fault]:
        """What befalls this request; `call` is None for probes and lists."""
        if call is None:
            return (faults.Error(error=ErrorClass.OVERLOADED),) if self.is_down(provider.name) else ()
        question = self._of(call)
        asked_before = provider.name in question.asked
        if not asked_before:
            question.asked.append(provider.name)
        if self.is_down(provider.name):
            return (faults.Error(error=ErrorClass.OVERLOADED),)
        place = question.asked.index(provider.name)
        if question.beat == _LAST_INCIDENT and place == 1 and self._without_credit is None:
            self._without_credit = provider.name
        if provider.name == self._without_credit:
            return (faults.Error(error=ErrorClass.QUOTA),)
        return self._incident(question.beat, provider.name) if place == 0 and not asked_before else ()

    def _of(self, call: Call) -> _Question:
        key = (len(call.turns), call.question)
        if self._question is None or self._question.key != key:
            beat = self.beat + 1 if self.beat < _LAST_BEAT else _AFTER_LAST
            self._question = _Question(key, beat, [])
        return self._question

    def _incident(self, beat: int, provider: str) -> Sequence[Fault]:
        """What befalls the provider that is asked first, when it is asked for the first time."""
        match beat:
            case 2:
                self._down_until[provider] = self._clock.monotonic() + OUTAGE_SECONDS
                slow = (faults.SlowFirstToken(seconds=1.5), faults.SlowTokens(seconds=0.03))
                return (*slow, faults.Cut(after=60, how=faults.Death.RST))
            case 6:
                return (faults.Error(error=ErrorClass.RATE_LIMIT, retry_after=RATE_LIMIT_SECONDS),)
            case 9:
                return (faults.ErrorInStream(error=ErrorClass.OVERLOADED, after=40),)
            case _:
                return ()


def tell(simulator: Simulator, story: Story) -> None:
    """Lets `story` direct all providers, and stops LM Studio."""
    for provider in simulator:
        provider.director = story.faults_for
        if provider.name == "lmstudio":
            provider.set_fault(faults.Refuse())


@asynccontextmanager
async def demo_simulator(*, clock: Clock | None = None, seed: int = 0) -> AsyncIterator[Simulator]:
    """The simulated providers of the demo, at a human pace, with the story."""
    async with Simulator(seed=seed, paced=True, clock=clock) as simulator:
        tell(simulator, Story(clock))
        yield simulator
