"""The rows of the fallback panel: the effective order beside the person's own, and what would become of a message."""

from __future__ import annotations

from rich.cells import cell_len

from phoenix_tui.core.snapshot import Placement, Snapshot
from phoenix_tui.tui.glyphs import Glyphs, style_of
from phoenix_tui.tui.order_drag import Landing
from phoenix_tui.tui.order_words import own_places, why
from phoenix_tui.tui.outlook import outlook
from phoenix_tui.tui.spoken_words import order_lines, outlook_line
from phoenix_tui.tui.text import clip, fit, fitting, one_line
from phoenix_tui.tui.widgets.row_list import Line, Row

NAME_CELLS = 10
OUTLOOK_LINES = 3
_BEFORE_NAME = 6
"""Cells of the two numbers, the mark of a pin or the primary, and the sign of the state."""
_BEFORE_WHY = _BEFORE_NAME + NAME_CELLS + 1


def order_rows(
    snapshot: Snapshot, width: int, glyphs: Glyphs, *, landing: Landing | None = None, roomy: bool = False
) -> list[Row]:
    """A row a provider. With `roomy` a second line has the whole reason, or the model; `landing` is the row that is
    being dragged, if one is."""
    if not snapshot.order:
        return [Row("", ((("Nobody is set up yet.", "$text-muted"),),))]
    own = own_places(snapshot)
    places = {placement.target.provider: placement for placement in snapshot.order}
    rows: list[Row] = []
    for name in landing.names if landing else places:
        if landing and name == landing.name:
            rows.append(Row(name, (_landing_line(landing, width, glyphs), *((((" ", ""),),) if roomy else ()))))
        else:
            rows.append(_row(snapshot, places[name], own.get(name), width, glyphs, roomy=roomy))
    return rows


def said_rows(snapshot: Snapshot, now: float, width: int) -> list[Row]:
    """The same as sentences, with what would become of a message below them."""
    rows = [Row(name, lines) for name, lines in order_lines(snapshot, width).items()]
    return [*(rows or [Row("", ((("Nobody is set up yet.", ""),),))]), Row("", outlook_line(snapshot, now, width))]


def _row(
    snapshot: Snapshot, placement: Placement, own_place: int | None, width: int, glyphs: Glyphs, *, roomy: bool
) -> Row:
    name = placement.target.provider
    health, info = snapshot.health_of(name), snapshot.info_of(name)
    number = str(placement.position) if placement.eligible else "-"
    own_number = "" if own_place is None or str(own_place) == number else str(own_place)
    name_style = "$accent bold" if placement.is_primary else ("$foreground" if placement.eligible else "$text-muted")
    phrases = why(placement, health, info, own_place or placement.own_position)
    line: Line = (
        (f"{number} ", "$foreground" if placement.eligible else "$text-muted"),
        (fit(own_number, 1), "$text-muted"),
        (glyphs.pin if placement.pinned else glyphs.primary if placement.is_primary else " ", "$accent"),
        (glyphs.state(health.state) + " ", style_of(health.state)),
        (fit(name, NAME_CELLS, ellipsis=glyphs.ellipsis) + " ", name_style),
        (fitting(phrases, max(0, width - _BEFORE_WHY), ellipsis=glyphs.ellipsis), "$text-muted"),
    )
    if not roomy:
        return Row(name, (line,))
    about = _about(placement, line[-1][0], width - _BEFORE_NAME, glyphs)
    return Row(name, (line, ((" " * _BEFORE_NAME + about, "$text-muted"),)))


def _about(placement: Placement, said: str, width: int, glyphs: Glyphs) -> str:
    """What is worth a second line: the whole reason, where the first did not have it and it fits, or the model."""
    reasons = [words for reason in placement.reasons if (words := one_line(reason.words)) not in said]
    whole = ("; ".join(reasons), *reasons, *(words.partition(", ")[0] for words in reasons))
    fits = [words for words in whole if words and cell_len(words) <= width]
    return fits[0] if fits else clip(placement.target.model or "no model known yet", width, ellipsis=glyphs.ellipsis)


def _landing_line(landing: Landing, width: int, glyphs: Glyphs) -> Line:
    """Where the row would land: a rule with its name and the place it would have."""
    start = f"{glyphs.rule * 4}{glyphs.here} {landing.name} "
    end = f" your number {landing.own_place} "
    rule = glyphs.rule * max(0, width - len(start) - len(end))
    return ((start, "$accent bold"), (rule, "$accent"), (end if rule else "", "$accent"))


def outlook_lines(snapshot: Snapshot, now: float, width: int, rows: int, glyphs: Glyphs) -> list[Line]:
    """What would become of a message sent now, in at most `rows` lines, the first of them blank where there is room."""
    seen = outlook(snapshot, now)
    lines: list[Line] = []
    for index, phrases in enumerate(seen.lines):
        indent = "  " if index else ""
        said = indent + fitting(phrases, width - len(indent), ellipsis=glyphs.ellipsis)
        style = "$text-muted" if seen.name or index else "$health-down"
        before, found, after = said.partition(seen.name) if seen.name and not index else (said, "", "")
        lines.append(((before, style), (found, "$accent bold"), (after, style)))
    return [((("", ""),)), *lines] if rows > len(lines) else lines[: max(1, rows)]
