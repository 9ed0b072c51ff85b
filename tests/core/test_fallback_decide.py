"""What a request does next, for every class of fault and every limit."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.decision import GiveUp, Tried, Try
from phoenix_tui.core.errors import ErrorClass, Phase
from phoenix_tui.core.fallback import FallbackManager, most_actionable, next_retry_at
from phoenix_tui.core.policy import CONSEQUENCES
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, OutcomeKind, Target
from tests.helpers.health import Bench, Highest, aborted, error, failed, ok, seeded

DOWN = (failed(), failed(), failed())


@dataclass(frozen=True)
class Row:
    """What one fault does: to the counts and the state of who failed, and to the request."""

    failures: int
    consecutive: int
    state: HealthState
    retry_after: float | None
    """Seconds before the same provider is asked again; None when it is not."""
    goes_on: bool = True


COUNTS = (1, 1, HealthState.SUSPECT)
NEUTRAL = (0, 0, HealthState.UNKNOWN)
NEUTRAL_REST = (0, 0, HealthState.COOLING)
BLOCKS = (1, 0, HealthState.BLOCKED)
TABLE: dict[ErrorClass, Row] = {
    ErrorClass.AUTH: Row(*BLOCKS, retry_after=None),
    ErrorClass.PERMISSION: Row(*BLOCKS, retry_after=None),
    ErrorClass.QUOTA: Row(*BLOCKS, retry_after=None),
    ErrorClass.RATE_LIMIT: Row(1, 1, HealthState.COOLING, retry_after=None),
    ErrorClass.OVERLOADED: Row(*COUNTS, retry_after=0.48),
    ErrorClass.SERVER: Row(*COUNTS, retry_after=0.48),
    ErrorClass.TIMEOUT: Row(*COUNTS, retry_after=None),
    ErrorClass.NETWORK: Row(*COUNTS, retry_after=None),
    ErrorClass.OFFLINE: Row(*COUNTS, retry_after=None),
    ErrorClass.CONTEXT_LENGTH: Row(*NEUTRAL, retry_after=None),
    ErrorClass.CONTENT_FILTER: Row(*NEUTRAL, retry_after=None, goes_on=False),
    ErrorClass.MODEL_NOT_FOUND: Row(*NEUTRAL_REST, retry_after=None),
    ErrorClass.MODEL_NOT_READY: Row(*NEUTRAL_REST, retry_after=None),
    ErrorClass.BAD_REQUEST: Row(*NEUTRAL, retry_after=None, goes_on=False),
    ErrorClass.PROTOCOL: Row(*COUNTS, retry_after=0.0),
    ErrorClass.CANCELLED: Row(*NEUTRAL, retry_after=None, goes_on=False),
    ErrorClass.UNKNOWN: Row(*COUNTS, retry_after=None),
}


@pytest.mark.parametrize("kind", list(ErrorClass))
def test_every_class_does_what_the_table_says(kind: ErrorClass) -> None:
    row = TABLE[kind]
    bench = Bench()
    tried = bench.tried("a", failed(kind, phase=Phase.HEADERS))
    health = bench.monitor.health("a")
    assert (health.failed_requests, health.consecutive_failures, health.state) == (
        row.failures,
        row.consecutive,
        row.state,
    )
    decision = bench.decide(tried)
    if not row.goes_on:
        assert isinstance(decision, GiveUp)
        assert decision.cause is tried
    elif row.retry_after is None:
        assert isinstance(decision, Try)
        assert (decision.target, decision.wait, decision.retry) == (bench.targets["b"], 0.0, False)
    else:
        assert isinstance(decision, Try)
        assert (decision.target, decision.retry) == (bench.targets["a"], True)
        assert decision.wait == pytest.approx(row.retry_after)
        again = bench.tried("a", failed(kind), waited=decision.wait)
        assert bench.next_name(tried, again) == "b"


@pytest.mark.parametrize("kind", list(ErrorClass))
def test_after_something_was_shown_nobody_is_asked_twice(kind: ErrorClass) -> None:
    bench = Bench()
    expected = "b" if TABLE[kind].goes_on else None
    assert bench.next_name(bench.tried("a", aborted(kind, retry_after=1.0))) == expected
    only_reasoned = Outcome(OutcomeKind.FAILED, 3.0, error=error(kind, retry_after=1.0), ttft=0.5)
    assert Bench().next_name(Bench().tried("a", only_reasoned)) == expected


@pytest.mark.parametrize("kind", list(ErrorClass))
def test_once_a_tool_call_has_begun_nobody_is_asked(kind: ErrorClass) -> None:
    bench = Bench()
    assert bench.next_name(bench.tried("a", aborted(kind), tool_call=True)) is None


@pytest.mark.parametrize("kind", list(ErrorClass))
def test_without_fallback_only_the_first_is_asked(kind: ErrorClass) -> None:
    bench = Bench()
    assert bench.next_name(fallback=False) == "a"
    tried = bench.tried("a", failed(kind, phase=Phase.HEADERS))
    expected = "a" if TABLE[kind].retry_after is not None else None
    assert bench.next_name(tried, fallback=False) == expected
    assert bench.next_name(wanted="c", fallback=False) == "c"


@pytest.mark.parametrize(
    ("code", "phase", "wait"),
    [
        ("reset", Phase.HEADERS, 0.0),
        ("reset", Phase.CONNECT, 0.0),
        ("reset", Phase.FIRST_TOKEN, None),
        ("refused", Phase.CONNECT, None),
        ("tls", Phase.CONNECT, None),
        (None, Phase.HEADERS, None),
    ],
)
def test_only_a_connection_reset_before_headers_is_tried_again_at_once(
    code: str | None, phase: Phase, wait: float | None
) -> None:
    bench = Bench()
    decision = bench.decide(bench.tried("a", failed(ErrorClass.NETWORK, code=code, phase=phase)))
    assert isinstance(decision, Try)
    assert (decision.wait if decision.retry else None) == wait


@pytest.mark.parametrize(
    ("asked", "wait"), [(None, None), (0.0, 0.48), (1.5, 1.5), (2.0, 2.0), (3.0, 3.0), (3.1, None), (-1.0, None)]
)
def test_a_rate_limit_is_waited_out_only_when_its_end_is_known_and_near(
    asked: float | None, wait: float | None
) -> None:
    bench = Bench()
    decision = bench.decide(bench.tried("a", failed(ErrorClass.RATE_LIMIT, retry_after=asked)))
    assert isinstance(decision, Try)
    assert (decision.wait if decision.retry else None) == (None if wait is None else pytest.approx(wait, abs=0.001))
    assert asked is None or not decision.retry or decision.wait >= asked


@pytest.mark.parametrize("kind", [ErrorClass.SERVER, ErrorClass.OVERLOADED])
@pytest.mark.parametrize(("asked", "wait"), [(1.0, 1.0), (2.0, 2.0), (2.1, None), (120.0, None)])
def test_a_failing_provider_that_asks_for_a_pause_gets_it(kind: ErrorClass, asked: float, wait: float | None) -> None:
    bench = Bench()
    decision = bench.decide(bench.tried("a", failed(kind, retry_after=asked)))
    assert isinstance(decision, Try)
    assert (decision.wait if decision.retry else None) == (None if wait is None else pytest.approx(wait, abs=0.001))


@pytest.mark.parametrize("kind", [ErrorClass.SERVER, ErrorClass.OVERLOADED])
def test_who_was_suspect_before_gets_no_second_chance_in_the_same_request(kind: ErrorClass) -> None:
    bench = Bench()
    bench.run("a", ok())
    assert bench.next_name(bench.tried("a", failed(kind))) == "a"
    assert bench.next_name(bench.tried("a", failed(kind))) == "b"


def test_who_was_made_unavailable_by_the_attempt_is_not_asked_again() -> None:
    bench = Bench()
    bench.run("a", failed(), failed())
    assert bench.next_name(bench.tried("a", failed(ErrorClass.PROTOCOL))) == "b"


def test_another_request_may_have_been_told_to_wait_longer() -> None:
    bench = Bench()
    tried = bench.tried("a", failed(ErrorClass.RATE_LIMIT, retry_after=1.0))
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=30.0))
    assert bench.next_name(tried) == "b"


def test_a_request_retries_twice_at_the_most_and_sleeps_three_seconds_at_the_most() -> None:
    bench = Bench(names=("a", "b", "c", "d"))
    tried: list[Tried] = []
    asked = []
    while isinstance(decision := bench.decide(*tried), Try):
        asked.append(decision.target.provider)
        tried.append(bench.tried(asked[-1], failed(ErrorClass.SERVER), waited=decision.wait))
    assert asked == ["a", "a", "b", "b", "c", "d"]
    bench = Bench()
    first = bench.tried("a", failed(ErrorClass.RATE_LIMIT, retry_after=2.0))
    second = bench.tried("a", failed(ErrorClass.TIMEOUT), waited=2.0)
    third = bench.tried("b", failed(ErrorClass.RATE_LIMIT, retry_after=2.0))
    assert bench.next_name(first, second, third) == "c"


@pytest.mark.parametrize(("status", "expected"), [(400, None), (413, "b"), (422, None)])
def test_a_request_too_large_for_one_may_fit_another(status: int, expected: str | None) -> None:
    bench = Bench()
    assert bench.next_name(bench.tried("a", failed(ErrorClass.BAD_REQUEST, status=status))) == expected


def test_a_redirect_is_no_fault_of_the_provider_and_not_followed_by_asking_again() -> None:
    for status in (300, 302, 399):
        bench = Bench()
        assert bench.next_name(bench.tried("a", failed(ErrorClass.PROTOCOL, status=status))) == "b"
        assert bench.monitor.health("a").failed_requests == 0
    for status in (200, 400):
        assert Bench().next_name(Bench().tried("a", failed(ErrorClass.PROTOCOL, status=status))) == "a"


def test_offline_asks_this_machine_first() -> None:
    bench = Bench(names=("a", "b", "c"), local=("c",))
    tried = bench.tried("a", failed(ErrorClass.OFFLINE))
    assert bench.next_name(tried) == "c"
    assert bench.next_name(tried, bench.tried("c", failed(ErrorClass.NETWORK))) == "b"


def test_a_named_provider_is_asked_first_and_the_others_after_it() -> None:
    bench = Bench()
    assert bench.next_name(wanted="c") == "c"
    tried = bench.tried("c", failed(ErrorClass.TIMEOUT))
    assert bench.next_name(tried, wanted="c") == "a"
    assert bench.monitor.health("c").consecutive_failures == 1


def test_a_named_provider_in_an_outage_is_passed_over_and_said_to_be() -> None:
    bench = Bench()
    bench.run("c", *DOWN)
    decision = bench.decide(wanted="c")
    assert isinstance(decision, Try)
    assert decision.target.provider == "a"
    assert [placement.target.provider for placement in decision.skipped] == ["c"]


def test_a_named_provider_outside_the_order_is_asked_too() -> None:
    bench = Bench()
    bench.manager = FallbackManager(("a", "b"), primary="a", rng=Highest())
    assert bench.next_name(wanted="c") == "c"
    tried = [bench.tried(name, failed(ErrorClass.TIMEOUT)) for name in ("a", "b")]
    assert bench.next_name(*tried) is None


def test_the_first_decision_tells_who_was_passed_over_and_why() -> None:
    bench = Bench(names=("a", "b", "c", "d"))
    bench.run("a", failed(ErrorClass.AUTH))
    bench.monitor.set_configured("b", False)
    bench.run("c", *DOWN)
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert decision.target.provider == "d"
    assert [(one.target.provider, one.reason) for one in decision.skipped] == [
        ("c", "3 failures in a row, the last: server error"),
        ("a", "the key was refused"),
    ]
    later = bench.decide(bench.tried("d", failed(ErrorClass.SERVER)))
    assert isinstance(later, Try)
    assert later.skipped == ()


def test_when_nobody_is_fit_the_first_to_recover_is_tried_once() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(2)
    bench.run("b", *DOWN)
    bench.run("c", failed(ErrorClass.AUTH))
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert (decision.target.provider, decision.wait) == ("a", 0.0)
    ended = bench.decide(bench.tried("a", failed(ErrorClass.TIMEOUT)))
    assert isinstance(ended, GiveUp)
    assert ended.next_retry_at is not None
    assert ended.next_retry_at > bench.clock.wall()


def test_need_waits_for_a_recovery_that_is_near_and_prefers_this_machine_among_equals() -> None:
    bench = Bench(names=("a", "b"), local=("b",))
    for name in ("a", "b"):
        bench.run(name, *DOWN)
    bench.clock.move(4)
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert decision.target.provider == "b"
    assert decision.wait == pytest.approx(2.0, abs=0.001)


def test_need_asks_who_is_blocked_last() -> None:
    bench = Bench(names=("a", "b"))
    bench.run("a", failed(ErrorClass.QUOTA, retry_after=1.0))
    bench.run("b", *DOWN)
    assert bench.next_name() == "b"


def test_need_does_not_sleep_for_a_recovery_that_is_far() -> None:
    bench = Bench(names=("a",))
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=3.5))
    decision = bench.decide()
    assert isinstance(decision, Try)
    assert (decision.target.provider, decision.wait) == ("a", 0.0)


def test_the_pause_before_a_retry_is_scattered_around_its_mean() -> None:
    waits = set()
    for seed in range(40):
        bench = Bench()
        bench.manager = FallbackManager(bench.names, primary="a", rng=seeded(seed))
        decision = bench.decide(bench.tried("a", failed()))
        assert isinstance(decision, Try)
        waits.add(decision.wait)
    assert 0.32 <= min(waits) < 0.36
    assert 0.44 < max(waits) <= 0.48


def test_need_tries_a_used_up_quota_but_never_a_refused_key() -> None:
    bench = Bench(names=("a", "b"))
    bench.run("a", failed(ErrorClass.AUTH))
    bench.run("b", failed(ErrorClass.QUOTA))
    assert bench.next_name() == "b"
    assert bench.next_name(wanted="a", fallback=False) is None
    decision = bench.decide(wanted="a", fallback=False)
    assert isinstance(decision, GiveUp)
    assert decision.cause is None
    assert decision.reason == "No provider can be asked now (a: the key was refused)."
    assert [placement.target.provider for placement in decision.skipped] == ["a"]


def test_with_nothing_set_up_nothing_is_asked_and_the_sentence_says_so() -> None:
    bench = Bench()
    for name in bench.names:
        bench.monitor.set_configured(name, False)
    decision = bench.decide()
    assert decision == GiveUp("No provider can be asked now (a: no key).")


@pytest.mark.parametrize("outcomes", [(), DOWN, (failed(ErrorClass.QUOTA),)])
def test_who_has_no_target_is_never_asked_not_even_in_need(outcomes: tuple[Outcome, ...]) -> None:
    bench = Bench(names=("a", "b"))
    for name in bench.names:
        if outcomes:
            bench.run(name, *outcomes)
    del bench.targets["a"]
    assert bench.next_name() == "b"
    del bench.targets["b"]
    assert bench.next_name() is None
    assert bench.next_name(wanted="a") is None


def test_a_target_withdrawn_during_the_request_is_not_retried() -> None:
    bench = Bench()
    tried = bench.tried("a", failed(ErrorClass.SERVER))
    del bench.targets["a"]
    assert bench.next_name(tried) == "b"


def test_two_requests_do_not_share_the_one_trial_of_probation() -> None:
    bench = Bench()
    bench.run("a", *DOWN)
    bench.clock.move(6)
    assert bench.next_name() == "a"
    trial = bench.begin("a")
    assert bench.next_name() == "b"
    bench.end(trial, ok())
    assert bench.next_name() == "a"


@given(st.permutations(list(ErrorClass)))
def test_the_most_actionable_error_is_surfaced_whatever_the_order(kinds: list[ErrorClass]) -> None:
    ranked = ["auth", "permission", "quota", "context_length", "bad_request", "rate_limit", "overloaded", "timeout"]
    tried = [Tried(Target(kind), HealthState.UNKNOWN, failed(kind)) for kind in kinds]
    surfaced = []
    while (cause := most_actionable(tried)) is not None:
        surfaced.append(cause.error.error_class)
        tried.remove(cause)
    assert [kind for kind in surfaced if kind in ranked] == ranked
    assert surfaced[-1] is ErrorClass.CANCELLED


def test_of_equal_errors_the_first_is_surfaced() -> None:
    first, second = (Tried(Target(name), HealthState.UNKNOWN, failed()) for name in "ab")
    assert most_actionable((first, second)) is first
    assert most_actionable(()) is None


def test_the_next_retry_is_that_of_the_first_who_waits_and_is_in_use() -> None:
    bench = Bench()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=5.0))
    bench.run("b", failed(ErrorClass.RATE_LIMIT, retry_after=50.0))
    assert next_retry_at(bench.monitor.all()) == bench.clock.wall() + 5
    bench.monitor.set_enabled("a", False)
    assert next_retry_at(bench.monitor.all()) == bench.clock.wall() + 50
    assert next_retry_at(()) is None


def test_the_table_has_a_row_for_every_class() -> None:
    assert set(CONSEQUENCES) == set(ErrorClass)
