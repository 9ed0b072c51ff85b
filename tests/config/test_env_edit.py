"""One variable of a `.env` file is changed, and every other byte of it stays."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.config.env_edit import sets_variable, with_variable, without_variable
from phoenix_tui.config.envfile import parse
from phoenix_tui.config.files import Unreadable

NAME = "OPENAI_API_KEY"
_OTHER_LINES = st.sampled_from(
    ["", "# a comment", "A=1", "export B='two words'", 'C="x\\ny"', "OPENAI_API_KEY2=other", "not a setting", "  D = 4"]
)


def value_in(text: str, name: str = NAME) -> str | None:
    values = [line.value for line in parse(text) if line.name == name]
    return values[-1] if values else None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "OPENAI_API_KEY=new\n"),
        ("A=1", "A=1\nOPENAI_API_KEY=new\n"),
        ("A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nOPENAI_API_KEY=new\r\n"),
        ("A=1\nOPENAI_API_KEY=old\nB=2\n", "A=1\nOPENAI_API_KEY=new\nB=2\n"),
        ("OPENAI_API_KEY=old\r\nB=2\r\n", "OPENAI_API_KEY=new\r\nB=2\r\n"),
        ("\n\n  export OPENAI_API_KEY = 'old'\nB=2", "\n\nexport OPENAI_API_KEY=new\nB=2"),
        ('OPENAI_API_KEY="old" # of work\n', "OPENAI_API_KEY=new # of work\n"),
        ("OPENAI_API_KEY=old#1  # of work\n", "OPENAI_API_KEY=new  # of work\n"),
        ("OPENAI_API_KEY='ol # d'\n", "OPENAI_API_KEY=new\n"),
        ('OPENAI_API_KEY="two\nlines"\nB=2\n', "OPENAI_API_KEY=new\nB=2\n"),
        ("OPENAI_API_KEY=old", "OPENAI_API_KEY=new\n"),
        ("OPENAI_API_KEY=\n", "OPENAI_API_KEY=new\n"),
        ("OPENAI_API_KEY\n", "OPENAI_API_KEY=new\n"),
        ("OPENAI_API_KEY sk-old\nB=2\n", "OPENAI_API_KEY=new\nB=2\n"),
        ('OPENAI_API_KEY="old\nB=2\n', "OPENAI_API_KEY=new\nB=2\n"),
        ("# OPENAI_API_KEY=sk-...\n# A=1\n", "# OPENAI_API_KEY=sk-...\nOPENAI_API_KEY=new\n# A=1\n"),
        ("#export OPENAI_API_KEY=sk-...", "#export OPENAI_API_KEY=sk-...\nOPENAI_API_KEY=new\n"),
        ("# OPENAI_API_KEY=a\nOPENAI_API_KEY=b\n", "# OPENAI_API_KEY=a\nOPENAI_API_KEY=new\n"),
        ("OPENAI_API_KEY=a\nA=1\n\nOPENAI_API_KEY=b\n", "A=1\n\nOPENAI_API_KEY=new\n"),
        (
            "# about OPENAI_API_KEY\nOPENAI_API_KEY2=x\n",
            "# about OPENAI_API_KEY\nOPENAI_API_KEY2=x\nOPENAI_API_KEY=new\n",
        ),
    ],
)
def test_a_line_is_set_in_its_place(before: str, after: str) -> None:
    assert with_variable(before, NAME, "new") == after
    assert with_variable(after, NAME, "new") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("A=1\nOPENAI_API_KEY=old\nB=2\n", "A=1\nB=2\n"),
        ("# mine\nexport OPENAI_API_KEY='old'\r\nB=2\r\n", "# mine\nB=2\r\n"),
        ("# OPENAI_API_KEY=kept\n\nOPENAI_API_KEY=a\nOPENAI_API_KEY=b", "# OPENAI_API_KEY=kept\n\n"),
        ("OPENAI_API_KEY sk-old\nOPENAI_API_KEY2=other\n", "OPENAI_API_KEY2=other\n"),
    ],
)
def test_a_line_is_taken_out(before: str, after: str) -> None:
    assert without_variable(before, NAME) == after
    assert not sets_variable(after, NAME)
    assert sets_variable(before, NAME) is (before != after)


@given(
    st.lists(_OTHER_LINES, max_size=5),
    st.text(alphabet=string.printable.strip() + "'\"\\#$", min_size=1, max_size=30),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_value_is_read_as_it_was_written_and_leaves_as_it_came(lines: list[str], value: str, end: str) -> None:
    before = "".join(line + end for line in lines)
    text = with_variable(before, NAME, value)
    assert value_in(text) == value
    assert without_variable(text, NAME) == before
    others = [(line.name, line.value) for line in parse(before)]
    assert [(line.name, line.value) for line in parse(text) if line.name != NAME] == others


def test_a_file_that_would_swallow_the_line_is_left_alone() -> None:
    with pytest.raises(Unreadable, match="quotation mark"):
        with_variable("A='open\n", NAME, "it's")
