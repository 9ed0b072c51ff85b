"""The order in which providers are asked, why it is that one, and how it is changed."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.reactive import reactive

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import keys, messages, spoken
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs
from phoenix_tui.tui.order_drag import OrderDrag
from phoenix_tui.tui.widgets.order_rows import OUTLOOK_LINES, order_rows, outlook_lines, said_rows
from phoenix_tui.tui.widgets.row_list import RowList


class FallbackPanel(RowList):
    """One row a provider in the effective order; the last lines say what would become of a message sent now."""

    HELP = (
        "Who is asked in which order: your own order, changed only where health demands it. The second number is "
        "the place you gave one that stands elsewhere now, with the reason beside it (/route has all of it). "
        "{order.up} and {order.down}, or dragging, move one; {order.pin} pins it to its place; {order.strategy} "
        "passes on to the next strategy, which the last line names; {order.undo} takes back. Below the list stands "
        "what would become of a message sent now."
    )
    HELP_SPOKEN = (
        "Who is asked in which order: your own order, changed only where health demands it; then the reason is said, "
        "and which number of yours it is (/route has all of it). {order.up} and {order.down} move one; {order.pin} "
        "pins it to its place; {order.strategy} passes on to the next strategy; {order.undo} takes back. Below the "
        "list is said what would become of a message sent now."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.ORDER)]

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    """Wall time in seconds since the epoch."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._drag: OrderDrag | None = None
        self._was_dragged = False
        self.border_title = "Fallback order"

    def watch_snapshot(self) -> None:
        self.draw_soon()

    def watch_now(self) -> None:
        self.draw_soon()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        snapshot = self.snapshot
        if snapshot is None:
            return
        strategy = f"{snapshot.strategy} ({keys.label('order.strategy')} changes it)"
        if strategy != self.border_subtitle:  # saying it paints the whole panel
            self.border_subtitle = strategy
        if self._drag is not None and not self._drag.follow(snapshot):
            self._end_drag()
        width, height = self.scrollable_content_region.size
        if spoken.in_force():
            self.show_rows(said_rows(snapshot, self.now, width))
            return
        roomy = height >= 2 * len(snapshot.order) + OUTLOOK_LINES + 1
        landing = self._drag.landing if self._drag else None
        rows = order_rows(snapshot, width, self._glyphs, landing=landing, roomy=roomy)
        room = max(height - sum(len(row.lines) for row in rows), 2 if height > OUTLOOK_LINES else 1)
        self.show_rows(rows, outlook_lines(snapshot, self.now, width, room, self._glyphs))

    # Keys

    def action_make_primary(self) -> None:
        if self.chosen:
            self.post_message(messages.PrimaryChosen(self.chosen))

    def action_open(self) -> None:
        self.opened(self.chosen)

    def opened(self, key: str) -> None:
        if key:
            self.post_message(messages.ProviderOpened(key))

    def action_move(self, by: int) -> None:
        if self.chosen:
            self.post_message(messages.OrderMoved(self.chosen, by))

    def action_pin(self) -> None:
        if self.chosen:
            self.post_message(messages.PinChanged(self.chosen))

    def action_switch(self) -> None:
        if self.chosen:
            self.post_message(messages.ProviderSwitched(self.chosen))

    def action_strategy(self) -> None:
        self.post_message(messages.StrategyPassedOn())

    def action_reset(self) -> None:
        self.post_message(messages.OrderReset())

    def action_undo(self) -> None:
        self.post_message(messages.UndoAsked())

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._was_dragged = False
        if event.button == 1 and self.snapshot is not None and (key := self.under_mouse(event)):
            self._drag = OrderDrag(self.snapshot, key)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drag is None:
            return
        if not event.button:
            self._end_drag()  # the button came up where the terminal could not see it
        elif self._drag.over(self._place_under(event)):
            self._was_dragged = True
            self._draw()
            self.bring_into_view(self._drag.name)

    def _place_under(self, event: events.MouseEvent) -> int | None:
        """The place in the list that the mouse is over, on its border the next one that is out of view; None outside of
        the panel."""
        if not self.region.contains_point(event.screen_offset):
            return None
        line = event.get_content_offset_capture(self).y + self.scroll_offset.y
        key = self._keys_at[min(max(line, 0), len(self._keys_at) - 1)]
        return self.keys.index(key)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        drag = self._drag
        if drag is None:
            return
        by = drag.moved_by if self.region.contains_point(event.screen_offset) else None
        self._end_drag()
        if by is not None:
            self.chosen = drag.name
            self.post_message(messages.OrderMoved(drag.name, by))

    def on_mouse_release(self) -> None:
        self._end_drag()

    def on_hide(self) -> None:
        self._end_drag()

    def on_key(self, event: events.Key) -> None:
        """Esc lets go of what is being dragged, and does nothing else then."""
        if self._drag is not None and self._drag.is_moving and event.key in keys.in_force().of("stop"):
            event.stop()
            self._end_drag()

    def _end_drag(self) -> None:
        if self._drag is not None:
            self._drag = None
            self.release_mouse()
            # Not at once: what was dropped is to stand in its new place when it is drawn again.
            self.call_after_refresh(self._draw)

    def on_click(self, event: events.Click) -> None:
        if self._was_dragged:
            event.prevent_default()  # the list has its own idea of a click
        elif self._is_on_subtitle(event):
            self.action_strategy()

    def _is_on_subtitle(self, event: events.Click) -> bool:
        start = self.region.right - len(str(self.border_subtitle)) - 3
        return event.screen_offset.y == self.region.bottom - 1 and event.screen_offset.x >= start
