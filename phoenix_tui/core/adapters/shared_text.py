"""Text deltas made whole: characters cut in two, and reasoning that comes inside the text."""

from __future__ import annotations

from phoenix_tui.core.adapters.shared import mend
from phoenix_tui.core.events import Delta, ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>", "</think>"
_PATIENCE = 64  # characters of white space before a tag that is still waited for


class Mender:
    """Joins surrogate pairs that servers cut between two deltas; what stays alone becomes U+FFFD."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = ""
        """The first half of a pair, which waits for the second."""

    def feed(self, text: str) -> str:
        """`text` fit to be encoded, but for the first half of a pair at its end, which waits for the second."""
        if self.held:
            text, self.held = self.held + text, ""
        elif text.isascii():
            return text
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self.held = text[:-1], text[-1]
        return mend(text)


class ThinkSplitter:
    """Takes `<think>...</think>` at the very start of an answer for reasoning; later ones are the model's own text."""

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._state = "start"
        self._held = ""

    @property
    def is_done(self) -> bool:
        """Whether all that follows is text."""
        return self._state == "text"

    def feed(self, text: str) -> list[Delta]:
        """The deltas that `text` completes; what may be the beginning of a tag waits for the rest of it."""
        text, self._held = self._held + text, ""
        if self._state == "start":
            seen = text.lstrip()
            if seen.startswith(_OPEN):
                self._state = "thinking"
                text = seen[len(_OPEN) :]
            elif _OPEN.startswith(seen) and len(text) <= _PATIENCE:
                self._held = text
                return []
            else:
                self._state = "text"
        if self._state == "thinking":
            return self._thinking(text)
        return [TextDelta(text)] if text else []

    def end(self) -> list[Delta]:
        """What still waits, once the answer has ended."""
        text, self._held = self._held, ""
        if not text:
            return []
        return [ReasoningDelta(text)] if self._state == "thinking" else [TextDelta(text)]

    def _thinking(self, text: str) -> list[Delta]:
        reasoning, tag, rest = text.partition(_CLOSE)
        if tag:
            self._state = "text"
        else:
            reasoning, self._held = _without_tail(reasoning)
        deltas: list[Delta] = [ReasoningDelta(reasoning)] if reasoning else []
        return [*deltas, TextDelta(rest)] if rest else deltas


def _without_tail(text: str) -> tuple[str, str]:
    """`text` cut before what may be the beginning of the closing tag."""
    for length in range(min(len(_CLOSE) - 1, len(text)), 0, -1):
        if text.endswith(_CLOSE[:length]):
            return text[:-length], text[-length:]
    return text, ""
