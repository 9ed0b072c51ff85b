"""Every event is handed on, and told again it comes to the same states."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.health_events import Begun, CameOnline, Enabled, Ended, Settled, WentOffline, Woke
from phoenix_tui.core.journal import HealthChanged, Record
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind, Target
from tests.helpers.health import Bench, HandClock, error, failed, ok

NAMES = ("a", "b", "near")


def recorded(names: tuple[str, ...] = NAMES) -> tuple[Bench, list[HealthChanged]]:
    bench = Bench(names=names, local=("near",))
    records: list[HealthChanged] = []

    def keep(record: Record) -> None:
        assert isinstance(record, HealthChanged)
        records.append(record)

    bench.monitor = HealthMonitor(
        names, clock=bench.clock, rng=random.Random(3), local=("near",), journal=keep, probed=True
    )
    return bench, records


def test_each_event_is_handed_on_with_what_it_changed() -> None:
    bench, records = recorded()
    bench.run("a", failed(ErrorClass.RATE_LIMIT, retry_after=3.0))
    bench.clock.move(3)
    bench.monitor.health("a")
    bench.monitor.health("a")
    bench.monitor.set_enabled("b", False)
    seen = [(record.provider, type(record.event), record.before, record.after, record.reason) for record in records]
    unknown, cooling, suspect = HealthState.UNKNOWN, HealthState.COOLING, HealthState.SUSPECT
    assert seen == [
        ("a", Begun, unknown, unknown, ""),
        ("a", Ended, unknown, cooling, "rate limit, it asked for a pause"),
        ("a", Settled, cooling, suspect, "rate limit"),
        ("b", Enabled, unknown, HealthState.DISABLED, "switched off"),
    ]
    assert records[-1].at.monotonic == bench.clock.seconds


def test_what_befalls_this_machine_is_handed_on_for_everybody_whom_it_concerns() -> None:
    bench, records = recorded()
    bench.run("a", failed(ErrorClass.OFFLINE))
    bench.run("b", failed(ErrorClass.OFFLINE))
    bench.monitor.record_reachability(True)
    bench.clock.wall_offset += 100
    bench.monitor.tick()
    assert [record.provider for record in records if isinstance(record.event, WentOffline)] == ["a", "b"]
    assert [record.provider for record in records if isinstance(record.event, CameOnline)] == ["a", "b"]
    assert [record.provider for record in records if isinstance(record.event, Woke)] == list(NAMES)


outcomes = st.one_of(
    st.builds(ok, st.floats(0.1, 30), ttft=st.floats(0.05, 5)),
    st.builds(
        lambda kind, duration, wait, wide: Outcome(
            OutcomeKind.FAILED, duration, error=error(kind, retry_after=wait, provider_wide=wide)
        ),
        st.sampled_from(list(ErrorClass)) | st.just(ErrorClass.OFFLINE) | st.just(ErrorClass.SERVER),
        st.floats(0, 20),
        st.none() | st.floats(0, 50),
        st.booleans(),
    ),
)
Act = Callable[["Day"], None]


class Day:
    """A monitor, what has been done with it, and a clock."""

    def __init__(self, seed: int) -> None:
        self.records: list[HealthChanged] = []
        self.clock = HandClock()
        self.monitor = self.monitor_at(self.clock, seed, self.keep)
        self.open: list[Attempt] = []
        self.begun = 0

    @staticmethod
    def monitor_at(clock: HandClock, seed: int, journal: Callable[[Record], None] | None = None) -> HealthMonitor:
        rng = random.Random(seed)
        return HealthMonitor(NAMES, clock=clock, rng=rng, local=("near",), probed=True, journal=journal)

    def keep(self, record: Record) -> None:
        assert isinstance(record, HealthChanged)
        self.records.append(record)

    def begin(self, name: str, model: str) -> None:
        self.begun += 1
        self.open.append(Attempt(str(self.begun), Target(name, model), 1, self.clock.seconds))
        self.monitor.begin(self.open[-1], lease=20.0)

    def end(self, which: int, outcome: Outcome) -> None:
        if self.open:
            self.monitor.record(self.open.pop(which % len(self.open)), outcome)

    def restart(self, name: str, ago: float, same_key: bool) -> None:
        state = self.monitor.state("near" if name != "near" else "a")
        self.monitor.restore(name, state, kept_at=self.clock.wall() - ago, same_key=same_key)

    def sleep(self, seconds: float) -> None:
        self.clock.wall_offset += seconds

    def read(self, name: str) -> None:
        self.monitor.health(name)


names = st.sampled_from(NAMES)
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(lambda name, model: lambda day: day.begin(name, model), names, st.sampled_from("xyz")),
    st.builds(lambda which, outcome: lambda day: day.end(which, outcome), st.integers(0, 9), outcomes),
    st.builds(
        lambda name, model, outcome: lambda day: (day.begin(name, model), day.end(-1, outcome)),
        names,
        st.sampled_from("xyz"),
        outcomes,
    ),
    st.builds(
        lambda name, passed, kind: (
            lambda day: day.monitor.record_probe(name, passed, error=None if passed else error(kind))
        ),
        names,
        st.booleans(),
        st.sampled_from(list(ErrorClass)),
    ),
    st.builds(lambda by: lambda day: day.clock.move(by), st.floats(0, 100)),
    st.builds(lambda by: lambda day: day.sleep(by), st.floats(-100, 100)),
    st.builds(lambda name: lambda day: day.read(name), names),
    st.builds(lambda ok: lambda day: day.monitor.record_reachability(ok), st.booleans()),
    st.builds(lambda name, value: lambda day: day.monitor.set_enabled(name, value), names, st.booleans()),
    st.builds(lambda name: lambda day: day.monitor.key_changed(name), names),
    st.builds(lambda name: lambda day: day.monitor.models_listed(name, ["x", "y"]), names),
    st.builds(lambda name: lambda day: day.monitor.clear(name), names),
    st.builds(
        lambda name, ago, same: lambda day: day.restart(name, ago, same), names, st.floats(-10, 9000), st.booleans()
    ),
    st.just(lambda day: day.monitor.tick()),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.lists(acts, min_size=20, max_size=80))
def test_told_again_with_the_same_chance_the_records_come_to_the_same_states(seed: int, script: list[Act]) -> None:
    day = Day(seed)
    start = HandClock(day.clock.seconds, day.clock.wall_offset)
    for act in script:
        act(day)
    again = Day.monitor_at(start, seed)
    for record in list(day.records):
        again.replay(record)
    start.seconds, start.wall_offset = day.clock.seconds, day.clock.wall_offset
    assert again.offline == day.monitor.offline
    for name in NAMES:
        assert again.state(name) == day.monitor.state(name)
