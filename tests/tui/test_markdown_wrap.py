"""Rows are as wide as they may be, and hold everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phoenix_tui.tui.markdown.lines import Line, Span, plain_text
from phoenix_tui.tui.markdown.wrap import wrap, wrap_verbatim

# Whole characters only: Rich measures a joiner that joins nothing in two different ways.
_TEXT = st.lists(
    st.sampled_from(["a", "b", " ", ".", "漢", "é", "e\u0301", "👩\u200d💻", "☀\ufe0f", "\n"]), max_size=60
).map("".join)


def _rows(text: str, width: int, at: int = 0) -> list[str]:
    spans = [Span(text[:at], ("strong",)), Span(text[at:])]
    return ["".join(span.text for span in row.spans) for row in wrap(spans, width)]


@given(text=_TEXT, width=st.integers(2, 30), at=st.integers(0, 80))
def test_no_row_is_too_wide_and_copying_gives_the_text_back(text: str, width: int, at: int) -> None:
    at = len(text[:at].rpartition(" ")[0])
    spans = [Span(text[:at], ("strong",)), Span(text[at:])]
    rows = wrap(spans, width)
    assert all(cell_len("".join(span.text for span in row.spans)) <= width for row in rows)
    copied = plain_text([Line(row.spans, join=row.join) for row in rows])
    assert [line.split() for line in copied.split("\n")] == [line.split() for line in text.split("\n")]


@given(text=_TEXT.map(lambda text: text.replace("\n", "")), width=st.integers(2, 30))
def test_code_keeps_every_space(text: str, width: int) -> None:
    rows = wrap_verbatim([Span(text)], width)
    assert "".join(span.text for row in rows for span in row.spans) == text
    assert all(cell_len("".join(span.text for span in row.spans)) <= width for row in rows)


_ASCII = st.lists(
    st.builds(Span, st.text("ab .", max_size=5), st.sampled_from([(), ("strong",)]), st.sampled_from(["", "/x"])),
    max_size=5,
)


@given(spans=_ASCII, width=st.integers(1, 30))
def test_what_fits_at_a_glance_is_the_row_that_word_after_word_would_make(spans: list[Span], width: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_a_glance = wrap(spans, width)
        patch.setattr("phoenix_tui.tui.markdown.wrap._fits", lambda spans, width: False)
        assert at_a_glance == wrap(spans, width)


def test_words_break_at_spaces_long_ones_anywhere_and_wide_ones_where_they_reach_the_edge() -> None:
    assert _rows("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert _rows("a supercalifragilistic b", 8) == ["a", "supercal", "ifragili", "stic b"]
    assert _rows("say 漢字漢字 now", 8) == ["say 漢字", "漢字 now"]
    assert _rows("  indented text", 10) == ["  indented", "text"]
    assert _rows("asked\nfor", 10) == ["asked", "for"]
