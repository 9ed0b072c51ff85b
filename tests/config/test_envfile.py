"""`.env` text: names, values and lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.config.envfile import Line, parse
from phoenix_tui.config.files import Unreadable
from phoenix_tui.config.sources import SourceKind, Trust, file_layer

_PIECES = st.sampled_from(
    ["OPENAI_API_KEY", "LLM_PROVIDER", "export ", "=", " = ", '"', "'", "\\", "\n", "\r\n", "\r", "#", " ", "${X}", "a"]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\n\n# note\nexport B = two # why\n", [Line(1, "A", "1"), Line(4, "B", "two")]),
        ("\ufeff".encode().decode("utf-8-sig") + "A=1", [Line(1, "A", "1")]),
        ("A='x\ny'\nB=2", [Line(1, "A", "x\ny"), Line(3, "B", "2")]),
        ("A=1\r\n\r\nB=2\r\n", [Line(1, "A", "1"), Line(3, "B", "2")]),
        ("A=${HOME}-$A-`id`", [Line(1, "A", "${HOME}-$A-`id`")]),
        ("A=a#b\nB=a #b", [Line(1, "A", "a#b"), Line(2, "B", "a")]),
        ("A\nB=", [Line(2, "B", "")]),
        ("\n\nA: b\n", [Line(3, "A: b", None)]),
    ],
)
def test_lines(text: str, expected: list[Line]) -> None:
    assert list(parse(text)) == expected


@settings(deadline=None)
@given(st.text() | st.lists(_PIECES, max_size=60).map("".join))
def test_any_text_is_taken_apart(text: str) -> None:
    """Never an exception but the one announced, and line numbers that grow and exist."""
    try:
        numbers = [line.number for line in parse(text)]
    except Unreadable:
        return
    assert numbers == sorted(numbers)
    assert all(1 <= number <= text.count("\n") + text.count("\r") + 1 for number in numbers)


@settings(deadline=None)
@given(st.binary() | st.lists(_PIECES, max_size=60).map(lambda pieces: "".join(pieces).encode()))
def test_any_file_is_a_layer(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.env"
    path.write_bytes(data)
    layer = file_layer(path, SourceKind.FOLDER_FILE, Trust.FOLDER)
    assert all(found.text for found in layer.values.values())


def test_missing_file_is_no_matter(tmp_path: Path) -> None:
    layer = file_layer(tmp_path / "no" / ".env", SourceKind.FOLDER_FILE, Trust.FOLDER)
    assert not layer.values
    assert not layer.problems
