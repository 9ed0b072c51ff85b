"""The health of the seven, at a glance."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import messages, spoken, spoken_words
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs
from phoenix_tui.tui.health_rows import MOST_LINES, columns, health_lines
from phoenix_tui.tui.widgets.row_list import Row, RowList


class HealthSidebar(RowList):
    """One row a provider, of one to four lines as the panel is high; `health_rows.py` says what stands in them."""

    HELP = (
        "The health of the seven. The star is the primary, the number that of the key that makes one the primary "
        "({primaries}). Then state, time to first token (the median of the model that would be asked; the average of "
        "all its models until that has answered) and success rate. Below it, its place in the order now (#1 is asked "
        "first) and a graph of the last minutes: the higher, the slower; a cross in a gap is a failure; nothing means "
        "that nothing was asked. {health.open} opens its page, which has all that is known of it."
    )
    HELP_SPOKEN = (
        "The health of the seven, a sentence each: its number, which is that of the key that makes it the primary "
        "({primaries}), its state and its place in the order, why it is not simply asked, how soon its answers begin, "
        "how many of its requests were answered, its model. {health.open} opens its page, which has all that is known "
        "of it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.HEALTH)]

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    """Wall time in seconds since the epoch, for countdowns."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self.border_title = "Providers"

    def watch_snapshot(self) -> None:
        self.draw_soon()

    def watch_now(self) -> None:
        self.draw_soon()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self.snapshot is None:
            self.show_rows([Row("", ((("starting" + self._glyphs.ellipsis, "$text-muted"),),))])
            return
        is_spoken = spoken.in_force()
        legend = "time to first token, success rate" if columns(width) >= 2 and not is_spoken else ""
        if legend != (self.border_subtitle or ""):  # saying it paints the whole panel
            self.border_subtitle = legend
        if is_spoken:
            said = spoken_words.health_lines(self.snapshot, self.now, width)
            self.show_rows([Row(name, its) for name, its in said.items()])
            return
        number = len(self.snapshot.providers)
        lines = max(1, min(self.size.height // number, MOST_LINES))
        shown = health_lines(self.snapshot, self.now, width, lines, self._glyphs)
        self.show_rows([Row(name, those) for name, those in shown.items()])

    def opened(self, key: str) -> None:
        self._tell(messages.ProviderOpened)

    def action_open_page(self) -> None:
        self._tell(messages.ProviderOpened)

    def action_make_primary(self) -> None:
        self._tell(messages.PrimaryChosen)

    def action_check(self) -> None:
        self._tell(messages.CheckRequested)

    def action_set_key(self) -> None:
        self._tell(messages.KeyRequested)

    def action_choose_model(self) -> None:
        self._tell(messages.ModelRequested)

    def action_switch(self) -> None:
        self._tell(messages.ProviderSwitched)

    def action_clear(self) -> None:
        self._tell(messages.ClearRequested)

    def _tell(self, fact: Callable[[str], Message]) -> None:
        if self.chosen:
            self.post_message(fact(self.chosen))
