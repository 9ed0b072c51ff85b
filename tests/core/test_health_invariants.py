"""What holds after any sequence of events: the invariants of health and of the decisions made from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

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

HOSTED, LOCAL = ("cloud", "other"), ("near",)
NAMES = HOSTED + LOCAL
MODELS = tuple(f"{name}-model" for name in NAMES)
"""One of them is what each provider would be asked, see Bench."""
COUNTED = {
    ErrorClass.RATE_LIMIT,
    ErrorClass.OVERLOADED,
    ErrorClass.SERVER,
    ErrorClass.TIMEOUT,
    ErrorClass.NETWORK,
    ErrorClass.OFFLINE,
    ErrorClass.PROTOCOL,
    ErrorClass.UNKNOWN,
}
BLOCKING = {ErrorClass.AUTH, ErrorClass.PERMISSION, ErrorClass.QUOTA}
CONNECTION = {ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.OFFLINE}
HIDDEN = {HealthState.BLOCKED, HealthState.DISABLED, HealthState.OFFLINE}

names = st.sampled_from(NAMES)
models = st.sampled_from(MODELS)
seconds = st.one_of(st.floats(0.01, 60), st.sampled_from([0.0, -1.0, math.nan, math.inf, 600.0]))
waits = st.one_of(st.none(), st.floats(0, 100), st.sampled_from([-1.0, math.nan, 1e9]))
errors = st.builds(
    lambda kind, wait, phase, wide: error(kind, retry_after=wait, phase=phase, provider_wide=wide),
    st.sampled_from(list(ErrorClass)) | st.sampled_from([ErrorClass.OFFLINE, ErrorClass.SERVER, ErrorClass.RATE_LIMIT]),
    waits,
    st.sampled_from(Phase),
    st.booleans(),
)
successes = st.builds(lambda duration, ttft: Outcome(OutcomeKind.OK, duration, ttft=ttft), seconds, seconds)
failures = st.builds(
    lambda kind, duration, info: Outcome(kind, duration, error=info),
    st.sampled_from([OutcomeKind.FAILED, OutcomeKind.ABORTED]),
    st.floats(0.01, 60),
    errors,
)
outcomes = st.one_of(successes, failures, failures)


@dataclass
class Span:
    """Between which numbers the samples lay."""

    least: float = math.inf
    most: float = 0.0

    def add(self, sample: float | None) -> None:
        if sample is not None and ema.is_sample(sample):
            self.least, self.most = min(self.least, sample), max(self.most, sample)

    def has(self, value: float | None) -> bool:
        return value is None or self.least <= value <= self.most


@dataclass
class Expected:
    """What a provider's counts must be, kept by the plainest means."""

    started: int = 0
    successes: int = 0
    failures: int = 0
    neutrals: int = 0
    run: int = 0
    undoable: list[float] = field(default_factory=list)
    """When the counted failures happened that a lost network would excuse."""
    durations: Span = field(default_factory=Span)
    ttfts: Span = field(default_factory=Span)


