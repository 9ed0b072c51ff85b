"""The person's order, and the effective one that health makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.fallback import FallbackManager, Strategy
from phoenix_tui.core.snapshot import Band
from tests.helpers.health import Bench, Highest, failed, ok

DOWN = (failed(), failed(), failed())


def manager(*order: str, primary: str, default: tuple[str, ...] | None = None) -> FallbackManager:
    return FallbackManager(order, primary=primary, rng=Highest(), default=default)


def test_the_primary_stands_first_and_not_twice() -> None:
    assert manager("a", "b", "c", primary="b").own_order == ("b", "a", "c")
    assert manager("a", "b", "a", primary="d").own_order == ("d", "a", "b")


def test_another_primary_sends_the_old_one_back_to_its_place() -> None:
    order = manager("a", "b", "c", "d", primary="a")
    order.set_primary("c")
    assert order.own_order == ("c", "a", "b", "d")
    order.set_primary("d")
    assert order.own_order == ("d", "a", "b", "c")
    assert order.primary == "d"


def test_move_and_reset() -> None:
    order = manager("a", "b", "c", "d", primary="a")
    order.move("d", -2)
    assert order.own_order == ("a", "d", "b", "c")
    order.move("d", 99)
    assert order.own_order == ("a", "b", "c", "d")
    order.move("b", -1)
    assert (order.own_order, order.primary) == (("b", "a", "c", "d"), "b")
    order.move("b", 1)
    assert (order.own_order, order.primary) == (("a", "b", "c", "d"), "a")
    with pytest.raises(ValueError, match="nobody"):
        order.move("nobody", 1)
    order.move("d", -1)
    order.set_primary("d")
    order.reset()
    assert order.own_order == ("d", "a", "b", "c")
    kept = manager("c", "a", primary="c", default=("a", "b", "c"))
    kept.reset()
    assert kept.own_order == ("c", "a", "b")


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(-6, 6)), max_size=20))
def test_the_order_stays_a_permutation_with_the_primary_first(moves: list[tuple[str, int]]) -> None:
    order = manager(*"abcde", primary="c")
    for name, by in moves:
        if by == 0:
            order.set_primary(name)
        else:
            order.move(name, by)
        assert sorted(order.own_order) == list("abcde")
        assert order.own_order[0] == order.primary


def test_health_sorts_by_readiness_and_then_by_the_persons_wish() -> None:
    bench = Bench(names=("blocked", "down", "down_sooner", "resting", "suspect", "healthy", "off"))
    bench.run("down", *DOWN, failed(duration=5.0))
    bench.run("down_sooner", *DOWN)
    bench.run("blocked", failed(ErrorClass.AUTH))
    bench.run("resting", failed(ErrorClass.RATE_LIMIT, retry_after=20.0))
    bench.run("suspect", failed())
    bench.run("healthy", ok())
    bench.monitor.set_enabled("off", False)
    placements = bench.manager.order(bench.monitor.by_name(), bench.targets)
    assert [(one.target.provider, one.position, one.own_position, one.eligible, one.reason) for one in placements] == [
        ("suspect", 1, 5, True, "others before it cannot be asked now"),
        ("healthy", 2, 6, True, "others before it cannot be asked now"),
        ("resting", 3, 4, False, "rate limit, it asked for a pause"),
        ("down_sooner", 4, 3, False, "3 failures in a row, the last: server error"),
        ("down", 5, 2, False, "4 failures in a row, the last: server error"),
        ("blocked", 6, 1, False, "the key was refused"),
        ("off", 7, 7, False, "switched off"),
    ]
    assert [one.is_primary for one in placements] == [one.target.provider == "blocked" for one in placements]


def unreliable(bench: Bench, name: str, *, rounds: int = 8) -> None:
    """Two of three requests fail, never three in a row."""
    for _ in range(rounds):
        bench.run(name, ok(), failed(), failed())
    bench.run(name, ok())


def test_who_is_unreliable_stands_back_with_the_reason_and_strict_keeps_the_order() -> None:
    bench = Bench()
    unreliable(bench, "a")
    assert bench.order() == ["b", "c", "a"]
    assert bench.reasons()["a"] == "36 % of recent requests succeeded, others do better"
    strict = Bench(strategy=Strategy.STRICT)
    unreliable(strict, "a")
    assert strict.order() == ["a", "b", "c"]
    strict.run("b", *DOWN)
    assert strict.order() == ["a", "c"]


def test_one_failure_at_the_start_costs_the_primary_nothing() -> None:
    bench = Bench()
    bench.run("a", failed(), failed())
    assert bench.order()[0] == "a"
    bench.run("a", ok())
    assert bench.order()[0] == "a"


def test_an_outage_is_not_held_against_a_provider_that_is_back() -> None:
    bench = Bench()
    bench.run("a", *(ok() for _ in range(20)))
    bench.run("a", *DOWN)
    assert bench.order()[0] == "b"
    for _ in range(10):
        bench.clock.move(61)
        assert bench.order()[0] == "a", "the trial is a request like any other"
        bench.run("a", failed())
        assert bench.order()[0] == "b"
    bench.clock.move(61)
    assert bench.run("a", ok()).band is Band.A
    assert bench.order()[0] == "a"


def test_a_provider_that_mended_its_ways_rises_one_band_at_a_time() -> None:
    bench = Bench()
    unreliable(bench, "a", rounds=60)
    bands = [bench.monitor.health("a").band]
    for _ in range(300):
        bench.clock.move(1)
        bands.append(bench.run("a", ok()).band)
    changes = [band for band, before in zip(bands[1:], bands, strict=False) if band is not before]
    assert (bands[0], changes) == (Band.D, [Band.C, Band.B, Band.A])


def test_nobody_stands_back_for_ever_for_want_of_requests() -> None:
    bench = Bench()
    unreliable(bench, "a")
    for _ in range(48):
        bench.clock.move(900)
        bench.monitor.tick()
    assert bench.order()[0] == "a"


def test_a_place_that_is_as_wished_needs_no_reason_unless_it_is_a_trial() -> None:
    bench = Bench()
    bench.run("a", ok())
    bench.run("b", failed())
    assert bench.reasons() == {"a": "", "b": "", "c": ""}
    bench.run("a", *DOWN)
    bench.clock.move(6)
    assert bench.reasons() == {"a": "back after an outage, on trial", "b": "", "c": ""}
    bench.begin("a")
    assert bench.reasons()["a"] == "a trial request is under way"


def test_who_is_pushed_down_by_a_pin_is_not_called_unreliable() -> None:
    bench = Bench()
    placements = bench.manager.order(bench.monitor.by_name(), bench.targets, wanted="c")
    assert [(one.target.provider, one.reason) for one in placements] == [
        ("c", "asked for by name"),
        ("a", "c is asked for by name"),
        ("b", "c is asked for by name"),
    ]


def test_all_equally_unreliable_stay_as_they_are_without_blame() -> None:
    bench = Bench(names=("a", "b"))
    for name in bench.names:
        unreliable(bench, name)
    assert bench.order() == ["a", "b"]
    assert bench.reasons() == {"a": "", "b": ""}


def can_ask(bench: Bench, *out: str, wanted: str | None = None, over_budget: bool = False, left: str = "abc") -> bool:
    targets = {name: target for name, target in bench.targets.items() if name in left}
    health = bench.monitor.by_name(bench.models)
    return bench.manager.can_ask_others(out, health, targets, wanted=wanted, over_budget=over_budget)


def test_whether_others_can_be_asked() -> None:
    bench = Bench(("a", "b", "c"))
    assert can_ask(bench, "a")
    assert can_ask(bench, "a", "b")
    assert not can_ask(bench, "a", "b", "c")
    assert not can_ask(bench, "a", left="a")
    assert can_ask(bench, "a", left="ac")
    assert not can_ask(bench, "a", over_budget=True)
    bench.run("b", *DOWN)
    assert can_ask(bench, "a")
    assert not can_ask(bench, "a", "c")


def test_who_is_asked_for_by_name_may_be_another_too() -> None:
    bench = Bench(("a", "b", "c"))
    bench.manager.set_order(("a", "b"))
    assert not can_ask(bench, "a", "b")
    assert can_ask(bench, "a", "b", wanted="c")
    assert not can_ask(bench, "a", "b", wanted="a")
