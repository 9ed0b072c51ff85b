"""The pieces an entry is shown in, each small enough to be laid out at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from phoenix_tui.tui.markdown.blocks import Block, CodeBlock, MarkdownBlock
from phoenix_tui.tui.markdown.document import Document
from phoenix_tui.tui.markdown.lines import BLANK, PLAIN, Line, Span, Style, indented
from phoenix_tui.tui.markdown.render import READING_WIDTH, columns, paragraph

INDENT = "  "
_PIECE_LINES = 100
_PIECE_CHARACTERS = 8_000


class Part(Protocol):
    """A piece of an entry."""

    @property
    def stop(self) -> str:
        """What the keyboard can stop at here: "entry", "answer", "reasoning", or nothing."""

    def estimate(self, width: int) -> int:
        """About how many rows it takes; cheap."""

    def lines(self, width: int) -> list[Line]:
        """It laid out."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One paragraph at the left edge: who speaks, a fold, a switch, a notice."""

    spans: tuple[Span, ...]
    stop: str = ""
    gap: bool = False

    def estimate(self, width: int) -> int:
        """One row, or as many as its characters need."""
        return self.gap + max(1, -(-sum(len(span.text) for span in self.spans) // max(1, width)))

    def lines(self, width: int) -> list[Line]:
        """The paragraph, wrapped; further rows are indented."""
        rows = paragraph(list(self.spans), max(1, width - len(INDENT)))
        rows = indented(rows, Span(""), Span(INDENT), decorates_first=False)
        return [BLANK, *rows] if self.gap else rows


@dataclass(frozen=True, slots=True)
class Blank:
    """One empty row."""

    stop: str = ""

    def estimate(self, width: int) -> int:
        """One."""
        return 1

    def lines(self, width: int) -> list[Line]:
        """One."""
        return [BLANK]


@dataclass(frozen=True, slots=True)
class Plain:
    """Text as a person or a command wrote it."""

    text: str
    style: Style = PLAIN
    has_columns: bool = False
    stop: str = ""

    def estimate(self, width: int) -> int:
        """Rows by the number of characters in each line."""
        return estimate_rows(self.text, min(width - len(INDENT), READING_WIDTH))

    def lines(self, width: int) -> list[Line]:
        """The text, indented and wrapped at words; where it has columns, further rows of a line stay in the last."""
        width = max(1, width - len(INDENT))
        if self.has_columns:
            rows = columns(self.text, width, self.style)
        else:
            rows = paragraph([Span(self.text.expandtabs(4), self.style)], width)
        return indented(rows, Span(INDENT), Span(INDENT))


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that says something about the place behind `characters` of a block's source."""

    characters: int
    note: str


@dataclass(frozen=True, slots=True)
class MarkdownPart:
    """One block of an answer. `marks` stand below the rows that they speak of, and belong to nobody's text."""

    block: Block
    document: Document
    style: Style = PLAIN
    marks: tuple[Mark, ...] = ()
    stop: str = ""

    def estimate(self, width: int) -> int:
        """Rows by the number of characters in each line of the source."""
        rows = estimate_rows(self.block.source.strip("\n"), width - len(INDENT))
        return self.block.gap + rows + len(self.marks)

    def lines(self, width: int) -> list[Line]:
        """The block, indented."""
        width = max(1, width - len(INDENT))
        lines = self.block.lines(width, self.document.references)
        for mark in reversed(self.marks):
            above = len(_beginning(self.block, mark.characters).lines(width, self.document.references))
            lines[above:above] = _mark_rows(mark.note, width)
        if self.style:
            lines = [replace(line, spans=tuple(_under(self.style, span) for span in line.spans)) for line in lines]
        return indented(lines, Span(INDENT), Span(INDENT))


def _beginning(block: Block, characters: int) -> Block:
    """`block` as it was when it had so many characters."""
    match block:
        case MarkdownBlock():
            return replace(block, source=block.source[:characters])
        case CodeBlock():
            return replace(block, code=tuple(block.source[:characters].split("\n")))
        case _:
            return block


def _mark_rows(note: str, width: int) -> list[Line]:
    """The note as rows that are all decoration, so that copied text goes on over them."""
    rows = paragraph([Span(f"┄ {note}", ("note",))], width)
    return [replace(row, lead=len(row.text), join="") for row in rows]


def _under(style: Style, span: Span) -> Span:
    return span._replace(style=(*style, *span.style))


def estimate_rows(text: str, width: int) -> int:
    """About how many rows `text` takes in `width` cells."""
    width = max(1, width)
    return sum(max(1, -(-len(line) // width)) for line in text.split("\n"))


def pieces(text: str) -> Iterator[str]:
    """`text` in pieces of whole lines, none of them big; a line that is longer than a piece is cut."""
    lines: list[str] = []
    size = 0
    for line in text.split("\n"):
        for piece in _line_pieces(line):
            if lines and (len(lines) >= _PIECE_LINES or size + len(piece) > _PIECE_CHARACTERS):
                yield "\n".join(lines)
                lines, size = [], 0
            lines.append(piece)
            size += len(piece)
    yield "\n".join(lines)


def _line_pieces(line: str) -> list[str]:
    if len(line) <= _PIECE_CHARACTERS:
        return [line]
    return re.findall(rf".{{1,{_PIECE_CHARACTERS}}}", line)
