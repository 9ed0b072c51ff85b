"""What a run of a failover scenario showed, from both sides, and what it is worth.

The scores are those of the public benchmark (failoverbench, methodology v0.1): see `Score`. The checks named there
keep their weight: a required one that fails is a fail, an advisory one makes a pass a partial. What is checked here
beyond it is advisory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from phoenix_tui.sim import Record

HEALTHY_SECONDS = 10.0
"""Within which the healthy request after a scenario must be answered."""


@dataclass(frozen=True, slots=True)
class Party:
    """One provider of a run: its model, and the tokens that it answers with."""

    name: str
    model: str
    tokens: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.tokens)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the program said to one request. `shape` is its JSON, None when nothing came in time. `asked_at` (since the
    scenario began) and `took` are seconds of the scenario."""

    shape: Mapping[str, Any] | None
    asked_at: float
    took: float

    @property
    def error(self) -> Mapping[str, Any] | None:
        """The error that was told in place of an answer."""
        error = None if self.shape is None else self.shape.get("error")
        return error if isinstance(error, Mapping) else None

    @property
    def is_answer(self) -> bool:
        return self.shape is not None and self.error is None

    @property
    def provider(self) -> str:
        return str((self.shape or {}).get("provider", ""))

    @property
    def attempts(self) -> Sequence[Mapping[str, Any]]:
        """Its attempts as told, but for providers that were passed over."""
        told = (self.shape or {}).get("attempts", ())
        return [attempt for attempt in told if attempt["outcome"] != "skipped"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A run from both sides. `heard` answers the scenario's requests, `after` the healthy one that follows; `asked`
    are the generation requests that each provider got in the scenario, `asked_after` those that came later. `began` is
    the servers' clock at the start. `path` is how the path of the wire format under test ends. `slack` is how many
    seconds the machine itself may cost. `mess` tells of what a program must not do at its end, "" for nothing."""

    parties: tuple[Party, ...]
    heard: tuple[Heard, ...]
    after: Heard | None
    asked: Mapping[str, Sequence[Record]]
    asked_after: Mapping[str, Sequence[Record]]
    began: float
    path: str
    slack: float = 0.0
    mess: str = ""

    @property
    def first(self) -> Heard:
        """What was heard of the first, in most scenarios the only, request."""
        return self.heard[0]

    @property
    def primary(self) -> Party:
        return self.parties[0]

    @property
    def second(self) -> Party:
        return self.parties[1]

    @property
    def times(self) -> Sequence[float]:
        """When the primary was asked, in seconds since the scenario began."""
        return [record.at - self.began for record in self.asked[self.primary.name]]

    @property
    def recovered_at(self) -> float | None:
        """When the primary was first asked and was well, in seconds since the scenario began; None: never."""
        well = [record.at - self.began for record in self.asked[self.primary.name] if not record.faults]
        return min(well, default=None)

    def speaker(self, heard: Heard) -> Party | None:
        """Who gave an answer, as the program tells it."""
        return next((party for party in self.parties if party.name == heard.provider), None)

    def is_whole(self, heard: Heard | None) -> bool:
        """Whether that is an answer, and all of what its provider says, once."""
        if heard is None or heard.shape is None or not heard.is_answer:
            return False
        party = self.speaker(heard)
        return party is not None and heard.shape["text"] == party.text


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what must hold, in words, and whether it does."""

    says: str
    holds: Callable[[Seen], bool]
    advisory: bool = False


class Score(StrEnum):
    """How a cell is scored, best first."""

    PASS = "pass"  # noqa: S105 - a score, no password
    """The wanted end, and every check holds."""
    PARTIAL = "partial"
    """The wanted end, but an advisory check does not hold; or a refusal that was routed around."""
    SAFE = "safe"
    """A clean error in place of the answer."""
    FAIL = "fail"
    """No end in time, a truncated answer told as a success, or a required check that does not hold."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A score, and what was wrong in words."""

    score: Score
    wrong: tuple[str, ...] = ()


def judge(seen: Seen, checks: Iterable[Check], *, error_wanted: bool) -> Verdict:
    """The verdict on a run. `error_wanted`: the scenario's good end is a clean error, no answer."""
    silent = [number for number, heard in enumerate(seen.heard, 1) if heard.shape is None]
    if silent:
        return Verdict(Score.FAIL, tuple(f"request {number} was not answered in time" for number in silent))
    answered = [heard.is_answer for heard in seen.heard]
    cut = any(heard.is_answer and not seen.is_whole(heard) for heard in seen.heard)
    if cut:
        return Verdict(Score.FAIL, ("a text that is not the whole answer was told as a success",))
    broken = [check for check in (*checks, *ALWAYS) if not check.holds(seen)]
    wrong = tuple(f"not so: {check.says}" for check in broken)
    if any(not check.advisory for check in broken):
        return Verdict(Score.FAIL, wrong)
    if error_wanted:
        around = any(answered)
        return Verdict(Score.PARTIAL if around or broken else Score.PASS, wrong)
    if not all(answered):
        return Verdict(Score.SAFE, (*wrong, "an error was told in place of the answer"))
    return Verdict(Score.PARTIAL if broken else Score.PASS, wrong)


# -- of every scenario


def _healthy_after(seen: Seen) -> bool:
    after = seen.after
    return after is not None and seen.is_whole(after) and after.took <= HEALTHY_SECONDS + seen.slack


def _in_its_own_format(seen: Seen) -> bool:
    records = seen.asked[seen.primary.name]
    return bool(records) and all(record.path.endswith(seen.path) for record in records)


def _usage_is_the_winners(seen: Seen) -> bool:
    return all(_usage_fits(seen, heard) for heard in (*seen.heard, seen.after) if heard and heard.is_answer)


def _usage_fits(seen: Seen, heard: Heard) -> bool:
    party, shape = seen.speaker(heard), heard.shape or {}
    if party is None:
        return False
    usage = shape["usage"]
    return (shape["model"], usage["output_tokens"]) == (party.model, len(party.tokens)) and bool(usage["input_tokens"])


def _told_is_seen(seen: Seen) -> bool:
    heard = [*seen.heard, *([seen.after] if seen.after else [])]
    told = Counter(attempt["provider"] for one in heard for attempt in one.attempts)
    asked = Counter({name: len(seen.asked[name]) + len(seen.asked_after[name]) for name in seen.asked})
    return +told == +asked


ALWAYS = (
    Check(f"the healthy request after it is answered within {HEALTHY_SECONDS:g} s", _healthy_after),
    Check("it is asked in the wire format under test only", _in_its_own_format),
    Check("the program ends by itself, with status 0 and nothing odd", lambda seen: not seen.mess),
    Check("model and usage are those of whoever answered", _usage_is_the_winners, advisory=True),
    Check("the attempts that are told are those that the servers saw", _told_is_seen, advisory=True),
)
"""Checked after every scenario."""
