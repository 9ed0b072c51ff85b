"""What holds after any sequence of events: the invariants of health and of the decisions made from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from phoenix_tui.core import ema
from phoenix_tui.core.decision import Tried, Try
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target
from tests.helpers.health import Bench, HandClock, error, seeded

NAMES = ("cloud", "other", "near")
COUNTED = {
    ErrorClass.RATE_LIMIT,
    ErrorClass.OVERLOADED,
    ErrorClass.SERVER,
    ErrorClass.TIMEOUT,
    ErrorClass.NETWORK,
    ErrorClass.PROTOCOL,
    ErrorClass.UNKNOWN,
}
BLOCKING = {ErrorClass.AUTH, ErrorClass.PERMISSION, ErrorClass.QUOTA}

names = st.sampled_from(NAMES)
seconds = st.one_of(st.floats(0.01, 60), st.sampled_from([0.0, -1.0, math.nan, math.inf, 600.0]))
waits = st.one_of(st.none(), st.floats(0, 100), st.sampled_from([-1.0, math.nan, 1e9]))
errors = st.builds(
    lambda kind, wait, phase: error(kind, retry_after=wait, phase=phase),
    st.sampled_from(list(ErrorClass)),
    waits,
    st.sampled_from(Phase),
)
successes = st.builds(lambda duration, ttft: Outcome(OutcomeKind.OK, duration, ttft=ttft), seconds, seconds)
failures = st.builds(
    lambda kind, duration, info: Outcome(kind, duration, error=info),
    st.sampled_from([OutcomeKind.FAILED, OutcomeKind.ABORTED]),
    st.floats(0.01, 60),
    errors,
)
outcomes = st.one_of(successes, failures)


@dataclass
class Expected:
    """What a provider's counts must be, kept by the plainest means."""

    started: int = 0
    successes: int = 0
    failures: int = 0
    neutrals: int = 0
    run: int = 0
    shut: bool = False
    """Three counted failures in a row, and neither a success, a passed check nor the end of its wait since."""
    shortest: float = math.inf
    longest: float = 0.0


