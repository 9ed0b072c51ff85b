"""The budget of retries and hedges: what may be spent, and how it comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.retry_budget import CAPACITY, RetryBudget


def spent(retries: int) -> RetryBudget:
    budget = RetryBudget()
    for _ in range(retries):
        budget.spend()
    return budget


def test_half_of_it_can_be_spent_in_a_row_and_no_more() -> None:
    assert [spent(retries).allows for retries in range(7)] == [True, True, True, True, True, False, False]


def test_an_answer_gives_back_a_fifth_of_a_retry() -> None:
    allowed = []
    budget = spent(6)
    for _ in range(6):
        allowed.append(budget.allows)
        budget.earn()
    assert allowed == [False] * 6
    assert (budget.tokens, budget.allows) == (5.2, True)
    budget.spend()
    assert budget.tokens == 4.2


def test_one_hedge_is_free_and_the_next_needs_twenty_answers() -> None:
    budget = RetryBudget()
    allowed = [budget.allows_hedge]
    budget.spend_hedge()
    for _ in range(20):
        allowed.append(budget.allows_hedge)
        budget.earn()
    assert allowed == [True] + [False] * 20
    assert budget.allows_hedge


def test_answers_before_the_first_hedge_buy_no_second_one() -> None:
    budget = RetryBudget()
    for _ in range(100):
        budget.earn()
    budget.spend_hedge()
    assert not budget.allows_hedge


def test_hedges_and_retries_share_the_tokens() -> None:
    budget = spent(5)
    assert not budget.allows_hedge
    budget = spent(4)
    budget.spend_hedge()
    assert not budget.allows


@given(st.lists(st.sampled_from(["retry", "hedge", "answer"]), max_size=300))
def test_it_is_never_negative_never_over_full_and_refills_on_success_alone(events: list[str]) -> None:
    budget = RetryBudget()
    hedges = answers = 0
    for event in events:
        before = budget.tokens
        if event == "retry" and budget.allows:
            budget.spend()
        elif event == "hedge" and budget.allows_hedge:
            budget.spend_hedge()
            hedges += 1
        elif event == "answer":
            budget.earn()
            answers += 1
        assert 0 <= budget.tokens <= CAPACITY
        assert (budget.tokens > before) <= (event == "answer")
    assert hedges <= 1 + answers / 20


@pytest.mark.parametrize("times", [11, 50])
def test_spending_without_asking_leaves_it_empty_and_not_in_debt(times: int) -> None:
    budget = spent(times)
    assert budget.tokens == 0
    budget.earn()
    assert budget.tokens == pytest.approx(0.2)
