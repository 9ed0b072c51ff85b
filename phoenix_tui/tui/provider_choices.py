"""The seven as a list to choose the primary from: how each of them is, and what choosing it would mean. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, ReasonKind, Snapshot
from phoenix_tui.tui import spoken
from phoenix_tui.tui.choice import Choice
from phoenix_tui.tui.glyphs import Glyphs, style_of, word_of
from phoenix_tui.tui.health_words import Phrases, remaining_until_retry, why_not
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.spoken_words import state_words
from phoenix_tui.tui.text import countdown, fit, fitting, one_line, seconds
from phoenix_tui.tui.widgets.row_list import Line
from phoenix_tui.tui.wording import mend

NAME_CELLS, WORD_CELLS, TIME_CELLS = 11, 10, 6
_BEFORE_REST = 5 + NAME_CELLS + WORD_CELLS + TIME_CELLS + 2


def provider_choices(snapshot: Snapshot, now: float, glyphs: Glyphs) -> list[Choice]:
    """A choice a provider, in the fixed order of the seven. `now` is wall time in seconds since the epoch."""
    return [
        _choice(number, snapshot, health, info, now, glyphs)
        for number, (health, info) in enumerate(zip(snapshot.health, snapshot.providers, strict=True), 1)
    ]


def _choice(
    number: int, snapshot: Snapshot, health: ProviderHealth, info: ProviderInfo, now: float, glyphs: Glyphs
) -> Choice:
    is_primary = info.name == snapshot.primary
    ttft = health.ttft_average if health.ttft_average is not None else health.ttft_last
    state = style_of(health.state)
    rest = _rest(snapshot, health, info, now)

    def line(width: int) -> Line:
        if spoken.in_force():
            facts = (state_words(health, info), "your primary" if is_primary else "", rest[0])
            return ((f"{number}. {info.name}: {', '.join(filter(None, facts))}", "$foreground"),)
        return (
            (glyphs.primary if is_primary else " ", "$accent"),
            (f"{number} ", "$text-muted"),
            (glyphs.state(health.state) + " ", state),
            (fit(info.name, NAME_CELLS, ellipsis=glyphs.ellipsis), "$accent bold" if is_primary else "$foreground"),
            (fit(word_of(health, info), WORD_CELLS, ellipsis=glyphs.ellipsis), state),
            ((seconds(ttft) if ttft is not None else "").rjust(TIME_CELLS) + "  ", "$foreground"),
            (fitting(rest, max(0, width - _BEFORE_REST), ellipsis=glyphs.ellipsis), "$text-muted"),
        )

    names = (info.name, info.label, one_line(info.model), str(number))
    return Choice(info.name, names, line, _about(snapshot, health, info, rest))


def _rest(snapshot: Snapshot, health: ProviderHealth, info: ProviderInfo, now: float) -> Phrases:
    """Its model, or why it cannot answer now."""
    if _is_not_allowed(snapshot, info.name):
        return ("not on this machine, which this conversation may not leave", "not on this machine")
    if phrases := tuple(phrase for phrase in why_not(health, info) if phrase):
        remaining = remaining_until_retry(health, now)
        if not remaining:
            return phrases
        again = f"try in {countdown(remaining)}"
        return (*(f"{phrase}, {again}" for phrase in phrases), again)
    return (one_line(info.model) or ("no model yet" if info.local else ""),)


def _is_not_allowed(snapshot: Snapshot, name: str) -> bool:
    return any(
        reason.kind is ReasonKind.NOT_ALLOWED
        for place in snapshot.order
        if place.target.provider == name
        for reason in place.reasons
    )


def _about(snapshot: Snapshot, health: ProviderHealth, info: ProviderInfo, rest: Sequence[str]) -> Phrases:
    """What choosing it would mean."""
    name = info.name
    model = f" with {one_line(info.model)}" if info.model else ""
    if not info.configured:
        return (f"{name} is not set up; enter sets it up ({mend(info)}).", f"{name} is not set up; enter sets it up.")
    if _is_not_allowed(snapshot, name) or not health.is_available:
        first = first_to_answer(snapshot)
        meanwhile = f"{first.target.provider} answers meanwhile" if first else "nobody else can answer either"
        return (f"{name} cannot answer now ({rest[0]}); {meanwhile}.", f"{name} cannot answer now; {meanwhile}.")
    if name == snapshot.primary:
        return (f"{name} is asked first now{model}.", f"{name} is asked first now.")
    doubt = "" if health.state is not HealthState.PROBATION else ", as its trial"
    return (f"{name} would be asked first{model}{doubt}.", f"{name} would be asked first.")
