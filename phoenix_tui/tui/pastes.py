"""What is pasted, told apart from what is typed, before anything looks for keys in it."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_tui.core.values import dataclass

START, END = "\x1b[200~", "\x1b[201~"
"""Around a paste, once the terminal was asked to mark it (mode 2004, "bracketed paste", xterm's control sequences)."""
MOST_PASTED = 8 * 1024 * 1024
"""Characters that are held for one paste; what comes after them is another one."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """Text as it was pasted, controls and all but NUL."""

    text: str


class PasteReader:
    """Cuts what a terminal sends, in pieces of any size, into text that is typed and text that is pasted.

    Nothing in a paste is a key: only the marker ends it, also where there are escape sequences in it.
    """

    def __init__(self) -> None:
        self._held = ""
        self._is_pasting = False
        self._pasted: list[str] = []
        self._length = 0

    @property
    def holds(self) -> bool:
        """Whether something is held back that may be the beginning of a marker."""
        return bool(self._held)

    def feed(self, text: str) -> Iterator[str | Pasted]:
        """What is whole with `text`: typed pieces, and pastes."""
        text, self._held = self._held + text, ""
        while True:
            marker = END if self._is_pasting else START
            before, found, after = text.partition(marker)
            if not found:
                break
            yield from self._take(before)
            if self._is_pasting:
                yield self._paste()
            self._is_pasting = not self._is_pasting
            text = after
        self._held = _beginning_at_the_end(text, marker)
        yield from self._take(text[: len(text) - len(self._held)])

    def release(self) -> Iterator[str | Pasted]:
        """What was held back, when nothing has come for so long that it is no beginning of a marker."""
        held, self._held = self._held, ""
        yield from self._take(held)

    def _take(self, text: str) -> Iterator[str | Pasted]:
        if not text:
            return
        if not self._is_pasting:
            yield text
            return
        self._pasted.append(text)
        self._length += len(text)
        if self._length >= MOST_PASTED:
            yield self._paste()

    def _paste(self) -> Pasted:
        text = "".join(self._pasted).replace("\x00", "")
        self._pasted, self._length = [], 0
        return Pasted(text)


def _beginning_at_the_end(text: str, marker: str) -> str:
    """The end of `text` that may be the beginning of `marker`."""
    longest = min(len(text), len(marker) - 1)
    return next((marker[:length] for length in range(longest, 0, -1) if text.endswith(marker[:length])), "")
