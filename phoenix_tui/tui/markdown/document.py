"""Markdown that grows: split into blocks that are finished, and one that later text may still change.

What a text is split into depends on the text alone, not on how it was cut on its way: text fed in pieces ends in the
same blocks as text fed at once. That holds because only whole lines close a block; a block is closed when another
top-level block stands behind it; and a block too long to be laid out again and again is closed at a place that only
the text before it decides.

Link definitions ("[name]: address") change paragraphs before them. While text streams in, a block is laid out with the
definitions known by then; when the document is finished, `references` is replaced and blocks that could use it are laid
out again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it.token import Token

from phoenix_tui.tui.markdown.inline import GLUE
from phoenix_tui.tui.markdown.lines import BLANK, Line, Span
from phoenix_tui.tui.markdown.parser import References, parse_blocks
from phoenix_tui.tui.markdown.render import code_lines, markdown_lines, paragraph

MAX_BLOCK = 12_000
"""Characters after which an open block is closed and its rest goes on in a next one."""
MAX_LINE = 6_000
"""Characters after which a line is cut into pieces, which paragraphs and code join again."""
MAX_CODE_LINES = 300

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LONG_LINE = re.compile(rf"[^\n]{{{MAX_LINE + 1},}}")


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """A piece of source between two places where no block is open."""

    source: str
    gap: bool
    """Whether a blank line stands before it."""
    join: str = "\n\n"
    """What stands before it in copied text."""
    table_continues: bool = False
    ordinal: int | None = None

    def lines(self, width: int, references: References) -> list[Line]:
        """The block laid out; none for link definitions."""
        lines = markdown_lines(
            self.source, width, references, table_continues=self.table_continues, ordinal=self.ordinal
        )
        return [BLANK, *lines] if lines and self.gap else lines

    @property
    def uses_references(self) -> bool:
        """Whether link definitions that become known later could change it."""
        return "[" in self.source


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of a fenced block of code; a long one is several of these."""

    code: tuple[str, ...]
    language: str
    gap: bool
    first: bool
    is_open: bool = False
    uses_references = False

    def lines(self, width: int, references: References) -> list[Line]:  # noqa: ARG002 - as all blocks
        """The code laid out, with its label when it is the first piece."""
        lines = code_lines(self.code, self.language, width, first=self.first, is_open=self.is_open)
        return [BLANK, *lines] if self.gap else lines

    @property
    def source(self) -> str:
        """The code itself."""
        return "\n".join(self.code)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Text that has come but is not split into blocks yet; it says so."""

    source: str
    gap: bool = True
    uses_references = False

    def lines(self, width: int, references: References) -> list[Line]:  # noqa: ARG002 - as all blocks
        """One line that names how much is still to come."""
        return paragraph([Span(f"… {len(self.source):,} characters are being laid out", ("note",))], width)


Block = MarkdownBlock | CodeBlock | Backlog


@dataclass(slots=True)
class _Fence:
    """An open fenced block of code at top level."""

    indent: int
    mark: str
    language: str
    lines: list[str] = field(default_factory=list)
    characters: int = 0
    is_first: bool = True

    def closes(self, line: str) -> bool:
        found = _FENCE.match(line)
        return bool(found) and found[1].startswith(self.mark) and not line[found.end() :].strip(" \t")

    def without_indent(self, line: str) -> str:
        margin = len(line) - len(line.lstrip(" "))
        return line[min(margin, self.indent) :]


def _opening(line: str) -> _Fence:
    found = _FENCE.match(line)
    assert found is not None, "the parser has found a fence here"
    info = line[found.end() :].split()
    return _Fence(len(line) - len(line.lstrip(" ")), found[1], info[0] if info else "")


def _cut_line(line: str) -> str:
    pieces = []
    while len(line) > MAX_LINE:
        at = line.rfind(" ", MAX_LINE // 2, MAX_LINE) + 1 or MAX_LINE
        pieces.append(line[:at] + GLUE)
        line = GLUE + line[at:]
    return "\n".join((*pieces, line))


class Document:
    """A growing Markdown text as `blocks` (finished, final) and a `tail` (open).

    `feed` takes text whose line ends are newlines and that holds no other control characters but tabs.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.references: References = {}
        self._definitions: dict[str, object] = {}
        self._buffer = ""
        self._at = 0
        self._partial = ""
        self._fence: _Fence | None = None
        self._continues = False
        self._table_head = ""
        self._ordinal: int | None = None
        self._has_content = False
        self._settled = -1

    def feed(self, text: str) -> None:
        """Take the next piece of text; `advance` then splits it."""
        if not text:
            return
        whole, newline, partial = (self._partial + text).rpartition("\n")
        if newline:
            self._append(_LONG_LINE.sub(lambda match: _cut_line(match[0]), whole) + "\n")
        if len(partial) > MAX_LINE:
            cut, _, partial = _cut_line(partial).rpartition("\n")
            self._append(cut + "\n")
        self._partial = partial

    def _append(self, whole_lines: str) -> None:
        if self._at > MAX_BLOCK:
            self._buffer, self._at = self._buffer[self._at :], 0
        self._buffer += whole_lines
        self._settled = -1

    def finish(self) -> None:
        """Take the text as complete: after `advance` has run to its end, everything is in `blocks`."""
        if self._partial:
            partial, self._partial = self._partial, ""
            self._append(partial + "\n")

    def advance(self, steps: int = 1_000_000_000) -> bool:
        """Close every block that can be closed, in at most `steps` bounded steps. True when more is left to do."""
        for _ in range(steps):
            if not (self._code_step() if self._fence else self._text_step()):
                return False
        return True

    def close(self) -> None:
        """After `finish` and `advance`: close the open block too, and make all link definitions known."""
        if self._fence:
            self._close_code()
            self._fence = None
        rest, self._at = self._buffer[self._at :], len(self._buffer)
        if rest.strip():
            tokens, _ = parse_blocks(self._table_head + rest)
            self._commit(rest, has_content=bool(tokens))
        self.references = dict(self._definitions)  # type: ignore[arg-type]

    @property
    def has_tail(self) -> bool:
        """Whether there is text after the finished blocks."""
        return self._fence is not None or self._at < len(self._buffer) or bool(self._partial)

    def tail(self) -> Block | None:
        """What is not finished yet, as it stands now; None when there is nothing."""
        if self._fence:
            code = [*self._fence.lines]
            waiting = self._buffer[self._at :]
            if len(waiting) > MAX_BLOCK:
                return Backlog(waiting)
            code.extend(self._fence.without_indent(line) for line in waiting.split("\n")[:-1])
            if self._partial and self._partial.strip("`~ "):
                code.append(self._fence.without_indent(self._partial))
            if not code and not self._fence.is_first:
                return None
            return CodeBlock(tuple(code), self._fence.language, self._gap(), self._fence.is_first, is_open=True)
        source = self._buffer[self._at :] + self._partial
        if len(source) > MAX_BLOCK + 2 * MAX_LINE:
            return Backlog(source)
        return self._markdown(source) if source.strip() else None

    # -- one step: one bounded window of whole lines -------------------------------------------------------------

    def _text_step(self) -> bool:
        if self._settled == self._at:
            return False
        end = len(self._buffer)
        is_rest = end - self._at <= MAX_BLOCK
        if not is_rest:
            end = self._buffer.rfind("\n", self._at, self._at + MAX_BLOCK) + 1
        window = self._buffer[self._at : end]
        if not window:
            return False
        tokens, _ = parse_blocks(self._table_head + window)
        top = [token for token in tokens if token.level == 0 and token.map is not None and token.nesting >= 0]
        lines = window.split("\n")
        starts = self._offsets(lines)
        shift = self._table_head.count("\n")
        ends = [starts[max(0, min(_last_line(token) - shift, len(starts) - 1))] for token in top]
        at = 0
        for token, stop in zip(top[:-1], ends[:-1], strict=True):
            self._commit_token(window[at:stop], token)
            at = stop
        self._at += at
        if top and top[-1].type == "fence":
            return self._open_code(window, at, starts[_first_line(top[-1]) - shift])
        if at:
            return True
        if is_rest:
            self._settled = self._at
            return False
        self._cut(window, tokens, starts, shift)
        return True

    @staticmethod
    def _offsets(lines: list[str]) -> list[int]:
        offsets = [0]
        for line in lines[:-1]:
            offsets.append(offsets[-1] + len(line) + 1)
        return offsets

    def _commit_token(self, source: str, token: Token) -> None:
        if token.type != "fence":
            self._commit(source)
            return
        before, code = self._split_before(source, token)
        if before.strip():
            self._commit(before, has_content=False)
        first, *rest = code.split("\n")
        self._fence = _opening(first)
        for line in rest:
            if self._fence.closes(line):
                break
            self._code_line(line)
        self._close_code()
        self._fence = None

    @staticmethod
    def _split_before(source: str, token: Token) -> tuple[str, str]:
        """Link definitions and blank lines before a fence, and the fence."""
        wanted = _last_line(token) - _first_line(token)
        lines = source.rstrip("\n").split("\n")
        return "".join(f"{line}\n" for line in lines[:-wanted]), "\n".join(lines[-wanted:])

    def _open_code(self, window: str, at: int, start: int) -> bool:
        before = window[at:start]
        if before.strip():
            self._commit(before, has_content=False)
        stop = window.index("\n", start) + 1
        self._fence = _opening(window[start : stop - 1])
        self._continues, self._table_head, self._ordinal = False, "", None
        self._at += stop - at
        return True

    def _cut(self, window: str, tokens: list[Token], starts: list[int], shift: int) -> None:
        """Close a block that is longer than the window, where the window lets it."""
        stop, head, ordinal = len(window), "", None
        kind = tokens[0].type if tokens else ""
        if kind in ("bullet_list_open", "ordered_list_open"):
            items = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
            if len(items) > 1:
                stop = starts[_first_line(items[-1]) - shift]
                if kind == "ordered_list_open":
                    first = self._ordinal if self._ordinal is not None else int(tokens[0].attrs.get("start", 1))
                    ordinal = first + len(items) - 1
        elif kind == "table_open":
            head = self._table_head or "".join(
                line + "\n" for line in window[starts[_first_line(tokens[0])] :].split("\n")[:2]
            )
        self._commit(window[:stop], has_content=bool(tokens))
        self._continues, self._table_head, self._ordinal = bool(tokens), head, ordinal
        self._at += stop

    def _code_step(self) -> bool:
        assert self._fence is not None
        end = min(len(self._buffer), self._at + MAX_BLOCK)
        if end < len(self._buffer):
            end = self._buffer.rfind("\n", self._at, end) + 1
        window = self._buffer[self._at : end]
        if not window:
            return False
        for line in window.split("\n")[:-1]:
            self._at += len(line) + 1
            if self._fence.closes(line):
                self._close_code()
                self._fence = None
                break
            self._code_line(line)
        return True

    def _code_line(self, line: str) -> None:
        fence = self._fence
        assert fence is not None
        if len(fence.lines) >= MAX_CODE_LINES or fence.characters > MAX_BLOCK:
            self._close_code()
            fence.lines, fence.characters, fence.is_first = [], 0, False
        fence.lines.append(fence.without_indent(line))
        fence.characters += len(line) + 1

    def _close_code(self) -> None:
        fence = self._fence
        assert fence is not None
        if fence.lines or fence.is_first:
            self.blocks.append(CodeBlock(tuple(fence.lines), fence.language, self._gap(), fence.is_first))
            self._has_content = True

    # -- blocks ---------------------------------------------------------------------------------------------------

    def _gap(self) -> bool:
        if self._fence:
            return self._has_content and self._fence.is_first
        return self._has_content and not self._continues

    def _markdown(self, source: str) -> MarkdownBlock:
        return MarkdownBlock(
            self._table_head + source,
            self._gap(),
            "\n" if self._continues else "\n\n",
            bool(self._table_head),
            self._ordinal,
        )

    def _commit(self, source: str, *, has_content: bool = True) -> None:
        if "]:" in source:
            for label, definition in parse_blocks(source)[1].items():
                self._definitions.setdefault(label, definition)
            self.references = dict(self._definitions)  # type: ignore[arg-type]
        self.blocks.append(self._markdown(source))
        self._has_content = self._has_content or has_content
        self._continues, self._table_head, self._ordinal = False, "", None


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _last_line(token: Token) -> int:
    return token.map[1] if token.map else 0
