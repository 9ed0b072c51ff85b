"""What panels and lines say where they are read aloud: one sentence a provider, nothing shortened, no sign. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.tui.glyphs import style_of, word_of
from phoenix_tui.tui.health_words import (
    as_of,
    first_token,
    hint,
    next_try,
    offline_banner,
    remaining_until_retry,
    why_not,
)
from phoenix_tui.tui.order_words import first_to_answer, own_places, why
from phoenix_tui.tui.outlook import outlook
from phoenix_tui.tui.spoken import Line
from phoenix_tui.tui.text import count, one_line, wrapped

_WORDS = {
    "healthy": "ready",
    "untested": "not tested yet",
    "checked": "checked and ready",
    "on trial": "on trial after an outage",
    "cooling": "resting",
    "off": "switched off",
}
"""What stands for the short words that are made for a column."""
_NOT_WANTED = frozenset({HealthState.UNCONFIGURED, HealthState.DISABLED})
"""States that are the person's own doing, and no news."""
_DOUBTFUL = frozenset({HealthState.PROBATION, HealthState.SUSPECT})


def state_words(health: ProviderHealth, info: ProviderInfo) -> str:
    """The state of one provider."""
    word = word_of(health, info)
    return _WORDS.get(word, word)


# The panels


def health_lines(snapshot: Snapshot, now: float, width: int) -> dict[str, tuple[Line, ...]]:
    """What the health panel says of each provider, by name, in the fixed order of the seven."""
    return {
        info.name: _wrapped(f"{number}. {_of_health(snapshot, info, now)}", width, style_of(health.state))
        for number, (health, info) in enumerate(zip(snapshot.health, snapshot.providers, strict=True), 1)
    }


def _of_health(snapshot: Snapshot, info: ProviderInfo, now: float) -> str:
    health = snapshot.health_of(info.name)
    return " ".join(f"{sentence}." for sentence in _sentences(snapshot, health, info, now) if sentence)


def _sentences(snapshot: Snapshot, health: ProviderHealth, info: ProviderInfo, now: float) -> Iterator[str]:
    yield ", ".join((f"{info.name}: {state_words(health, info)}", *_standing(snapshot, info.name)))
    phrases = why_not(health, info) or hint(health, info, now)
    yield one_line(phrases[0]).rstrip(".") if phrases else ""
    remaining = None if health.state is HealthState.OFFLINE else remaining_until_retry(health, now)
    yield next_try(remaining).capitalize() if remaining else ""
    if (usual := first_token(health, info.model)) is not None:
        yield f"{usual:.1f} seconds to the first word"
    if health.total_requests and health.success_rate is not None:
        yield f"{health.success_rate:.0%} of {count(health.total_requests, 'request')} answered"
    if info.configured and info.model:
        yield f"Model {one_line(info.model)}"
    yield as_of(health, now).capitalize()


def _standing(snapshot: Snapshot, name: str) -> Iterator[str]:
    """Its place among those that would be asked."""
    place = next((its for its in snapshot.order if its.target.provider == name), None)
    if place is not None and place.eligible:
        yield "answers first" if place is first_to_answer(snapshot) else f"number {place.position}"
    if name == snapshot.primary:
        yield "your primary"


def order_lines(snapshot: Snapshot, width: int) -> dict[str, tuple[Line, ...]]:
    """What the order panel says of each provider, by name, in the order in which they would be asked."""
    own = own_places(snapshot)
    return {
        place.target.provider: _wrapped(_of_order(snapshot, place, own), width, "$foreground")
        for place in snapshot.order
    }


def _of_order(snapshot: Snapshot, place: Placement, own: dict[str, int]) -> str:
    name = place.target.provider
    health, info = snapshot.health_of(name), snapshot.info_of(name)
    own_place = own.get(name)
    facts = [state_words(health, info), *why(place, health, info, own_place or place.own_position)[:1]]
    if own_place is not None and own_place != place.position:
        facts.append(f"your number {own_place}")
    if place.pinned:
        facts.append("pinned to its place")
    said = f"{place.position}. {name}" if place.eligible else f"{name} is not asked now"
    return f"{said}: {', '.join(dict.fromkeys(facts))}."


def outlook_line(snapshot: Snapshot, now: float, width: int) -> tuple[Line, ...]:
    """What would become of a message sent now."""
    seen = outlook(snapshot, now)
    said = [phrases[0] for phrases in seen.lines]
    whole = f"{said[0]} {said[1]}; {'; '.join(said[2:])}." if seen.name else f"{said[0]}: {'; '.join(said[1:])}."
    return _wrapped(whole, width, "$text-muted")


def _wrapped(text: str, width: int, style: str) -> tuple[Line, ...]:
    return tuple(((row, style),) for row in wrapped(text, width))


# The line of health


def health_line(snapshot: Snapshot, now: float, more_key: str) -> tuple[str, ...]:
    """Who answers first, who is in trouble and how to hear the rest, as sentences, the weightiest first."""
    first = first_to_answer(snapshot)
    if not any(info.configured for info in snapshot.providers):
        return ("No provider is set up.",)
    leading = f"{first.target.provider} answers first" if first else "nobody can answer now"
    said = [f"{leading}."]
    for health, info in zip(snapshot.health, snapshot.providers, strict=True):
        if info.configured and (not health.is_available or health.state in _DOUBTFUL):
            remaining = None if health.state is HealthState.OFFLINE else remaining_until_retry(health, now)
            again = f", {next_try(remaining)}" if remaining else ""
            said.append(f"{info.name} is {state_words(health, info)}{again}.")
    return (*said, f"{more_key} tells of all.")


# What happened to whom


def news(before: Snapshot, now: Snapshot, wall: float, *, tells_failures: bool = True) -> list[str]:
    """What has become of the providers since, one sentence each: who is out, who is back. Without `tells_failures`
    only who is back: the turn that goes on tells its failures itself."""
    if before.offline != now.offline:
        banner = offline_banner(now, wall)
        return [f"{banner[0]}."] if banner else ["This machine is online again."]
    known = {health.name: health for health in before.health}
    said = (_change(known.get(health.name), health, now, wall, tells_failures) for health in now.health)
    return [sentence for sentence in said if sentence]


def _change(
    before: ProviderHealth | None, health: ProviderHealth, snapshot: Snapshot, wall: float, tells_failures: bool
) -> str:
    if before is None or health.state is before.state or {before.state, health.state} & _NOT_WANTED:
        return ""
    name, was_out, is_out = health.name, not before.is_available, not health.is_available
    if health.state is HealthState.PROBATION:
        return f"{name} may be asked again: its next answer is a trial." if was_out else ""
    if not is_out and (was_out or before.state in _DOUBTFUL) and health.state not in _DOUBTFUL:
        return f"{name} is back."
    if is_out and not was_out and tells_failures:
        info = snapshot.info_of(name)
        phrases = why_not(health, info)
        reason = f": {one_line(phrases[0]).rstrip('.')}" if phrases and phrases[0] else ""
        remaining = remaining_until_retry(health, wall)
        again = f"; {next_try(remaining)}" if remaining else ""
        return f"{name} is {state_words(health, info)}{reason}{again}."
    return ""
