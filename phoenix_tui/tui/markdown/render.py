"""Markdown blocks laid out to lines of a given width."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phoenix_tui.tui.markdown.inline import GLUE, inline_spans, unglued
from phoenix_tui.tui.markdown.lines import BLANK, PLAIN, Code, Line, Span, Style, indented
from phoenix_tui.tui.markdown.parser import References, parse_blocks, too_deep
from phoenix_tui.tui.markdown.syntax import CODE, highlight, highlight_line
from phoenix_tui.tui.markdown.table import Cell, Table, table_lines
from phoenix_tui.tui.markdown.wrap import expand_tabs, wrap, wrap_verbatim
from phoenix_tui.tui.text import clip

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLETS = ("•", "◦", "▪")
READING_WIDTH = 110
"""Cells of a line of running text at most: in longer ones the eye does not find the next. Code and tables may have
more."""
_MIN_WIDTH = 12
"""Nested blocks are indented no further once less than this is left."""
_BAR = Span("▎ ", ("code-block", "code-bar"))
_CONTINUED = Span("▎↪", ("code-block", "code-bar"))
_UNNAMED = "code"
"""The label of code whose language is not told."""
_FIRST_COLUMN = re.compile(r" *(?:\S+ {2,})?")
"""Where the text of a line begins: behind its indentation, and behind a first word that two spaces set off."""


def paragraph(spans: list[Span], width: int) -> list[Line]:
    """Running text, wrapped; never wider than one reads with ease."""
    return [Line(row.spans, join=row.join) for row in wrap(spans, min(width, READING_WIDTH))]


def code_lines(
    lines: tuple[str, ...], info: str, width: int, *, first: bool = True, is_open: bool = False
) -> list[Line]:
    """A block of code, or a piece of one, whose language is the first word of `info`.

    The label above the first piece is `info`; long lines are wrapped behind a continuation mark. While `is_open`, each
    line is coloured for itself: what stands further up is not read again with every line that comes.
    """
    code = Code("\n".join(lines), continues=not first)
    out: list[Line] = []
    if first:
        label = Span(clip(info or _UNNAMED, max(1, width - 2)), ("code-block", "code-label"))
        out.append(Line((_BAR, label), lead=2, fill=CODE, code=code, is_label=True))
    language = info.split(maxsplit=1)[0] if info else ""
    parts = [unglued(line) for line in lines or ("",)]
    shown = tuple("" if text.isspace() else expand_tabs(text) for text, _ in parts)
    styled = [list(highlight_line(text, language)) for text in shown] if is_open else highlight(shown, language)
    for (_, is_piece), spans in zip(parts, styled, strict=True):
        for index, row in enumerate(wrap_verbatim(spans, max(1, width - 2))):
            goes_on = is_piece or bool(index)
            bar = _CONTINUED if goes_on else _BAR
            out.append(Line((bar, *row.spans), lead=2, join="" if goes_on else "\n", fill=CODE, code=code))
    return out


def verbatim(source: str, width: int, style: Style) -> list[Line]:
    """Text line by line as it was written."""
    out: list[Line] = []
    for line in source.rstrip("\n").split("\n"):
        text, goes_on = unglued(line)
        rows = wrap_verbatim([Span(expand_tabs(text), style)], width)
        out.extend(Line(row.spans, join="" if index or goes_on else "\n") for index, row in enumerate(rows))
    return out


def columns(text: str, width: int, style: Style) -> list[Line]:
    """What a command printed, wrapped at words; further rows of a line stand below its text, where there is room."""
    out: list[Line] = []
    for line in map(expand_tabs, text.split("\n")):
        first = _FIRST_COLUMN.match(line)
        hang = first.end() if first and width - first.end() >= _MIN_WIDTH else 0
        rows = paragraph([Span(line[hang:], style)], width - hang)
        out.extend(indented(rows, Span(line[:hang], style), Span(" " * hang), decorates_first=False))
    return out


@dataclass(slots=True)
class Renderer:
    """Lays tokens out as they are looked at; `spoken.py` has one for who listens."""

    tokens: list[Token]
    references: References
    table_continues: bool
    ordinal: int | None
    at: int = 0
    list_depth: int = 0

    def until(self, closing: str, width: int, style: Style, *, tight: bool = False) -> list[Line]:
        """All blocks up to the token `closing` (or the end), a blank line between them unless `tight`."""
        out: list[Line] = []
        while self.at < len(self.tokens) and self.tokens[self.at].type != closing:
            lines = self.block(width, style)
            if lines and out and not tight:
                out.append(BLANK)
            out.extend(lines)
        self.at += 1
        return out

    def block(self, width: int, style: Style) -> list[Line]:
        token = self.tokens[self.at]
        self.at += 1
        match token.type:
            case "paragraph_open":
                return paragraph(self.inline(style), width)
            case "heading_open":
                return self.heading(int(token.tag[1:]), width, style)
            case "fence" | "code_block":
                content = token.content.removesuffix("\n").split("\n")
                return self.code(tuple(content), token.info.strip(), width)
            case "hr":
                return self.rule(width)
            case "html_block":
                return verbatim(token.content, width, (*style, "html"))
            case "blockquote_open":
                return self.quote(width, (*style, "quote"))
            case "bullet_list_open" | "ordered_list_open":
                return self.items(token, width, style)
            case "table_open":
                return self.table(width)
            case _:
                return [Line(row.spans) for row in wrap([Span(token.content, style)], width)] if token.content else []

    def heading(self, level: int, width: int, style: Style) -> list[Line]:
        return paragraph(self.inline((*style, "heading", f"heading-{level}")), width)

    def code(self, content: tuple[str, ...], info: str, width: int) -> list[Line]:
        return code_lines(content, info, width)

    def rule(self, width: int) -> list[Line]:
        return [Line((Span("─" * min(width, READING_WIDTH), ("border",)),))]

    def quote(self, width: int, style: Style) -> list[Line]:
        bar = Span("│ ", ("border",)) if width - 2 >= _MIN_WIDTH else Span("")
        inner = self.until("blockquote_close", width - len(bar.text), style) or [BLANK]
        return indented(inner, bar, bar)

    def bullet(self) -> str:
        return _BULLETS[(self.list_depth - 1) % len(_BULLETS)]

    def box(self, *, is_done: bool) -> str:
        return "☑" if is_done else "☐"

    def rows(self, table: Table, width: int) -> list[Line]:
        return table_lines(table, width, continues=self.table_continues)

    def spans(self, content: str, style: Style) -> list[Span]:
        return inline_spans(content, self.references, style)

    def inline(self, style: Style) -> list[Span]:
        """The inline token that follows an opening one, and its closing token."""
        content = self.tokens[self.at].content
        self.at += 2
        return self.spans(content, style)

    def items(self, opening: Token, width: int, style: Style) -> list[Line]:
        ordered = opening.type == "ordered_list_open"
        closing = opening.type.replace("open", "close")
        number = int(opening.attrs.get("start", 1)) if ordered else 0
        if ordered and opening.level == 0 and self.ordinal is not None:
            number, self.ordinal = self.ordinal, None
        end = next(i for i in range(self.at, len(self.tokens)) if self._closes(i, opening, closing))
        inside = self.tokens[self.at : end]
        count = sum(token.type == "list_item_open" and token.level == opening.level + 1 for token in inside)
        is_tight = not any(
            token.type == "paragraph_open" and not token.hidden and token.level == opening.level + 2 for token in inside
        )
        digits = len(str(number + count - 1)) if ordered else 0
        out: list[Line] = []
        self.list_depth += 1
        while self.tokens[self.at].type == "list_item_open":
            self.at += 1
            mark = f"{number:>{digits}}. " if ordered else f"{self.bullet()} "
            number += 1
            if box := self.task_box():
                mark = f"{mark}{box} " if ordered else f"{box} "
            bullet = Span(mark, ("bullet",))
            if width - len(mark) >= _MIN_WIDTH:
                lines = self.until("list_item_close", width - len(mark), style, tight=is_tight) or [BLANK]
                lines = indented(lines, bullet, Span(" " * len(mark)), decorates_first=False)
            else:
                lines = [Line((bullet,)), *self.until("list_item_close", width, style, tight=is_tight)]
            if out and not is_tight:
                out.append(BLANK)
            out.extend(lines)
        self.list_depth -= 1
        self.at += 1
        return out

    def _closes(self, index: int, opening: Token, closing: str) -> bool:
        token = self.tokens[index]
        return token.type == closing and token.level == opening.level

    def task_box(self) -> str:
        """The box of a task item, whose "[ ]" or "[x]" is taken off its text."""
        if self.at + 1 >= len(self.tokens) or self.tokens[self.at].type != "paragraph_open":
            return ""
        inline = self.tokens[self.at + 1]
        mark = inline.content[:4].lower()
        if mark not in ("[ ] ", "[x] "):
            return ""
        self.tokens[self.at + 1] = inline.copy(content=inline.content[4:])
        return self.box(is_done=mark != "[ ] ")

    def table(self, width: int) -> list[Line]:
        rows: list[list[Cell]] = []
        alignments: list[str] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    alignments.append(str(token.attrs.get("style", "")).removeprefix("text-align:") or "left")
                style: Style = ("strong",) if token.type == "th_open" else PLAIN
                rows[-1].append(self.spans(self.tokens[self.at].content, style))
        self.at += 1
        header, *body = (tuple(row) for row in rows)
        return self.rows(Table(header, tuple(body), tuple(alignments)), width)


def markdown_lines(
    source: str,
    width: int,
    references: References,
    *,
    table_continues: bool = False,
    ordinal: int | None = None,
    renderer_class: type[Renderer] = Renderer,
) -> list[Line]:
    """`source` laid out in `width` cells.

    `references` are the link definitions known so far. `ordinal` is the number an ordered list goes on with, and
    `table_continues` leaves a table's header out, where `source` goes on with a block too long for one piece.
    """
    tokens, own = parse_blocks(source)
    width = max(1, width)
    if too_deep(tokens):
        note = Line((Span("(nested too deeply to lay out: shown as written)", ("note",)),))
        return [note, *verbatim(source.strip("\n"), width, PLAIN)]
    renderer = renderer_class(tokens, {**own, **references}, table_continues, ordinal)
    lines = renderer.until("", width, PLAIN)
    if lines and source.startswith(GLUE):
        lines[0] = replace(lines[0], join="")
    return lines
