"""A recorded day, lived through again, comes to the states that were recorded; a day that was changed does not."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.health_events import Ended
from phoenix_tui.core.journal import HealthChanged, Incident, Record, RecordsLost, SessionBegan
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.replay import Replay, Step
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Attempt, Strategy, Target
from tests.helpers.health import HandClock, aborted, failed, ok

NAMES = ("openai", "anthropic", "ollama")


def bad_day(seed: int, events: int = 200) -> list[Incident]:
    """A day of a client whose providers answer or fail, are checked, and change their keys, all by chance."""
    chance, clock = Random(seed), HandClock()
    records: list[Record] = [
        SessionBegan(Moment.read(clock), seed, NAMES, ("ollama",), True, "openai", NAMES, Strategy.BALANCED)
    ]
    monitor = HealthMonitor(
        NAMES, clock=clock, rng=Random(seed), local=("ollama",), probed=True, journal=records.append
    )
    for number in range(events):
        clock.move(chance.expovariate(1 / 5))
        name = chance.choice(NAMES)
        attempt = Attempt(str(number), Target(name, chance.choice(("small", "large"))), 1, clock.monotonic())
        match chance.randrange(10):
            case 0:
                monitor.record_probe(name, chance.random() < 0.5)
            case 1:
                monitor.key_changed(name)
            case 2:
                clock.move(max(0.0, (monitor.next_tick_at() or 0.0) - clock.monotonic()))
                monitor.tick()
            case 3:
                clock.wall_offset += 3_600  # asleep
            case _:
                monitor.begin(attempt)
                clock.move(chance.random())
                fault = chance.choice((*ErrorClass, ErrorClass.SERVER, ErrorClass.OFFLINE))
                wait = chance.choice((None, 12.0))
                outcomes = (ok(), failed(fault, retry_after=wait), aborted(fault))
                monitor.record(attempt, chance.choice(outcomes))
    return [Incident("day", number, record) for number, record in enumerate(records)]


def lived(incidents: list[Incident]) -> list[Step]:
    replay = Replay()
    return [replay.step(incident) for incident in incidents]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_every_day_comes_to_the_recorded_states(seed: int) -> None:
    steps = lived(bad_day(seed))
    compared = [step for step in steps if step.agrees is not None]
    assert len(compared) > 100
    assert all(step.agrees for step in compared)
    assert not any(step.problem for step in steps)


def index_of(incidents: list[Incident], wanted: type[object], after: HealthState) -> int:
    return next(
        number
        for number, incident in enumerate(incidents)
        if isinstance(incident.record, HealthChanged)
        and isinstance(incident.record.event, wanted)
        and incident.record.after is after
    )


def first_difference(incidents: list[Incident]) -> int | None:
    return next((number for number, step in enumerate(lived(incidents)) if step.agrees is False), None)


def test_a_state_that_was_changed_is_found_where_it_stands() -> None:
    day = bad_day(3)
    place = index_of(day, Ended, HealthState.UNAVAILABLE)
    record = day[place].record
    assert isinstance(record, HealthChanged)
    day[place] = replace(day[place], record=replace(record, after=HealthState.HEALTHY))
    assert first_difference(day) == place
    step = lived(day)[place]
    assert step.replayed is not None
    assert step.replayed.after is HealthState.UNAVAILABLE


def test_an_event_that_was_changed_is_found() -> None:
    day = bad_day(3)
    place = index_of(day, Ended, HealthState.UNAVAILABLE)
    record = day[place].record
    assert isinstance(record, HealthChanged)
    assert isinstance(record.event, Ended)
    day[place] = replace(day[place], record=replace(record, event=replace(record.event, outcome=ok())))
    assert first_difference(day) == place


def test_other_chance_is_found() -> None:
    """Waits are jittered by the session's seed, so a day of another seed has other moments at which they end."""
    found = 0
    for seed in range(10):
        day = bad_day(seed)
        assert isinstance(day[0].record, SessionBegan)
        day[0] = replace(day[0], record=replace(day[0].record, seed=seed + 1))
        found += first_difference(day) is not None
    assert found >= 3


@pytest.mark.parametrize("event", ["twice", "unknown"])
def test_what_cannot_follow_is_a_difference(event: str) -> None:
    day = bad_day(3)
    place = index_of(day, Ended, HealthState.HEALTHY)
    record = day[place].record
    assert isinstance(record, HealthChanged)
    odd = record if event == "twice" else replace(record, provider="nobody")
    day[place + 1 :] = [Incident("day", place + 1, odd)]
    step = lived(day)[-1]
    assert step.agrees is False
    assert "cannot follow" in step.problem


def test_after_a_gap_nothing_is_compared() -> None:
    day = bad_day(3)
    gone = day[:50] + day[57:]
    steps = lived(gone)
    assert "7 records" in steps[50].problem
    assert all(step.agrees is None for step in steps[50:])
    assert all(step.agrees is not False for step in steps)
    lost = [*day[:50], Incident("day", 56, RecordsLost(day[56].record.at, 7)), *day[57:]]
    assert "records of this session are missing" in lived(lost)[50].problem


def test_without_its_beginning_a_session_is_only_told() -> None:
    steps = lived(bad_day(3)[1:])
    assert "beginning" in steps[0].problem
    assert {step.agrees for step in steps} == {None}
    assert not any(step.problem for step in steps[1:])


def test_health_can_be_seen_at_any_moment() -> None:
    day = bad_day(3)
    place = index_of(day, Ended, HealthState.UNAVAILABLE)
    record = day[place].record
    assert isinstance(record, HealthChanged)
    replay = Replay()
    for incident in day[: place + 1]:
        replay.step(incident)
    health = {its.name: its for its in replay.health_at(record.at.wall + 0.5)}
    assert tuple(health) == NAMES
    assert health[record.provider].state is HealthState.UNAVAILABLE
    later = replay.health_at(record.at.wall + 86_400)
    assert HealthState.UNAVAILABLE not in {its.state for its in later}
    assert Replay().health_at(0.0) == ()
