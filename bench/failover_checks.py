"""The checks of the failover scenarios; `failover_verdict.ALWAYS` has those of every scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.failover_verdict import Check, Seen

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


def _messages(body: Any) -> list[Any]:
    """The conversation of a request in any of the wire formats."""
    return list(body.get("messages") or body.get("input") or body["contents"])


def _range(least: int, most: int) -> str:
    if least == most:
        return "once" if most == 1 else f"{most} times"
    return f"at most {most} times" if not least else f"{least} to {most} times"
