"""What is said of the order in which providers are asked: who is first, and why each stands where it stands. Pure."""

from __future__ import annotations

from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth, ProviderInfo, ReasonKind, Snapshot
from phoenix_tui.tui import keys
from phoenix_tui.tui.glyphs import word_of
from phoenix_tui.tui.health_words import Phrases
from phoenix_tui.tui.text import one_line

_BRIEF = {
    ReasonKind.PINNED: "asked for by name",
    ReasonKind.NOT_ALLOWED: "not local",
    ReasonKind.OVER_BUDGET: "over budget",
    ReasonKind.TRIAL: "on trial",
    ReasonKind.UNRELIABLE: "less reliable",
    ReasonKind.PASSED: "others stand back",
    ReasonKind.FASTER: "faster",
    ReasonKind.SLOWER: "slower",
    ReasonKind.CHEAPER: "cheaper",
    ReasonKind.DEARER: "dearer",
    ReasonKind.TOO_SMALL: "too small for this",
}
"""Reasons in a word or two; the others are what the word for the state says."""


def why(placement: Placement, health: ProviderHealth, info: ProviderInfo, own_place: int) -> Phrases:
    """Why a provider stands where it stands, the longest way first; empty when it is where the person put it.
    `own_place` is its place in `own_places`."""
    if health.state is HealthState.DISABLED:
        return (f"switched off ({keys.label('order.switch')})", "switched off", "off")
    word = word_of(health, info)
    full = "; ".join(dict.fromkeys(one_line(reason.words) for reason in placement.reasons))
    full = full or one_line(placement.reason).removeprefix("moved up: ").removeprefix("moved down: ")
    brief = _BRIEF.get(placement.reasons[0].kind, word) if placement.reasons else ""
    if not placement.eligible:
        return _distinct(f"skipped: {full or word}", f"skipped: {brief or word}", brief or word)
    if placement.is_primary and placement.position == 1:
        return _distinct("primary, on trial", "primary") if brief == "on trial" else ("primary",)
    moved = own_place - placement.position
    if not moved and placement.position != placement.own_position:
        full = brief = ""  # a reason for a move that is none, among those that can be asked, would only puzzle
    steps = f"{'up' if moved > 0 else 'down'} {abs(moved)}" if moved else ""
    kept = "primary" if placement.is_primary else ""
    return _distinct(
        _said(kept, steps, full), _said(kept, steps, brief), _said(kept, brief), _said(brief or kept), _said(steps)
    )


def _said(*phrases: str) -> str:
    return ", ".join(phrase for phrase in phrases if phrase)


def _distinct(*phrases: str) -> Phrases:
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))


def own_places(snapshot: Snapshot) -> dict[str, int]:
    """Where the person put those that can be asked at all, counted among them: nobody moves up because others, before
    it in the order, are not set up, are switched off or are not on this machine, which nothing may leave."""
    asked = [
        placement
        for placement in snapshot.order
        if snapshot.health_of(placement.target.provider).state not in (HealthState.UNCONFIGURED, HealthState.DISABLED)
        and not any(reason.kind is ReasonKind.NOT_ALLOWED for reason in placement.reasons)
    ]
    asked.sort(key=lambda placement: placement.own_position)
    return {placement.target.provider: place for place, placement in enumerate(asked, 1)}


def first_to_answer(snapshot: Snapshot) -> Placement | None:
    """Who would be asked first if a message were sent now."""
    return next((placement for placement in snapshot.order if placement.eligible), None)
