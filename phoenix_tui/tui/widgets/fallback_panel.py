"""The order in which providers are asked, and why it is that one."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.reactive import reactive

from phoenix_tui.core.snapshot import HealthState, Placement, ReasonKind, Snapshot
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, style_of
from phoenix_tui.tui.messages import OrderMoved, OrderReset, PrimaryChosen, ProviderSwitched, StrategyPassedOn
from phoenix_tui.tui.text import clip, fit
from phoenix_tui.tui.widgets.row_list import Row, RowList

NAME_CELLS = 10


class FallbackPanel(RowList):
    """One row a provider in the effective order; the last lines say what would happen to a message sent now."""

    HELP = (
        "The order in which providers are asked. It is your own order, changed only where health demands it; each "
        "difference has its reason beside it, and /route has the whole of it. The strategy below says what may change "
        "your order; s passes on to the next. The last lines say who would answer if you sent a message now."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.ORDER)]

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self.border_title = "Fallback order"

    def watch_snapshot(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self.snapshot is not None:
            self.border_subtitle = f"{self.snapshot.strategy} (s changes it)"
            self.show_rows(order_rows(self.snapshot, self.scrollable_content_region.width, self._glyphs))

    def action_make_primary(self) -> None:
        self.opened(self.chosen)

    def opened(self, key: str) -> None:
        if key:
            self.post_message(PrimaryChosen(key))

    def action_move(self, by: int) -> None:
        if self.chosen:
            self.post_message(OrderMoved(self.chosen, by))

    def action_switch(self) -> None:
        if self.chosen:
            self.post_message(ProviderSwitched(self.chosen))

    def action_strategy(self) -> None:
        self.post_message(StrategyPassedOn())

    def action_reset(self) -> None:
        self.post_message(OrderReset())


def order_rows(snapshot: Snapshot, width: int, glyphs: Glyphs) -> list[Row]:
    """The effective order with its reasons, then who would answer now."""
    own = own_places(snapshot)
    rows = [
        _row(snapshot, placement, own.get(placement.target.provider, placement.own_position), width, glyphs)
        for placement in snapshot.order
    ]
    if not rows:
        rows.append(Row("", ((("Nobody is set up yet.", "$text-muted"),),)))
    rows.append(Row("", ((("", ""),), *_now_lines(snapshot, width, glyphs))))
    return rows


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


def _row(snapshot: Snapshot, placement: Placement, own_place: int, width: int, glyphs: Glyphs) -> Row:
    name = placement.target.provider
    state = snapshot.health_of(name).state
    number = str(placement.position) if placement.eligible else "-"
    name_style = "$accent bold" if placement.is_primary else ("$foreground" if placement.eligible else "$text-muted")
    why_cells = max(0, width - 2 - 2 - NAME_CELLS - 1)
    phrases = why(placement, state, own_place)
    if cell_len(", ".join(phrases)) > why_cells:
        phrases = why(placement, state, own_place, brief=True)
    while len(phrases) > 1 and cell_len(", ".join(phrases)) > why_cells:
        phrases.pop()  # a whole phrase less is easier to read than one broken off
    return Row(
        name,
        (
            (
                (f"{number} ", "$text-muted"),
                (glyphs.state(state) + " ", style_of(state)),
                (fit(name, NAME_CELLS, ellipsis=glyphs.ellipsis) + " ", name_style),
                (clip(", ".join(phrases), why_cells, ellipsis=glyphs.ellipsis), "$text-muted"),
            ),
        ),
    )


_BRIEF = {
    ReasonKind.PINNED: "asked for by name",
    ReasonKind.NOT_ALLOWED: "not on this machine",
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
"""Reasons in a word or two; those that stand beside a state are brief already, or shortened at their first comma."""


def why(placement: Placement, state: HealthState, own_place: int, *, brief: bool = False) -> list[str]:
    """Why a provider stands where it stands, as phrases, the weightiest first; none when it is where the person put it.
    `own_place` is its place in `own_places`."""
    if state is HealthState.DISABLED:
        return ["switched off (x)"]
    reasons = [_BRIEF.get(it.kind, it.words.partition(",")[0]) if brief else it.words for it in placement.reasons]
    reason = "; ".join(dict.fromkeys(reasons)) or placement.reason
    if not placement.eligible:
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


def first_to_answer(snapshot: Snapshot) -> Placement | None:
    """Who would be asked first if a message were sent now."""
    return next((placement for placement in snapshot.order if placement.eligible), None)


def _now_lines(snapshot: Snapshot, width: int, glyphs: Glyphs) -> tuple[tuple[tuple[str, str], ...], ...]:
    placement = first_to_answer(snapshot)
    if placement is None:
        return ((("If you send now, ", "$text-muted"), ("nobody can answer", "$health-down")),)
    model = clip(placement.target.model or "a model of its own choice", max(0, width - 7), ellipsis=glyphs.ellipsis)
    return (
        (
            ("If you send now, ", "$text-muted"),
            (placement.target.provider, "$accent bold"),
            (" answers", "$text-muted"),
        ),
        ((f"  with {model}", "$text-muted"),),
    )
