"""Fenced code at the top level: taken line by line, so that a long block costs no more than a short one."""

from __future__ import annotations

import re

from phoenix_tui.tui.markdown.blocks import CodeBlock

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class Fence:
    """An open fenced block, begun by `opening`; `gap` says whether a blank row stands before it."""

    def __init__(self, opening: str, *, gap: bool, max_lines: int, max_characters: int) -> None:
        found = _FENCE.match(opening)
        self._mark = found[1] if found else "```"
        self.info = opening[found.end() :].strip() if found else ""
        self._indent = len(opening) - len(opening.lstrip(" "))
        self._gap = gap
        self._max_lines = max_lines
        self._max_characters = max_characters
        self._lines: list[str] = []
        self._characters = 0
        self._is_first = True

    def closes(self, line: str) -> bool:
        """Whether `line` is the closing fence."""
        found = _FENCE.match(line)
        return found is not None and found[1].startswith(self._mark) and not line[found.end() :].strip(" \t")

    def take(self, line: str) -> CodeBlock | None:
        """One more line of code; gives the piece before it when that is full."""
        full = len(self._lines) >= self._max_lines or self._characters > self._max_characters
        block = self._block(self._lines) if full else None
        if full:
            self._lines, self._characters, self._is_first = [], 0, False
        self._lines.append(self._without_indent(line))
        self._characters += len(line) + 1
        return block

    def last(self) -> CodeBlock | None:
        """The piece that is left when the block ends; None when all has been given."""
        return self._block(self._lines, last=True) if self._lines or self._is_first else None

    def open_block(self, waiting: list[str], partial: str) -> CodeBlock | None:
        """How the open piece looks with the lines in `waiting` and an unfinished one, which may become the closing."""
        lines = self._lines + [self._without_indent(line) for line in waiting]
        if partial.strip("`~ "):
            lines.append(self._without_indent(partial))
        return self._block(lines, is_open=True) if lines or self._is_first else None

    def _block(self, lines: list[str], *, is_open: bool = False, last: bool = False) -> CodeBlock:
        return CodeBlock(tuple(lines), self.info, self._gap and self._is_first, self._is_first, is_open, last)

    def _without_indent(self, line: str) -> str:
        margin = len(line) - len(line.lstrip(" "))
        return line[min(margin, self._indent) :]
