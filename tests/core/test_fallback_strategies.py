"""The four strategies: what each makes of the same health, and that every difference has its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.ordering import effective_order
from phoenix_tui.core.overtaking import Overtaking, Pace, pace_of
from phoenix_tui.core.snapshot import (
    AVAILABLE_STATES,
    Band,
    HealthState,
    ModelHealth,
    Placement,
    ProviderHealth,
    ReasonKind,
)
from phoenix_tui.core.types import Strategy, Target
from tests.helpers.health import Highest

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NO_PRICES: Mapping[str, float] = MappingProxyType({})


def target(name: str) -> Target:
    return Target(name, f"{name}-model")


def well(name: str, ttft: float | None = None, *, band: Band = Band.A, samples: int = 9) -> ProviderHealth:
    """A healthy provider whose answers have all begun after `ttft` seconds."""
    models: tuple[ModelHealth, ...] = ()
    if ttft is not None:
        models = (ModelHealth(f"{name}-model", samples=samples, ttft_median=ttft, ttft_p95=ttft, ttft_peak=ttft),)
    recent = () if ttft is None else (ttft,) * samples
    return ProviderHealth(name, HealthState.HEALTHY, band=band, models=models, recent=recent)


def manager(
    health: Sequence[ProviderHealth], strategy: Strategy, prices: Mapping[str, float] = NO_PRICES
) -> FallbackManager:
    names = [its.name for its in health]
    return FallbackManager(
        names, primary=names[0], rng=Highest(), strategy=strategy, prices=lambda target: prices.get(target.provider)
    )


def placed(order: FallbackManager, health: Sequence[ProviderHealth], wanted: str | None = None) -> list[Placement]:
    targets = {its.name: target(its.name) for its in health}
    return list(order.order({its.name: its for its in health}, targets, wanted=wanted))


def names_of(placements: Sequence[Placement]) -> str:
    return "".join(placement.target.provider for placement in placements)


def kinds(placements: Sequence[Placement]) -> dict[str, list[str]]:
    return {one.target.provider: [reason.kind.value for reason in one.reasons] for one in placements if one.reasons}


# -- strict


def test_strict_moves_nobody_and_passes_over_who_cannot_be_asked() -> None:
    health = [
        ProviderHealth("a", HealthState.UNAVAILABLE, reason="3 failures in a row", retry_at=NOW),
        well("b", 9.0, band=Band.D),
        ProviderHealth("c", HealthState.COOLING, retry_at=NOW),
        well("d", 0.1),
    ]
    placements = placed(manager(health, Strategy.STRICT, {"a": 9.0, "b": 9.0, "d": 1.0}), health)
    assert [(one.target.provider, one.position, one.eligible) for one in placements] == [
        ("a", 1, False),
        ("b", 2, True),
        ("c", 3, False),
        ("d", 4, True),
    ]
    assert kinds(placements) == {"a": ["state"], "c": ["cooling"]}
    assert [reason.until for one in placements for reason in one.reasons] == [NOW, NOW]


def test_strict_lets_a_request_ask_for_somebody_by_name() -> None:
    health = [well("a"), well("b"), well("c")]
    placements = placed(manager(health, Strategy.STRICT), health, wanted="c")
    assert names_of(placements) == "cab"
    assert kinds(placements) == {"a": ["pinned"], "b": ["pinned"], "c": ["pinned"]}


# -- pinned


def test_who_is_pinned_is_moved_by_nothing_but_what_keeps_it_out() -> None:
    health = [well("a", 9.0, band=Band.D), well("b", 5.0), well("c", 0.1)]
    for strategy in (Strategy.BALANCED, Strategy.LATENCY, Strategy.COST):
        order = manager(health, strategy, {"a": 9.0, "b": 5.0, "c": 0.1})
        order.set_pinned({"a"})
        placements = placed(order, health)
        assert names_of(placements)[0] == "a"
        assert [one.target.provider for one in placements if one.pinned] == ["a"]
    order.set_pinned({"a", "c"})
    assert names_of(placed(order, health)) == "abc"
    out = [ProviderHealth("a", HealthState.UNAVAILABLE), *health[1:]]
    assert names_of(placed(order, out)) == "bca"
    assert names_of(placed(order, health, wanted="b")) == "bac"


def test_a_reset_takes_the_pins_out_and_the_default_order_is_no_choice() -> None:
    order = manager([well(name) for name in "abc"], Strategy.BALANCED)

    def chosen() -> tuple[tuple[str, ...] | None, list[str]]:
        return order.chosen_order, sorted(order.pinned)

    assert chosen() == (None, [])
    order.move("c", -1)
    order.set_pinned({"c"})
    assert chosen() == (("a", "c", "b"), ["c"])
    order.reset()
    assert chosen() == (None, [])
    order.set_order(("c", "b", "a"))
    assert order.own_order == ("a", "c", "b")
    assert chosen() == (("c", "b", "a"), [])
    order.set_order(None)
    assert order.own_order == ("a", "b", "c")


# -- cost


def test_cost_puts_the_cheaper_first_and_leaves_unknown_prices_where_they_are() -> None:
    health = [well(name) for name in "abcd"]
    placements = placed(manager(health, Strategy.COST, {"a": 5.0, "c": 0.2, "d": 1.0}), health)
    assert names_of(placements) == "cbda"
    assert kinds(placements) == {"a": ["dearer", "dearer"], "c": ["cheaper"], "d": ["cheaper"]}
    words = {one.target.provider: one.reason for one in placements}
    assert words["c"] == "$0.20 for a million tokens, a costs $5.00"
    assert words["a"].startswith("$5.00 for a million tokens, c costs $0.20")


def test_cost_is_no_reason_to_prefer_the_unreliable_nor_between_equal_prices() -> None:
    health = [well("a"), well("b", band=Band.B), well("c")]
    assert names_of(placed(manager(health, Strategy.COST, {"a": 2.0, "b": 0.1, "c": 2.0}), health)) == "acb"


def test_a_local_model_costs_nothing() -> None:
    health = [well("a"), well("b")]
    order = FallbackManager(
        "ab", primary="a", rng=Highest(), strategy=Strategy.COST, local=("b",), prices=lambda target: 1.0
    )
    assert names_of(placed(order, health)) == "ba"


def test_prices_are_asked_for_by_cost_alone() -> None:
    asked: list[Target] = []

    def price(target: Target) -> None:
        asked.append(target)

    health = [well("a"), well("b")]
    order = FallbackManager("ab", primary="a", rng=Highest(), prices=price)
    for strategy in (Strategy.STRICT, Strategy.BALANCED, Strategy.LATENCY):
        order.set_strategy(strategy)
        placed(order, health)
    assert asked == []
    order.set_strategy(Strategy.COST)
    placed(order, health)
    assert [target.provider for target in asked] == ["a", "b"]
    assert order.strategy is Strategy.COST


# -- latency


def test_latency_lets_the_clearly_faster_pass_and_says_by_how_much() -> None:
    health = [well("a", 2.0), well("b", 1.5), well("c", 1.0)]
    placements = placed(manager(health, Strategy.LATENCY), health)
    assert names_of(placements) == "cab"
    assert kinds(placements)["c"] == ["faster", "faster"]
    assert kinds(placements)["a"] == ["slower"]
    words = {one.target.provider: one.reason for one in placements}
    assert words["a"] == "usually begins after 2.0 s, c after 1.0 s"


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        (well("a", 1.0), well("b", 0.69), "ba"),
        (well("a", 1.0), well("b", 0.7), "ab"),
        (well("a", 1.0, samples=4), well("b", 0.1), "ab"),
        (well("a", 1.0), well("b", 0.1, samples=4), "ab"),
        (well("a", 1.0), well("b"), "ab"),
        (well("a", 1.0), well("b", 0.1, band=Band.B), "ab"),
    ],
)
def test_a_little_faster_or_hardly_known_is_not_enough(
    first: ProviderHealth, second: ProviderHealth, order: str
) -> None:
    assert names_of(placed(manager([first, second], Strategy.LATENCY), [first, second])) == order


def test_who_cannot_be_compared_keeps_its_place() -> None:
    health = [well("a", 1.0), well("b"), well("c", 0.1)]
    placements = placed(manager(health, Strategy.LATENCY), health)
    assert names_of(placements) == "cba"
    assert "b" not in kinds(placements)


def test_once_ahead_it_stays_until_it_is_no_faster_at_all() -> None:
    order = manager([well("a", 1.0), well("b", 1.0)], Strategy.LATENCY)

    def shown(ttft: float) -> str:
        return names_of(placed(order, [well("a", 1.0), well("b", ttft)]))

    assert [shown(ttft) for ttft in (0.8, 0.6, 0.8, 0.99, 1.0, 0.8, 0.6)] == ["ab", "ba", "ba", "ba", "ab", "ab", "ba"]


@pytest.mark.parametrize(
    ("median", "peak", "order_after"),
    [(0.3, 30.0, "ba"), (1.1, 0.3, "ab")],  # one slow answer; answers that are usually slow
)
def test_one_slow_answer_does_not_cost_the_place_that_it_could_not_have_won(
    median: float, peak: float, order_after: str
) -> None:
    a = well("a", 1.0)

    def b(median: float, peak: float) -> ProviderHealth:
        model = ModelHealth("b-model", samples=9, ttft_median=median, ttft_peak=peak)
        return ProviderHealth("b", HealthState.HEALTHY, models=(model,), recent=(0.3,) * 9)

    order = manager([a, b(0.3, 0.3)], Strategy.LATENCY)
    assert names_of(placed(order, [a, b(median, peak)])) == "ab"
    assert names_of(placed(order, [a, b(0.3, 0.3)])) == "ba"
    assert names_of(placed(order, [a, b(median, peak)])) == order_after


def test_the_newest_answers_tell_that_it_has_become_slow_long_before_the_median_does() -> None:
    a = well("a", 1.0)
    model = ModelHealth("b-model", samples=500, ttft_median=0.3, ttft_peak=0.3)
    order = manager([a, ProviderHealth("b", HealthState.HEALTHY, models=(model,))], Strategy.LATENCY)

    def shown(recent: tuple[float | None, ...]) -> str:
        return names_of(placed(order, [a, ProviderHealth("b", HealthState.HEALTHY, models=(model,), recent=recent)]))

    fast, slow = (0.3,) * 40, (5.0,)
    assert shown(fast) == "ba"
    assert shown(fast + slow * 11) == "ba"
    assert shown(fast + (None, *slow) * 13) == "ab"
    assert shown(fast + slow * 11) == "ba"


def test_another_model_has_won_nothing_yet() -> None:
    a, fast = well("a", 1.0), well("b", 0.3)
    order = manager([a, fast], Strategy.LATENCY)
    assert names_of(placed(order, [a, fast])) == "ba"
    health = {"a": a, "b": fast}
    other = {"a": target("a"), "b": Target("b", "new-model")}
    assert names_of(order.order(health, other)) == "ab"


def test_who_is_down_for_a_while_comes_back_to_the_place_it_had_won() -> None:
    a, fast = well("a", 1.0), well("b", 0.9)
    order = manager([a, fast], Strategy.LATENCY)
    placed(order, [a, well("b", 0.5)])
    down = ProviderHealth("b", HealthState.UNAVAILABLE, models=fast.models, recent=fast.recent)
    assert names_of(placed(order, [a, down])) == "ab"
    assert names_of(placed(order, [a, fast])) == "ba"


def test_the_pace_of_an_unknown_model_is_not_known() -> None:
    its = well("a", 1.0)
    assert pace_of(target("a"), its) == Pace(target("a"), 1.0, 1.0, 1.0)
    assert pace_of(Target("a", "other"), its) is None


paces = st.lists(st.tuples(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.1, 10)), min_size=2, max_size=5).map(
    lambda rows: [Pace(Target(str(number)), *row) for number, row in enumerate(rows)]
)


@given(st.lists(paces, min_size=1, max_size=5))
def test_looking_twice_changes_nothing(history: list[list[Pace]]) -> None:
    overtaking = Overtaking()
    for seen in history:
        assert overtaking.look(seen) == overtaking.look(seen)


# -- reasons

moments = st.none() | st.integers(1, 90).map(lambda seconds: NOW + timedelta(seconds=seconds))


@st.composite
def providers(draw: st.DrawFn) -> list[ProviderHealth]:
    healths = []
    for name in "abcde"[: draw(st.integers(1, 5))]:
        its = well(name, draw(st.none() | st.sampled_from([0.1, 0.4, 0.5, 1.0])), band=draw(st.sampled_from(Band)))
        state = draw(st.sampled_from(HealthState) | st.just(HealthState.HEALTHY))
        healths.append(
            ProviderHealth(
                name,
                state,
                band=its.band,
                models=its.models,
                recent=its.recent,
                reason=draw(st.sampled_from(["", "said so"])),
                retry_at=draw(moments) if state not in AVAILABLE_STATES else None,
                on_trial=draw(st.booleans()),
            )
        )
    return healths


@given(
    providers(),
    st.sampled_from(Strategy),
    st.none() | st.sampled_from("abcde"),
    st.dictionaries(st.sampled_from("abcde"), st.sampled_from([0.0, 1.0, 2.0])),
    st.sets(st.sampled_from("abcde")),
    st.booleans(),
    st.sets(st.sampled_from("abcde")),
)
def test_every_difference_has_a_reason_and_nothing_else_has(
    health: list[ProviderHealth],
    strategy: Strategy,
    wanted: str | None,
    prices: dict[str, float],
    without_target: set[str],
    over_budget: bool,
    pinned: set[str],
) -> None:
    names = [its.name for its in health]
    order = manager(health, strategy, prices)
    order.set_pinned(pinned)
    targets = {name: target(name) for name in names if name not in without_target}
    by_name = {its.name: its for its in health}
    wished = wanted if wanted in names else None
    placements = order.order(by_name, targets, wanted=wished, over_budget=over_budget)
    assert sorted(one.target.provider for one in placements) == names
    assert [one.position for one in placements] == list(range(1, len(names) + 1))
    for one in placements:
        differs = one.position != one.own_position or not one.eligible
        on_trial = by_name[one.target.provider].state is HealthState.PROBATION
        assert bool(one.reasons) == (differs or on_trial), one
        assert one.reason == "; ".join(reason.words for reason in one.reasons)
        assert all(reason.words for reason in one.reasons)
        assert len({reason.words for reason in one.reasons}) == len(one.reasons)
    asked = [one.target.provider for one in placements if one.eligible]
    kept = [name for name in names if name in asked and name != wished]
    for name in pinned & set(kept):
        assert [one for one in asked if one != wished].index(name) == kept.index(name)
    if strategy is Strategy.STRICT:
        assert asked == sorted(asked, key=lambda name: (name != wished, names.index(name)))
    else:
        assert [one.eligible for one in placements] == sorted((one.eligible for one in placements), reverse=True)
    assert order.order(by_name, targets, wanted=wished, over_budget=over_budget) == placements


def test_the_words_of_each_state_that_brings_none() -> None:
    names = [state.value for state in HealthState]
    health = {state.value: ProviderHealth(state.value, state, on_trial=True) for state in HealthState}
    placements = effective_order(names, health, {name: target(name) for name in names})
    words = {one.target.provider: one.reason for one in placements if not one.eligible}
    assert words == {
        "probation": "a trial request is under way",
        "cooling": "rests until its rate limit is over",
        "unavailable": "failed too often in a row",
        "offline": "this machine seems to be offline",
        "blocked": "key, rights or credit must be mended first",
        "disabled": "switched off",
        "unconfigured": "not set up",
    }
    assert [one.target.provider for one in placements if not one.eligible] == list(words)


def test_a_rate_of_success_is_told_only_where_it_is_one_to_stand_back_for() -> None:
    good = (0.5,) * 20
    for recent, words in (
        ((), "it has been less reliable than others"),
        (good, "it has been less reliable than others"),
        ((*good, None, None), "91 % of recent requests succeeded, others do better"),
    ):
        health = [ProviderHealth("a", HealthState.HEALTHY, band=Band.B, recent=recent), well("b")]
        placements = placed(manager(health, Strategy.BALANCED), health)
        assert [(one.target.provider, one.reason) for one in placements] == [
            ("b", "others before it are less reliable"),
            ("a", words),
        ]
        assert [one.reasons[0].kind for one in placements] == [ReasonKind.PASSED, ReasonKind.UNRELIABLE]
