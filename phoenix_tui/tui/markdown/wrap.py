"""Breaking styled text into rows of a given width in cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes

from phoenix_tui.tui.markdown.lines import Span

TAB_SIZE = 4
_PIECE = re.compile(r"\n| +|[^ \n]+")


class Row(NamedTuple):
    """One wrapped row and how it continues the row before it (see `Line.join`)."""

    spans: tuple[Span, ...]
    join: str


def expand_tabs(line: str) -> str:
    """`line` with spaces up to the next column that is a multiple of `TAB_SIZE`, counted in cells."""
    if "\t" not in line or line.isascii():
        return line.expandtabs(TAB_SIZE)
    parts: list[str] = []
    at = 0
    for part in line.split("\t"):
        at += cell_len(part)
        parts += part, " " * (TAB_SIZE - at % TAB_SIZE)
        at += len(parts[-1])
    return "".join(parts[:-1])


def chop(text: str, first: int, width: int) -> list[str]:
    """`text` in pieces of at most `width` cells, the first of at most `first`; always whole characters.

    The first piece is empty when not even one character fits into `first`.
    """
    if text.isascii():
        pieces = [text[:first]] if first else [""]
        pieces.extend(text[at : at + width] for at in range(first, len(text), width))
        return pieces
    pieces, start, used, room = [], 0, 0, first
    for begin, _end, cells in split_graphemes(text)[0]:
        if used + cells > room and (used or room < width):
            pieces.append(text[start:begin])
            start, used, room = begin, 0, width
        used += cells
    pieces.append(text[start:])
    return pieces


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """`spans` with those put together that differ in nothing but their text."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1][1:] == span[1:]:
            merged[-1] = span._replace(text=merged[-1].text + span.text)
        else:
            merged.append(span)
    return tuple(merged)


def _fits(spans: Sequence[Span], width: int) -> bool:
    """Whether it is seen at a glance that `spans` are one row just as they are, as most cells of a table are."""
    room, before = width, ""
    for span in spans:
        text = span.text
        room -= len(text)
        if room < 0 or not text.isascii() or "\n" in text or (before[-1:] == text[:1] == " "):
            return False
        before = text or before
    return True


class _Wrapper:
    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[Row] = []
        self.row: list[Span] = []
        self.used = 0
        self.join = "\n"
        self.space: Span | None = None
        self.word: list[Span] = []
        self.word_cells = 0
        self.breaks_anywhere = False

    def end_row(self, join: str) -> None:
        self.rows.append(Row(_merged(self.row), self.join))
        self.row, self.used, self.join = [], 0, join

    def take(self, span: Span) -> None:
        for piece in _PIECE.findall(span.text):
            if piece == "\n":
                self.end_word()
                self.end_spaces()
                self.end_row("\n")
            elif piece[0] == " ":
                self.end_word()
                before = self.space.text if self.space is not None else ""
                self.space = span._replace(text=before + piece)
            else:
                cells = cell_len(piece)
                self.word.append(span._replace(text=piece))
                self.word_cells += cells
                self.breaks_anywhere = self.breaks_anywhere or cells > len(piece)

    def end_spaces(self) -> None:
        """Spaces at the end of a line are kept while they fit: nobody sees them, a copy has them."""
        if self.space is not None and self.used + len(self.space.text) <= self.width:
            self.row.append(self.space)
        self.space = None

    def end_word(self) -> None:
        if not self.word:
            return
        space, self.space = self.space, None
        if space is not None:
            room = self.width - self.used
            if len(space.text) + self.word_cells <= room:
                kept = len(space.text)
            elif not self.row or (self.breaks_anywhere and len(space.text) < room - 1):
                kept = min(len(space.text), room - 1)
            else:
                kept = 0
                self.end_row(" ")
            if kept:
                self.row.append(space._replace(text=space.text[:kept]))
                self.used += kept
        if self.used + self.word_cells <= self.width:
            self.row.extend(self.word)
            self.used += self.word_cells
        else:
            self.chop_word()
        self.word, self.word_cells, self.breaks_anywhere = [], 0, False

    def chop_word(self) -> None:
        for span in self.word:
            for index, piece in enumerate(chop(span.text, self.width - self.used, self.width)):
                if index:
                    self.end_row("")
                if piece:
                    self.row.append(span._replace(text=piece))
                    self.used += cell_len(piece)


def wrap(spans: Iterable[Span], width: int) -> list[Row]:
    """`spans` broken at spaces into rows of at most `width` cells; words that are too long are broken anywhere.

    A newline in the text always breaks. Words of wide characters (Chinese, Japanese) break anywhere.
    """
    spans = [span for span in spans if span.text]
    if _fits(spans, width):
        return [Row(_merged(spans), "\n")]
    wrapper = _Wrapper(width)
    for span in spans:
        wrapper.take(span)
    wrapper.end_word()
    wrapper.end_spaces()
    wrapper.end_row("\n")
    return wrapper.rows


def wrap_verbatim(spans: Iterable[Span], width: int) -> list[Row]:
    """`spans` of one source line broken at exactly `width` cells, every space kept (code, output of commands)."""
    wrapper = _Wrapper(width)
    for span in spans:
        if span.text:
            wrapper.word = [span]
            wrapper.chop_word()
    wrapper.end_row("\n")
    return wrapper.rows
