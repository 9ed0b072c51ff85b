"""What a person may mean by the little they have typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui.ranking import ranked

MODELS = ("openai/gpt-6", "gpt-6", "gpt-6-luna", "anthropic/claude-haiku-5", "meta/llama", "great-plate")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gpt-6", ["gpt-6", "gpt-6-luna", "openai/gpt-6"]),
        ("GPT", ["gpt-6", "gpt-6-luna", "openai/gpt-6", "great-plate"]),
        ("haiku", ["anthropic/claude-haiku-5"]),
        ("lama", ["meta/llama"]),
        ("clhk5", ["anthropic/claude-haiku-5"]),
        ("claude anth", ["anthropic/claude-haiku-5"]),
        ("claude gpt", []),
        ("", list(MODELS)),
    ],
)
def test_the_best_come_first(query: str, found: list[str]) -> None:
    assert ranked(query, MODELS, lambda model: (model,)) == found


def test_every_name_of_a_thing_finds_it() -> None:
    things = [("openai", "OpenAI", "gpt-6"), ("grok", "Grok (xAI)", "grok-4")]
    assert ranked("xai", things, lambda thing: thing) == [things[1]]
    assert ranked("grok 4", things, lambda thing: thing) == [things[1]]
    assert ranked("x", [()], lambda thing: thing) == []
    assert ranked("", things, lambda thing: thing) == things


def test_strictly_only_beginnings_of_words_count() -> None:
    assert ranked("gpt", MODELS, lambda model: (model,), loosely=False) == ["gpt-6", "gpt-6-luna", "openai/gpt-6"]


@given(st.text(max_size=6), st.lists(st.text(max_size=8), max_size=8))
def test_what_begins_so_comes_before_what_only_has_the_letters(query: str, names: list[str]) -> None:
    found = ranked(query, names, lambda name: (name,))
    begins = [name.casefold().startswith(query.casefold()) for name in found]
    assert begins == sorted(begins, reverse=True)
    assert {name for name in names if name.casefold().startswith(query.casefold())} <= set(found)
