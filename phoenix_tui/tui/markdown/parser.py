"""The Markdown dialect: CommonMark with tables and strike-through; HTML is kept as text by the renderer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 24
"""Quotes and lists nested deeper than this are shown as they were written (markdown-it would drop them)."""

_MAX_INLINE_NESTING = 8
"""Emphasis and links nested deeper are text; every level multiplies the time that brackets without end take."""

References = Mapping[str, Mapping[str, Any]]
"""Link definitions by normalised label, as markdown-it keeps them."""


@cache
def _parser(max_nesting: int) -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 20 ms that the first paint need not wait for

    parser = MarkdownIt("commonmark", {"maxNesting": max_nesting})
    parser.enable(["table", "strikethrough"])
    # Any address makes a link: what it leads to is shown, and only a few kinds are ever opened.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def load() -> None:
    """Load what parses, in a thread, before the first answer waits for it."""
    parse_blocks("")
    parse_inline("", {})


def plain_address(address: str) -> str:
    """`address` in ASCII, as the parser writes those of links: letters of other scripts cannot look like a host."""
    return _parser(MAX_NESTING).normalizeLink(address)


def parse_blocks(source: str) -> tuple[list[Token], dict[str, Any]]:
    """The block tokens of `source`, inline content unparsed, and the link definitions found in it."""
    references: dict[str, Any] = {}
    tokens: list[Token] = []
    parser = _parser(MAX_NESTING)
    parser.block.parse(source.replace("\0", "\ufffd"), parser, {"references": references}, tokens)
    return tokens, references


def parse_inline(content: str, references: References) -> list[Token]:
    """The inline tokens of one paragraph, heading or cell."""
    parser = _parser(_MAX_INLINE_NESTING)
    tokens: list[Token] = []
    parser.inline.parse(content, parser, {"references": dict(references)}, tokens)
    return tokens


def too_deep(tokens: list[Token]) -> bool:
    """Whether nesting has reached the depth from which on the parser drops text."""
    return any(token.level >= MAX_NESTING - 1 for token in tokens)
