"""The half of the main screen that reads: finding, copying, links, and what can be done about a failure."""

from __future__ import annotations

from textual import on
from textual.reactive import reactive

from phoenix_tui.tui import keys
from phoenix_tui.tui.conversation import Ending
from phoenix_tui.tui.screens.asking_screen import AskingScreen
from phoenix_tui.tui.widgets.find_bar import FindBar, found
from phoenix_tui.tui.widgets.transcript import Offer, Transcript


class ReadingScreen(AskingScreen):
    """Carries out what a person wants who reads the chat."""

    offers: reactive[tuple[Offer, ...]] = reactive((), repaint=False)
    """What can be done now about a question that was not answered."""

    # About a failure

    def watch_is_answering(self) -> None:
        self.draw_offers()

    def forget_turns(self) -> None:
        super().forget_turns()
        self.draw_offers()

    def draw_offers(self) -> None:
        """Offer what would do something now."""
        exchanges = self.conversation.exchanges
        if self.is_answering or not exchanges or exchanges[-1].ending is not Ending.FAILED:
            self.offers = ()
            return
        retry = Offer(keys.label("retry"), f"retry ({keys.label('again')} from the prompt)", "retry")
        other = Offer(keys.label("other"), f"ask {self._other}", "other")
        self.offers = (retry, other) if self.can_ask_another else (retry,)

    @on(Transcript.OfferTaken)
    async def _offer_taken(self, event: Transcript.OfferTaken) -> None:
        await self.run_action(event.action)

    # Finding

    def action_find(self, wanted: str = "") -> None:
        """Open the bar in which to write what is looked for in the chat."""
        if self.shows_chat:
            self.query_one(FindBar).open(wanted)
        else:
            self.tell("There is nothing to look through yet.")

    def close_find(self) -> bool:
        """Look for nothing any more. False when nothing was looked for."""
        bar = self.query_one(FindBar)
        was_open = bar.is_open
        if was_open:
            bar.close()
            self._find_closed()
        return was_open

    @on(FindBar.Sought)
    def _sought(self, event: FindBar.Sought) -> None:
        self.transcript.find(event.wanted)
        if not event.wanted.strip():
            self.query_one(FindBar).show("")

    @on(FindBar.Stepped)
    def _stepped(self, event: FindBar.Stepped) -> None:
        self.transcript.find_next(event.direction)

    @on(FindBar.Closed)
    def _find_closed(self) -> None:
        self.transcript.end_find()
        if self.focused is None or self.query_one(FindBar).has_focus_within:
            self.set_focus(self.transcript)

    @on(Transcript.Found)
    def _show_matches(self, event: Transcript.Found) -> None:
        bar = self.query_one(FindBar)
        if bar.is_open and self.transcript.is_finding:
            bar.show(found(event.current, event.count, is_searching=event.is_searching))

    # Copying and links

    def action_copy_last(self) -> None:
        """Copy the newest answer as it was written."""
        self.transcript.copy_last()

    def action_chat_end(self) -> None:
        """Go to the end of the chat."""
        self.transcript.action_scroll_end()

    @on(Transcript.Hinted)
    def _nothing_happened(self, event: Transcript.Hinted) -> None:
        self.tell(event.hint)

    @on(Transcript.LinkOpened)
    def _link_opened(self, event: Transcript.LinkOpened) -> None:
        self.app.open_url(event.url)
