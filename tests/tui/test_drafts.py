"""A message while it is written: its whole text, and what of it is a chip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui.drafts import Chips, Draft, as_text
from phoenix_tui.tui.prompt_history import MOST_ENTRIES, PromptHistory

PARTS = st.lists(st.tuples(st.text(max_size=20), st.booleans()), max_size=6)


def draft_of(parts: list[tuple[str, bool]]) -> Draft:
    draft = Draft()
    for text, is_folded in parts:
        draft += Draft(text, ((0, len(text)),) if is_folded and text else ())
    return draft


@given(PARTS)
def test_what_is_shown_means_what_was_written(parts: list[tuple[str, bool]]) -> None:
    draft = draft_of(parts)
    chips = Chips()
    again = chips.draft(chips.shown(draft))
    assert again.text == as_text(draft.text)
    assert again.folds == draft.folds
    assert "".join(text for text, _ in draft.parts) == draft.text


def test_a_chip_written_by_hand_is_text() -> None:
    chips = Chips()
    chip = chips.fold("secret\n" * 500)
    assert chip.replace("\u00a0", " ") == "[paste 1: 500 lines, 3,500 characters]"
    typed = chip.replace("\u00a0", " ")
    assert chips.draft(typed) == Draft(typed)
    copied = chips.shown(Draft(f"it says {chip}"))
    assert chips.draft(copied) == Draft(f"it says {typed}"), "nor is one that was copied from the screen"
    assert chips.draft(chip.replace("1:", "2:")).folds == ()


@pytest.mark.parametrize("folds", [((5, 2),), ((0, 99),), ((-1, 2),), ((2, 4), (3, 6)), ((1, 1),)])
def test_folds_that_make_no_sense_lose_no_text(folds: tuple[tuple[int, int], ...]) -> None:
    assert "".join(text for text, _ in Draft("abcdefgh", folds).parts) == "abcdefgh"


def test_a_walk_begins_at_the_newest_and_ends_where_it_began() -> None:
    history = PromptHistory()
    assert history.step(-1, Draft("now")) is None
    for text in ("one", "two", "two"):
        history.remember(Draft(text))
    assert history.step(1, Draft("now")) is None
    assert [history.step(-1, Draft("now")) for _ in range(3)] == [Draft("two"), Draft("one"), None]
    assert history.step(1, Draft("one")) == Draft("two")
    assert history.step(1, Draft("two")) == Draft("now")
    assert history.step(1, Draft("now")) is None


def test_what_comes_from_earlier_runs_stands_before_and_moves_nobody() -> None:
    history = PromptHistory()
    history.remember(Draft("two"))
    history.step(-1, Draft())
    history.put_before(["zero", "one"])
    assert history.knows("one")
    assert [history.step(-1, Draft()) for _ in range(3)] == [Draft("one"), Draft("zero"), None]


def test_it_does_not_grow_without_end() -> None:
    history = PromptHistory()
    for number in range(MOST_ENTRIES + 5):
        history.remember(Draft(str(number)))
    assert not history.knows("4")
    assert history.knows("5")
    history.remember(Draft("x" * 40_000_000))
    assert not history.knows(str(MOST_ENTRIES)), "a huge one takes the place of all"
    assert history.step(-1, Draft()) is not None
