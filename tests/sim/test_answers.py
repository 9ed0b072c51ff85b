"""What simulated models say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.sim.answers import compose, tokens, topic_of
from phoenix_tui.sim.dice import seeded
from phoenix_tui.sim.model import Call, Turn


def answer_to(question: str, seed: int = 0) -> str:
    call = Call("any", (Turn("user", "earlier"), Turn("assistant", "yes"), Turn("user", question)), stream=True)
    return "".join(compose(call, seeded(seed)).text)


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    pieces = tokens(text)
    assert "".join(pieces) == text
    assert all(pieces)


@given(st.text(), st.integers())
def test_any_question_has_an_answer_without_gaps(question: str, seed: int) -> None:
    said = answer_to(question, seed)
    assert len(said) > 200
    assert not re.search(r"\{\w*\}|\\$", said.replace("{size}", ""), re.MULTILINE)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Please explain how to bake bread!", "bake bread"),
        ("Why is the sky blue?", "sky blue"),
        ("**[x](y)** `z`", "x y z"),
        ("\x1b[31m", "31m"),
        ("", "this"),
        ("word " * 40, "word word word word word word word word word word word word …"),
    ],
)
def test_the_topic_is_short_and_no_markdown(question: str, topic: str) -> None:
    assert topic_of(question) == topic


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("how does failover work?", "## How failover works here"),
        ("what is phoenix-tui?", "## phoenix-tui"),
        ("write a python function that sorts", "```python"),
        ("tea vs coffee", "| --- |"),
        ("plan a trip to Lisbon", "1. **"),
        ("tell me a story about trust", "### The lighthouse"),
        ("Hello!", "simulated model"),
    ],
)
def test_the_answer_fits_the_question(question: str, found: str) -> None:
    assert found in answer_to(question)


def test_the_answer_takes_up_the_topic_and_differs_by_seed() -> None:
    said = {answer_to("why do cats purr at night", seed) for seed in range(30)}
    assert len(said) == 4
    assert all("cats purr at night" in text for text in said)
