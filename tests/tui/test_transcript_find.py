"""Finding words in the chat: counted, marked, gone to, whatever hides them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.pilot import Pilot

from phoenix_tui.tui.markdown.flows import flows
from phoenix_tui.tui.markdown.render import markdown_lines
from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.entries import Kind
from phoenix_tui.tui.transcript.needle import Needle
from phoenix_tui.tui.transcript.search import Match, Search
from phoenix_tui.tui.widgets.transcript import Transcript
from tests.tui.transcript_host import Host, row_with, rows, until


def _found(source: str, wanted: str, width: int = 40) -> int:
    lines = markdown_lines(source, width, {})
    needle = Needle(wanted)
    found = len(needle.within(lines))
    assert needle.may_be_in(source) or not found, "the quick look must not miss what is there"
    return found


@pytest.mark.parametrize(
    ("source", "wanted", "times"),
    [
        ("Error, error and ERROR", "error", 3),
        ("Error, error and ERROR", "Error", 1),
        ("some words " * 20, "words some", 19),
        ("a **bold** and `code` word", "bold and code word", 1),
        ("un**believ**able", "unbelievable", 1),
        ("one\ntwo\n\nthree", "one two", 1),
        ("one\ntwo\n\nthree", "two three", 0),
        ("snake\\_case &amp; more", "snake_case & more", 1),
        (
            "| a | a long cell that wraps around |\n|---|---|\n| x | another long one that goes on and on |",
            "goes on",
            1,
        ),
        ("| a | a long cell that wraps around |\n|---|---|\n| x | another long one |", "around another", 0),
        ("```python\nx = 1\n```", "python", 0),
        ("```\n" + "x" * 60 + "needle" + "y" * 30 + "\n```", "xneedley", 1),
        ("[text](https://needle.org)", "needle", 0),
        ("1.5 (a+b)* [x]", "(a+b)* [x]", 1),
        ("漢字とかな", "字と", 1),
        ("", "x", 0),
    ],
)
def test_what_a_person_sees_is_what_is_found(source: str, wanted: str, times: int) -> None:
    assert _found(source, wanted) == times


_WORDS = st.lists(
    st.sampled_from(["word ", "Wo", "rd", "\n\n", "\n", "- ", "**", "`", "```\n", "|a|word|\n|--|--|\n", "> ", "漢 "]),
    max_size=14,
).map("".join)
_ENTRIES: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from([kind.value for kind in Kind]),
        text=_WORDS,
        reasoning=st.sampled_from(["", "a word\n\nanother word"]),
        state=st.sampled_from(["done", "stopped", "interrupted"]),
        hint=st.sampled_from(["", "the word is out"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(data=_ENTRIES, start=st.integers(0, 7), wanted=st.sampled_from(["word", "a word", "Wo", "rd w", "|"]))
def test_matches_are_numbered_from_the_top_and_lead_to_each_other(
    data: list[dict[str, Any]], start: int, wanted: str
) -> None:
    conversation = Conversation()
    conversation.load(data)
    search = Search(conversation.entries, Needle(wanted), 40, min(start, max(0, len(data) - 1)))
    for _ in search.steps():
        pass
    assert not search.is_searching
    matches = [search.match(number) for number in range(search.count)]
    assert sorted(matches) == matches
    assert [search.number(match) for match in matches] == list(range(search.count))
    for here, there in zip(matches, [*matches[1:], *matches[:1]], strict=True):
        assert (search.beside(here, 1), search.beside(there, -1)) == (there, here)
    assert search.number(Match(len(data), 0, 0, 0)) == search.count
    assert len({match.entry for match in matches}) <= len(data)


def test_a_text_runs_on_over_rows_and_cells_are_texts_of_their_own() -> None:
    source = "a [link that wraps](https://e.org)\n\n| x | two words |\n|---|---|\n"
    assert [flow.text for flow in flows(markdown_lines(source, 9, {})) if flow.text.strip("─┼")] == [
        "a link that wraps", "x", "two words",
    ]  # fmt: skip


async def _find(pilot: Pilot[None], app: Host, wanted: str) -> tuple[int, int]:
    app.transcript.find(wanted)
    await until(pilot, lambda: not app.transcript._searching.is_running)
    await pilot.pause()
    current, count, is_searching = app.found
    assert not is_searching
    return current, count


def _current(transcript: Transcript) -> str:
    """The row that the current match stands in."""
    return next((row[1:].strip() for row in rows(transcript) if row.startswith("▌")), "")


async def test_the_nearest_match_is_shown_and_the_others_follow_round_and_round() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        for number in range(30):
            transcript.add_user(f"question {number}")
        await pilot.pause()
        assert await _find(pilot, app, "question 1") == (11, 11), "above the end, the nearest is the last"
        assert _current(transcript) == "question 19"
        transcript.find_next(1)
        await pilot.pause()
        assert (_current(transcript), app.found[:2]) == ("question 1", (1, 11))
        transcript.find_next(-1)
        transcript.find_next(-1)
        await pilot.pause()
        assert (_current(transcript), app.found[:2]) == ("question 18", (10, 11))
        assert await _find(pilot, app, "question 18") == (1, 1)
        before = rows(transcript)
        assert await _find(pilot, app, "question 18x") == (0, 0)
        assert [row.replace("▌", " ") for row in before] == rows(transcript), "nothing moves"
        assert await _find(pilot, app, "question 2") == (2, 11), "the next below where they are"
        transcript.end_find()
        assert _current(transcript) == ""
        assert row_with(transcript, "question 20")


async def test_matches_in_view_are_marked_and_the_current_one_otherwise() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        transcript.add_user("e\u0301a and ea and " + "some " * 20 + "ea")
        await _find(pilot, app, "ea")
        marked = app.transcript.get_component_rich_style("transcript--match").bgcolor
        current = app.transcript.get_component_rich_style("transcript--match-current").bgcolor
        seen = [
            (segment.text, segment.style.bgcolor == current)
            for y in range(6)
            for segment in transcript.line(y)
            if segment.style and segment.style.bgcolor in (marked, current)
        ]
        assert seen == [("ea", True), ("ea", False)]


async def test_what_is_folded_is_opened_for_its_match_and_closed_when_it_is_left() -> None:
    app = Host()
    async with app.run_test(size=(60, 30)) as pilot:
        transcript = app.transcript
        cut = transcript.begin_answer("Ollama")
        transcript.append_reasoning(cut, "deep needle")
        transcript.append_text(cut, "half a **needle**")
        transcript.retract(cut)
        answer = transcript.begin_answer("OpenAI")
        transcript.append_reasoning(answer, "a thought of a needle")
        transcript.append_text(answer, "no more")
        transcript.finish_answer(answer)
        transcript.add_notice("needle")
        await until(pilot, lambda: not transcript.is_late)
        folded = rows(transcript)
        assert await _find(pilot, app, "needle") == (1, 4)
        seen = []
        for _ in range(4):
            await pilot.pause()
            seen.append((_current(transcript), sum("▾" in row for row in rows(transcript))))
            transcript.find_next(1)
        assert seen == [("deep needle", 2), ("half a needle", 1), ("a thought of a needle", 1), ("· needle", 0)]
        transcript.find_next(-1)
        await pilot.pause()
        assert [row.replace("▌", " ") for row in rows(transcript)] == folded
        transcript.find_next(-1)
        await pilot.pause()
        await pilot.press("p", "p", "enter", "enter")
        transcript.find_next(1)
        await pilot.pause()
        assert "a thought of a needle" in " ".join(rows(transcript)), "the person has opened it themselves"


async def test_a_match_left_at_the_end_stays_open_and_in_view() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        for number in range(20):
            cut = transcript.begin_answer("Ollama")
            transcript.append_text(cut, f"partial {number}\n\n" * 10)
            transcript.retract(cut)
        await pilot.pause()
        assert await _find(pilot, app, "partial 3") == (10, 10)
        transcript.end_find()
        transcript.add_notice("more")
        await pilot.pause()
        assert row_with(transcript, "partial 3")
        assert not transcript.follows


async def test_it_finds_while_an_answer_streams_and_counts_what_comes() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        transcript.add_user("needle")
        answer = transcript.begin_answer("OpenAI")
        assert await _find(pilot, app, "needle") == (1, 1)
        for number in range(1, 6):
            transcript.append_text(answer, "a nee")
            transcript.append_text(answer, "dle\n\n")
            await until(pilot, partial(lambda count: app.found == (1, count, False), number + 1))
        assert _current(transcript) == "needle"
        transcript.retract(answer)
        await until(pilot, lambda: app.found == (1, 6, False))


async def test_ten_thousand_messages_are_looked_through_a_little_at_a_time() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.load(
            {"kind": "answer" if number % 2 else "user", "text": f"Some *words* number {number}.\n\n- and\n- more"}
            for number in range(10_000)
        )
        await pilot.pause()
        transcript.find("number 9999")
        assert app.transcript._searching.is_running
        await until(pilot, lambda: _current(transcript) == "Some words number 9999.")
        transcript.find("number 17")
        top = transcript.scroll_y
        app.post_message(events.Key("up", None))
        for _ in range(10_000):
            if transcript.scroll_y != top:
                break
            await asyncio.sleep(0)
        assert transcript._searching.is_running, "a key is heard before it is done"
        await until(pilot, lambda: app.found == (111, 111, False))


async def test_another_width_keeps_the_match_and_the_count() -> None:
    app = Host()
    async with app.run_test(size=(100, 12)) as pilot:
        transcript = app.transcript
        for number in range(20):
            transcript.add_user(f"number {number} " + "and many words " * 12)
        await pilot.pause()
        await _find(pilot, app, "number 7")
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: not transcript._searching.is_running)
        assert app.found == (1, 1, False)
        assert _current(transcript).startswith("number 7")


async def test_clearing_ends_the_search() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.add_user("needle")
        await _find(pilot, app, "needle")
        app.transcript.clear()
        await pilot.pause()
        assert app.found == (0, 0, False)
        assert not app.transcript.is_finding
        app.transcript.find_next(1)
        assert await _find(pilot, app, "needle") == (0, 0)
