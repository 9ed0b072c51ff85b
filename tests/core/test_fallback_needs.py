"""What a request needs of whoever answers it: room for the conversation, and money that is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.snapshot import HealthState, ReasonKind
from phoenix_tui.core.types import Target
from tests.helpers.health import Bench, Highest, failed

DOWN = (failed(), failed(), failed())
PRICES = {"dear": 10.0, "free": 0.0, "local": 3.0}


def decide(bench: Bench, *tried: Tried, **needs: Any) -> Decision:
    return bench.manager.decide(
        tried=tried,
        health=bench.monitor.by_name(bench.models),
        targets=bench.targets,
        now=bench.clock.wall(),
        **needs,
    )


def next_name(bench: Bench, *tried: Tried, **needs: Any) -> str | None:
    decision = decide(bench, *tried, **needs)
    return decision.target.provider if isinstance(decision, Try) else None


def skipped(decision: Decision) -> dict[str, str]:
    return {placement.target.provider: placement.reason for placement in decision.skipped}


def price(target: Target) -> float | None:
    return PRICES.get(target.provider)


def at_a_price(*names: str, daily_budget: float | None = 2.0) -> Bench:
    bench = Bench(names=names, local=("local",))
    bench.manager = FallbackManager(
        names, primary=names[0], rng=Highest(), local=("local",), prices=price, daily_budget=daily_budget
    )
    return bench


# -- room


@pytest.mark.parametrize(
    ("tokens", "window", "expected"),
    [
        (None, 8_192, "a"),
        (9_000, None, "a"),
        (8_192, 8_192, "a"),
        (10_240, 8_192, "a"),  # the estimate may be a quarter too high
        (10_241, 8_192, "b"),
    ],
)
def test_a_model_that_is_clearly_too_small_is_passed_over(
    tokens: int | None, window: int | None, expected: str
) -> None:
    decision = decide(Bench(), tokens=tokens, windows={"a": window})
    assert isinstance(decision, Try)
    assert decision.target.provider == expected
    if expected == "b":
        assert skipped(decision) == {"a": "the conversation, about 10,241 tokens, does not fit its 8,192"}
        assert [reason.kind for reason in decision.skipped[0].reasons] == [ReasonKind.TOO_SMALL]


def test_a_model_that_the_person_named_is_never_refused_on_an_estimate() -> None:
    windows = {"a": 100, "b": 100}
    assert next_name(Bench(), tokens=5_000, windows=windows, named="a-model") == "a"
    assert next_name(Bench(), tokens=5_000, windows=windows, named="b-model", wanted="b") == "b"
    assert next_name(Bench(), tokens=5_000, windows=windows, named="another") == "c"


def test_where_all_are_too_small_a_hosted_one_is_asked_since_the_estimate_may_be_wrong() -> None:
    bench = Bench(local=("a",))
    windows = dict.fromkeys("abc", 1_000)
    decision = decide(bench, tokens=5_000, windows=windows)
    assert isinstance(decision, Try)
    assert decision.target.provider == "b"
    bench.run("b", *DOWN)
    assert next_name(bench, tokens=5_000, windows=windows) == "c"


def test_a_local_server_is_never_sent_what_it_would_cut_off_in_silence() -> None:
    bench = Bench(names=("a",), local=("a",))
    decision = decide(bench, tokens=5_000, windows={"a": 1_000})
    assert isinstance(decision, GiveUp)
    assert decision.reason == (
        "No provider can be asked now (a: the conversation, about 5,000 tokens, does not fit its 1,000). "
        "A shorter conversation, or a model with a larger context window, would do."
    )


def test_after_too_long_a_conversation_only_larger_or_unknown_windows_are_asked() -> None:
    bench = Bench(names=("a", "same", "smaller", "unknown", "larger"))
    windows: Mapping[str, int | None] = {"a": 1_000, "same": 1_000, "smaller": 900, "unknown": None, "larger": 1_001}
    first = bench.tried("a", failed(ErrorClass.CONTEXT_LENGTH))
    assert next_name(bench, first, windows=windows) == "unknown"
    second = bench.tried("unknown", failed(ErrorClass.CONTEXT_LENGTH))
    assert next_name(bench, first, second, windows=windows) == "larger"
    third = bench.tried("larger", failed(ErrorClass.TIMEOUT))
    ended = decide(bench, first, second, third, windows=windows)
    assert isinstance(ended, GiveUp)
    assert ended.cause is first
    assert ended.reason == (
        "Nobody else is known to take a conversation of this length. "
        "A shorter conversation, or a model with a larger context window, would do."
    )


def test_the_largest_window_that_was_too_small_counts() -> None:
    bench = Bench(names=("a", "b", "c"))
    windows = {"a": 1_000, "b": 4_000, "c": 2_000}
    tried = [bench.tried(name, failed(ErrorClass.CONTEXT_LENGTH)) for name in ("b", "a")]
    assert next_name(bench, *tried, windows=windows) is None


def test_without_any_known_window_the_order_is_gone_through() -> None:
    bench = Bench(names=("a", "b"))
    first = bench.tried("a", failed(ErrorClass.CONTEXT_LENGTH))
    assert next_name(bench, first) == "b"
    ended = decide(bench, first, bench.tried("b", failed(ErrorClass.CONTEXT_LENGTH)))
    assert isinstance(ended, GiveUp)
    assert ended.reason == "No other provider is left to ask."


def test_another_fault_asks_small_windows_too() -> None:
    bench = Bench()
    assert next_name(bench, bench.tried("a", failed(ErrorClass.TIMEOUT)), windows={"a": 1_000, "b": 10}) == "b"


# -- money


def test_over_the_days_budget_only_what_costs_nothing_is_asked() -> None:
    bench = at_a_price("dear", "unknown", "free", "local")
    assert next_name(bench) == "dear"
    decision = decide(bench, over_budget=True)
    assert isinstance(decision, Try)
    assert decision.target.provider == "free"
    assert skipped(decision) == dict.fromkeys(("dear", "unknown"), "the day's budget of $2.00 is used up")
    assert all(placement.is_lasting for placement in decision.skipped)
    assert next_name(bench, bench.tried("free", failed(ErrorClass.TIMEOUT)), over_budget=True) == "local"


def test_over_budget_nobody_who_costs_is_asked_not_even_by_name_or_in_need() -> None:
    bench = at_a_price("dear", "local")
    bench.run("local", *DOWN)
    assert next_name(bench, over_budget=True, wanted="dear") == "local"
    bench.monitor.set_enabled("local", False)
    decision = decide(bench, over_budget=True)
    assert isinstance(decision, GiveUp)
    assert decision.reason == "No provider can be asked now (dear: the day's budget of $2.00 is used up)."


def test_a_budget_that_is_used_up_meanwhile_ends_retries_and_fallback() -> None:
    bench = at_a_price("dear", "unknown")
    tried = bench.tried("dear", failed())
    assert next_name(bench, tried) == "dear"
    ended = decide(bench, tried, over_budget=True)
    assert isinstance(ended, GiveUp)
    assert ended.cause is tried


def test_who_may_not_be_asked_for_money_is_no_time_to_come_back_at() -> None:
    bench = at_a_price("dear", "local")
    bench.run("dear", failed(ErrorClass.RATE_LIMIT, retry_after=30.0))
    bench.monitor.set_enabled("local", False)
    decision = decide(bench, over_budget=True)
    assert isinstance(decision, GiveUp)
    assert decision.next_retry_at is None


def test_the_panel_shows_the_budget_as_well() -> None:
    bench = at_a_price("dear", "local", daily_budget=None)
    health = bench.monitor.by_name(bench.models)
    order = bench.manager.order(health, bench.targets, over_budget=True)
    assert [(one.target.provider, one.eligible, one.reason) for one in order] == [
        ("local", True, "others before it cannot be asked now"),
        ("dear", False, "the day's budget is used up"),
    ]


# -- what is worth telling before an answer


def test_what_will_pass_is_told_each_time_and_what_lasts_is_marked() -> None:
    bench = Bench(names=("limited", "down", "refused", "poor", "off", "keyless", "elsewhere", "works"))
    bench.run("limited", failed(ErrorClass.RATE_LIMIT, retry_after=30.0))
    bench.run("down", *DOWN)
    bench.run("refused", failed(ErrorClass.AUTH))
    bench.run("poor", failed(ErrorClass.QUOTA))
    bench.monitor.set_enabled("off", False)
    bench.monitor.set_configured("keyless", False)
    del bench.targets["elsewhere"]
    decision = decide(bench)
    assert isinstance(decision, Try)
    assert decision.target.provider == "works"
    told = {placement.target.provider: placement.is_lasting for placement in decision.skipped}
    assert told == {"limited": False, "down": False, "refused": True, "poor": True}


def test_a_provider_asked_for_by_name_is_missed_whatever_keeps_it_out() -> None:
    for wanted in ("off", "elsewhere"):
        bench = Bench(names=("works", "off", "elsewhere"))
        bench.monitor.set_enabled("off", False)
        del bench.targets["elsewhere"]
        decision = decide(bench, wanted=wanted)
        assert isinstance(decision, Try)
        assert decision.target.provider == "works"
        assert list(skipped(decision)) == [wanted]


# -- a second one beside a first


def hedge(bench: Bench, beside: str, *tried: Tried, **needs: Any) -> str | None:
    target = bench.manager.another_for_hedge(
        bench.targets[beside],
        tried=tried,
        health=bench.monitor.by_name(bench.models),
        targets=bench.targets,
        **needs,
    )
    return target.provider if target else None


def test_beside_a_late_one_the_next_who_is_fit_and_hosted_is_asked() -> None:
    bench = Bench(names=("a", "local", "down", "b", "c"), local=("local",))
    bench.run("down", *DOWN)
    assert hedge(bench, "a") == "b"
    assert hedge(bench, "b") == "a"
    assert hedge(bench, "a", bench.tried("b", failed(ErrorClass.TIMEOUT))) == "c"
    assert hedge(bench, "a", windows={"b": 10}, tokens=1_000) == "c"
    del bench.targets["b"]
    assert hedge(bench, "a") == "c"


def test_nobody_is_asked_beside_a_local_one_nor_when_there_is_nobody() -> None:
    bench = Bench(names=("local", "a"), local=("local",))
    assert hedge(bench, "local") is None
    assert hedge(bench, "a") is None


def test_a_trial_is_not_wasted_on_a_race() -> None:
    bench = Bench(names=("a", "b", "c"))
    bench.run("b", *DOWN)
    bench.clock.move(61)
    assert bench.state("b") is HealthState.PROBATION
    assert hedge(bench, "a") == "c"


def test_hedges_are_few() -> None:
    bench = Bench()
    assert hedge(bench, "a") == "b"
    bench.manager.spent_hedge()
    for _ in range(20):
        assert hedge(bench, "a") is None
        bench.manager.earned()
    assert hedge(bench, "a") == "b"


def test_over_budget_nobody_who_costs_is_asked_beside_another() -> None:
    bench = at_a_price("free", "dear")
    assert hedge(bench, "free") == "dear"
    assert hedge(bench, "free", over_budget=True) is None


# -- the budget of retries


def test_when_the_budget_is_spent_there_is_no_retry_but_another_provider_as_ever() -> None:
    bench = Bench()
    tried = bench.tried("a", failed())
    for _ in range(5):
        assert next_name(bench, tried) == "a"
        bench.manager.spent_retry()
    assert next_name(bench, tried) == "b"
    assert next_name(bench) == "a"
    bench.manager.earned()
    assert next_name(bench, tried) == "a"


def test_the_budget_holds_for_a_short_rate_limit_too() -> None:
    bench = Bench()
    for _ in range(5):
        bench.manager.spent_retry()
    assert next_name(bench, bench.tried("a", failed(ErrorClass.RATE_LIMIT, retry_after=1.0))) == "b"
