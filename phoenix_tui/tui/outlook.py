"""What would become of a message sent now: who answers, with which model, who comes after; or why nobody can, and what
to do about it. Pure strings.

It is asked of the very function that decides a request (`core/next_step.py`), as far as a request can be known before
it is written: that a long conversation may not fit somebody's window is seen only when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from phoenix_tui.core.decision import Decision, Try
from phoenix_tui.core.next_step import Situation, next_step
from phoenix_tui.core.snapshot import HealthState, Placement, ReasonKind, Snapshot
from phoenix_tui.core.types import FallbackMode
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import keys
from phoenix_tui.tui.glyphs import has_failed_check, word_of
from phoenix_tui.tui.health_words import Phrases
from phoenix_tui.tui.text import countdown, money, one_line

_OUT_OF_USE = frozenset({HealthState.UNCONFIGURED, HealthState.DISABLED})


@dataclass(frozen=True, slots=True)
class Outlook:
    """`name` is the provider that would be asked, "" where nobody would; `lines` say it, the weightiest first."""

    name: str
    lines: tuple[Phrases, ...]


def outlook(snapshot: Snapshot, now: float) -> Outlook:
    """What would become of a message sent at `now` (wall time in seconds since the epoch)."""
    decision = _decided(snapshot, now)
    if not isinstance(decision, Try):
        return Outlook("", (_starting("nobody can answer"), *_why_nobody(snapshot)))
    name = decision.target.provider
    return Outlook(
        name, (_starting(_does(snapshot, decision)), _with_model(snapshot, decision), _after(snapshot, name))
    )


def _decided(snapshot: Snapshot, now: float) -> Decision:
    order: Sequence[Placement] = snapshot.order
    if snapshot.fallback is FallbackMode.NEVER:
        order = [place for place in order if place.target.provider == snapshot.primary]
    situation = Situation(
        tried=(),
        order=order,
        health={health.name: health for health in snapshot.health},
        local=[info.name for info in snapshot.providers if info.local],
        now=now,
        wanted=None,
        fallback=snapshot.fallback is not FallbackMode.NEVER,
    )
    return next_step(situation, Random(0))  # noqa: S311 - a first step leaves nothing to chance


def _starting(what: str) -> Phrases:
    return (f"If you send now, {what}", what)


def _does(snapshot: Snapshot, decision: Try) -> str:
    """What whoever is asked does, as far as one may promise it."""
    name = decision.target.provider
    health, info = snapshot.health_of(name), snapshot.info_of(name)
    if decision.wait:
        return f"{name} is asked in {countdown(decision.wait)}"
    is_in_doubt = not health.is_available or health.state is HealthState.PROBATION or has_failed_check(health)
    return f"{name} is tried ({word_of(health, info)})" if is_in_doubt else f"{name} answers"


def _with_model(snapshot: Snapshot, decision: Try) -> Phrases:
    info = snapshot.info_of(decision.target.provider)
    model = f"with {one_line(decision.target.model) or 'a model of its own choice'}"
    is_loaded_first = info.local and info.model_loaded is False
    return (f"{model}, which is loaded first", f"{model}, loaded first", model) if is_loaded_first else (model,)


def _after(snapshot: Snapshot, name: str) -> Phrases:
    """Who comes after `name`."""
    if snapshot.fallback is FallbackMode.NEVER:
        return ("if it fails, nobody else is asked: LLM_FALLBACK=never", "if it fails, nobody else is asked")
    others = [place.target.provider for place in snapshot.order if place.eligible and place.target.provider != name]
    here = " on this machine" if _is_kept_here(snapshot) else ""
    if not others:
        return (
            f"if it fails, nobody else{here} can take over",
            "if it fails, nobody takes over",
            "nobody takes over",
        )
    then = "if it fails you are asked, then " if snapshot.fallback is FallbackMode.ASK else "if it fails: "
    return (*(then + _first_of(others, shown) for shown in range(len(others), 0, -1)), f"then {others[0]}")


def _first_of(names: Sequence[str], shown: int) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more else "")


def _is_kept_here(snapshot: Snapshot) -> bool:
    return any(_has(place, ReasonKind.NOT_ALLOWED) for place in snapshot.order)


def _has(place: Placement, kind: ReasonKind) -> bool:
    return any(reason.kind is kind for reason in place.reasons)


def _why_nobody(snapshot: Snapshot) -> tuple[Phrases, ...]:
    """Why nobody would be asked, and the next step."""
    pick = keys.label("pick")
    in_use = [place for place in snapshot.order if snapshot.health_of(place.target.provider).state not in _OUT_OF_USE]
    local = [info.name for info in snapshot.providers if info.local]
    if not in_use:
        is_any = any(info.configured for info in snapshot.providers)
        if is_any:
            return (("all that are set up are switched off", "all are switched off"), (f"{pick} shows them",))
        return (("nobody is set up yet",), (f"{pick} shows what each one needs",))
    if any(_has(place, ReasonKind.OVER_BUDGET) for place in in_use):
        spent = f" ({money(snapshot.spent_today)} of {money(snapshot.daily_budget or 0.0)})"
        step = "start a local server, or raise LLM_DAILY_BUDGET_USD"
        return ((f"the day's budget is used up{spent}", "the day's budget is used up"), (step, "raise the budget"))
    if _is_kept_here(snapshot):
        start = f"start {' or '.join(local)}" if local else "start a local server"
        steps = (f"{start}, or let it leave: /local off", start)
        return (("this conversation is kept on this machine", "kept on this machine"), steps)
    if snapshot.fallback is FallbackMode.NEVER:
        why = f"{snapshot.primary} cannot be asked, and nobody else may be (LLM_FALLBACK=never)"
        return ((why, f"{snapshot.primary} cannot be asked"), (f"{pick} chooses another",))
    said = [f"{place.target.provider}: {_word(snapshot, place)}" for place in in_use]
    return (tuple(_first_of(said, shown) for shown in range(len(said), 0, -1)), (f"{pick} shows what each one needs",))


def _word(snapshot: Snapshot, place: Placement) -> str:
    name = place.target.provider
    return word_of(snapshot.health_of(name), snapshot.info_of(name))
