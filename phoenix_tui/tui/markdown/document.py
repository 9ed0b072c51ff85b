"""Markdown that grows: split into blocks that are finished, and one that later text may still change.

What a text is split into depends on the text alone, not on how it was cut on its way: text fed in pieces ends in the
same blocks as text fed at once. That holds because only whole lines close a block; a block is closed when another
top-level block stands behind it; and a block too long to be laid out again and again is closed at a place that only
the text before it decides.

Link definitions ("[name]: address") change paragraphs before them. While text streams in, a block is laid out with the
definitions known by then; when the document is closed, `references` holds them all, and whoever keeps rows of blocks
that say `uses_references` lays them out again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from phoenix_tui.tui.markdown.blocks import Backlog, Block, MarkdownBlock
from phoenix_tui.tui.markdown.fence import Fence
from phoenix_tui.tui.markdown.inline import GLUE
from phoenix_tui.tui.markdown.parser import References, parse_blocks

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BLOCK = 8_000
"""Characters after which an open block is closed and its rest goes on in a next one."""
MAX_LINE = 4_000
"""Characters after which a line is cut into pieces, which paragraphs and code join again."""
MAX_CODE_LINES = 200


_PREFIX = re.compile(r"[ \t>]*")


def _cut_line(line: str) -> str:
    pieces = []
    prefix = _PREFIX.match(line)
    # So that a piece of code in a list or a quote stays in it.
    before = prefix.group() if prefix and prefix.end() < MAX_LINE // 4 else ""
    while len(line) > MAX_LINE:
        at = line.rfind(" ", MAX_LINE // 2, MAX_LINE) + 1 or MAX_LINE
        pieces.append(line[:at] + GLUE)
        line = f"{before}{GLUE}{line[at:]}"
    return "\n".join((*pieces, line))


def _closes(fence: Token, line: str) -> bool:
    """Whether `line` is the end of code in a list or a quote."""
    mark = line.lstrip(" \t>").rstrip()
    return bool(mark) and set(mark) == {fence.markup[0]} and len(mark) >= len(fence.markup)


class _Window:
    """Whole lines and the top-level blocks in them; line numbers count from the first line after `head`."""

    def __init__(self, text: str, head: str) -> None:
        self.text = text
        self._source = head + text
        self.tokens, _ = parse_blocks(self._source)
        self.top = [token for token in self.tokens if token.level == 0 and token.map and token.nesting >= 0]
        self._shift = head.count("\n")
        self._starts = [0]
        for line in text.split("\n")[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def start(self, token: Token) -> int:
        """Where a block begins."""
        return self._offset(token.map[0] if token.map else 0)

    def end(self, token: Token) -> int:
        """Where a block ends: the start of the line after it."""
        return self._offset(token.map[1] if token.map else 0)

    def open_code(self) -> str:
        """Where the window ends inside code that stands in a list or a quote: the lines that open what the code is in,
        and the code itself, so that the rest, read behind them, goes on with it. Empty where it ends anywhere else."""
        lines = self._source.split("\n")[:-1]
        opened: list[int] = []
        for token in self.tokens:
            if token.type in ("list_item_open", "blockquote_open") and token.map:
                opened.append(token.map[0])
            elif token.type in ("list_item_close", "blockquote_close"):
                opened.pop()
            elif token.type == "fence" and token.map and token.map[1] == len(lines) and not _closes(token, lines[-1]):
                head = "".join(f"{lines[line]}\n" for line in sorted({*opened, token.map[0]}))
                again = [(other.type, other.level) for other in parse_blocks(head)[0] if other.type == "fence"]
                return head if again == [(token.type, token.level)] else ""
        return ""

    def _offset(self, line: int) -> int:
        return self._starts[max(0, min(line - self._shift, len(self._starts) - 1))]


class Document:
    """A growing Markdown text as `blocks` (finished, final) and a `tail` (open).

    `feed` takes text whose line ends are newlines and that holds no other control characters but tabs.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.references: References = {}
        self._definitions: dict[str, Any] = {}
        self._buffer = ""
        self._at = 0
        self._partial = ""
        self._fence: Fence | None = None
        self._is_settled = False
        self._has_content = False
        # How the next block goes on with one that was too long.
        self._continues = False
        self._head = ""
        self._head_is_code = False
        self._ordinal: int | None = None

    def feed(self, text: str) -> None:
        """Take the next piece of text; `advance` then splits it."""
        whole, newline, partial = (self._partial + text).rpartition("\n")
        if newline:
            if len(whole) > MAX_LINE:
                whole = "\n".join(map(_cut_line, whole.split("\n")))
            self._append(whole + "\n")
        if len(partial) > MAX_LINE:
            cut, _, partial = _cut_line(partial).rpartition("\n")
            self._append(cut + "\n")
        self._partial = partial

    def _append(self, whole_lines: str) -> None:
        if self._at > MAX_BLOCK:
            self._buffer, self._at = self._buffer[self._at :], 0
        self._buffer += whole_lines
        self._is_settled = False

    def finish(self) -> None:
        """Take the text as complete; `advance` to the end and `close` then put everything into `blocks`."""
        if self._partial:
            partial, self._partial = self._partial, ""
            self._append(partial + "\n")

    def advance(self, steps: int = 1_000_000_000) -> bool:
        """Close every block that can be closed, in at most `steps` bounded steps. True when more is left to do."""
        return all(self._code_step() if self._fence else self._text_step() for _ in range(steps))

    def close(self) -> None:
        """After `finish` and `advance`: close the open block too; all link definitions are known from here on."""
        if self._fence:
            self._end_fence(self._fence)
        rest, self._at = self._buffer[self._at :], len(self._buffer)
        if rest.strip():
            self._commit(rest, has_content=bool(parse_blocks(self._head + rest)[0]))

    def tail(self) -> Block | None:
        """What is not finished yet, as it stands now; None when there is nothing."""
        characters = len(self._buffer) - self._at
        if characters > MAX_BLOCK + MAX_LINE:
            return Backlog(characters + len(self._partial))
        waiting = self._buffer[self._at :]
        if self._fence:
            return self._fence.open_block(waiting.split("\n")[:-1], self._partial)
        source = waiting + self._partial
        return self._markdown(source) if source.strip() else None

    # -- steps: each looks at one window of whole lines, bounded in size -------------------------------------------

    def _window(self) -> str:
        end = len(self._buffer)
        if end - self._at > MAX_BLOCK:
            end = self._buffer.rfind("\n", self._at, self._at + MAX_BLOCK) + 1
            end = end if end > self._at else self._buffer.index("\n", self._at) + 1
        return self._buffer[self._at : end]

    def _text_step(self) -> bool:
        text = self._window()
        if self._is_settled or not text:
            return False
        window = _Window(text, self._head)
        at = 0
        for token in window.top[:-1]:
            self._commit_token(window, token, at)
            at = window.end(token)
        if window.top and window.top[-1].type == "fence":
            opening = window.start(window.top[-1])
            self._commit_definitions(text[at:opening])
            at = text.index("\n", opening) + 1
            self._fence = self._begin_fence(text[opening : at - 1])
        elif not at:
            if self._at + len(text) == len(self._buffer):
                self._is_settled = True
                return False
            at = self._cut(window)
        self._at += at
        return True

    def _commit_token(self, window: _Window, token: Token, at: int) -> None:
        start, end = window.start(token), window.end(token)
        if token.type != "fence":
            self._commit(window.text[at:end])
            return
        self._commit_definitions(window.text[at:start])
        first, *rest = window.text[start:end].split("\n")[:-1]
        fence = self._begin_fence(first)
        for line in rest:
            if fence.closes(line):
                break
            self._take_code(fence, line)
        self._end_fence(fence)

    def _go_on_with_nothing(self) -> None:
        self._continues, self._head, self._head_is_code, self._ordinal = False, "", False, None

    def _cut(self, window: _Window) -> int:
        """Close a block that is longer than its window, where the window lets it; gives where."""
        stop, head, code_head, ordinal = len(window.text), "", "", None
        opening = window.top[0] if window.top else None
        match opening.type if opening is not None else "":
            case "bullet_list_open" | "ordered_list_open" if opening is not None:
                items = [token for token in window.tokens if token.type == "list_item_open" and token.level == 1]
                if len(items) > 1:
                    stop = window.start(items[-1])
                else:
                    code_head = window.open_code()
                if opening.type == "ordered_list_open" and (len(items) > 1 or code_head):
                    first = self._ordinal if self._ordinal is not None else int(opening.attrs.get("start", 1))
                    ordinal = first + len(items) - 1
            case "blockquote_open":
                code_head = window.open_code()
            case "table_open" if opening is not None:
                start = window.start(opening)
                head = self._head or "".join(f"{line}\n" for line in window.text[start:].split("\n")[:2])
        self._commit(window.text[:stop], has_content=opening is not None)
        self._continues, self._ordinal = opening is not None, ordinal
        self._head, self._head_is_code = head or code_head, bool(code_head)
        return stop

    def _code_step(self) -> bool:
        text = self._window()
        if self._fence is None or not text:
            return False
        for line in text.split("\n")[:-1]:
            self._at += len(line) + 1
            if self._fence.closes(line):
                self._end_fence(self._fence)
                break
            self._take_code(self._fence, line)
        return True

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _begin_fence(self, opening: str) -> Fence:
        fence = Fence(opening, gap=self._gap, max_lines=MAX_CODE_LINES, max_characters=MAX_BLOCK)
        self._go_on_with_nothing()
        self._has_content = True
        return fence

    def _take_code(self, fence: Fence, line: str) -> None:
        if (full := fence.take(line)) is not None:
            self.blocks.append(full)

    def _end_fence(self, fence: Fence) -> None:
        if (last := fence.last()) is not None:
            self.blocks.append(last)
        self._fence = None

    def _commit_definitions(self, source: str) -> None:
        """Link definitions right before a fence: they show nothing."""
        if source.strip():
            self._commit(source, has_content=False)

    def _commit(self, source: str, *, has_content: bool = True) -> None:
        if "]:" in source:
            for label, definition in parse_blocks(source)[1].items():
                self._definitions.setdefault(label, definition)
            self.references = dict(self._definitions)
        self.blocks.append(self._markdown(source))
        self._has_content = self._has_content or has_content
        self._go_on_with_nothing()

    @property
    def _gap(self) -> bool:
        return self._has_content and not self._continues

    def _markdown(self, source: str) -> MarkdownBlock:
        return MarkdownBlock(
            self._head + source,
            self._gap,
            table_continues=bool(self._head) and not self._head_is_code,
            ordinal=self._ordinal,
            continues_code=self._head_is_code,
        )
