"""A paste is a paste, whatever is in it and however the terminal cuts it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui import pastes
from phoenix_tui.tui.pastes import END, START, Pasted, PasteReader

PARTS = st.lists(st.sampled_from(["a", "\x1b", "[", "\x1b[", "\x1b[20", "200~", "\n", "é", "\x1b[A"]), max_size=12)


def read(text: str, cuts: list[int] | None = None) -> list[str | Pasted]:
    """What a reader makes of `text` cut at `cuts`; typed pieces that follow each other are joined."""
    reader, places = PasteReader(), sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts or ())})
    pieces = [piece for a, b in pairwise(places) for piece in reader.feed(text[a:b])]
    pieces.extend(reader.release())
    joined: list[str | Pasted] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


@given(before=PARTS, inside=PARTS, after=PARTS, cuts=st.lists(st.integers(0, 200), max_size=20))
def test_however_it_is_cut_typed_and_pasted_are_told_apart(
    before: list[str], inside: list[str], after: list[str], cuts: list[int]
) -> None:
    typed, pasted, then = ("".join(part).replace(START, "") for part in (before, inside, after))
    expected: list[str | Pasted] = [*([typed] if typed else []), Pasted(pasted), *([then] if then else [])]
    whole = f"{typed}{START}{pasted}{END}{then}"
    assert read(whole, cuts) == expected
    assert read(whole, list(range(len(whole)))) == expected


def test_escape_sequences_and_newlines_in_a_paste_are_no_keys() -> None:
    assert read(f"{START}red \x1b[31mand\n\x1b\x00 enter\r{END}x") == [Pasted("red \x1b[31mand\n\x1b enter\r"), "x"]


def test_a_lone_escape_is_held_until_nothing_has_come_for_a_while() -> None:
    reader = PasteReader()
    assert list(reader.feed("a\x1b")) == ["a"]
    assert reader.holds
    assert list(reader.release()) == ["\x1b"]
    assert not reader.holds


def test_a_paste_without_an_end_is_handed_on_in_pieces_and_never_held_whole() -> None:
    reader, piece = PasteReader(), "x" * 1_000_000
    got = list(reader.feed(START))
    for _ in range(20):
        got += reader.feed(piece)
    got += reader.feed(END)
    sizes = [len(part.text) for part in got if isinstance(part, Pasted)]
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= pastes.MOST_PASTED + len(piece)
