"""What a run of a failover scenario showed, from both sides, and the checks that judge it.

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


# -- of the provider's side


def attempts(*, least: int = 0, most: int, advisory: bool = False) -> Check:
    """How often the primary is asked."""
    says = f"the primary is asked {_range(least, most)}"
    return Check(says, lambda seen: least <= len(seen.times) <= most, advisory)


def attempts_within(seconds: float, most: int) -> Check:
    """How often the primary is asked in the first seconds."""

    def holds(seen: Seen) -> bool:
        return sum(at - seen.times[0] < seconds for at in seen.times) <= most

    return Check(f"the primary is asked at most {most} times in {seconds:g} s", holds)


def attempts_in_outage(seconds: float, most: int) -> Check:
    """How often the primary is asked while it is down."""
    says = f"the primary is asked at most {most} times in its outage"
    return Check(says, lambda seen: sum(at < seconds for at in seen.times) <= most, advisory=True)


def attempts_in_all(most: int) -> Check:
    """How often all providers are asked together."""
    says = f"at most {most} attempts are made in all"
    return Check(says, lambda seen: sum(map(len, seen.asked.values())) <= most, advisory=True)


def waits(seconds: float) -> Check:
    """The primary is asked a second time, and not before `seconds` have passed."""

    def holds(seen: Seen) -> bool:
        return len(seen.times) > 1 and seen.times[1] - seen.times[0] >= seconds

    return Check(f"at least {seconds:g} s lie between the first two attempts", holds, advisory=True)


def back_on_primary(outage: float, within: float) -> Check:
    """The primary answers again soon after it has recovered."""

    def holds(seen: Seen) -> bool:
        return seen.recovered_at is not None and seen.recovered_at <= outage + within

    return Check(f"the primary answers again within {within:g} s of its recovery", holds)


def nobody_else() -> Check:
    """The others are left alone."""
    return Check(
        "no other provider is asked",
        lambda seen: not any(seen.asked[party.name] for party in seen.parties[1:]),
        advisory=True,
    )


def last_word_is_the_persons() -> Check:
    """A cut text is not sent on as if it had been said."""

    def holds(seen: Seen) -> bool:
        bodies = [record.json for record in seen.asked[seen.second.name]]
        return bool(bodies) and all(_messages(body)[-1].get("role") == "user" for body in bodies)

    return Check("the conversation that the next provider gets ends with the person's words", holds, advisory=True)


# -- of the caller's side


def seconds(most: float, *, advisory: bool = False) -> Check:
    """How long the answer may take."""

    def holds(seen: Seen) -> bool:
        return seen.first.took <= most + seen.slack

    return Check(f"it takes at most {most:g} s", holds, advisory)


def answered_by_primary() -> Check:
    return Check("the primary answers", lambda seen: seen.first.provider == seen.primary.name, advisory=True)


def answered_by_next() -> Check:
    return Check("the next provider answers", lambda seen: seen.first.provider == seen.second.name, advisory=True)


def answered_all(outage: float) -> Check:
    """Nobody goes without an answer while the primary is down."""

    def holds(seen: Seen) -> bool:
        during = [heard for heard in seen.heard if heard.asked_at < outage]
        return len(during) > 1 and all(map(seen.is_whole, during))

    return Check("every request of the outage is answered", holds)


def told(*outcomes: str) -> Check:
    """The outcomes that the answer tells of, attempt by attempt; several possible ones are parted by a stroke."""

    def holds(seen: Seen) -> bool:
        found = [attempt["outcome"] for attempt in seen.first.attempts]
        possible = [outcome.split("|") for outcome in outcomes]
        return len(found) == len(possible) and all(one in many for one, many in zip(found, possible, strict=True))

    return Check(f"its attempts are told as {', '.join(outcomes)}", holds, advisory=True)


def first_error(*classes: str) -> Check:
    """The class that the first attempt's error is told with."""

    def holds(seen: Seen) -> bool:
        told = seen.first.attempts
        return bool(told) and (told[0]["error"] or {}).get("class") in classes

    return Check(f"the first attempt's error is told as {' or '.join(classes)}", holds, advisory=True)


def partly_shown() -> Check:
    """The first attempt's text is told as unfinished."""

    def holds(seen: Seen) -> bool:
        told = seen.first.attempts
        return bool(told) and told[0]["chars"] < len(seen.primary.text)

    return Check("the first attempt has shown only a part", holds, advisory=True)


def bad_events(count: int) -> Check:
    return Check(
        f"the answer tells of {count} bad event",
        lambda seen: [attempt["bad_events"] for attempt in seen.first.attempts] == [count],
        advisory=True,
    )


def refused_with(words: Callable[[str], str]) -> Check:
    """The error is the provider's refusal, with its own reason. `words` are those of the provider under test."""

    def holds(seen: Seen) -> bool:
        error = seen.first.error or {}
        reason = words(seen.primary.name)
        said = f"{error.get('message', '')}\n{error.get('detail', '')}"
        mine = (error.get("class"), error.get("provider")) == ("content_filter", seen.primary.name)
        return mine and reason in said

    return Check("the error is a refusal by the primary, in its own words", holds, advisory=True)


def names_the_winner() -> Check:
    """The answer tells the model that gave it, and who had been asked for."""

    def holds(seen: Seen) -> bool:
        shape = seen.first.shape or {}
        told = (shape.get("provider"), shape.get("model"), (shape.get("requested") or {}).get("provider"))
        return told == (seen.second.name, seen.second.model, seen.primary.name)

    return Check("the answer names the next provider's model, and the primary as the one asked for", holds)


def failures_cost_nothing() -> Check:
    """Attempts without an answer have no usage."""

    def holds(seen: Seen) -> bool:
        failed = [attempt["usage"] for attempt in seen.first.attempts if attempt["outcome"] != "ok"]
        return bool(failed) and not any(usage["output_tokens"] or usage["cost_usd"] for usage in failed)

    return Check("failed attempts are not billed", holds, advisory=True)


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


def _messages(body: Any) -> list[Any]:
    """The conversation of a request in any of the wire formats."""
    return list(body.get("messages") or body.get("input") or body["contents"])


def _range(least: int, most: int) -> str:
    if least == most:
        return "once" if most == 1 else f"{most} times"
    return f"at most {most} times" if not least else f"{least} to {most} times"
