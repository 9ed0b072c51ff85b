"""What Markdown looks like as rows."""

from __future__ import annotations

import pytest

from phoenix_tui.tui.markdown.document import Document
from phoenix_tui.tui.markdown.lines import Line, plain_text
from phoenix_tui.tui.markdown.render import markdown_lines


def _shown(source: str, width: int = 40) -> list[str]:
    return [line.text.rstrip() for line in markdown_lines(source, width, {})]


def _whole(source: str, width: int = 78) -> list[Line]:
    document = Document()
    document.feed(source)
    document.finish()
    document.advance()
    document.close()
    return [line for block in document.blocks for line in block.lines(width, document.references)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# One *big*\n\ntext\nflows", ["One big", "", "text flows"]),
        ("two\n===\nand  \nbreak<br>tag", ["two", "", "and", "break", "tag"]),
        ("- a\n  - b\n    - c\n- d", ["• a", "  ◦ b", "    ▪ c", "• d"]),
        ("9. nine\n10. ten", [" 9. nine", "10. ten"]),
        ("1. one\n\n2. two", ["1. one", "", "2. two"]),
        ("- [ ] open\n- [x] done", ["☐ open", "☑ done"]),
        ("> said\n> > he", ["│ said", "│", "│ │ he"]),
        ("```py title\nx = 1\n```", ["▎ py title", "▎ x = 1"]),
        ("    indented\n\n***", ["▎ code", "▎ indented", "", "─" * 40]),
        ("<p>\n  *x*\n</p>", ["<p>", "  *x*", "</p>"]),
        ("a <b>bold</b> ![pic](i.png) ![](x)", ["a <b>bold</b> [image: pic] [image: no", "description]"]),
        ("[a](/b) [c](javascript:x)", ["a (/b) c (javascript:x)"]),
        ("[/red] [bold]x[/] {}", ["[/red] [bold]x[/] {}"]),
        ("a | b\n--|--:\n1 | 2222", ["a │    b", "──┼─────", "1 │ 2222"]),
        ("- ", ["•"]),
        (">", ["│"]),
        ("", []),
        ("[a]: https://e.org", []),
    ],
)
def test_each_block_has_its_look(source: str, expected: list[str]) -> None:
    assert _shown(source) == expected


def test_a_table_fits_its_cells_to_the_width_and_is_stacked_where_it_cannot() -> None:
    source = "| name | what it does |\n|---|---|\n| alpha | a long text that wraps in its cell |\n"
    assert _shown(source, 30) == [
        "name  │ what it does",
        "──────┼───────────────────────",
        "alpha │ a long text that wraps",
        "      │ in its cell",
    ]
    assert _shown("| a | b | c | d |\n|---|---|---|---|\n" + "| a long cell " * 4 + "|\n", 24)[:2] == [
        "a: a long cell",
        "b: a long cell",
    ]


def test_a_long_line_of_code_goes_on_behind_a_mark_and_is_copied_whole() -> None:
    lines = markdown_lines("```\n" + "x" * 30 + "\n\ty\n```", 22, {})
    assert [line.text for line in lines] == ["▎ code", "▎ " + "x" * 20, "▎↪" + "x" * 10, "▎     y"]
    assert plain_text(lines) == "x" * 30 + "\n    y"


def test_addresses_lead_where_they_say_and_those_never_opened_are_written_out() -> None:
    source = "(https://e.org/x_(y)), `https://no` [t](mailto:a@b.c) [f](ftp://x) <https://z.org> ![https://i](x)"
    spans = [span for line in markdown_lines(source, 200, {}) for span in line.spans if span.link]
    assert [(span.text, span.link) for span in spans] == [
        ("https://e.org/x_(y)", "https://e.org/x_(y)"),
        ("t", "mailto:a@b.c"),
        ("f (ftp://x)", "ftp://x"),
        ("https://z.org", "https://z.org"),
    ]


