"""What is typed before the program stands: shown, and not a byte of it lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Event

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui.first_keys import Field, FirstKeys, Typed, drawn

FIELD = Field(row=2, column=3, width=10, text="38;2;1;2;3", cursor="7")


def typed(*pieces: bytes, width: int = 10) -> tuple[str, bytes]:
    line = Typed(width)
    for piece in pieces:
        line.take(piece)
    return line.text, line.rest


@pytest.mark.parametrize(
    ("pieces", "text", "rest"),
    [
        ([b"why", b"?"], "why?", b""),
        ([b"wht\x7fy"], "why", b""),
        ([b"why\r"], "why", b"\r"),
        ([b"why\x1b[D", b"x"], "why", b"\x1b[Dx"),
        ([b"/key openai\rsk-1"], "/key open", b"ai\rsk-1"),
        (["na\u00efve \u6f22".encode()], "na\u00efve ", "\u6f22".encode()),
        ([b"a\xcc\x81b"], "a", b"\xcc\x81b"),
        ([b"\xff\xfe"], "", b"\xff\xfe"),
        ([b"\x7f"], "", b"\x7f"),
        ([b"\x1b[200~two\rlines\x1b[201~"], "", b"\x1b[200~two\rlines\x1b[201~"),
    ],
)
def test_text_is_shown_and_everything_from_the_first_other_key_on_waits(
    pieces: list[bytes], text: str, rest: bytes
) -> None:
    assert typed(*pieces) == (text, rest)


@given(pieces=st.lists(st.binary(max_size=6) | st.text(max_size=6).map(str.encode), max_size=8))
def test_nothing_is_lost_or_turned_round(pieces: list[bytes]) -> None:
    text, rest = typed(*pieces, width=5)
    assert len(text) < 5
    assert text.isprintable()
    whole = b"".join(pieces)
    if not {0x7F, 0x08} & set(whole):
        assert text.encode() + rest == whole


def test_the_text_stands_in_its_place_with_the_cursor_behind_it() -> None:
    screen = pyte.Screen(14, 3)
    pyte.Stream(screen).feed("\x1b[2;1H>>0123456789<" + drawn(FIELD, "why"))
    assert screen.display[1] == ">>why       <".ljust(14)
    assert screen.buffer[1][2].fg == "010203"
    assert [x for x in range(14) if screen.buffer[1][x].reverse] == [5]


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """What is typed into, and what is read from."""
    read, write = os.pipe()
    yield write, read
    os.close(read)
    os.close(write)


def heard(keys: FirstKeys) -> bytes:
    return next(rest for _ in range(100) if (rest := keys.rest(0.1)) is not None)


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_what_was_typed_is_given_once_and_the_rest_when_it_is_over(terminal: tuple[int, int]) -> None:
    wrote: list[str] = []
    keys = FirstKeys(terminal[1], FIELD, wrote.append, "EMPTY")
    assert keys.rest(0.0) is None
    os.write(terminal[0], b"why\r")
    keys._thread.join(10)  # a key that is no text ends it
    assert not keys._thread.is_alive()
    assert wrote == [drawn(FIELD, "why")]
    assert keys.text() == "why"
    assert keys.text() == ""
    assert heard(keys) == b"\r"
    keys.stop()


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_told_to_stop_it_reads_nothing_more(terminal: tuple[int, int]) -> None:
    keys = FirstKeys(terminal[1], FIELD, lambda _: None, "EMPTY")
    keys.stop()
    assert not keys._thread.is_alive()
    os.write(terminal[0], b"later")
    assert os.read(terminal[1], 10) == b"later"
    assert (keys.text(), heard(keys)) == ("", b"")


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
@pytest.mark.parametrize(("behind", "rest"), [(b"", b"\x1b"), (b"[D", b"\x1b[D")])
def test_an_escape_that_nothing_follows_is_told_from_the_beginning_of_a_key(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch, behind: bytes, rest: bytes
) -> None:
    monkeypatch.setattr("phoenix_tui.tui.first_keys.ALONE_AFTER", 10.0 if behind else 0.0)
    keys = FirstKeys(terminal[1], FIELD, lambda _: None, "EMPTY")
    os.write(terminal[0], b"why\x1b")
    while keys._typed.rest != b"\x1b":
        keys._thread.join(0.01)
    if behind:
        os.write(terminal[0], behind)
    keys._thread.join(20)
    assert keys.text() == "why"
    assert heard(keys) == rest
    assert heard(keys) == b"", "it is given once"


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_a_thread_that_is_told_to_stop_while_it_writes_reads_no_other_key(terminal: tuple[int, int]) -> None:
    writes, goes_on = Event(), Event()

    def write(_: str) -> None:
        writes.set()
        assert goes_on.wait(20)

    keys = FirstKeys(terminal[1], FIELD, write, "EMPTY")
    os.write(terminal[0], b"a")
    assert writes.wait(20)
    os.write(terminal[0], b"later")
    keys._is_stopped = True
    goes_on.set()
    keys.stop()
    assert not keys._thread.is_alive()
    assert os.read(terminal[1], 10) == b"later"
