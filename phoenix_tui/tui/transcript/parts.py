"""The pieces an entry is shown in, each small enough to be laid out at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from rich.cells import cell_len

from phoenix_tui.tui.markdown.blocks import Block, CodeBlock, MarkdownBlock
from phoenix_tui.tui.markdown.document import Document
from phoenix_tui.tui.markdown.flows import flows
from phoenix_tui.tui.markdown.lines import BLANK, PLAIN, Line, Span, Stretch, Style, indented
from phoenix_tui.tui.markdown.render import READING_WIDTH, columns, paragraph
from phoenix_tui.tui.markdown.wrap import expand_tabs
from phoenix_tui.tui.transcript.entries import Offer
from phoenix_tui.tui.transcript.spots import Spot, SpotKind, in_markdown, may_hold, whole_rows

INDENT = "  "
_PIECE_LINES = 100
_PIECE_CHARACTERS = 8_000


class Part(Protocol):
    """A piece of an entry."""

    @property
    def is_label(self) -> bool:
        """Whether it only says what stands around it: nothing that anybody said, and nothing that is searched."""

    @property
    def source(self) -> str:
        """Its text as it was written, before it is laid out."""

    @property
    def continues_code(self) -> bool:
        """Whether it begins with more of the code that the part before ends with."""

    def may_hold(self, kinds: frozenset[SpotKind]) -> bool:
        """Whether its rows could have spots of `kinds`; cheap."""

    def continued_code(self, width: int) -> str:
        """The code with which it goes on where it does, as `Code.text`."""

    def spots(self, lines: list[Line]) -> list[Spot]:
        """What can be pointed at in its rows."""

    def estimate(self, width: int) -> int:
        """About how many rows it takes; cheap."""

    def lines(self, width: int) -> list[Line]:
        """It laid out."""


class _Uncoded:
    """What a part without code answers when it is asked for some."""

    __slots__ = ()
    continues_code = False

    def continued_code(self, width: int) -> str:
        """None."""
        return ""


@dataclass(frozen=True, slots=True)
class Heading(_Uncoded):
    """One paragraph at the left edge: who speaks, a fold, a switch, a notice."""

    spans: tuple[Span, ...]
    stop: SpotKind | None = None
    gap: bool = False
    is_label: bool = True
    indent: str = INDENT

    @property
    def source(self) -> str:
        """The spans' text."""
        return "".join(span.text for span in self.spans)

    def may_hold(self, kinds: frozenset[SpotKind]) -> bool:
        """What it is."""
        return self.stop in kinds

    def spots(self, lines: list[Line]) -> list[Spot]:
        """All of it."""
        return whole_rows(self.stop, lines) if self.stop else []

    def estimate(self, width: int) -> int:
        """One row, or as many as its characters need."""
        return self.gap + max(1, -(-sum(len(span.text) for span in self.spans) // max(1, width)))

    def lines(self, width: int) -> list[Line]:
        """The paragraph, wrapped; further rows are indented."""
        rows = paragraph(list(self.spans), max(1, width - len(self.indent)))
        rows = indented(rows, Span(""), Span(self.indent), decorates_first=False)
        return [BLANK, *rows] if self.gap else rows


class _NothingToPointAt(_Uncoded):
    __slots__ = ()
    is_label = False

    def may_hold(self, kinds: frozenset[SpotKind]) -> bool:
        """Nothing."""
        return False

    def spots(self, lines: list[Line]) -> list[Spot]:
        """None."""
        return []


@dataclass(frozen=True, slots=True)
class Blank(_NothingToPointAt):
    """One empty row."""

    source = ""

    def estimate(self, width: int) -> int:
        """One."""
        return 1

    def lines(self, width: int) -> list[Line]:
        """One."""
        return [BLANK]


@dataclass(frozen=True, slots=True)
class Plain(_NothingToPointAt):
    """Text as a person or a command wrote it."""

    text: str
    style: Style = PLAIN
    has_columns: bool = False
    indent: str = INDENT

    @property
    def source(self) -> str:
        """The text."""
        return self.text

    def estimate(self, width: int) -> int:
        """Rows by the number of characters in each line."""
        return estimate_rows(self.text, min(width - len(INDENT), READING_WIDTH))

    def lines(self, width: int) -> list[Line]:
        """The text, indented and wrapped at words; where it has columns, further rows of a line stay in the last."""
        width = max(1, width - len(self.indent))
        if self.has_columns:
            rows = columns(self.text, width, self.style)
        else:
            text = "\n".join(map(expand_tabs, self.text.split("\n")))
            rows = paragraph([Span(text, self.style)], width)
        return indented(rows, Span(self.indent), Span(self.indent))


_BETWEEN = "   "


@dataclass(frozen=True, slots=True)
class Offers(_Uncoded):
    """What can be done now, each with its key: in one row, or below each other where that is too narrow."""

    offers: tuple[Offer, ...]
    is_label = True
    source = ""

    def may_hold(self, kinds: frozenset[SpotKind]) -> bool:
        """Offers."""
        return SpotKind.OFFER in kinds

    def estimate(self, width: int) -> int:
        """One row."""
        return 1

    def lines(self, width: int) -> list[Line]:
        """The key before what it does."""
        width = max(1, width - len(INDENT))
        each = [[Span(offer.key, ("key",)), Span(f" {offer.label}", ("hint",))] for offer in self.offers]
        if sum(cell_len(span.text) for spans in each for span in spans) + len(_BETWEEN) * (len(each) - 1) > width:
            rows = [row for spans in each for row in paragraph(spans, width)]
            return indented(rows, Span(INDENT), Span(INDENT))
        row: list[Span] = []
        cells: list[Stretch] = []
        for spans in each:
            row.append(Span(_BETWEEN if row else INDENT))
            start = sum(len(span.text) for span in row)
            row += spans
            cells.append(Stretch(start, sum(len(span.text) for span in row), "\n"))
        return [Line(tuple(row), lead=len(INDENT), cells=tuple(cells))]

    def spots(self, lines: list[Line]) -> list[Spot]:
        """Each of them."""
        texts = zip(flows(lines), self.offers, strict=False)
        return [Spot(SpotKind.OFFER, tuple(flow.runs), offer.action) for flow, offer in texts]


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
    is_spoken: bool = False
    is_label = False

    @property
    def source(self) -> str:
        """As its block."""
        return self.block.source

    @property
    def continues_code(self) -> bool:
        """As its block."""
        return self.block.continues_code

    def may_hold(self, kinds: frozenset[SpotKind]) -> bool:
        """By a look at the source."""
        if isinstance(self.block, CodeBlock):
            return SpotKind.CODE in kinds and not self.block.continues_code
        return may_hold(self.block.source, kinds)

    def continued_code(self, width: int) -> str:
        """The piece of a long block that it is, or begins with."""
        if isinstance(self.block, CodeBlock):
            return self.block.source
        lines = self._laid_out(self.block, width)
        return next((line.code.text for line in lines if line.code is not None), "")

    def spots(self, lines: list[Line]) -> list[Spot]:
        """Code and links."""
        return in_markdown(lines)

    def estimate(self, width: int) -> int:
        """Rows by the number of characters in each line of the source."""
        rows = estimate_rows(self.block.source.strip("\n"), width - len(INDENT))
        return self.block.gap + rows + len(self.marks)

    def lines(self, width: int) -> list[Line]:
        """The block, indented."""
        indent = "" if self.is_spoken else INDENT
        width = max(1, width - len(indent))
        lines = self._laid_out(self.block, width)
        for mark in reversed(self.marks):
            above = len(self._laid_out(_beginning(self.block, mark.characters), width))
            lines[above:above] = _mark_rows(mark.note, width)
        if self.style:
            lines = [replace(line, spans=tuple(_under(self.style, span) for span in line.spans)) for line in lines]
        return indented(lines, Span(indent), Span(indent))

    def _laid_out(self, block: Block, width: int) -> list[Line]:
        return block.lines(width, self.document.references, is_spoken=self.is_spoken)


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
    """The note as rows over which copied text goes on."""
    return [replace(row, is_label=True) for row in paragraph([Span(f"┄ {note}", ("note",))], width)]


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
