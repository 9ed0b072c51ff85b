"""What must hold of every provider's health, at every change of it; the numbers are those of the policy's invariants.

3 three counted failures make unavailable; 4 a success makes an end of counting; 5 neutral outcomes count nowhere; 6 the
counts add up; 7 a wait only grows; 8 a permit belongs to a request; 9 who is down is looked at again; 16 the order has
everybody once; 20 keys are nowhere; 22 nothing is held against a provider while this machine is offline.
"""

from __future__ import annotations

import asyncio

from phoenix_tui.core.client import Client
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from tests.helpers.virtual import VirtualWorld
from tests.simulation.ledger import keys_in
from tests.simulation.trace import Trace

_CHECK_SECONDS = 60.0 * 1.2 + 20.0
"""Seconds within which an unavailable provider is looked at again: the cap, a fifth, and two checks that time out."""
_JUMP_SECONDS = 15.0
"""Seconds within which a sleep is noticed, and what it means for each wait."""
_TOLERANCE = 1.1
"""Seconds by which a wait that is told as a time of day may be worked out anew."""
_COUNTING = (HealthState.UNKNOWN, HealthState.HEALTHY, HealthState.SUSPECT)


class HealthWatch:
    """Looks at each change of health by itself, and at the snapshot now and then."""

    def __init__(self, world: VirtualWorld, client: Client, trace: Trace) -> None:
        self._world = world
        self._client = client
        self._trace = trace
        self._before = client.get_all_provider_health()
        self._waits: dict[str, dict[str, float]] = {}
        self._checked: dict[str, float] = dict.fromkeys(self._before, 0.0)
        self._unavailable_since: dict[str, float] = {}
        self._rests: dict[str, float] = {}
        self._jumped_at = -_JUMP_SECONDS

    def changed(self, now: ProviderHealth) -> None:
        """One event has just been applied to one provider."""
        before, self._before[now.name] = self._before[now.name], now
        if now.state is not before.state:
            self._trace.say(f"health: {now.name} {before.state} -> {now.state} {now.reason}")
        hold, name = self._trace.hold, now.name
        parts = now.successful_requests + now.failed_requests + now.neutral_requests + now.in_flight
        hold(6, now.total_requests == parts, f"{name}: {now.total_requests} requests, {parts} accounted for")
        in_a_row = now.consecutive_failures
        hold(3, in_a_row < 3 or now.state not in _COUNTING, f"{name} is {now.state} after {in_a_row} failures in a row")
        hold(8, not now.on_trial or now.in_flight > 0, f"{name} is on trial with nothing in flight")
        self._counts(before, now)
        self._wait_only_grows(before, now)
        self._is_looked_at(before, now)

    def key_changed(self, provider: str) -> None:
        """The person has put in another key: waits of the old one are over."""
        self._waits.pop(provider, None)

    def time_jumped(self) -> None:
        """The machine slept, or its clock was put right: what it makes of its waits is its own affair for a moment."""
        self._jumped_at = self._now()
        self._waits.clear()

    def asked_to_rest(self, provider: str, until: float) -> None:
        """`provider` has asked to be left alone, until then on the loop's clock."""
        self._rests[provider] = max(until, self._rests.get(provider, 0.0))

    def rests(self, provider: str) -> bool:
        """Whether it may still be left alone because it asked for it."""
        return self._rests.get(provider, 0.0) > self._now()

    def inspect(self) -> None:
        """What can be looked at any time."""
        snapshot = self._client.snapshot()
        own = self._client.own_order()
        names = [placement.target.provider for placement in snapshot.order]
        hold = self._trace.hold
        hold(16, sorted(names) == sorted(own), f"the order is {names}, the person's own {own}")
        positions = [placement.position for placement in snapshot.order]
        hold(16, positions == list(range(1, len(names) + 1)), f"positions {positions}")
        hold(20, not (found := keys_in(snapshot, self._world.names)), f"the snapshot shows {found}")
        if not self._client.config.probes:
            return
        for name, since in self._unavailable_since.items():
            looked = max(since, self._checked[name], self._rests.get(name, 0.0))
            late = self._now() - looked > _CHECK_SECONDS
            hold(9, not late, f"{name} is unavailable since {since:.0f} and was last looked at {looked:.0f}")

    def _counts(self, before: ProviderHealth, now: ProviderHealth) -> None:
        succeeded = now.successful_requests - before.successful_requests
        failed = now.failed_requests - before.failed_requests
        neutral = now.neutral_requests - before.neutral_requests
        grown = now.consecutive_failures - before.consecutive_failures
        hold, name = self._trace.hold, now.name
        if failed < 0:
            hold(22, grown == failed >= -neutral, f"{name}: {failed} failures, {neutral} neutral, {grown} in a row")
        elif succeeded:
            hold(4, now.consecutive_failures == 0, f"{name}: {now.consecutive_failures} in a row after a success")
            hold(4, now.state is not HealthState.UNAVAILABLE, f"{name} is {now.state} after a success")
        elif failed:
            hold(5, grown in (0, 1), f"{name}: one failure counted as {grown}")
            hold(22, before.state is not HealthState.OFFLINE, f"{name}: a failure counted while offline")
        else:
            what = "a neutral outcome" if neutral else "no outcome at all"
            hold(5, grown == 0, f"{name}: {what} changed the failures in a row by {grown}")

    def _wait_only_grows(self, before: ProviderHealth, now: ProviderHealth) -> None:
        until = {f"cooling of {its.model}": its.cooling_until for its in now.models if its.cooling_until}
        if now.retry_at is not None and now.state in (HealthState.UNAVAILABLE, HealthState.BLOCKED) and not until:
            until[now.state] = now.retry_at
        ahead = self._now() - self._world.clock.wall()
        waits = {what: at.timestamp() + ahead for what, at in until.items()}
        old = self._waits.pop(now.name, {})
        if self._now() < self._jumped_at + _JUMP_SECONDS:
            return
        self._waits[now.name] = waits
        if now.successful_requests > before.successful_requests or now.state is not before.state:
            return
        for what in waits.keys() & old.keys():
            moved = f"{now.name}, {what}: retry_at moved from {old[what]:.2f} back to {waits[what]:.2f}"
            self._trace.hold(7, waits[what] > old[what] - _TOLERANCE, moved)

    def _is_looked_at(self, before: ProviderHealth, now: ProviderHealth) -> None:
        if now.last_checked != before.last_checked:
            self._checked[now.name] = self._now()
        if now.state is HealthState.UNAVAILABLE:
            self._unavailable_since.setdefault(now.name, self._now())
        else:
            self._unavailable_since.pop(now.name, None)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