class HealthMachine(RuleBasedStateMachine):
    """Attempts that overlap, checks, switches and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(names=NAMES, local=("near",))
        self.expected = {name: Expected() for name in NAMES}
        self.open: list[Attempt] = []
        self.freed: set[str] = set()
        """Whose wait may have become shorter since `waits` was taken."""
        self.waits: dict[str, float] = {}

    def health(self, name: str) -> ProviderHealth:
        return self.bench.monitor.health(name)

    @rule(name=names)
    def begin(self, name: str) -> None:
        before = self.health(name)
        attempt = self.bench.begin(name)
        self.open.append(attempt)
        self.expected[name].started += 1
        if before.state is HealthState.PROBATION:
            assert self.health(name).on_trial

    @precondition(lambda self: self.open)
    @rule(data=st.data(), outcome=outcomes)
    def end(self, data: st.DataObject, outcome: Outcome) -> None:
        attempt = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        name = attempt.target.provider
        before = self.health(name)
        after = self.bench.end(attempt, outcome)
        expected = self.expected[name]
        kind = outcome.error.error_class if outcome.error else None
        if outcome.kind is OutcomeKind.OK:
            expected.successes += 1
            expected.run, expected.shut = 0, False
            self.freed.add(name)
            if ema.is_sample(outcome.duration):
                expected.shortest = min(expected.shortest, outcome.duration)
                expected.longest = max(expected.longest, outcome.duration)
        elif kind in COUNTED:
            expected.failures += 1
            expected.run += 1
            expected.shut = expected.shut or expected.run >= 3
            if before.state is HealthState.PROBATION:
                assert after.state is HealthState.UNAVAILABLE
        elif kind in BLOCKING:
            expected.failures += 1
        else:
            expected.neutrals += 1
            assert (after.consecutive_failures, after.failed_requests) == (
                before.consecutive_failures,
                before.failed_requests,
            )
            assert after.state is before.state

    @rule(name=names, passed=st.booleans(), info=errors, proves=st.booleans())
    def probe(self, name: str, passed: bool, info: ErrorInfo, proves: bool) -> None:
        before = self.health(name)
        after = self.bench.monitor.record_probe(
            name,
            passed,
            error=None if passed else info,
            proves_key=proves,
        )
        if after.state is HealthState.HEALTHY and before.state is not HealthState.BLOCKED:
            assert before.state is HealthState.HEALTHY
        assert after.success_rate == before.success_rate
        assert after.average_response_time == before.average_response_time
        assert after.band is before.band
        if passed:
            self.expected[name].shut = False
            self.freed.add(name)
            assert after.is_available or after.state in {
                HealthState.BLOCKED,
                HealthState.DISABLED,
                HealthState.UNCONFIGURED,
            }

    @rule(by=st.one_of(st.floats(0, 30), st.floats(0, 5000)))
    def time_passes(self, by: float) -> None:
        self.bench.clock.move(by)

    @rule(by=st.floats(-3600, 3600))
    def wall_clock_is_put_right(self, by: float) -> None:
        self.bench.clock.wall_offset += by

    @rule(name=names)
    def key_changes(self, name: str) -> None:
        self.bench.monitor.key_changed(name)
        self.freed.add(name)
        assert self.health(name).state is not HealthState.BLOCKED

    @rule(name=names, value=st.booleans())
    def switched(self, name: str, value: bool) -> None:
        self.bench.monitor.set_enabled(name, value)
        self.freed.add(name)

    @invariant()
    def counts_add_up(self) -> None:
        for name, expected in self.expected.items():
            health = self.health(name)
            counts = (health.successful_requests, health.failed_requests, health.neutral_requests)
            assert counts == (expected.successes, expected.failures, expected.neutrals)
            assert health.total_requests == expected.started == sum(counts) + health.in_flight
            assert health.consecutive_failures == expected.run

    @invariant()
    def three_in_a_row_shut_it_out_until_its_wait_is_over(self) -> None:
        for name, expected in self.expected.items():
            health = self.health(name)
            if expected.shut and health.retry_at is not None and health.state is not HealthState.PROBATION:
                assert not health.is_available
            if health.state is HealthState.UNAVAILABLE:
                assert expected.run >= 3
                assert health.retry_at is not None, "without checks, nobody stays away beyond their time"

    @invariant()
    def a_wait_never_becomes_shorter(self) -> None:
        for name in NAMES:
            health = self.health(name)
            before = self.waits.pop(name, 0.0)
            if health.state in {HealthState.BLOCKED, HealthState.DISABLED}:
                continue  # what is shown then is the end of the block, and that of the wait behind it comes later
            ends = 0.0
            if health.retry_at is not None:
                ends = health.retry_at.timestamp() - self.bench.clock.wall() + self.bench.clock.seconds
            if name not in self.freed and before > self.bench.clock.seconds + 0.01:
                assert ends >= before - 1.1, "but for the second by which a stored wall time may be off"
            self.waits[name] = ends
        self.freed = set()

    @invariant()
    def an_average_lies_among_its_samples(self) -> None:
        for name, expected in self.expected.items():
            average = self.health(name).average_response_time
            assert (average is None) == (expected.shortest is math.inf)
            assert average is None or expected.shortest <= average <= expected.longest

    @invariant()
    def the_order_is_everybody_once_and_the_unfit_stand_behind(self) -> None:
        placements = self.bench.manager.order(self.bench.monitor.by_name(), self.bench.targets)
        assert sorted(one.target.provider for one in placements) == sorted(NAMES)
        fit = [one.eligible for one in placements]
        assert fit == sorted(fit, reverse=True)
        for one in placements:
            health = self.health(one.target.provider)
            assert not one.eligible or (health.is_available and health.retry_at is None)

    @invariant()
    def somebody_is_tried_whenever_anybody_could_be(self) -> None:
        states = {self.health(name).state for name in NAMES}
        if states - {HealthState.BLOCKED, HealthState.DISABLED, HealthState.UNCONFIGURED}:
            assert isinstance(self.bench.decide(), Try)

    @invariant()
    def no_state_lasts_for_ever(self) -> None:
        for name in NAMES:
            health = self.health(name)
            if health.state in {HealthState.UNAVAILABLE, HealthState.BLOCKED}:
                assert health.retry_at is not None or self.bench.monitor.next_probe_at(name) is not None

    def teardown(self) -> None:
        for attempt in self.open:
            self.bench.end(attempt, Outcome(OutcomeKind.FAILED, 1.0, error=error(ErrorClass.CANCELLED)))
        for name in NAMES:
            health = self.health(name)
            assert (health.in_flight, health.on_trial) == (0, False)


HealthMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestHealthMachine = HealthMachine.TestCase


@settings(max_examples=100, deadline=None)
@given(
    st.lists(outcomes, max_size=12),
    st.lists(st.tuples(names, failures), max_size=4),
    st.sampled_from([None, *NAMES]),
    st.booleans(),
)
def test_a_request_always_ends_within_its_limits(
    history: list[Outcome], script: list[tuple[str, Outcome]], pinned: str | None, fallback: bool
) -> None:
    bench = Bench(names=NAMES, local=("near",))
    for name, outcome in script:
        bench.run(name, outcome)
    candidates = {name for name in NAMES if bench.state(name) is not HealthState.DISABLED}
    tried: list[Tried] = []
    endings = iter(history)
    while isinstance(decision := bench.decide(*tried, pinned=pinned, fallback=fallback), Try):
        name = decision.target.provider
        its = bench.monitor.health(name)
        if decision.retry:
            assert name == tried[-1].target.provider
            assert its.retry_at is None or its.retry_at.timestamp() <= bench.clock.wall() + decision.wait + 1e-3
        bench.clock.move(decision.wait)
        ending = next(endings, None)
        if ending is None or ending.kind is OutcomeKind.OK:
            break
        tried.append(bench.tried(name, ending, waited=decision.wait))
    asked = [one.target.provider for one in tried]
    assert len(asked) <= (len(candidates) if fallback else 1) + 2
    assert all(asked.count(name) <= 2 for name in asked)
    assert len(asked) - len(set(asked)) <= 2
    assert sum(one.waited for one in tried) <= 3.02
    if asked and not fallback:
        assert set(asked) == {pinned or NAMES[0]}


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_and_events_give_the_same_trace(seed: int) -> None:
    def trace() -> list[object]:
        rng, clock = seeded(seed), HandClock()
        monitor = HealthMonitor(NAMES, clock=clock, rng=seeded(seed + 1))
        seen: list[object] = []
        monitor.subscribe(seen.append)
        for number in range(200):
            clock.move(rng.uniform(0, 20))
            attempt = Attempt(str(number), Target(rng.choice(NAMES)), 1, clock.seconds)
            monitor.begin(attempt)
            info = error(rng.choice(list(ErrorClass)))
            failed = rng.random() < 0.6
            monitor.record(attempt, Outcome(OutcomeKind.FAILED, 1.0, info) if failed else Outcome(OutcomeKind.OK, 1.0))
            seen.append([monitor.next_probe_at(name) for name in NAMES])
        return seen

    first = trace()
    assert first == trace()
    assert len(first) > 200


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), max_size=30))
def test_an_exponential_average_stays_among_its_samples_and_takes_no_nonsense(samples: list[float | None]) -> None:
    average: float | None = None
    good = [sample for sample in samples if sample is not None and math.isfinite(sample) and sample > 0]
    for sample in samples:
        average = ema.updated(average, sample)
    assert (average is None) == (not good)
    assert average is None or min(good) <= average <= max(good)
