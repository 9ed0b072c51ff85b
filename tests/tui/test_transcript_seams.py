"""A cut answer that another provider goes on with: one text, with a mark where the two join."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui.markdown.lines import Line, plain_text
from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.entries import Entry, Kind, Seam, State, load_entry
from phoenix_tui.tui.transcript.layout import Layout

NOTE = "anthropic goes on where openrouter stopped"
_PIECES = [
    "word ",
    "\n\n",
    "\n",
    "- item",
    "# head",
    "```\n",
    "```py",
    "| a | b |\n|--|--|\n| 1 | 2 |",
    "> q",
    "**b",
    "x" * 90,
]
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=9).map("".join)


def rows(layout: Layout) -> list[Line]:
    while layout.measure(0, 1_000_000):
        pass
    return [layout.line(layout.place(row)) for row in range(layout.height)]


def shown(text: str, *seams: int, width: int = 40) -> list[Line]:
    marked = tuple(Seam(at, NOTE) for at in seams)
    entry = Entry(Kind.ANSWER, text, title="Anthropic", seams=marked)
    conversation = Conversation()
    conversation.add(entry)
    return rows(Layout(conversation.entries, width))


def is_mark(line: Line) -> bool:
    return any("note" in span.style for span in line.spans)


def words(lines: list[Line]) -> list[str]:
    return [line.text.strip() for line in lines]


def test_the_mark_stands_below_the_row_in_which_the_text_was_cut() -> None:
    before = "The air scatters blue light more than it does red light, "
    lines = words(shown(before + "so the sky is blue.", len(before), width=44))
    assert lines[1:] == [
        "The air scatters blue light more than it",
        "does red light, so the sky is blue.",
        "┄ anthropic goes on where openrouter",
        "stopped",
    ]


def test_the_mark_divides_code_and_lists_without_breaking_them() -> None:
    code = "Look:\n\n```py\na = 1\nb = 2"
    assert words(shown(code + "\nc = 3\n```\nDone.", len(code)))[-6:] == [
        "▎ b = 2", "┄ anthropic goes on where openrouter", "stopped", "▎ c = 3", "", "Done.",
    ]  # fmt: skip
    assert words(shown("- one\n- two\n- three", 11))[-4:] == [
        "• two", "┄ anthropic goes on where openrouter", "stopped", "• three",
    ]  # fmt: skip


@given(_TEXTS, _TEXTS, st.integers(12, 60))
def test_marks_are_all_that_a_seam_adds(before: str, after: str, width: int) -> None:
    text = before + "." + after
    marked = shown(text, len(before) + 1, width=width)
    unmarked = [line for line in marked if not is_mark(line)]
    assert unmarked == shown(text, width=width)
    assert plain_text(marked) == plain_text(unmarked), "a mark is nothing that is copied"


@given(_TEXTS, _TEXTS, st.integers(0, 9))
def test_an_answer_that_was_gone_on_with_looks_as_it_does_when_it_is_loaded(before: str, after: str, held: int) -> None:
    conversation = Conversation()
    layout = Layout(conversation.entries, 40)
    entry = Entry(Kind.ANSWER, title="Anthropic", state=State.STREAMING)
    conversation.add(entry)
    layout.added()
    kept = before + "."
    entry.text.append(kept + " " * held)
    layout.changed(0)
    entry.rejoin(kept, NOTE)
    layout.changed(0)
    entry.text.append(after)
    layout.changed(0)
    conversation.end(entry, State.DONE)
    layout.changed(0)
    assert str(entry.text) == kept + after
    loaded = load_entry(entry.dump())
    assert loaded is not None
    assert loaded.seams == (Seam(len(kept), NOTE),)
    again = Conversation()
    again.replace([loaded])
    assert rows(layout) == rows(Layout(again.entries, 40))


def test_another_width_moves_the_mark_with_its_words() -> None:
    before = "one two three four five six seven "
    conversation = Conversation()
    conversation.add(Entry(Kind.ANSWER, before + "eight", title="x", seams=(Seam(len(before), "on"),)))
    layout = Layout(conversation.entries, 80)
    rows(layout)
    layout.resize(20)
    lines = words(rows(layout))
    assert lines.index("┄ on") == next(at for at, line in enumerate(lines) if "seven" in line) + 1


def test_seams_that_make_no_sense_are_left_out() -> None:
    for wrong in ("seams", 3, [[1]], [["a", "b"]], [[-1, "b"]], [[2, "fine\x1b[2J"], None]):
        entry = load_entry({"kind": "answer", "text": "four", "seams": wrong})
        assert entry is not None
        assert entry.seams in ((), (Seam(2, "fine"),))
    beyond = Entry(Kind.ANSWER, "four", seams=(Seam(99, NOTE),))
    conversation = Conversation()
    conversation.add(beyond)
    assert "four" in words(rows(Layout(conversation.entries, 40)))
