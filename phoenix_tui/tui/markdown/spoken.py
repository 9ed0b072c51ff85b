"""Markdown for somebody who listens: what bars, columns, colours and underlines say is said in words, and of an answer
that is coming only what will stay as it is."""

from __future__ import annotations

import re
from itertools import groupby

from phoenix_tui.tui.markdown.inline import unglued
from phoenix_tui.tui.markdown.lines import BLANK, Code, Line, Span, Style
from phoenix_tui.tui.markdown.render import Renderer, paragraph
from phoenix_tui.tui.markdown.syntax import CODE
from phoenix_tui.tui.markdown.table import Cell, Table
from phoenix_tui.tui.markdown.wrap import expand_tabs, wrap_verbatim
from phoenix_tui.tui.text import clip, count

_NOTE: Style = ("note",)
_NEXT_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)


class SpokenRenderer(Renderer):
    """As `Renderer`, in words."""

    def heading(self, level: int, width: int, style: Style) -> list[Line]:
        return paragraph([Span(f"heading {level}: "), *self.inline((*style, "heading", f"heading-{level}"))], width)

    def code(self, content: tuple[str, ...], info: str, width: int) -> list[Line]:
        return spoken_code(content, info, width)

    def rule(self, width: int) -> list[Line]:
        return _named("separator", width)

    def quote(self, width: int, style: Style) -> list[Line]:
        inner = self.until("blockquote_close", width, style) or [BLANK]
        return [*_named("quote", width), *inner, *_named("end of quote", width)]

    def bullet(self) -> str:
        return "-"

    def box(self, *, is_done: bool) -> str:
        return "done:" if is_done else "to do:"

    def rows(self, table: Table, width: int) -> list[Line]:
        """Each row as one line, every cell behind the name of its column."""
        names = ", ".join(filter(None, map(_text, table.header)))
        label = [] if self.table_continues else _named(f"table with the columns {names}", width)
        return [*label, *(line for row in table.rows for line in paragraph(_row(table.header, row), width))]

    def spans(self, content: str, style: Style) -> list[Span]:
        """With a word behind each link that does not look like one, and around what is struck out."""
        spans: list[Span] = []
        for (link, is_struck), group in groupby(
            super().spans(content, style), key=lambda span: (span.link, "strike" in span.style)
        ):
            pieces = list(group)
            text = "".join(span.text for span in pieces)
            before, after = ("(struck out: ", ")") if is_struck else ("", "")
            if link and "://" not in text:
                after = f" (link){after}"
            spans += [*([Span(before)] if before else []), *pieces, *([Span(after)] if after else [])]
        return spans


def _row(header: tuple[Cell, ...], row: tuple[Cell, ...]) -> list[Span]:
    spans: list[Span] = []
    for title, cell in zip(header, row, strict=True):
        if _text(cell):
            spans += [Span("; ")] if spans else []
            name = [*title, Span(" " if _text(title).endswith((":", "?", "!")) else ": ")] if _text(title) else []
            spans += [*name, *cell]
    return spans


def _text(cell: Cell) -> str:
    return "".join(span.text for span in cell).strip()


def _named(text: str, width: int, code: Code | None = None) -> list[Line]:
    return [Line((Span(clip(text, width), _NOTE),), code=code, is_label=True)]


def spoken_code(lines: tuple[str, ...], info: str, width: int, *, first: bool = True, last: bool = True) -> list[Line]:
    """A block of code, or a piece of one: what it is before it, and where it ends behind it. Of one in several pieces
    the first does not know how long it is."""
    code = Code("\n".join(lines), continues=not first)
    length = count(len(lines), "line") if last else f"more than {count(len(lines), 'line')}"
    said = ", ".join(("code", *info.split(maxsplit=1)[:1], length))
    out = _named(said, width, code) if first else []
    for text, is_piece in map(unglued, lines or ("",)):
        for index, row in enumerate(wrap_verbatim([Span(expand_tabs(text))], width)):
            join = "" if is_piece or index else "\n"
            out.append(Line(row.spans, join=join, fill=CODE, code=code))
    return [*out, *(_named("end of code", width, code) if last else [])]


def settled(source: str) -> str:
    """Of an open block's source what more text leaves as it is: whole blocks and whole items of lists, all that stands
    before the last line at the left edge that begins one. Empty where everything may still change."""
    lines = source.split("\n")
    is_list = _NEXT_ITEM.match(source.lstrip("\n")) is not None
    for at in range(len(lines) - 1, 0, -1):
        line, before = lines[at], lines[at - 1]
        begins = not before.strip() and not line[:1].isspace()
        if begins or (is_list and _NEXT_ITEM.match(line)):
            kept = "\n".join(lines[:at])
            return kept if kept.strip() and len(_FENCE.findall(kept)) % 2 == 0 else ""
    return ""
