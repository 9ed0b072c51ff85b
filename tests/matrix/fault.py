"""What a fault of the matrix is: what happens on the wire, and what it comes to at each phase."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from phoenix_tui.core.adapters.base import WireFormat
from tests.matrix.outcomes import Cannot, Outcome, Whole
from tests.matrix.phases import Mode, Phase, Variant
from tests.matrix.replies import Stage, Step
from tests.matrix.speakers import Speaker


class Way(StrEnum):
    """What becomes of a new connection to the faulty provider."""

    OPEN = "open"
    REFUSED = "refused"
    NO_NAME = "no such name"
    NAME_SERVER_FAILS = "name server fails"
    NAME_SERVER_SILENT = "name server is silent"
    NO_ROUTE = "no route"
    UNREACHABLE = "host unreachable"
    BACKLOG_FULL = "backlog full"
    TLS_UNTRUSTED = "certificate not trusted"
    TLS_EXPIRED = "certificate expired"
    TLS_STALLS = "handshake stalls"

    @property
    def is_open(self) -> bool:
        """Whether requests arrive."""
        return self is Way.OPEN


HEADERS, BODY, OPENED, TOKENS, FINISHED = (
    Phase.BEFORE_HEADERS,
    Phase.AFTER_HEADERS,
    Phase.BEFORE_FIRST_TOKEN,
    Phase.AFTER_TOKENS,
    Phase.AFTER_FINISH,
)
"""The five phases, by short names, for the tables of faults."""

WHOLE = Whole()
NO_BODY_YET = Cannot("it is a fault of the body, which comes after the headers")
ONLY_CONNECTING = Cannot("a connection is made before anything is sent over it")
ONLY_HEAD = Cannot("it stands in the head of the reply, which comes first and once")
IN_PLACE = Cannot("it comes in place of the whole reply")
NOT_SSE = Cannot("lines of JSON have no such thing")
ONLY_STREAMS = Cannot("one JSON value is no stream of events")
NOTHING_FOLLOWS = Cannot("nothing is read after this format's terminal marker")


@dataclass(frozen=True)
class But:
    """An exception to a fault's outcomes: for these phases, modes, providers or wire formats (empty: all)."""

    outcome: Outcome
    phases: frozenset[Phase] = frozenset()
    modes: frozenset[Mode] = frozenset()
    formats: frozenset[WireFormat] = frozenset()
    providers: frozenset[str] = frozenset()
    when: Callable[[Speaker], bool] = lambda _: True

    def holds(self, speaker: Speaker, phase: Phase, mode: Mode) -> bool:
        return (
            (not self.phases or phase in self.phases)
            and (not self.modes or mode in self.modes)
            and (not self.formats or speaker.wire_format in self.formats)
            and (not self.providers or speaker.provider in self.providers)
            and self.when(speaker)
        )


def but(
    outcome: Outcome,
    *phases: Phase,
    mode: Mode | None = None,
    formats: Sequence[WireFormat] = (),
    when: Callable[[Speaker], bool] = lambda _: True,
) -> But:
    """An exception, shortly said."""
    modes = frozenset({mode} if mode else ())
    return But(outcome, frozenset(phases), modes, frozenset(formats), when=when)


@dataclass(frozen=True)
class Fault:
    """One fault. `at` says what it comes to at each phase, `buts` where that differs: the first that holds wins.

    `play` gives the faulty reply. `way` is what becomes of the connection itself; `warm`: a good answer came over it
    before, after which the provider left if it `closes_when_idle`. `providers` are those that it is played with (empty:
    all seven), `variants` likewise. `virtual` False: only real sockets have it.
    """

    name: str
    group: str
    at: Mapping[Phase, Outcome]
    play: Callable[[Stage], Sequence[Step]] = lambda stage: stage.good()
    buts: tuple[But, ...] = ()
    way: Way = Way.OPEN
    warm: bool = False
    closes_when_idle: bool = False
    providers: frozenset[str] = frozenset()
    variants: frozenset[Variant] = field(default_factory=lambda: frozenset(Variant))
    virtual: bool = True

    def outcome(self, speaker: Speaker, phase: Phase, mode: Mode) -> Outcome:
        """What it comes to in one cell."""
        for exception in self.buts:
            if exception.holds(speaker, phase, mode):
                return exception.outcome
        return self.at[phase]


def everywhere(outcome: Outcome, **others: Outcome) -> dict[Phase, Outcome]:
    """`outcome` at every phase but those in `others`, which are named as the short names here, in lower case."""
    named = {"headers": HEADERS, "body": BODY, "opened": OPENED, "tokens": TOKENS, "finished": FINISHED}
    return dict.fromkeys(Phase, outcome) | {named[name]: other for name, other in others.items()}


def only(phase: Phase, outcome: Outcome, otherwise: Cannot) -> dict[Phase, Outcome]:
    """`outcome` at `phase`, and nowhere else."""
    return {each: outcome if each is phase else otherwise for each in Phase}