class HealthMachine(RuleBasedStateMachine):
    """Attempts that overlap, checks, switches, lost networks, sleeps, restarts and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(names=NAMES, local=LOCAL)
        self.expected = {name: Expected() for name in NAMES}
        self.open: list[Attempt] = []
        self.freed: set[str] = set()
        """Whose wait may have become shorter since `waits` was taken."""
        self.waits: dict[tuple[str, str], float] = {}
        self.offline = False
        self.lost: dict[str, float] = {}
        """When each hosted provider was last out of reach."""
        self.woke_at = -math.inf

    def health(self, name: str, model: str | None = None) -> ProviderHealth:
        return self.bench.monitor.health(name, model)

    def phase(self, name: str) -> HealthState:
        return self.bench.monitor.state(name).phase

    def reached(self, name: str) -> None:
        if name in HOSTED:
            self.lost.clear()
            self.offline = False
            self.freed.update(NAMES)

    def unreached(self, name: str) -> None:
        now = self.bench.clock.seconds
        if name in LOCAL or self.offline:
            return
        self.lost = {other: at for other, at in self.lost.items() if now - at <= 5.0} | {name: now}
        if len(self.lost) < 2:
            return
        self.offline = True
        self.lost = {}
        self.freed.update(NAMES)
        for hosted in HOSTED:
            expected = self.expected[hosted]
            undone = sum(now - at <= 5.0 for at in expected.undoable)
            expected.failures -= undone
            expected.neutrals += undone
            expected.run -= undone
            expected.undoable.clear()

    @rule(name=names, model=models, lease=st.sampled_from([5.0, 120.0]))
    def begin(self, name: str, model: str, lease: float) -> None:
        phase = self.phase(name)
        attempt = self.bench.begin(name, model, lease=lease)
        self.open.append(attempt)
        self.expected[name].started += 1
        assert self.phase(name) is phase
        if phase is HealthState.PROBATION:
            assert self.health(name).on_trial

    @precondition(lambda self: self.open)
    @rule(data=st.data(), outcome=outcomes)
    def end(self, data: st.DataObject, outcome: Outcome) -> None:
        self.ended(self.open.pop(data.draw(st.integers(0, len(self.open) - 1))), outcome)

    @rule(name=names, model=models, outcome=outcomes)
    def ask(self, name: str, model: str, outcome: Outcome) -> None:
        self.begin(name, model, 120.0)
        self.ended(self.open.pop(), outcome)

    def ended(self, attempt: Attempt, outcome: Outcome) -> None:
        name = attempt.target.provider
        before, phase = self.bench.monitor.state(name), self.phase(name)
        after = self.bench.end(attempt, outcome)
        expected = self.expected[name]
        kind = outcome.error.error_class if outcome.error else None
        awake = self.bench.clock.seconds - self.woke_at
        excused = name in HOSTED and (self.offline or (kind in CONNECTION and awake < 5.0))
        if outcome.kind is OutcomeKind.OK:
            expected.successes += 1
            expected.run = 0
            expected.undoable.clear()
            expected.durations.add(outcome.duration)
            expected.ttfts.add(outcome.ttft)
            self.freed.add(name)
            self.reached(name)
            assert self.phase(name) is HealthState.HEALTHY
        elif kind in COUNTED and not excused:
            expected.failures += 1
            expected.run += 1
            expected.undoable.append(self.bench.clock.seconds)
            if expected.run >= 3 or phase is HealthState.PROBATION:
                assert not after.is_available
        elif kind in BLOCKING and not excused:
            expected.failures += 1
        else:
            expected.neutrals += 1
            assert self.phase(name) is phase
            assert self.bench.monitor.state(name).reliability == before.reliability
        if outcome.kind is not OutcomeKind.OK:
            assert after.models == () or after.average_response_time == before.response_time
        if kind is ErrorClass.OFFLINE:
            self.unreached(name)

    @rule(name=names, passed=st.booleans(), info=errors, proves=st.booleans(), late=st.booleans())
    def probe(self, name: str, passed: bool, info: ErrorInfo, proves: bool, late: bool) -> None:
        before, phase, was_offline = self.health(name), self.phase(name), self.offline
        generation = self.bench.monitor.key_generation(name) - late
        after = self.bench.monitor.record_probe(
            name, passed, error=None if passed else info, proves_key=proves, key_generation=generation
        )
        if late:
            assert (after.state is HealthState.BLOCKED) == (before.state is HealthState.BLOCKED) or was_offline
        if passed:
            self.expected[name].undoable.clear()
            self.freed.add(name)
            self.reached(name)
            assert self.phase(name) is not HealthState.UNAVAILABLE
        elif info.error_class is ErrorClass.OFFLINE:
            self.unreached(name)
        if self.offline is was_offline:
            assert self.phase(name) in {phase, HealthState.PROBATION}
            assert after.success_rate == before.success_rate
            assert after.average_response_time == before.average_response_time
            assert after.band is before.band

    @rule(by=st.one_of(st.floats(0, 6), st.floats(0, 60), st.floats(0, 5000)))
    def time_passes(self, by: float) -> None:
        self.bench.clock.move(by)

    @rule(by=st.floats(-3600, 19))
    def wall_clock_is_put_right(self, by: float) -> None:
        self.bench.clock.wall_offset += by

    @rule(by=st.floats(21, 7200))
    def machine_sleeps(self, by: float) -> None:
        self.bench.clock.wall_offset += by
        self.woke_at = self.bench.clock.seconds
        self.lost.clear()
        for expected in self.expected.values():
            expected.undoable.clear()
        self.freed.update(NAMES)

    @rule(ok=st.booleans())
    def network_is_looked_for(self, ok: bool) -> None:
        self.bench.monitor.record_reachability(ok)
        if ok and self.offline:
            self.reached(HOSTED[0])

    @rule(name=names)
    def key_changes(self, name: str) -> None:
        self.bench.monitor.key_changed(name)
        self.freed.add(name)
        assert self.health(name).state not in {HealthState.BLOCKED, HealthState.COOLING}

    @rule(name=names, model=models)
    def models_are_listed(self, name: str, model: str) -> None:
        self.bench.monitor.models_listed(name, [model])
        self.bench.monitor.model_changed(name)
        self.freed.add(name)

    @rule(name=names, value=st.booleans())
    def switched(self, name: str, value: bool) -> None:
        self.bench.monitor.set_enabled(name, value)
        self.freed.add(name)

    @rule(name=names)
    def all_is_forgotten(self, name: str) -> None:
        self.bench.monitor.clear(name)
        self.expected[name] = Expected(started=sum(attempt.target.provider == name for attempt in self.open))
        self.freed.add(name)

    @rule(gap=st.one_of(st.just(0.0), st.floats(-3600, 7200)), same_key=st.booleans())
    def program_starts_anew(self, gap: float, same_key: bool) -> None:
        old = self.bench.monitor
        kept_at = self.bench.clock.wall()
        was = {(name, model): self.health(name, model) for name in NAMES for model in MODELS}
        states = {name: old.state(name) for name in NAMES}
        self.bench.clock = HandClock(50.0, kept_at + gap - 50.0)
        self.bench.monitor = HealthMonitor(NAMES, clock=self.bench.clock, rng=seeded(1), local=LOCAL)
        for name, state in states.items():
            self.bench.monitor.set_enabled(name, state.enabled)
            self.bench.monitor.restore(name, state, kept_at=kept_at, same_key=same_key)
            self.expected[name].neutrals += len(state.open)
            self.expected[name].undoable.clear()
        for (name, model), before in was.items():
            after = self.health(name, model)
            if gap <= 0 and same_key and before.state is not HealthState.OFFLINE:
                assert after.state is before.state
                assert after.is_available == before.is_available
        self.open.clear()
        self.lost.clear()
        self.offline, self.woke_at = False, -math.inf
        self.waits.clear()

    @invariant()
    def counts_add_up(self) -> None:
        for name, expected in self.expected.items():
            health = self.health(name)
            counts = (health.successful_requests, health.failed_requests, health.neutral_requests)
            assert counts == (expected.successes, expected.failures, expected.neutrals)
            assert health.total_requests == expected.started == sum(counts) + health.in_flight
            assert health.consecutive_failures == expected.run

    @invariant()
    def three_in_a_row_shut_it_out_until_a_success_or_a_trial(self) -> None:
        for name, expected in self.expected.items():
            shut = self.phase(name) in {HealthState.UNAVAILABLE, HealthState.PROBATION}
            assert shut == (expected.run >= 3)
            assert self.phase(name) is not HealthState.UNAVAILABLE or not self.health(name).is_available

    @invariant()
    def probation_has_one_permit_and_nobody_keeps_it_for_ever(self) -> None:
        for name in NAMES:
            state = self.bench.monitor.state(name)
            leases = [attempt.lease for attempt in state.open if attempt.lease is not None]
            assert len(leases) <= 1
            assert all(self.bench.clock.seconds < lease.monotonic <= self.bench.clock.seconds + 120 for lease in leases)

    @invariant()
    def a_lost_network_is_known_and_hides_hosted_providers_alone(self) -> None:
        assert self.bench.monitor.offline == self.offline
        assert (self.bench.monitor.next_reachability_check_at() is not None) == self.offline
        for name in NAMES:
            state = self.health(name).state
            assert (state is HealthState.OFFLINE) == (
                self.offline and name in HOSTED and state not in HIDDEN - {HealthState.OFFLINE}
            )

    @invariant()
    def a_wait_never_becomes_shorter(self) -> None:
        for name in NAMES:
            for model in MODELS:
                health = self.health(name, model)
                before = self.waits.get((name, model), 0.0)
                if health.state in HIDDEN:
                    continue  # what is shown then is another wait, and that behind it comes again later
                assert (health.state in {HealthState.COOLING, HealthState.UNAVAILABLE}) == (health.retry_at is not None)
                ends = 0.0
                if health.retry_at is not None:
                    ends = health.retry_at.timestamp() - self.bench.clock.wall() + self.bench.clock.seconds
                if name not in self.freed and before > self.bench.clock.seconds + 0.01:
                    assert ends >= before - 1.1, "but for the second by which a stored wall time may be off"
                self.waits[name, model] = ends
        self.waits = {key: ends for key, ends in self.waits.items() if key[0] not in self.freed or self.shown(*key)}
        self.freed = set()

    def shown(self, name: str, model: str) -> bool:
        return self.health(name, model).state not in HIDDEN

    @invariant()
    def averages_and_quantiles_lie_among_their_samples(self) -> None:
        for name, expected in self.expected.items():
            health = self.health(name)
            assert (health.average_response_time is None) == (expected.durations.least is math.inf)
            assert expected.durations.has(health.average_response_time)
            assert expected.ttfts.has(health.ttft_average)
            for its in health.models:
                assert all(map(expected.ttfts.has, (its.ttft_median, its.ttft_p95, its.ttft_peak)))

    @invariant()
    def the_order_is_everybody_once_and_the_unfit_stand_behind(self) -> None:
        health = self.bench.monitor.by_name(self.bench.models)
        placements = self.bench.manager.order(health, self.bench.targets)
        assert sorted(one.target.provider for one in placements) == sorted(NAMES)
        fit = [one.eligible for one in placements]
        assert fit == sorted(fit, reverse=True)
        for one in placements:
            its = health[one.target.provider]
            assert not one.eligible or (its.is_available and its.retry_at is None)

    @invariant()
    def somebody_is_tried_whenever_anybody_could_be(self) -> None:
        states = {its.state for its in self.bench.monitor.all(self.bench.models)}
        if states - {HealthState.BLOCKED, HealthState.DISABLED, HealthState.UNCONFIGURED}:
            assert isinstance(self.bench.decide(), Try)

    @invariant()
    def no_state_lasts_for_ever(self) -> None:
        for name in NAMES:
            health = self.health(name)
            if not health.is_available and health.state not in {HealthState.DISABLED, HealthState.OFFLINE}:
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
    history: list[Outcome], script: list[tuple[str, Outcome]], wanted: str | None, fallback: bool
) -> None:
    bench = Bench(names=NAMES, local=("near",))
    for name, outcome in script:
        bench.run(name, outcome)
    candidates = {name for name in NAMES if bench.state(name) is not HealthState.DISABLED}
    tried: list[Tried] = []
    endings = iter(history)
    while isinstance(decision := bench.decide(*tried, wanted=wanted, fallback=fallback), Try):
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
        assert set(asked) == {wanted or NAMES[0]}


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
