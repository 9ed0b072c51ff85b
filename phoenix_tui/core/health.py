"""HealthMonitor: the one owner of all providers' health."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from typing import TypeVar

from phoenix_tui.core import health_models, offline
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import (
    LEASE_SECONDS,
    Begun,
    CameOnline,
    Cleared,
    Configured,
    Enabled,
    Ended,
    Event,
    KeyChanged,
    ModelChanged,
    ModelsListed,
    Probed,
    Restored,
    Settled,
    WentOffline,
    Woke,
)
from phoenix_tui.core.health_state import ProviderState, new_state, next_change, settled
from phoenix_tui.core.health_step import step
from phoenix_tui.core.health_view import reason, unchanged_until, view
from phoenix_tui.core.journal import HealthChanged, Journal
from phoenix_tui.core.moment import Moment, TimeSource, Uniform
from phoenix_tui.core.offline import Network
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Attempt, Outcome, OutcomeKind
from phoenix_tui.core.values import dataclass

PROBE_GRACE = 10.0
"""Seconds that a due probe may take before requests go without it."""
SLEEP_SECONDS = 20.0
"""By how much the time of day must have run ahead of our timers for the machine to have slept."""

Subscriber = Callable[[ProviderHealth], None]
_Callback = TypeVar("_Callback")


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture of `state`, good as long as time alone changes nothing in it. Then no model rests, so that it is the
    same for whoever would ask whichever model."""

    health: ProviderHealth
    state: ProviderState
    check_at: Moment | None
    until: Moment
    taken_at: float
    """The time of day then, in seconds since the epoch."""

    def shows(self, state: ProviderState, check_at: Moment | None, now: Moment) -> bool:
        """Whether a picture that was taken now would be the same."""
        return (
            state is self.state
            and check_at is self.check_at
            and now.monotonic < self.until.monotonic
            and self.taken_at <= now.wall < self.until.wall  # the time of day may be set back
        )


