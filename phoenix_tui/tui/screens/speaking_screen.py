"""The half of the main screen that tells somebody who listens what others see: notices, and who is out or back."""

from __future__ import annotations

from textual.reactive import reactive

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import spoken, spoken_words
from phoenix_tui.tui.screens.choosing_screen import ChoosingScreen
from phoenix_tui.tui.screens.preferring_screen import LONGEST_NOTICE, Severity
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.text import clip


class SpeakingScreen(ChoosingScreen):
    """Says in the chat, or above the prompt, what is shown by movement, place or colour."""

    told: reactive[str] = reactive("", repaint=False)
    """The newest passing notice, where it is read aloud; empty once something else goes on."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._shown_before: Snapshot | None = None

    def tell(self, sentence: str, severity: Severity = "information") -> None:
        """As `PreferringScreen` has it. A notice that goes by itself is read twice, with what comes out from under it:
        where somebody listens it stands above the prompt until something else goes on."""
        if spoken.in_force() and self.app.screen is self:
            self.told = clip(sentence, LONGEST_NOTICE)
            return
        if spoken.in_force():
            self.app.clear_notifications()
        super().tell(sentence, severity)

    def watch_activity(self, activity: str) -> None:
        if activity:
            self.told = ""

    def watch_shown(self) -> None:
        """As `WritingScreen` has it. To who listens it says what panels show by a sign and a colour."""
        super().watch_shown()
        before, now = self._shown_before, self.shown
        self._shown_before = now
        if spoken.in_force() and before and now:
            for sentence in spoken_words.news(before, now, self.begin.wall(), tells_failures=not self.is_answering):
                self.say(sentence)
