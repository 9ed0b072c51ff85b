"""What is said of the order in which providers are asked: who is first, and why each stands where it stands. Pure."""

from __future__ import annotations

from phoenix_tui.core.snapshot import HealthState, Placement, ReasonKind, Snapshot

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


def why(placement: Placement, state: HealthState, own_place: int, *, word: str = "") -> list[str]:
    """Why a provider stands where it stands, as phrases, the weightiest first; none when it is where the person put it.
    `own_place` is its place in `own_places`. With `word`, the word for its state, they are brief."""
    if state is HealthState.DISABLED:
        return ["switched off (x)"]
    reasons = [_BRIEF.get(it.kind, word) if word else it.words for it in placement.reasons]
    reason = "; ".join(dict.fromkeys(reasons)) or placement.reason
    if not placement.eligible:
        if word:
            return [f"skipped: {reasons[0] if reasons else word}"]
        return [f"skipped: {reason}" if reason else "skipped"]
    if placement.is_primary and placement.position == 1:
        return ["primary"]
    phrases = ["primary"] if placement.is_primary else []
    moved = own_place - placement.position
    if moved:
        phrases.append(f"{'up' if moved > 0 else 'down'} {abs(moved)} (was {own_place})")
    # A reason for a move that is none, among those that can be asked, would only puzzle.
    if reason and (moved or placement.position == placement.own_position):
        phrases.append(reason.removeprefix("moved up: ").removeprefix("moved down: "))
    return phrases


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