class HealthMonitor:
    """Keeps the health of each of `names`; every attempt and every probe ends in exactly one call here.

    `local` are providers on this machine. `probed` says that somebody runs the probes that `due_probes` asks for: an
    unavailable provider then waits for its probe (and a grace), else its time alone permits the next trial. `rng` is
    the monitor's own, so that its records, handed to `journal` as they happen, can be lived through again (`replay`).
    All methods raise KeyError for a name that is none of `names`.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        clock: TimeSource,
        rng: Uniform,
        local: Collection[str] = (),
        probed: bool = False,
        journal: Journal | None = None,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._grace = PROBE_GRACE if probed else 0.0
        self._journal = journal
        self._subscribers: list[Subscriber] = []
        self._on_wake: list[Callable[[], None]] = []
        self._network = Network()
        self._read = now = Moment.read(clock)
        self._states = {name: new_state(name, now, local=name in local) for name in names}
        self._hosted = tuple(name for name in self._states if name not in local)
        self._seen: dict[str, _Seen] = {}
        """The newest picture of each: taking one costs more than all the rest of a request's look at health."""
        self._published = {name: self._look(name, now, None) for name in self._states}
        self._untold: dict[str, None] = {}
        """Whose state has changed since subscribers were told, in the order in which it did."""
        self._woken = False
        """Whether a sleep of the machine has been noticed and not been told."""

    # What happened

    def begin(self, attempt: Attempt, *, lease: float = LEASE_SECONDS) -> HealthState:
        """An attempt is being sent. Returns the state before it, on which a retry depends. ValueError when it has
        begun before. If it is the trial of a provider in probation, others pass that over for `lease` seconds."""
        target = attempt.target
        now = self._now()
        before = self._settled(target.provider, now).state_of(target.model)
        self._step(target.provider, Begun(attempt.id, target.model, lease), now)
        self._tell(now)
        return before

    def record(self, attempt: Attempt, outcome: Outcome) -> ProviderHealth:
        """The attempt has ended. ValueError when it had not begun, or was recorded before."""
        return self._apply(attempt.target.provider, Ended(attempt.id, outcome), model=attempt.target.model)

    def record_probe(
        self,
        name: str,
        passed: bool,
        *,
        error: ErrorInfo | None = None,
        proves_key: bool = True,
        key_generation: int | None = None,
    ) -> ProviderHealth:
        """A free check has ended. It may permit a trial or lift the block of a refused key; it never makes a
        provider healthy. `proves_key` False: the endpoint asks for no key. `key_generation` is what the method of that
        name said when the check began: about another key than the present one a check says nothing."""
        return self._apply(name, Probed(passed, error, proves_key, key_generation))

    def record_reachability(self, ok: bool) -> None:
        """While offline: whether any of the hosted providers could be reached just now."""
        now = self._now()
        if not self.offline:
            self._tell(now)
        elif ok:
            self._network = offline.reached(self._network)
            self._come_online(now)
            self._tell(now)
        else:
            self._network = offline.checked_in_vain(self._network, now)
            self._untold.update(dict.fromkeys(self._hosted))
            self._tell(now)

    def set_configured(self, name: str, value: bool) -> None:
        """Whether it has what it needs to be asked: a key, or a local server that was found."""
        self._apply(name, Configured(value))

    def set_enabled(self, name: str, value: bool) -> None:
        """Whether the person wants it asked."""
        self._apply(name, Enabled(value))

    def key_changed(self, name: str) -> None:
        """It has another key: lifts the block and the waits of the old one, whose late answers block nothing."""
        self._apply(name, KeyChanged())

    def model_changed(self, name: str) -> None:
        """Another of its models will be asked: lifts a block for want of permission, and asks missing models again."""
        self._apply(name, ModelChanged())

    def models_listed(self, name: str, models: Iterable[str]) -> None:
        """A fresh list has these `models`: those that were missing are asked again."""
        state = self._states[name]
        missing = {health_models.comparable(its.model) for its in state.models if health_models.is_missing(its)}
        if not missing:
            return
        listed = tuple(models)
        back = tuple(model for model in listed if health_models.comparable(model) in missing)
        if back or ("" in missing and listed):
            self._apply(name, ModelsListed(back or listed[:1]))

    def clear(self, name: str) -> None:
        """Forgets everything about it but its configuration and what is under way."""
        self._apply(name, Cleared())

    # How it is

    @property
    def offline(self) -> bool:
        """Whether this machine seems to have no network."""
        return self._network.since is not None

    def next_reachability_check_at(self) -> float | None:
        """Monotonic time at which to look whether any hosted provider can be reached; None while not offline."""
        return self._network.check_at.monotonic if self._network.check_at else None

    def is_configured(self, name: str) -> bool:
        """Whether it has what it needs to be asked, also while it is switched off."""
        return self._states[name].configured

    def is_enabled(self, name: str) -> bool:
        """Whether the person wants it asked."""
        return self._states[name].enabled

    def key_generation(self, name: str) -> int:
        """Which of its keys it has, for `record_probe`; grows with every change of key."""
        return self._states[name].key_generation

    def health(self, name: str, model: str | None = None) -> ProviderHealth:
        """Its health at this moment, as somebody sees it who would ask `model` (None: the one that was asked last)."""
        now = self._now()
        self._tell_wake(now)
        return self._view(name, now, model)

    def by_name(self, models: Mapping[str, str] | None = None) -> dict[str, ProviderHealth]:
        """Health of all by name, as decisions want it: take it fresh for each. `models` is which model of each would be
        asked."""
        now = self._now()
        self._tell_wake(now)
        return {name: self._view(name, now, models.get(name) if models else None) for name in self._states}

    def all(self, models: Mapping[str, str] | None = None) -> tuple[ProviderHealth, ...]:
        """Health of all, in the order of names; `models` as for `by_name`."""
        return tuple(self.by_name(models).values())

    # What is kept from one run to the next

    def state(self, name: str) -> ProviderState:
        """All that is known about it, as a plain value to keep."""
        return self._settled(name, self._now())

    def restore(self, name: str, state: ProviderState, *, kept_at: float, same_key: bool) -> None:
        """Takes up what an earlier run knew at `kept_at` (wall time, seconds since the epoch), unless it has been asked
        in this one. `same_key`: it is asked with the same key as then. No `state`, however odd, does any harm."""
        self._apply(name, Restored(state, kept_at, same_key))

    def replay(self, record: HealthChanged) -> None:
        """Lives through one record of another monitor, made at the same moment with the same chance. Told all of its
        records in order, and nothing else, this one comes to the same states."""
        now = self._read = record.at
        name, event = record.provider, record.event
        self._step(name, event, now)
        if isinstance(event, WentOffline) and not self.offline:
            self._network = offline.lost(now)
        elif isinstance(event, CameOnline):
            self._network = Network()
        self._tell(now)

    # Who is told, and when

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Calls `callback` with the new record after each change, until the returned function is called.

        The change stands and all others are told whatever a callback raises; the exception then comes out of the
        method that made the change.
        """
        return _listed(self._subscribers, callback)

    def on_wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls `callback` when the machine has slept, until the returned function is called: its connections are of no
        use any more."""
        return _listed(self._on_wake, callback)

    def next_probe_at(self, name: str) -> float | None:
        """Monotonic time at which it wants a free check; None when it wants none."""
        probe_at = self._states[name].probe_at
        return probe_at.monotonic if probe_at else None

    def due_probes(self, now: float | None = None) -> tuple[str, ...]:
        """Who wants a free check at the monotonic time `now` (default: this moment), the longest due first; each of
        them until its check is recorded."""
        moment = self._now().monotonic if now is None else now
        due = [(at, name) for name in self._states if (at := self.next_probe_at(name)) is not None and at <= moment]
        return tuple(name for _, name in sorted(due, key=lambda pair: pair[0]))

    def next_tick_at(self) -> float | None:
        """Monotonic time at which the clock alone changes a state; None when nothing waits."""
        changes = (next_change(state, grace=self._grace) for state in self._states.values())
        return min((change.monotonic for change in changes if change), default=None)

    def tick(self) -> None:
        """Tells subscribers what the clock alone has changed."""
        now = self._now()
        for name in self._states:
            self._settled(name, now)
            self._untold[name] = None
        self._tell(now)

    # How

    def _now(self) -> Moment:
        """This moment. Every reading of the clock also shows whether the machine has slept since the one before."""
        now, before = Moment.read(self._clock), self._read
        self._read = now
        asleep = (now.wall - before.wall) - (now.monotonic - before.monotonic)
        if asleep > SLEEP_SECONDS:
            self._network = offline.woken(self._network, now)
            self._woken = True
            for name in self._states:
                self._step(name, Woke(asleep), now)
        return now

    def _settled(self, name: str, now: Moment) -> ProviderState:
        state = self._states[name]
        if settled(state, now, grace=self._grace) is not state:
            self._record(name, Settled(self._grace), now)
        return self._states[name]

    def _apply(self, name: str, event: Event, now: Moment | None = None, *, model: str | None = None) -> ProviderHealth:
        """The one way in for what happens to a provider. Returns its health for who would ask `model`."""
        now = self._now() if now is None else now
        self._settled(name, now)
        self._step(name, event, now)
        self._watch_network(name, event, now)
        self._tell(now)
        if model is None or model == self._states[name].last_model:
            return self._published[name]
        return self._view(name, now, model)

    def _step(self, name: str, event: Event, now: Moment) -> None:
        self._record(name, event, now)
        self._untold[name] = None

    def _record(self, name: str, event: Event, now: Moment) -> None:
        before = self._states[name]
        after = self._states[name] = step(before, event, now, self._rng)
        if self._journal is not None:
            seen = after.state_of(after.last_model)
            why = reason(after, after.last_model)
            self._journal(HealthChanged(now, name, event, before.state_of(before.last_model), seen, why))

    def _watch_network(self, name: str, event: Event, now: Moment) -> None:
        """Several hosted providers out of reach at once: it is this machine. One of them within reach: it is not."""
        if name not in self._hosted:
            return
        match event:
            case Ended(_, outcome):
                answered = outcome.kind is OutcomeKind.OK
                error = None if outcome.kind is OutcomeKind.SKIPPED else outcome.error
            case Probed(passed, error):
                answered = passed
            case _:
                return
        was_offline = self.offline
        if answered:
            self._network = offline.reached(self._network)
        elif error is not None and error.error_class is ErrorClass.OFFLINE:
            self._network = offline.unreached(self._network, name, now)
        if was_offline and not self.offline:
            self._come_online(now)
        elif self.offline and not was_offline:
            for hosted in self._hosted:
                self._step(hosted, WentOffline(), now)

    def _come_online(self, now: Moment) -> None:
        for name in self._hosted:
            self._step(name, CameOnline(), now)

    def _view(self, name: str, now: Moment, model: str | None) -> ProviderHealth:
        self._settled(name, now)
        return self._look(name, now, model)

    def _look(self, name: str, now: Moment, model: str | None) -> ProviderHealth:
        """The picture of its state as that is; the one taken last as long as it would be the same."""
        state, check_at = self._states[name], self._network.check_at
        seen = self._seen.get(name)
        if seen is not None and seen.shows(state, check_at, now):
            return seen.health
        health = view(state, now, model=model, check_at=check_at)
        self._seen[name] = _Seen(health, state, check_at, unchanged_until(state, now), now.wall)
        return health

    def _tell_wake(self, now: Moment) -> None:
        if self._woken:
            self._tell(now)

    def _tell(self, now: Moment) -> None:
        """Tells everybody what has changed, and raises afterwards what one of them raised."""
        untold, self._untold = self._untold, {}
        with ExitStack() as stack:
            for name in reversed(untold):
                health = self._look(name, now, None)
                if health is not self._published[name] and health != self._published[name]:
                    self._published[name] = health
                    for callback in reversed(self._subscribers):
                        stack.callback(callback, health)
            if self._woken:
                self._woken = False
                for wake in reversed(self._on_wake):
                    stack.callback(wake)


def _listed(callbacks: list[_Callback], callback: _Callback) -> Callable[[], None]:
    callbacks.append(callback)

    def leave() -> None:
        if callback in callbacks:
            callbacks.remove(callback)

    return leave
