"""A message while it is written: its whole text, and which pasted parts of it the prompt shows as a chip only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.text import count

Fold = tuple[int, int]
"""Where a folded part of a text begins and ends, in characters."""

_GLUE = "\u00a0"
"""Stands for the spaces of a chip: the same words, typed or pasted, are text like any other."""
_CHIP = re.compile(rf"\[paste{_GLUE}\d+:{_GLUE}[\d,]+{_GLUE}lines?,{_GLUE}[\d,]+{_GLUE}characters?\]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as it is written now. `folds` are the parts of `text` that are shown as chips, from first to last."""

    text: str = ""
    folds: tuple[Fold, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text.strip())

    def __add__(self, other: Draft) -> Draft:
        by = len(self.text)
        return Draft(self.text + other.text, (*self.folds, *((start + by, end + by) for start, end in other.folds)))

    def after(self, length: int) -> Draft:
        """What comes behind the first `length` characters, which are in no fold."""
        return Draft(self.text[length:], tuple((start - length, end - length) for start, end in self.folds))

    @property
    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is folded."""
        at = 0
        for start, end in self.folds:
            if at <= start < end <= len(self.text):  # what a file says of them may be nonsense
                yield self.text[at:start], False
                yield self.text[start:end], True
                at = end
        yield self.text[at:], False


class Chips:
    """The chips of one prompt, and what each stands for."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def fold(self, text: str) -> str:
        """A new chip for `text`."""
        chip = f"[paste {len(self._texts) + 1}: {size_of(text)}]".replace(" ", _GLUE)
        self._texts[chip] = text
        return chip

    def forget(self, chip: str) -> None:
        """The chip made last will not be needed again."""
        del self._texts[chip]

    def spans(self, line: str) -> list[Fold]:
        """Where chips stand in a line of the prompt."""
        if not self._texts:
            return []
        return [found.span() for found in _CHIP.finditer(line) if found[0] in self._texts]

    def text(self, chip: str) -> str:
        """What `chip` stands for. Raises KeyError for what is none."""
        return self._texts[chip]

    def shown(self, draft: Draft) -> str:
        """`draft` as it stands in the prompt."""
        return "".join(self.fold(text) if is_folded else as_text(text) for text, is_folded in draft.parts)

    def draft(self, shown: str) -> Draft:
        """What is meant by the text that stands in the prompt."""
        pieces: list[str] = []
        folds: list[Fold] = []
        at = length = 0
        for start, end in self.spans(shown):
            text = self._texts[shown[start:end]]
            pieces += [shown[at:start], text]
            length += start - at
            folds.append((length, length + len(text)))
            length += len(text)
            at = end
        return Draft("".join((*pieces, shown[at:])), tuple(folds))

    def clear(self) -> None:
        """Forget them all."""
        self._texts.clear()


def size_of(text: str) -> str:
    """How much text it is: `10,000 lines, 123,456 characters`."""
    lines = text.count("\n") + (not text.endswith("\n"))
    return f"{count(lines, 'line')}, {count(len(text), 'character')}"


def as_text(text: str) -> str:
    """`text` with nothing in it that could be taken for a chip."""
    return _CHIP.sub(lambda found: found[0].replace(_GLUE, " "), text) if _GLUE in text else text
