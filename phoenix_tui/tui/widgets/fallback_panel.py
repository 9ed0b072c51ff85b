"""The order in which providers are asked, and why it is that one."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.reactive import reactive

from phoenix_tui.core.snapshot import Placement, Snapshot
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, style_of, word_of
from phoenix_tui.tui.messages import OrderMoved, OrderReset, PrimaryChosen, ProviderSwitched, StrategyPassedOn
from phoenix_tui.tui.order_words import first_to_answer, own_places, why
from phoenix_tui.tui.text import clip, fit
from phoenix_tui.tui.widgets.row_list import Row, RowList

NAME_CELLS = 10


class FallbackPanel(RowList):
    """One row a provider in the effective order; the last lines say what would happen to a message sent now."""

    HELP = (
        "The order in which providers are asked. It is your own order, changed only where health demands it; each "
        "difference has its reason beside it, and /route has the whole of it. The strategy below says what may change "
        "your order; {order.strategy} passes on to the next. The last lines say who would answer if you sent a message "
        "now."
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
            strategy = f"{self.snapshot.strategy} ({keys.label('order.strategy')} changes it)"
            if strategy != self.border_subtitle:  # saying it paints the whole panel
                self.border_subtitle = strategy
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


def _row(snapshot: Snapshot, placement: Placement, own_place: int, width: int, glyphs: Glyphs) -> Row:
    name = placement.target.provider
    health, info = snapshot.health_of(name), snapshot.info_of(name)
    state = health.state
    number = str(placement.position) if placement.eligible else "-"
    name_style = "$accent bold" if placement.is_primary else ("$foreground" if placement.eligible else "$text-muted")
    why_cells = max(0, width - 2 - 2 - NAME_CELLS - 1)
    phrases = why(placement, state, own_place)
    if cell_len(", ".join(phrases)) > why_cells:
        phrases = why(placement, state, own_place, word=word_of(health, info))
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