def test_code_is_coloured_by_meaning_and_holds_the_same_text() -> None:
    code = 'def f(x):  # why\n    return "s" + 1'
    lines = markdown_lines(f"```python\n{code}\n```", 60, {})
    meanings = {span.style[-1] for line in lines[1:] for span in line.spans}
    assert {"code-keyword", "code-name", "code-comment", "code-string", "code-number"} <= meanings
    assert plain_text(lines[1:]) == code
    assert plain_text(markdown_lines(f"```nonsense\n{code}\n```", 60, {})[1:]) == code


@pytest.mark.parametrize("sign", [">", "> ", "- "])
def test_nesting_without_end_is_shown_as_written_and_says_so(sign: str) -> None:
    source = sign * (10_000 // len(sign)) + "deep"
    lines = _whole(source)
    assert "shown as written" in lines[0].text
    assert plain_text(lines[1:]) == source


def test_a_line_of_a_million_characters_is_shown_to_its_end() -> None:
    words = "some words " * 90_000
    assert plain_text(_whole(words)) == words.strip()
    unbroken = "x" * 1_000_000
    assert sum(line.text.count("x") for line in _whole(unbroken)) == 1_000_000
    coded = _whole(f"```\n{unbroken}\n```")
    assert sum(line.text.count("x") for line in coded) == 1_000_000


def test_a_block_of_code_of_many_lines_is_in_bounded_pieces() -> None:
    document = Document()
    document.feed("```python\n" + "".join(f"line_{number} = {number}\n" for number in range(50_000)) + "```\n\nafter")
    document.finish()
    document.advance()
    document.close()
    assert max(len(block.source) for block in document.blocks) < 20_000
    lines = [line.text for block in document.blocks[-3:] for line in block.lines(78, {})]
    assert lines[-3:] == ["▎ line_49999 = 49999", "", "after"]


def test_a_long_list_goes_on_counting_and_a_long_table_has_one_header() -> None:
    listed = [line.text for line in _whole("".join(f"1. item number {number}\n" for number in range(2_000)))]
    assert [text.split(".")[0].strip() for text in listed] == [str(number) for number in range(1, 2_001)]
    table = [
        line.text for line in _whole("| a | b |\n|---|---|\n" + "".join(f"| {n} | some text |\n" for n in range(2_000)))
    ]
    assert len(table) == 2_002
    assert [text.split("│")[0].strip() for text in table[2:]] == [str(number) for number in range(2_000)]


def test_a_table_of_two_hundred_columns_shows_every_cell() -> None:
    source = (
        "|"
        + "|".join(f"h{i}" for i in range(200))
        + "|\n|"
        + "-|" * 200
        + "\n|"
        + "|".join(f"c{i}" for i in range(200))
        + "|\n"
    )
    shown = [line.text for line in _whole(source)]
    assert shown == [f"h{i}: c{i}" for i in range(200)]


@pytest.mark.parametrize(
    ("opening", "indent"), [("1. Make it:\n\n   ", "   "), ("- ", "  "), ("> ", "> "), ("- a\n  > - ", "  >   ")]
)
def test_code_in_a_list_or_a_quote_too_long_for_one_piece_goes_on_as_it_began(opening: str, indent: str) -> None:
    code = [f"    line {number} {'x' * (number % 30)}" for number in range(600)] + ["", "long " * 3_000, "end"]
    source = f"{opening}```python\n" + "".join(f"{indent}{line}\n" for line in code) + f"{indent}```\n\n{indent}after\n"
    lines = _whole(source)
    shown = [line for line in lines if line.code is not None and not line.is_label]
    assert sum(line.is_label for line in lines) == 1
    assert plain_text(shown).split("\n") == [line.rstrip() if line.isspace() else line for line in code]
    assert lines[-1].text.endswith("after")
    assert {line.text.split("▎")[0] for line in shown} == {shown[0].text.split("▎")[0]}, "all at the same place"
    pieces = {id(line.code): line.code for line in shown}.values()
    assert [code.continues for code in pieces if code] == [False, *[True] * (len(pieces) - 1)]
    assert len(pieces) > 2
