"""Colours of meaning in code: keyword, string, comment and so on, by pygments; plain where that would cost too much."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from phoenix_tui.tui.markdown.lines import Span

CODE = ("code-block",)
MAX_CHARACTERS = 20_000
MAX_LINE = 500
"""Longer code or lines stay plain: a lexer's patterns may take quadratic time on text made to hurt them."""

_MEANING = (
    ("Token.Comment", "comment"),
    ("Token.Keyword", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Class", "name"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Tag", "name"),
    ("Token.Name.Builtin", "name"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Generic.Inserted", "inserted"),
    ("Token.Generic.Deleted", "deleted"),
)


class _Lexer(Protocol):
    def get_tokens(self, text: str) -> Iterable[tuple[object, str]]: ...


@lru_cache(maxsize=64)
def _lexer(language: str) -> _Lexer | None:
    # pygments is loaded when the first code is shown: earlier it would delay the first paint.
    lexers = import_module("pygments.lexers")
    try:
        lexer: _Lexer = lexers.get_lexer_by_name(language, stripnl=False)
    except import_module("pygments.util").ClassNotFound:
        return None
    return lexer


def load() -> None:
    """Load what colours the code that models write most, in a thread, before the first answer waits for it."""
    _lexer("python")


@lru_cache(maxsize=512)
def _style_of(kind: str) -> tuple[str, ...]:
    for prefix, meaning in _MEANING:
        if kind.startswith(prefix):
            return (*CODE, f"code-{meaning}")
    return CODE


def highlight(lines: tuple[str, ...], language: str) -> list[list[Span]]:
    """Each of `lines` as spans; together they hold exactly the same text."""
    plain = [[Span(line, CODE)] for line in lines]
    if not language or sum(map(len, lines)) > MAX_CHARACTERS or any(len(line) > MAX_LINE for line in lines):
        return plain
    lexer = _lexer(language)
    if lexer is None:
        return plain
    rows: list[list[Span]] = [[]]
    for kind, value in lexer.get_tokens("\n".join(lines)):
        style = _style_of(str(kind))
        for index, piece in enumerate(value.split("\n")):
            if index:
                rows.append([])
            if piece:
                rows[-1].append(Span(piece, style))
    whole = ["".join(span.text for span in row) for row in rows[: len(lines)]]
    return rows[: len(lines)] if whole == list(lines) else plain


@lru_cache(maxsize=4096)
def highlight_line(line: str, language: str) -> tuple[Span, ...]:
    """One line for itself: what code looks like while it is still being written."""
    return tuple(highlight((line,), language)[0])
