"""Order and decisions at their edges: ties, exact limits, what another request did meanwhile, what people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from phoenix_tui.core import offline
from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.overtaking import Pace, pace_of
from phoenix_tui.core.snapshot import Band, HealthState, ModelHealth, Placement, ProviderHealth, ReasonKind
from phoenix_tui.core.types import Strategy, Target
from tests.helpers.health import Bench, Highest, aborted, failed, ok

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=5), NOW + timedelta(seconds=50)
DOWN = (failed(), failed(), failed())


def target(name: str) -> Target:
    return Target(name, f"{name}-model")


def well(name: str, ttft: float) -> ProviderHealth:
    """A healthy provider whose last five answers have all begun after `ttft` seconds."""
    model = ModelHealth(f"{name}-model", samples=5, ttft_median=ttft, ttft_p95=ttft, ttft_peak=ttft)
    return ProviderHealth(name, HealthState.HEALTHY, models=(model,), recent=(ttft,) * 5)


def placed(
    health: Sequence[ProviderHealth],
    strategy: Strategy = Strategy.BALANCED,
    *,
    manager: FallbackManager | None = None,
    wanted: str | None = None,
) -> list[Placement]:
    names = [its.name for its in health]
    order = manager or FallbackManager(names, primary=names[0], rng=Highest(), strategy=strategy)
    targets = {name: target(name) for name in names}
    return list(order.order({its.name: its for its in health}, targets, wanted=wanted))


def names_of(placements: Sequence[Placement]) -> str:
    return "".join(placement.target.provider for placement in placements)


def ended(decision: Decision) -> str:
    assert isinstance(decision, GiveUp)
    return decision.reason


# -- going on with a cut answer


def resumed(bench: Bench, tried: Tried) -> Decision:
    return bench.manager.decide(
        tried=[tried],
        health=bench.monitor.by_name(bench.models),
        targets=bench.targets,
        now=bench.clock.wall(),
        resumes=True,
    )


def test_a_broken_connection_is_gone_on_with_at_once_by_who_spoke() -> None:
    bench = Bench()
    decision = resumed(bench, bench.tried("a", aborted(ErrorClass.NETWORK)))
    assert isinstance(decision, Try)
    assert (decision.target.provider, decision.wait, decision.retry) == ("a", 0.0, True)
    assert decision.reason == "once more after: connection failed"


@pytest.mark.parametrize("kind", [ErrorClass.TIMEOUT, ErrorClass.UNKNOWN, ErrorClass.AUTH])
def test_who_fell_silent_or_refused_is_not_the_one_to_go_on(kind: ErrorClass) -> None:
    bench = Bench()
    decision = resumed(bench, bench.tried("a", aborted(kind)))
    assert isinstance(decision, Try)
    assert decision.target.provider == "b"


# -- what another request did meanwhile


def test_a_rate_limit_without_a_time_is_not_waited_out_though_another_request_was_answered() -> None:
    bench = Bench()
    limited = bench.tried("a", failed(ErrorClass.RATE_LIMIT))
    bench.run("a", ok())
    assert bench.state("a") is HealthState.HEALTHY
    assert bench.next_name(limited) == "b"


def test_a_pause_that_was_asked_for_is_kept_though_another_request_was_answered() -> None:
    bench = Bench()
    overloaded = bench.tried("a", failed(ErrorClass.OVERLOADED, retry_after=1.5))
    bench.run("a", ok())
    decision = bench.decide(overloaded)
    assert isinstance(decision, Try)
    assert (decision.target.provider, decision.wait) == ("a", 1.5)


def test_a_short_wait_is_as_long_as_it_was_asked_for() -> None:
    bench = Bench()
    decision = bench.decide(bench.tried("a", failed(ErrorClass.RATE_LIMIT, retry_after=0.6)))
    assert isinstance(decision, Try)
    assert decision.wait == pytest.approx(0.6, abs=1e-6)


# -- need


def test_in_need_those_before_the_chosen_one_are_told_and_the_chosen_one_is_not() -> None:
    bench = Bench(names=("a", "b", "c"))
    bench.run("a", failed(ErrorClass.AUTH))
    bench.run("b", *DOWN)
    bench.run("c", failed(ErrorClass.AUTH))
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert decision.target.provider == "b"
    assert decision.reason == "the first to recover; nobody else can be asked"
    assert [one.target.provider for one in decision.skipped] == ["a"]


# -- what people are told


def test_who_is_asked_instead_is_asked_with_the_reason_of_its_place() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert (decision.target.provider, decision.reason) == ("b", "others before it cannot be asked now")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ErrorClass.CONTENT_FILTER, "refuses the content"),
        (ErrorClass.CANCELLED, "was stopped"),
        (ErrorClass.BAD_REQUEST, "does not accept this request as it is"),
    ],
)
def test_a_fault_that_ends_the_request_says_why_nobody_else_is_asked(kind: ErrorClass, words: str) -> None:
    bench = Bench()
    assert words in ended(bench.decide(bench.tried("a", failed(kind))))


def test_the_other_ends_of_a_request_say_why_too() -> None:
    bench = Bench()
    assert "begun to call a tool" in ended(bench.decide(bench.tried("a", aborted(), tool_call=True)))
    assert "provider is asked for this request" in ended(
        bench.decide(bench.tried("b", failed(ErrorClass.TIMEOUT)), fallback=False)
    )
    refused = Bench(names=("a", "b"))
    refused.run("a", failed(ErrorClass.AUTH))
    refused.run("b", failed(ErrorClass.AUTH))
    assert "(a: the key was refused; b: the key was refused)" in ended(refused.decide())


# -- order


def test_who_is_blocked_stays_in_the_persons_order_whenever_each_is_back() -> None:
    health = [
        ProviderHealth("a", HealthState.BLOCKED, retry_at=LATER),
        ProviderHealth("b", HealthState.BLOCKED, retry_at=SOON),
        ProviderHealth("c", HealthState.COOLING, retry_at=LATER),
        ProviderHealth("d", HealthState.COOLING, retry_at=SOON),
    ]
    placements = placed(health)
    assert names_of(placements) == "dcab"
    assert [(reason.kind, reason.until) for one in placements for reason in one.reasons] == [
        (ReasonKind.COOLING, SOON),
        (ReasonKind.COOLING, LATER),
        (ReasonKind.BLOCKED, LATER),
        (ReasonKind.BLOCKED, SOON),
    ]


def test_the_faster_one_passes_only_whom_it_is_clearly_faster_than() -> None:
    health = [well("a", 1.0), well("b", 2.0), well("c", 1.2)]
    assert names_of(placed(health, Strategy.LATENCY)) == "acb"


def test_who_keeps_its_place_between_two_that_changed_theirs_needs_no_reason() -> None:
    down = ProviderHealth("a", HealthState.UNAVAILABLE, retry_at=LATER)
    placements = placed([down, well("b", 1.0), well("c", 1.0)], wanted="c")
    assert names_of(placements) == "cba"
    assert placements[1].reasons == ()


def test_reasons_are_of_their_kind() -> None:
    under_way = ProviderHealth("a", HealthState.PROBATION, on_trial=True)
    placements = placed([under_way, ProviderHealth("b", HealthState.PROBATION), well("c", 1.0)])
    assert names_of(placements) == "bca"
    assert {one.target.provider: [(its.kind, its.words) for its in one.reasons] for one in placements} == {
        "b": [
            (ReasonKind.PASSED, "others before it cannot be asked now"),
            (ReasonKind.TRIAL, "its next request is its trial"),
        ],
        "c": [(ReasonKind.PASSED, "others before it cannot be asked now")],
        "a": [(ReasonKind.TRIAL, "a trial request is under way")],
    }


def test_who_has_a_wait_ahead_rests_whatever_its_state() -> None:
    (placement,) = placed([ProviderHealth("a", HealthState.SUSPECT, retry_at=SOON)])
    assert not placement.eligible
    assert [(its.kind, its.words, its.until) for its in placement.reasons] == [(ReasonKind.COOLING, "rests", SOON)]


def test_nineteen_of_twenty_is_no_rate_to_be_blamed_for() -> None:
    recent = (0.5,) * 19 + (None,)
    placements = placed([ProviderHealth("a", HealthState.HEALTHY, band=Band.B, recent=recent), well("b", 1.0)])
    assert placements[1].reason == "it has been less reliable than others"


# -- pace


@pytest.mark.parametrize(("usual", "peak", "lately"), [(0.7, 0.1, 0.1), (0.1, 0.7, 0.1), (0.1, 0.1, 0.7)])
def test_each_of_the_three_times_has_to_be_clearly_better(usual: float, peak: float, lately: float) -> None:
    other = Pace(target("a"), 1.0, 1.0, 1.0)
    assert not Pace(target("b"), usual, peak, lately).clearly_before(other)
    assert Pace(target("b"), 0.69, 0.69, 0.69).clearly_before(other)


@pytest.mark.parametrize(("usual", "lately"), [(1.0, 0.5), (0.5, 1.0)])
def test_as_fast_is_not_faster(usual: float, lately: float) -> None:
    assert not Pace(target("b"), usual, 1.0, lately).before(Pace(target("a"), 1.0, 1.0, 1.0))


def test_without_newest_answers_the_usual_time_is_the_newest() -> None:
    model = ModelHealth("a-model", samples=9, ttft_median=1.0, ttft_peak=3.0)
    health = ProviderHealth("a", HealthState.HEALTHY, models=(model,), recent=(None,))
    assert pace_of(target("a"), health) == Pace(target("a"), 1.0, 3.0, 1.0)
    unpeaked = ProviderHealth("a", HealthState.HEALTHY, models=(ModelHealth("a-model", samples=9, ttft_median=1.0),))
    assert pace_of(target("a"), unpeaked) is None


def test_who_was_faster_before_anybody_compared_has_won_nothing() -> None:
    order = FallbackManager("ab", primary="a", rng=Highest())
    placed([well("a", 1.0), well("b", 0.1)], manager=order)
    order.set_strategy(Strategy.LATENCY)
    assert names_of(placed([well("a", 1.0), well("b", 0.9)], manager=order)) == "ab"


# -- beside a late one


def test_the_model_that_the_person_named_may_be_asked_beside_another_whatever_its_window() -> None:
    bench = Bench()

    def beside_a(named: str | None) -> Target | None:
        return bench.manager.another_for_hedge(
            bench.targets["a"],
            tried=(),
            health=bench.monitor.by_name(bench.models),
            targets=bench.targets,
            tokens=5_000,
            windows={"b": 100},
            named=named,
        )

    assert (beside_a("b-model"), beside_a(None)) == (bench.targets["b"], bench.targets["c"])


# -- the network


def test_after_a_sleep_looks_for_the_network_begin_anew_and_do_not_become_a_storm() -> None:
    now = Moment(100.0, 1_000.0)
    network = offline.lost(now)
    for _ in range(4):
        network = offline.checked_in_vain(network, now)
    woken = offline.woken(network, now)
    assert woken.check_at == now
    waits = []
    for _ in range(6):
        woken = offline.checked_in_vain(woken, now)
        assert woken.check_at == now.plus(woken.wait)
        waits.append(woken.wait)
    assert waits == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
