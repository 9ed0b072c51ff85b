"""A recorded day lived through again: the same machine, the same events at the same moments, the same chance."""

from __future__ import annotations

from random import Random

from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.journal import HealthChanged, Incident, Record, RecordsLost, SessionBegan
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import ProviderHealth
from phoenix_tui.core.values import dataclass


class HandClock:
    """A clock that shows the moment it was put to."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def monotonic(self) -> float:
        return self.moment.monotonic

    def wall(self) -> float:
        return self.moment.wall


@dataclass(frozen=True, slots=True)
class Step:
    """One record and what living through it showed.

    `agrees` is None where there was nothing to compare. `replayed` is what the machine itself would have recorded, None
    where it could not take the event at all; `problem` is a sentence that says what is wrong, empty when nothing is.
    """

    incident: Incident
    agrees: bool | None = None
    replayed: HealthChanged | None = None
    problem: str = ""


class Replay:
    """One session. A session of which records are missing is lived through as far as it is whole: what comes after the
    gap was decided by what is not there."""

    def __init__(self) -> None:
        self._machine: HealthMonitor | None = None
        self._clock = HandClock(Moment(0.0, 0.0))
        self._told: list[Record] = []
        self._expected = 0
        self._is_cut = False

    def step(self, incident: Incident) -> Step:
        """Live through the next record of the session."""
        record = incident.record
        self._clock.moment = record.at
        if not self._is_cut and (gap := self._gap(incident)):
            self._is_cut = True
            return Step(incident, problem=gap)
        self._expected = incident.sequence + 1
        if isinstance(record, SessionBegan) and not self._is_cut:
            # The recorded chance is replayed, so it has to be the same generator.
            rng = Random(record.seed)  # noqa: S311
            self._machine = HealthMonitor(
                record.names,
                clock=self._clock,
                rng=rng,
                local=record.local,
                probed=record.probed,
                journal=self._told.append,
            )
        elif isinstance(record, HealthChanged) and self._machine is not None and not self._is_cut:
            return self._compared(incident, record, self._machine)
        return Step(incident)

    def health_at(self, wall: float) -> tuple[ProviderHealth, ...]:
        """Health of all at `wall` (seconds since the epoch), which is not before the record lived through last. Ends
        the replay: looking at a clock is something that happens. Empty for a session without a beginning."""
        if self._machine is None:
            return ()
        self._is_cut = True
        last = self._clock.moment
        self._clock.moment = last.plus(max(0.0, wall - last.wall))
        return self._machine.all()

    def _gap(self, incident: Incident) -> str:
        missing = incident.sequence - self._expected
        if isinstance(incident.record, RecordsLost):
            missing += incident.record.count
        if not missing and (self._machine is not None or isinstance(incident.record, SessionBegan)):
            return ""
        if self._machine is None:
            return "The beginning of this session is missing; what follows is told, not compared."
        if missing < 0:
            return "Records of this session stand in the wrong order; what follows is told, not compared."
        return f"{missing} records of this session are missing here; what follows is told, not compared."

    def _compared(self, incident: Incident, recorded: HealthChanged, machine: HealthMonitor) -> Step:
        self._told.clear()
        try:
            machine.replay(recorded)
        except (ValueError, KeyError, ArithmeticError) as error:
            self._is_cut = True
            return Step(incident, False, None, f"This cannot follow from the records before it: {error}.")
        replayed = next((told for told in self._told if isinstance(told, HealthChanged)), None)
        if replayed is None:  # pragma: no cover - a machine that was told an event has a record of it
            raise RuntimeError("the machine kept no record")
        # The states, not the words for them, which may change from one version to the next.
        agrees = (replayed.before, replayed.after) == (recorded.before, recorded.after)
        return Step(incident, agrees, replayed)
