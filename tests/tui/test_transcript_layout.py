"""Rows without a widget: sums of heights, places that stay, an answer that grew and one that was loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.entries import Entry, Kind, State
from phoenix_tui.tui.transcript.heights import Heights
from phoenix_tui.tui.transcript.layout import Layout, place_of
from phoenix_tui.tui.transcript.parts import pieces

_TEXTS = st.lists(
    st.sampled_from(
        [
            "word ",
            "\n\n",
            "\n",
            "- item",
            "# head",
            "```\n",
            "x" * 90,
            "| a | b |\n|--|--|\n| 1 | 2 |",
            "> q",
            "[a]: /b",
        ]
    ),
    max_size=12,
).map("".join)
_ENTRIES: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from([kind.value for kind in Kind]),
        text=_TEXTS,
        reasoning=st.sampled_from(["", "thought\n\nmore"]),
        state=st.sampled_from([State.DONE.value, State.STOPPED.value, State.INTERRUPTED.value]),
        hint=st.sampled_from(["", "press r"]),
    ),
    max_size=12,
)


def _loaded(data: Iterable[Mapping[str, Any]], width: int, *, is_spoken: bool = False) -> Layout:
    conversation = Conversation()
    conversation.load(data)
    return Layout(conversation.entries, width, is_spoken=is_spoken)


def _all_lines(layout: Layout) -> list[Line]:
    while layout.measure(0, 1_000_000):
        pass
    return [layout.line(layout.place(row)) for row in range(layout.height)]


@given(st.lists(st.tuples(st.sampled_from("apsf"), st.integers(0, 60), st.integers(0, 9)), max_size=60))
def test_heights_are_what_a_plain_list_would_say(steps: list[tuple[str, int, int]]) -> None:
    heights, plain = Heights(), list[int]()
    for what, at, height in steps:
        if what == "a" or not plain:
            heights.append(height)
            plain.append(height)
        elif what == "p":
            assert heights.pop() == plain.pop()
        elif what == "s":
            index = at % len(plain)
            assert heights.set(index, height) == height - plain[index]
            plain[index] = height
        assert heights.total == sum(plain)
        assert [heights.before(index) for index in range(len(plain) + 1)] == [
            sum(plain[:i]) for i in range(len(plain) + 1)
        ]
        if sum(plain):
            row = at % sum(plain)
            index, rest = heights.find(row)
            assert sum(plain[:index]) + rest == row
            assert rest < plain[index]


@given(st.lists(st.integers(0, 9), max_size=40))
def test_heights_given_at_once_are_those_put_one_behind_the_other(given_heights: list[int]) -> None:
    at_once, one_by_one = Heights(given_heights), Heights()
    for height in given_heights:
        one_by_one.append(height)
    assert vars(at_once) == vars(one_by_one)


def test_a_long_conversation_is_estimated_once_when_its_width_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    estimated: list[int] = []
    estimate = Layout._estimate

    def counted(self: Layout, entry: Entry) -> int:
        estimated.append(self.width)
        return estimate(self, entry)

    monkeypatch.setattr(Layout, "_estimate", counted)
    conversation = Conversation()
    layout = Layout(conversation.entries, 1)
    for _ in range(100):
        conversation.add(Entry(Kind.USER, "a question"))
        layout.added()
    layout.resize(60)
    assert not estimated
    assert layout.height > 100
    assert estimated == [60] * 100


@settings(max_examples=60, deadline=None)
@given(data=_ENTRIES, width=st.integers(1, 60), first=st.integers(0, 200), other=st.integers(1, 60))
def test_every_row_has_one_place_whatever_was_seen_first(
    data: list[dict[str, Any]], width: int, first: int, other: int
) -> None:
    layout = _loaded(data, width)
    layout.measure(first, first + 10)
    lines = _all_lines(layout)
    places = [layout.place(row) for row in range(layout.height)]
    assert [layout.row_of(place) for place in places] == list(range(layout.height))
    assert sorted(place.key for place in places) == [place.key for place in places]
    assert [place_of(place.key) for place in places] == places
    layout.resize(other)
    assert _all_lines(layout) == _all_lines(_loaded(data, other))
    layout.resize(width)
    assert _all_lines(layout) == lines


@settings(max_examples=80, deadline=None)
@given(
    text=_TEXTS,
    reasoning=_TEXTS,
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=30),
    below=st.booleans(),
    is_spoken=st.booleans(),
)
def test_an_answer_that_streamed_in_has_the_rows_of_one_that_was_loaded(
    text: str, reasoning: str, cuts: list[int], below: bool, is_spoken: bool
) -> None:
    conversation = Conversation()
    layout = Layout(conversation.entries, 30, is_spoken=is_spoken)
    answer = Entry(Kind.ANSWER, title="OpenAI", state=State.STREAMING)
    conversation.add(answer)
    if below:
        conversation.add(Entry(Kind.NOTICE, "below"))
    layout.added()
    for part, grows in ((reasoning, answer.reasoning), (text, answer.text)):
        at = 0
        while at < len(part):
            step = cuts[at % len(cuts)]
            grows.append(part[at : at + step])
            at += step
            layout.changed(0)
            layout.measure(0, 10)
    conversation.end(answer, State.DONE, header="OpenAI gpt")
    layout.changed(0)
    assert _all_lines(layout) == _all_lines(_loaded(conversation.dump(), 30, is_spoken=is_spoken))


def test_a_huge_answer_is_split_a_little_at_a_time_and_says_what_is_still_to_come() -> None:
    layout = _loaded([{"kind": "answer", "text": "some *words* in a paragraph\n\n" * 20_000}], 78)
    layout.measure(0, 50)
    assert layout.unfinished == {0}
    last = _last(layout)
    assert "characters are being laid out" in last
    rounds = 1
    while layout.unfinished:
        layout.changed(0)
        rounds += 1
    assert rounds > 5
    assert _last(layout) == "  some words in a paragraph"


def _last(layout: Layout) -> str:
    while layout.measure(layout.height - 5, layout.height):
        pass
    return layout.line(layout.place(layout.height - 1)).text


@given(st.text("ab \n", max_size=300), st.integers(1, 5))
def test_plain_text_in_pieces_is_the_same_text(text: str, many: int) -> None:
    text = text * many * 40
    parts = list(pieces(text))
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    assert max(map(len, parts)) < 20_000


def test_control_characters_are_taken_out_also_across_a_cut_and_when_loaded() -> None:
    conversation = Conversation()
    answer = Entry(Kind.ANSWER, state=State.STREAMING)
    conversation.add(answer)
    for piece in ("a\x1b", "[31", "mb\x00\u202ec\r", "\nd\x1b]0;title"):
        answer.text.append(piece)
    conversation.end(answer, State.DONE)
    assert str(answer.text).startswith("abc\nd")
    assert "\x1b" not in str(answer.text)
    conversation.load([{"kind": "answer", "text": "x\x1b[2Jy", "title": "t\nu\x07"}])
    assert list(conversation.dump()) == [{"kind": "answer", "text": "xy", "title": "t u", "state": "done"}]
