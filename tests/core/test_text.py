"""Text from a model is hostile: nothing that a terminal would obey may pass, however it is cut."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.text import REDACTED, ControlStripper, redact, repeats, strip_controls

HOSTILE = [
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07after", "after"),
    ("\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x9b31mc1\x9b0m", "c1"),
    ("a\x1bcb", "ab"),
    ("\x1bP$qm\x1b\\dcs", "dcs"),
    ("a\x00b\x07c\x7fd", "abcd"),
    ("left\u202eright", "leftright"),
    ("tab\tand\nnewline", "tab\tand\nnewline"),
    ("dos\r\nline\rmac", "dos\nline\nmac"),
    ("[/x] [bold]stays[/bold]", "[/x] [bold]stays[/bold]"),
    ("ünïcode ✓ 漢字 👩‍🚀", "ünïcode ✓ 漢字 👩‍🚀"),
]


def test_escape_sequences_and_controls_are_taken_out_whole() -> None:
    assert [strip_controls(raw) for raw, _ in HOSTILE] == [clean for _, clean in HOSTILE]


@given(st.lists(st.sampled_from([raw for raw, _ in HOSTILE] + ["plain ", "\x1b", "[", "1m", "\r"])), st.randoms())
def test_pieces_never_let_a_control_through(parts: list[str], random: object) -> None:
    text = "".join(parts)
    cuts = sorted({random.randint(0, len(text)) for _ in range(4)})  # type: ignore[attr-defined]
    stripper = ControlStripper()
    pieces = [stripper.feed(text[start:end]) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    shown = "".join(pieces) + stripper.end()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


def test_a_sequence_cut_in_two_is_still_taken_out() -> None:
    for raw, clean in HOSTILE:
        for cut in range(len(raw) + 1):
            stripper = ControlStripper()
            assert stripper.feed(raw[:cut]) + stripper.feed(raw[cut:]) + stripper.end() == clean, (raw, cut)


def test_an_escape_that_never_ends_does_not_swallow_the_rest() -> None:
    stripper = ControlStripper()
    shown = "".join(stripper.feed(piece) for piece in ("\x1b]0;never closed\n", "and the answer goes on\n" * 20))
    assert "and the answer goes on" in shown + stripper.end()


def test_keys_are_redacted_by_value_and_by_shape() -> None:
    assert redact("your key is hunter2-secret", ["hunter2-secret"]) == f"your key is {REDACTED}"
    for key in (
        "sk-abcdef123456",
        "sk-or-v1-abcdef123456",
        "sk-ant-api03-abcdef",
        "xai-abcdef123456",
        "AIzaSyAbCdEf123",
    ):
        assert key not in redact(f"Incorrect API key provided: {key}. Find yours at https://example.com")
    assert redact("https://host/v1?key=abc123&alt=sse") == f"https://host/v1?key={REDACTED}&alt=sse"
    assert "abcdef.ghi" not in redact("authorization: Bearer abcdef.ghi-jkl")


def test_ordinary_words_are_not_taken_for_keys() -> None:
    text = "the task-oriented bearer of news asked: key = value; risk-averse"
    assert redact(text) == text


QUESTION = "What do I tell my landlord about the broken heating in flat 12?"


def test_a_text_repeats_another_when_it_has_a_good_piece_of_it() -> None:
    assert repeats(f"invalid message: {QUESTION!r}", f"\n{QUESTION}\n")
    assert repeats(f"flagged: ...{QUESTION[11:42]}...", QUESTION)
    assert not repeats("The server had an error while processing your request. What do I know?", QUESTION)
    assert not repeats("this machine is busy", "hi")
    assert not repeats("", QUESTION)
    assert not repeats("busy", "")
