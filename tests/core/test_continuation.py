"""Going on with a cut answer: where the two parts join, and that they are joined nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.configuration import OnCut
from phoenix_tui.core.continuation import (
    ANCHOR_CHARACTERS,
    SEARCHED_CHARACTERS,
    Seam,
    anchor_of,
    can_continue,
    continuation,
)
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptCut,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Restarted,
    Resumed,
    TextDelta,
)
from phoenix_tui.core.types import Message
from phoenix_tui.sim.faults import CallsTool, Cut, Error, Refuse, Says, Stall
from tests.core.conftest import QUESTION, World, WorldMaker

FIRST = tuple(f"sentence number {number} stands here. " for number in range(8))
PARTIAL = "".join(FIRST[:4])
REST = "And so it ends."
PLAIN = {"OPENROUTER_MODEL": "meta-llama/llama-3.3-70b-instruct"}
"""A model that does not reason, so that the first token is text."""


# The request


def test_the_request_repeats_the_conversation_and_names_the_anchor() -> None:
    asked = continuation(QUESTION, PARTIAL, prefill=False)
    assert asked.messages[:-2] == QUESTION.messages
    assert asked.messages[-2] == Message("assistant", PARTIAL)
    assert asked.messages[-1].role == "user"  # newer models refuse a conversation that ends with their own words
    assert anchor_of(PARTIAL) in asked.messages[-1].content


def test_a_model_that_takes_a_prefill_is_told_nothing() -> None:
    """White space at the end of its last words is refused (Anthropic: HTTP 400), and is for it to write again."""
    asked = continuation(QUESTION, PARTIAL + " \n\n", prefill=True)
    assert asked.messages == (*QUESTION.messages, Message("assistant", PARTIAL.rstrip()))


@pytest.mark.parametrize(("cap", "left"), [(None, None), (10_000, 10_000 - 100), (300, 256), (20, 20)])
def test_the_cap_shrinks_by_what_was_shown(cap: int | None, left: int | None) -> None:
    assert continuation(replace(QUESTION, max_tokens=cap), "x" * 400, prefill=True).max_tokens == left


def test_too_little_is_not_gone_on_with() -> None:
    assert not can_continue("x" * (ANCHOR_CHARACTERS - 1) + "  ")
    assert can_continue("x" * ANCHOR_CHARACTERS)
    assert not can_continue("a word, and then" + " " * 400 + "}")


@pytest.mark.parametrize(
    "text", ["I say this very sentence two times in all, my dear old friend. " * 2, "la " * 40, "x" * 41]
)
def test_an_end_that_stands_there_twice_is_no_place_to_go_on_from(text: str) -> None:
    """What the model repeats might be either of them, and an answer would say a thing once too often, or never."""
    assert not can_continue(text)


def test_white_space_does_not_count_in_the_anchor() -> None:
    code = "def f(x):\n" + " " * 24 + "if x:\n" + " " * 28 + "return [first_of(x), second_of(x), third]"
    assert anchor_of(f"{code}\n   ") == code[code.index("x:\n") :]


# The seam

words = st.text(st.sampled_from("abcdefgh ijkl,.\n"), min_size=ANCHOR_CHARACTERS, max_size=200).filter(can_continue)


@given(partial=words, rest=st.text(max_size=60), cuts=st.lists(st.integers(1, 30), max_size=20))
def test_what_follows_the_anchor_is_kept_however_it_is_cut(partial: str, rest: str, cuts: list[int]) -> None:
    seam = Seam(partial, prefill=False)
    sent = anchor_of(partial) + rest
    got, at = "", 0
    for size in [*cuts, len(sent)]:
        got += seam.feed(sent[at : at + size])
        at += size
    assert seam.joined
    assert got == rest
    assert partial[: seam.kept] == partial.rstrip()


@pytest.mark.parametrize("said", ["Sure! ", "Here it goes on:\n\n", "<<<", ""])
def test_a_preface_is_dropped(said: str) -> None:
    seam = Seam(PARTIAL, prefill=False)
    assert seam.feed(said + anchor_of(PARTIAL) + " and more") == " and more"


def test_other_breaks_and_case_are_the_same_words() -> None:
    seam = Seam("It was a dark and stormy night, and the rain fell in torrents", prefill=False)
    assert seam.feed("a Dark and stormy  night,\nand the Rain fell in torrents - except") == " - except"


def test_without_the_anchor_near_the_beginning_it_is_no_continuation() -> None:
    seam = Seam(PARTIAL, prefill=False)
    assert seam.feed("z" * (SEARCHED_CHARACTERS - 1)) == ""
    assert not seam.lost
    assert seam.feed("zz" + anchor_of(PARTIAL)) == ""
    assert seam.lost


def test_a_prefilled_answer_goes_on_where_its_words_ended() -> None:
    seam = Seam("one two ", prefill=True)
    assert seam.feed(" three") == " three"
    assert (seam.joined, seam.kept) == (True, len("one two"))


def test_a_prefilled_answer_that_begins_anew_is_no_continuation() -> None:
    """A model whose template knows no prefill says everything again; the two must not be run together."""
    seam = Seam(PARTIAL, prefill=True)
    for character in PARTIAL[:60]:
        assert seam.feed(character) == ""
    assert seam.lost
    assert not seam.joined


def test_a_prefilled_answer_that_only_seems_to_begin_anew_goes_on() -> None:
    seam = Seam(PARTIAL, prefill=True)
    assert seam.feed("sentence number") == ""
    assert seam.feed(" nine") == "sentence number nine"
    assert seam.joined


# The turn


def cut_once(it: World) -> None:
    """The first provider is cut after `PARTIAL`, and has no more credit when it is asked to go on itself."""
    it["openrouter"].script([Says(text=FIRST), Cut(after=4)], Error(error=ErrorClass.QUOTA))


async def test_the_rest_is_written_by_the_next_and_the_seam_is_marked(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        cut_once(it)
        it["anthropic"].set_fault(Says(text=(anchor_of(PARTIAL), " ", REST)))
        events = await it.events()
        body = it["anthropic"].attempts[0].json
    cut = next(event for event in events if isinstance(event, AttemptCut))
    resumed = next(event for event in events if isinstance(event, Resumed))
    assert (cut.chars, cut.next_target.provider) == (len(PARTIAL), "openrouter")
    assert not any(isinstance(event, AttemptAborted | Restarted) for event in events)
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.text == PARTIAL.rstrip() + " " + REST
    assert answer.seams == (resumed.kept,) == (len(PARTIAL.rstrip()),)
    shown = "".join(event.text for event in events[: events.index(resumed)] if isinstance(event, TextDelta))
    after = "".join(event.text for event in events[events.index(resumed) :] if isinstance(event, TextDelta))
    assert shown[: resumed.kept] + after == answer.text  # what a reader of the events has is the answer
    assert body["messages"][-1]["role"] == "user"
    assert answer.target.provider == "anthropic"


async def test_what_does_not_go_on_is_retracted_and_asked_for_as_a_whole(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        cut_once(it)
        it["anthropic"].script(Says(text=("Of course! " * 30,)), Says(text=("the whole answer",)))
        events = await it.events()
    aborted = next(event for event in events if isinstance(event, AttemptAborted))
    assert aborted.attempt.target.provider == "openrouter"
    answer = events[-1].answer  # type: ignore[union-attr]
    assert (answer.text, answer.seams) == ("the whole answer", ())
    assert not any(isinstance(event, Resumed) for event in events)


async def test_a_short_answer_that_is_no_continuation_is_not_taken_for_one(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        cut_once(it)
        it["anthropic"].script(Says(text=("No.",)), Says(text=("the whole answer",)))
        events = await it.events()
        health = it.client.get_provider_health("anthropic")
    assert events[-1].answer.text == "the whole answer"  # type: ignore[union-attr]
    assert health.failed_requests == 0  # it did nothing wrong


async def test_a_second_fault_while_going_on_keeps_what_was_shown(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", "openai", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        cut_once(it)
        it["anthropic"].set_fault(Error(error=ErrorClass.QUOTA))
        it["openai"].set_fault(Says(text=(anchor_of(PARTIAL), f" {REST}")))
        events = await it.events()
    assert sum(isinstance(event, AttemptFailed) for event in events) == 2
    assert events[-1].answer.text == f"{PARTIAL.rstrip()} {REST}"  # type: ignore[union-attr]


async def test_who_could_not_even_be_asked_to_go_on_loses_nothing_that_was_shown(world: WorldMaker) -> None:
    async with world("openrouter", "ollama", "openai", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        cut_once(it)
        it["ollama"].set_fault(Refuse())  # its list cannot be read, so there is no model to ask
        it["openai"].set_fault(Says(text=(anchor_of(PARTIAL), f" {REST}")))
        events = await it.events()
    assert any(isinstance(event, AttemptFailed) and event.attempt.target.provider == "ollama" for event in events)
    assert sum(isinstance(event, Resumed) for event in events) == 1
    assert events[-1].answer.text == f"{PARTIAL.rstrip()} {REST}"  # type: ignore[union-attr]


async def test_when_nobody_goes_on_the_cut_text_is_retracted_at_last(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        cut_once(it)
        it["anthropic"].set_fault(Error(error=ErrorClass.QUOTA))
        events = await it.events()
    assert it.failure is not None
    aborted = next(event for event in events if isinstance(event, AttemptAborted))
    assert (aborted.attempt.target.provider, aborted.chars) == ("openrouter", len(PARTIAL))


async def test_a_continuation_may_be_gone_on_with_once_more_and_no_further(world: WorldMaker) -> None:
    """Three cuts in a row: the third is one too many, and the answer begins again."""
    second = (anchor_of(PARTIAL), " the second part is long enough to be gone on with", " by the third", " never")
    so_far = PARTIAL.rstrip() + "".join(second[1:3])
    async with world("openrouter", "anthropic", "openai", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        it["openrouter"].script([Says(text=FIRST), Cut(after=4)], [Says(text=second), Cut(after=3)])
        it["anthropic"].set_fault(Says(text=(anchor_of(so_far), " and this", " never")), Cut(after=2))
        it["openai"].set_fault(Says(text=("whole again",)))
        events = await it.events()
    told = [type(event) for event in events if isinstance(event, AttemptCut | AttemptAborted | Resumed | Restarted)]
    assert told == [AttemptCut, Resumed, AttemptCut, Resumed, AttemptAborted, Restarted]
    answer = events[-1].answer  # type: ignore[union-attr]
    assert (answer.text, answer.seams) == ("whole again", ())


async def test_attempts_stay_within_their_number(world: WorldMaker) -> None:
    """However many cuts and refusals to go on: at most two more attempts than providers, each with its own number."""
    names = ("openrouter", "anthropic", "openai")
    async with world(*names, on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        for name in names:
            it[name].set_fault(Says(text=FIRST), Cut(after=4))
        events = await it.events()
        asked = sum(len(it[name].attempts) for name in names)
    numbers = [event.attempt.number for event in events if isinstance(event, AttemptStarted)]
    assert numbers == list(range(1, asked + 1))
    assert asked <= len(names) + 2
    assert it.failure is not None


async def test_a_begun_tool_call_is_never_gone_on_with(world: WorldMaker) -> None:
    async with world("openrouter", "openai", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        it["openrouter"].set_fault(Says(text=FIRST), CallsTool(after=4), Cut(after=99))
        await it.events()
        assert it["openai"].attempts == []


async def test_it_is_off_unless_wanted(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", variables=PLAIN) as it:
        cut_once(it)
        events = await it.events()
    assert any(isinstance(event, AttemptAborted) for event in events)
    assert isinstance(events[-1], Completed)
    assert events[-1].answer.text == "anthropic says so"


async def test_the_same_provider_goes_on_first_where_its_connection_broke(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        it["openrouter"].script([Says(text=FIRST), Cut(after=4)], Says(text=(anchor_of(PARTIAL), f" {REST}")))
        events = await it.events()
        assert it["anthropic"].attempts == []
    answer = events[-1].answer  # type: ignore[union-attr]
    assert (answer.text, answer.target.provider) == (f"{PARTIAL.rstrip()} {REST}", "openrouter")


async def test_a_provider_that_stood_still_is_not_asked_to_go_on(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", on_cut=OnCut.CONTINUE, variables=PLAIN, patience=0.02) as it:
        it["openrouter"].set_fault(Says(text=FIRST), Stall(after=4))
        it["anthropic"].set_fault(Says(text=(anchor_of(PARTIAL), f" {REST}")))
        events = await it.events()
        assert len(it["openrouter"].attempts) == 1
    assert events[-1].answer.target.provider == "anthropic"  # type: ignore[union-attr]


@pytest.mark.parametrize("refusal", [ErrorClass.BAD_REQUEST, ErrorClass.CONTEXT_LENGTH])
async def test_a_provider_that_refuses_to_go_on_is_asked_for_the_whole_answer(
    world: WorldMaker, refusal: ErrorClass
) -> None:
    """What it refused was made here, not by the person: older models want no prefill, and a window may be full."""
    async with world("openrouter", on_cut=OnCut.CONTINUE, variables=PLAIN) as it:
        it["openrouter"].script(
            [Says(text=FIRST), Cut(after=4)], Error(error=refusal), Says(text=("the whole answer",))
        )
        events = await it.events()
        asked = it["openrouter"].attempts[-1].json
    assert asked["messages"] == it["openrouter"].attempts[0].json["messages"]
    told = [
        type(event) for event in events if isinstance(event, AttemptCut | AttemptFailed | AttemptAborted | Restarted)
    ]
    assert told == [AttemptCut, AttemptFailed, AttemptAborted, Restarted]
    assert events[-1].answer.text == "the whole answer"  # type: ignore[union-attr]
