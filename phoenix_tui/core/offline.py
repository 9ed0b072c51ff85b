"""Whether this machine has lost its network, told from what happened to several providers at once.

One provider whose name does not resolve has a fault of its own. Two within a few seconds, and no success in between,
mean that the fault is here; then nothing is held against anybody until somebody can be reached again.
"""

from __future__ import annotations

from phoenix_tui.core.moment import Moment
from phoenix_tui.core.values import dataclass

WINDOW = 5.0
"""Seconds within which the failures of different providers belong together."""
PROVIDERS = 2
FIRST_CHECK, LONGEST_CHECK = 1.0, 30.0
"""Seconds until the first check whether anybody can be reached, and the longest between two; they double."""


@dataclass(frozen=True, slots=True)
class Network:
    """What is thought of this machine's network. `lost` are the hosted providers that were out of reach lately, each
    with the moment; `since` is when the network was lost, `check_at` when to look for it again, `wait` the seconds from
    the last look to that one. All None or empty while it is there."""

    lost: tuple[tuple[str, Moment], ...] = ()
    since: Moment | None = None
    check_at: Moment | None = None
    wait: float = 0.0


def unreached(network: Network, name: str, now: Moment) -> Network:
    """The hosted provider `name` could not be reached, for a reason on this machine's side."""
    if network.since is not None:
        return network
    near = [(other, at) for other, at in network.lost if other != name and now.since(at) <= WINDOW]
    if len(near) + 1 < PROVIDERS:
        return Network(lost=(*near, (name, now)))
    return lost(now)


def reached(network: Network) -> Network:
    """A hosted provider answered, or the check reached one."""
    return Network() if network.since is not None or network.lost else network


def checked_in_vain(network: Network, now: Moment) -> Network:
    """A check reached nobody."""
    if network.since is None:
        return network
    wait = min(2 * network.wait, LONGEST_CHECK)
    return Network(since=network.since, check_at=now.plus(wait), wait=wait)


def woken(network: Network, now: Moment) -> Network:
    """The machine has slept: what was seen before says nothing, and a lost network may be back."""
    if network.since is None:
        return Network()
    return Network(since=network.since, check_at=now, wait=FIRST_CHECK)


def lost(now: Moment) -> Network:
    """The network as it is thought of from the moment at which it is found to be lost."""
    return Network(since=now, check_at=now.plus(FIRST_CHECK), wait=FIRST_CHECK)
