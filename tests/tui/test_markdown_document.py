"""Markdown that streams in ends as if it had come at once."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phoenix_tui.tui.markdown import document
from phoenix_tui.tui.markdown.document import Document
from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.markdown.render import markdown_lines

_INLINE = st.sampled_from(
    [
        "word",
        "*em*",
        "**strong",
        "`code`",
        "[ref]",
        "[text][ref]",
        "[a](https://e.org)",
        "https://e.org/x_(y).",
        "![alt](i.png)",
        "\\*",
        "<b>",
        "<br>",
        "&amp;",
        "~~x~~",
        "漢字",
        "👩\u200d💻",
        "é",
        "a  ",
        "b\\",
        "]:",
        "[ref]: /late",
        "-",
        "+",
        "1.",
        "#",
        "===",
        "---",
        ">",
        "`",
        "```",
        "~~~",
        "x ",
        " y",
        "_",
        "**",
    ]
)
_START = st.sampled_from(
    [
        "",
        "",
        "",
        "",
        "# ",
        "## ",
        "- ",
        "* ",
        "1. ",
        "2) ",
        "> ",
        "> > ",
        "    ",
        "  ",
        "\t",
        "```py",
        "```",
        "~~~",
        "````",
        "---",
        "===",
        "-",
        "",
        " a ",
        " b ",
        "",
        "--",
        ":-:",
        "",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<pre>",
        "[ref]: https://e.org",
        "[Ref]: <x> 'title'",
        "'title'",
        "[ref]:",
        "- [x] ",
        "- [ ] ",
        "> - ",
        ">",
        "   1. ",
        "a\\",
    ]
)
_LINE = st.builds(lambda start, words: start + " ".join(words), _START, st.lists(_INLINE, max_size=4))
_SIGNS = st.text("ab \n`*_#->[]():|~1.\\<&!=\t", max_size=60)
_MARKDOWN = st.builds("\n".join, st.lists(_LINE | st.just(""), max_size=14)) | st.text(
    "ab \n`*_#->[]():|~1.\\<&!=\t", max_size=60
)


def _lines(parts: list[str], width: int, *, look: bool = True) -> list[Line]:
    growing = Document()
    for part in parts:
        growing.feed(part)
        growing.advance()
        if look and (tail := growing.tail()) is not None:
            tail.lines(width, growing.references)
    growing.finish()
    growing.advance()
    growing.close()
    assert growing.tail() is None
    return [line for block in growing.blocks for line in block.lines(width, growing.references)]


def _cut(text: str, cuts: list[int]) -> list[str]:
    at = sorted({cut % (len(text) + 1) for cut in cuts})
    return [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)]


@settings(max_examples=200, deadline=None)
@given(text=_MARKDOWN, cuts=st.lists(st.integers(0, 2_000), max_size=12), width=st.integers(1, 70))
def test_cut_anywhere_it_is_the_same_line_for_line(text: str, cuts: list[int], width: int) -> None:
    assert _lines(_cut(text, cuts), width) == _lines([text], width)


@example(text="see [ref]\n\n[ref]: https://a.b\n```py\nx\n```", width=40)
@example(text="see [ref]\n\n[ref]: https://a.b\n```py\nx\n```\nmore\n", width=40)
@example(text="see [ref]\n\n[ref]: https://a.b\n\nmore\n\n[REF]: https://c.d\n\nx", width=40)
@example(text="  ```\n   x\n y\n  ```\nmore\n", width=40)
@settings(max_examples=200, deadline=None)
@given(text=_MARKDOWN, width=st.integers(1, 70))
def test_split_into_blocks_it_is_what_the_parser_makes_of_the_whole(text: str, width: int) -> None:
    whole = text if text.endswith("\n") else f"{text}\n"
    assert _lines([text], width) == markdown_lines(whole, width, {})


@settings(max_examples=200, deadline=None)
@given(text=_MARKDOWN, cuts=st.lists(st.integers(0, 2_000), max_size=12))
def test_blocks_and_lines_too_long_are_cut_at_the_same_places(text: str, cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "MAX_BLOCK", 60)
        patch.setattr(document, "MAX_LINE", 20)
        patch.setattr(document, "MAX_CODE_LINES", 2)
        assert _lines(_cut(text, cuts), 30) == _lines([text], 30)


@settings(max_examples=200, deadline=None)
@given(text=_MARKDOWN, width=st.integers(12, 60))
def test_no_line_is_wider_than_the_view(text: str, width: int) -> None:
    assert all(line.width <= width for line in _lines([text], width))
