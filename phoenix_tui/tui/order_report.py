"""What `/route` prints: who would be asked in which order, with every reason in full."""

from __future__ import annotations

from phoenix_tui.core.snapshot import Placement, Snapshot
from phoenix_tui.tui.glyphs import Glyphs, style_of, word_of
from phoenix_tui.tui.health_words import remaining_until
from phoenix_tui.tui.order_words import own_places
from phoenix_tui.tui.outlook import outlook
from phoenix_tui.tui.report import Part
from phoenix_tui.tui.text import countdown, fit, one_line


def order_report(snapshot: Snapshot, now: float, glyphs: Glyphs) -> list[list[Part]]:
    """The order as lines of (text, style) parts. `now` is wall time in seconds since the epoch."""
    lines: list[list[Part]] = [
        [("Strategy: ", "$text-muted"), (snapshot.strategy.value, "$accent bold"), (" (/strategy changes it)", "")],
        [("Primary: ", "$text-muted"), (snapshot.primary, "$accent bold")],
        [("", "")],
    ]
    own = own_places(snapshot)
    for placement in snapshot.order:
        name = placement.target.provider
        health, info = snapshot.health_of(name), snapshot.info_of(name)
        number = str(placement.position) if placement.eligible else "-"
        lines.append(
            [
                (f"{number} ", "$text-muted"),
                (f"{glyphs.state(health.state)} {fit(name, 11)}{word_of(health, info)}", style_of(health.state)),
            ]
        )
        lines.append([("    " + "; ".join(_facts(placement, own.get(name), now)), "")])
    lines.append([("", "")])
    seen = outlook(snapshot, now)
    said = [phrases[0] for phrases in seen.lines]
    lines.append([(f"{said[0]} {said[1]}; {said[2]}." if seen.name else f"{said[0]}: {'; '.join(said[1:])}.", "")])
    return lines


def _facts(placement: Placement, own_place: int | None, now: float) -> list[str]:
    """What is said of one of them; `own_place` is its place among those that can be asked at all, None for others."""
    facts = [one_line(placement.target.model)] if placement.target.model and own_place is not None else []
    if placement.is_primary:
        facts.append("your primary")
    elif own_place is not None and own_place != placement.position:
        facts.append(f"number {own_place} in your own order")
    for reason in placement.reasons:
        remaining = remaining_until(reason.until, now)
        facts.append(one_line(reason.words) + (f", for {countdown(remaining)} more" if remaining else ""))
    if not placement.reasons and placement.reason:
        facts.append(one_line(placement.reason))
    return facts
