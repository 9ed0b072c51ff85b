"""What is looked for, and where it stands in rows that were broken anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from phoenix_tui.tui.markdown.flows import Run, flows
from phoenix_tui.tui.markdown.inline import without_seams
from phoenix_tui.tui.markdown.lines import Line

_MARKS = str.maketrans("", "", "*_~`\\")
"""What Markdown can have in the middle of a word."""


class Needle:
    """What is looked for: any white space stands for any other, and small letters stand for capitals too, as long as
    there is no capital among them."""

    def __init__(self, wanted: str) -> None:
        self._any_case = wanted == wanted.lower()
        pattern = r"\s+".join(map(re.escape, wanted.split()))
        self._pattern = re.compile(pattern, re.IGNORECASE if self._any_case else 0)
        self._words = re.findall(r"[^\W_]+", wanted)

    def may_be_in(self, source: str) -> bool:
        """Whether what `source` looks like could have it: all of its words are there."""
        text = source.lower() if self._any_case else source
        return self._has_words(text) or self._has_words(without_seams(text).translate(_MARKS))

    def _has_words(self, text: str) -> bool:
        return all(word in text for word in self._words)

    def within(self, lines: Iterable[Line]) -> list[tuple[Run, ...]]:
        """Where it stands in rows, over as many of them as each takes."""
        return [
            runs
            for flow in flows(lines)
            for match in self._pattern.finditer(flow.text)
            if (runs := tuple(flow.between(*match.span())))
        ]


class FoundIn:
    """Where `needle` stands in the rows of one part."""

    def __init__(self, needle: Needle, lines: Iterable[Line]) -> None:
        self.needle = needle
        self.matches = needle.within(lines)
        self._by_row: dict[int, list[tuple[int, Run]]] = {}
        for nth, runs in enumerate(self.matches):
            for run in runs:
                self._by_row.setdefault(run.line, []).append((nth, run))

    def in_row(self, line: int) -> Sequence[tuple[int, Run]]:
        """What of it a row has, each with the number of its match."""
        return self._by_row.get(line, ())


NOTHING_FOUND = FoundIn(Needle("nothing"), ())
