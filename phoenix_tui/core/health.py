"""HealthMonitor: the one owner of all providers' health."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.health_events import (
    Begun,
    Cleared,
    Configured,
    Enabled,
    Ended,
    Event,
    KeyChanged,
    ModelChanged,
    Probed,
)
from phoenix_tui.core.health_state import ProviderState, new_state, next_change, settled
from phoenix_tui.core.health_step import step
from phoenix_tui.core.health_view import view
from phoenix_tui.core.moment import Moment, TimeSource, Uniform
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Attempt, Outcome

PROBE_GRACE = 10.0
"""Seconds that a due probe may take before requests go without it."""

Subscriber = Callable[[ProviderHealth], None]


class HealthMonitor:
    """Keeps the health of each of `names`; every attempt and every probe ends in exactly one call here.

    `local` are providers on this machine. `probed` says that somebody runs the probes that `due_probes` asks for: an
    unavailable provider then waits for its probe (and a grace), else its time alone permits the next trial.
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
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._grace = PROBE_GRACE if probed else 0.0
        self._subscribers: list[Subscriber] = []
        now = Moment.read(clock)
        self._states = {name: new_state(name, now, local=name in local) for name in names}
        self._published = {name: view(state, now) for name, state in self._states.items()}

    def begin(self, attempt: Attempt) -> HealthState:
        """An attempt is being sent. Returns the state before it, on which a retry depends. ValueError when it has
        begun before."""
        before = self.health(attempt.target.provider).state
        self._apply(attempt.target.provider, Begun(attempt.id))
        return before

    def record(self, attempt: Attempt, outcome: Outcome) -> ProviderHealth:
        """The attempt has ended. ValueError when it had not begun, or was recorded before."""
        return self._apply(attempt.target.provider, Ended(attempt.id, outcome))

    def record_probe(
        self, name: str, passed: bool, *, error: ErrorInfo | None = None, proves_key: bool = True
    ) -> ProviderHealth:
        """A free check has ended. It may permit a trial or lift the block of a refused key; it never makes a
        provider healthy. `proves_key` False: the endpoint asks for no key."""
        return self._apply(name, Probed(passed, error, proves_key))

    def set_configured(self, name: str, value: bool) -> None:
        """Whether it has what it needs to be asked: a key, or a local server that was found."""
        self._apply(name, Configured(value))

    def set_enabled(self, name: str, value: bool) -> None:
        """Whether the person wants it asked."""
        self._apply(name, Enabled(value))

    def is_configured(self, name: str) -> bool:
        """Whether it has what it needs to be asked, also while it is switched off."""
        return self._states[name].configured

    def key_changed(self, name: str) -> None:
        """It has another key: lifts the block and the wait of the old one, whose late answers block nothing."""
        self._apply(name, KeyChanged())

    def model_changed(self, name: str) -> None:
        """Another of its models will be asked: lifts a block for want of permission."""
        self._apply(name, ModelChanged())

    def clear(self, name: str) -> None:
        """Forgets everything about it but its configuration and what is under way."""
        self._apply(name, Cleared())

    def health(self, name: str) -> ProviderHealth:
        """Its health at this moment."""
        now = Moment.read(self._clock)
        return view(self._settled(name, now), now)

    def all(self) -> tuple[ProviderHealth, ...]:
        """Health of all, in the order of names."""
        return tuple(self.health(name) for name in self._states)

    def by_name(self) -> dict[str, ProviderHealth]:
        """Health of all by name, as decisions want it: take it fresh for each."""
        return {name: self.health(name) for name in self._states}

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Calls `callback` with the new record after each change, until the returned function is called.

        The change stands and all others are told whatever a callback raises; the exception then comes out of the
        method that made the change.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def next_probe_at(self, name: str) -> float | None:
        """Monotonic time at which it wants a free check; None when it wants none."""
        probe_at = self._states[name].probe_at
        return probe_at.monotonic if probe_at else None

    def due_probes(self, now: float | None = None) -> tuple[str, ...]:
        """Who wants a free check at the monotonic time `now` (default: this moment), the longest due first; each of
        them until its check is recorded."""
        moment = self._clock.monotonic() if now is None else now
        due = [(at, name) for name in self._states if (at := self.next_probe_at(name)) is not None and at <= moment]
        return tuple(name for _, name in sorted(due, key=lambda pair: pair[0]))

    def next_tick_at(self) -> float | None:
        """Monotonic time at which the clock alone changes a state; None when nothing waits."""
        changes = (next_change(state, grace=self._grace) for state in self._states.values())
        return min((change.monotonic for change in changes if change), default=None)

    def tick(self) -> None:
        """Tells subscribers what the clock alone has changed."""
        now = Moment.read(self._clock)
        with ExitStack() as stack:
            for name in self._states:
                self._settled(name, now)
                stack.callback(self._publish, name, now)

    def _settled(self, name: str, now: Moment) -> ProviderState:
        state = self._states[name] = settled(self._states[name], now, grace=self._grace)
        return state

    def _apply(self, name: str, event: Event) -> ProviderHealth:
        now = Moment.read(self._clock)
        self._states[name] = step(self._settled(name, now), event, now, self._rng)
        return self._publish(name, now)

    def _publish(self, name: str, now: Moment) -> ProviderHealth:
        health = view(self._states[name], now)
        if health != self._published[name]:
            self._published[name] = health
            with ExitStack() as stack:  # tells everybody, and raises afterwards what one of them raised
                for callback in reversed(self._subscribers):
                    stack.callback(callback, health)
        return health
