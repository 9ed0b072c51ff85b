"""When nobody is fit to be asked: a question is not refused while there is somebody who might answer it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.decision import Decision, GiveUp, Tried, Try
from phoenix_tui.core.errors import ErrorClass, Phase
from phoenix_tui.core.snapshot import HealthState
from tests.helpers.health import Bench, failed

DOWN = (failed(), failed(), failed())


def offline(bench: Bench, *tried: Tried, states: dict[str, HealthState] | None = None) -> Decision:
    """The next step while all hosted providers, or those in `states`, are seen as offline."""
    seen = states or {name: HealthState.OFFLINE for name in bench.names if name not in bench.local}
    health = {
        name: replace(its, state=seen.get(name, its.state)) for name, its in bench.monitor.by_name(bench.models).items()
    }
    return bench.manager.decide(tried=tried, health=health, targets=bench.targets, now=bench.clock.wall())


def name_of(decision: Decision) -> str | None:
    return decision.target.provider if isinstance(decision, Try) else None


def test_after_others_have_failed_one_that_is_thought_to_be_down_is_tried_once() -> None:
    bench = Bench(names=("a", "b", "c"))
    bench.run("b", *DOWN)
    bench.clock.move(2)
    bench.run("c", *DOWN)
    first = bench.tried("a", failed(ErrorClass.TIMEOUT))
    decision = bench.decide(first)
    assert isinstance(decision, Try)
    assert (decision.target.provider, decision.retry, decision.skipped) == ("b", False, ())
    second = bench.tried("b", failed(ErrorClass.TIMEOUT))
    assert second.in_need
    assert isinstance(bench.decide(first, second), GiveUp)


@pytest.mark.parametrize(
    ("kind", "asked", "expected"),
    [
        (ErrorClass.RATE_LIMIT, 30.0, None),
        (ErrorClass.RATE_LIMIT, 2.0, "b"),
        (ErrorClass.QUOTA, None, None),
        (ErrorClass.AUTH, None, None),
    ],
)
def test_after_others_have_failed_a_providers_own_word_is_respected(
    kind: ErrorClass, asked: float | None, expected: str | None
) -> None:
    bench = Bench(names=("a", "b"))
    bench.run("b", failed(kind, retry_after=asked))
    decision = bench.decide(bench.tried("a", failed(ErrorClass.TIMEOUT)))
    assert name_of(decision) == expected
    if isinstance(decision, Try):
        assert decision.wait == pytest.approx(2.0, abs=0.001)


def test_a_request_that_has_slept_waits_for_nobody_more() -> None:
    bench = Bench(names=("a", "b"))
    bench.run("b", failed(ErrorClass.RATE_LIMIT, retry_after=2.0))
    tried = bench.tried("a", failed(ErrorClass.TIMEOUT), waited=1.5)
    assert isinstance(bench.decide(tried), GiveUp)


def test_without_fallback_nobody_is_asked_in_need_either() -> None:
    bench = Bench(names=("a", "b"))
    bench.run("b", *DOWN)
    assert bench.next_name(bench.tried("a", failed(ErrorClass.TIMEOUT)), fallback=False) is None


def test_seemingly_offline_a_local_one_is_asked_and_a_hosted_one_only_after_it() -> None:
    bench = Bench(names=("a", "b", "local"), local=("local",))
    decision = offline(bench)
    assert name_of(decision) == "local"
    assert [one.reason for one in decision.skipped] == ["this machine seems to be offline"] * 2
    first = bench.tried("local", failed(ErrorClass.NETWORK, phase=Phase.CONNECT))
    assert name_of(offline(bench, first)) == "a"
    second = Tried(bench.targets["a"], HealthState.OFFLINE, failed(ErrorClass.NETWORK))
    assert isinstance(offline(bench, first, second), GiveUp)


def test_seemingly_offline_with_nothing_local_one_hosted_provider_is_tried_once() -> None:
    bench = Bench(names=("a", "b"))
    assert name_of(offline(bench)) == "a"
    tried = Tried(bench.targets["a"], HealthState.OFFLINE, failed(ErrorClass.OFFLINE))
    assert isinstance(offline(bench, tried), GiveUp)


def test_who_has_just_seen_the_network_gone_does_not_try_another_hosted_one() -> None:
    bench = Bench(names=("a", "b"))
    assert isinstance(offline(bench, bench.tried("a", failed(ErrorClass.OFFLINE))), GiveUp)


def test_a_local_one_that_is_down_comes_before_a_hosted_one_that_is_offline() -> None:
    bench = Bench(names=("a", "local"), local=("local",))
    bench.run("local", *DOWN)
    assert name_of(offline(bench)) == "local"


def test_a_trial_under_way_does_not_shut_everybody_else_out() -> None:
    bench = Bench(names=("a",))
    bench.run("a", *DOWN)
    bench.clock.move(61)
    bench.begin("a")
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert decision.wait == 0


def test_while_anybody_is_configured_and_not_refused_somebody_is_always_asked_first() -> None:
    """Each state alone, as the only provider there is."""
    asked = set()
    for state in HealthState:
        bench = Bench(names=("a",))
        if name_of(offline(bench, states={"a": state})) == "a":
            asked.add(state)
    assert set(HealthState) - asked == {HealthState.BLOCKED, HealthState.DISABLED, HealthState.UNCONFIGURED}
