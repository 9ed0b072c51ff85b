"""Prices: found under the right name, switched on the right day, and never a zero that nobody promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from phoenix_tui.core.types import Target, Usage
from phoenix_tui.prices import FREE, Price, PriceBook

AUTUMN = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINTER = datetime(2027, 2, 1, tzinfo=UTC)


def book(at: datetime = AUTUMN) -> PriceBook:
    return PriceBook(lambda: at)


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        ("openai", "gpt-6-luna", Price(0.10, 0.50)),
        ("openai", "gpt-6.1-terra", Price(1.0, 5.0)),
        ("anthropic", "claude-haiku-5-5", Price(0.10, 0.50)),
        ("gemini", "gemini-3.8-flash", Price(0.75, 3.75)),
        ("gemini", "models/gemini-3.8-flash", Price(0.75, 3.75)),
        ("grok", "grok-4.3", Price(1.25, 2.50)),
        ("openrouter", "openai/gpt-6-luna", Price(0.10, 0.50)),
        ("openrouter", "google/gemma-4-31b-it:free", FREE),
        ("ollama", "gemma4", FREE),
        ("lmstudio", "openai/gpt-oss-20b", FREE),
        ("ollama", "", FREE),
    ],
)
def test_the_price_of_each_providers_models(provider: str, model: str, price: Price) -> None:
    assert book().price(Target(provider, model)) == price


@pytest.mark.parametrize(
    "target",
    [
        Target("openai", "gpt-6.2-sol"),
        Target("openai", ""),
        Target("openai", "my own [model]"),
        Target("gemini", "gemma-4-31b-it"),  # listed without a price
        Target("gemini", "gemini-embedding-001"),  # priced for input alone
        Target("nobody", "gpt-6-luna"),
    ],
)
def test_a_price_that_is_not_known_is_none_and_not_zero(target: Target) -> None:
    assert book().price(target) is None
    assert book().blended(target) is None
    assert book().cost(target, Usage(1000, 1000), AUTUMN) is None


def test_one_number_to_compare_by_takes_three_parts_of_input_and_one_of_output() -> None:
    assert Price(1.0, 5.0).blended == 2.0
    assert book().blended(Target("grok", "grok-4.3")) == pytest.approx(1.5625)
    assert book().blended(Target("lmstudio", "any")) == 0.0


def test_an_introductory_price_ends_on_its_day_also_while_the_program_runs() -> None:
    now = AUTUMN
    prices = PriceBook(lambda: now)
    target = Target("gemini", "gemini-3.8-flash")
    assert prices.price(target) == Price(0.75, 3.75)
    now = WINTER
    assert prices.price(target) == Price(1.50, 7.50)
    assert prices.cost(target, Usage(1_000, 0), AUTUMN) == pytest.approx(0.00075)


def test_a_cost_counts_cached_tokens_at_their_own_rate_and_long_requests_at_theirs() -> None:
    target = Target("openai", "gpt-6-luna")
    assert book().cost(target, Usage(10_000, 2_000), AUTUMN) == pytest.approx(0.002)
    assert book().cost(target, Usage(10_000, 2_000, cached_tokens=10_000), AUTUMN) == pytest.approx(0.0011)
    assert book().cost(target, Usage(300_000, 0), AUTUMN) == pytest.approx(0.06)


def test_the_providers_own_figure_wins() -> None:
    usage = Usage(10_000, 2_000, cost_usd=0.5)
    for target in (Target("openai", "gpt-6-luna"), Target("openai", "gpt-6.2-sol"), Target("ollama", "gemma4")):
        assert book().cost(target, usage, AUTUMN) == 0.5


@pytest.mark.parametrize("usage", [Usage(), Usage(10, None), Usage(None, 10)])
def test_without_both_numbers_of_tokens_there_is_no_cost(usage: Usage) -> None:
    assert book().cost(Target("openai", "gpt-6-luna"), usage, AUTUMN) is None
    assert book().cost(Target("ollama", "gemma4"), usage, AUTUMN) == 0.0


def test_more_cached_tokens_than_there_are_cost_what_all_cached_do() -> None:
    odd = Usage(1_000, 0, cached_tokens=5_000)
    assert book().cost(Target("openai", "gpt-6-luna"), odd, AUTUMN) == pytest.approx(0.00001)


def test_a_price_is_looked_up_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    import phoenix_tui.prices as module

    asked: list[Target] = []
    monkeypatch.setattr(module, "_price", lambda target, at: asked.append(target))
    now = AUTUMN
    prices = PriceBook(lambda: now)
    for _ in range(3):
        prices.price(Target("openai", "x"))
    now += timedelta(days=1)
    prices.price(Target("openai", "x"))
    assert len(asked) == 2
