"""What was sent before, to walk through with up and down. Pure; `history_file.py` keeps it from run to run."""

from __future__ import annotations

from collections.abc import Iterable

from phoenix_tui.tui.drafts import Draft

MOST_ENTRIES = 1_000
MOST_CHARS = 32_000_000
"""What is held of it in memory, pastes included; the oldest go first."""


class PromptHistory:
    """The messages sent, oldest first, and where in them the person is. Below the newest stands what was being written
    when the walk began."""

    def __init__(self) -> None:
        self._entries: list[Draft] = []
        self._at: int | None = None
        self._present = Draft()

    def remember(self, draft: Draft) -> None:
        """`draft` was sent. The walk is over."""
        self.leave()
        if not self._entries or self._entries[-1].text != draft.text:
            self._entries.append(draft)
            self._drop_oldest()

    def put_before(self, texts: Iterable[str]) -> None:
        """What was sent in earlier runs, oldest first; where the person is now does not change."""
        earlier = [Draft(text) for text in texts]
        self._entries[:0] = earlier
        if self._at is not None:
            self._at += len(earlier)
        self._drop_oldest()

    def knows(self, text: str) -> bool:
        """Whether `text` is among them."""
        return any(entry.text == text for entry in self._entries)

    def leave(self) -> None:
        """Begin the next walk at the newest again."""
        self._at = None

    def step(self, by: int, present: Draft) -> Draft | None:
        """Go to the entry before (-1) or after (1); None where there is none. `present` is what is written now."""
        at = (len(self._entries) if self._at is None else self._at) + by
        if at < 0 or at > len(self._entries) or (self._at is None and by > 0):
            return None
        if self._at is None:
            self._present = present
        if at == len(self._entries):
            self._at = None
            return self._present
        self._at = at
        return self._entries[at]

    def _drop_oldest(self) -> None:
        room, kept = MOST_CHARS, 0
        for entry in reversed(self._entries[-MOST_ENTRIES:]):
            room -= len(entry.text)
            if room < 0 and kept:
                break
            kept += 1
        gone = len(self._entries) - kept
        del self._entries[:gone]
        if self._at is not None:
            self._at = max(0, self._at - gone)
