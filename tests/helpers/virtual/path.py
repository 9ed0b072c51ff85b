"""What lies between this machine and one host, and the connections over it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Literal


class Connect(StrEnum):
    """What becomes of a new connection."""

    OK = "ok"
    REFUSED = "refused"
    DNS = "dns"
    """The name cannot be resolved."""
    NO_ROUTE = "no route"
    """ENETUNREACH: this machine has no network."""
    UNREACHABLE = "unreachable"
    """EHOSTUNREACH."""
    HANG = "hang"
    """No answer at all, until the client's own deadline."""
    TLS = "tls"
    """A certificate that is not trusted (https only)."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer ends once `at` bytes of it have arrived; at 0 the request does not arrive either."""

    at: int
    how: Literal["rst", "fin"] = "rst"


@dataclass(slots=True)
class Path:
    """Set any field at any time; all but `connect` hold for existing connections too.

    `latency` is seconds each way. `piece` hands the client at most so many bytes at a time, 0 all there are. `cut` ends
    each answer (with `cuts`: only the next so many). While `mute`, nothing comes through; it does so afterwards.
    """

    connect: Connect = Connect.OK
    latency: float = 0.0
    piece: int = 0
    cut: Cut | None = None
    cuts: int | None = None
    _mute: bool = False
    _held: list[Callable[[], None]] = field(default_factory=list)
    links: list[Breakable] = field(default_factory=list)
    """The connections over it that are open at either end, the oldest first."""

    @property
    def mute(self) -> bool:
        return self._mute

    @mute.setter
    def mute(self, value: bool) -> None:
        self._mute = value
        if not value:
            held, self._held = self._held, []
            for deliver in held:
                asyncio.get_running_loop().call_soon(deliver)

    def hold(self, deliver: Callable[[], None]) -> None:
        """Calls `deliver` once the path is no longer mute."""
        self._held.append(deliver)

    def take_cut(self) -> Cut | None:
        """The cut that befalls the answer which has just begun."""
        if self.cut is None or self.cuts == 0:
            return None
        if self.cuts is not None:
            self.cuts -= 1
        return self.cut

    def break_all(self) -> None:
        """Resets every connection, at both ends."""
        for link in tuple(self.links):
            link.reset()


class End(Enum):
    """How one direction of a connection ends."""

    FIN = auto()
    RST = auto()


class Breakable:
    """A connection, as far as its path needs to know it."""

    def reset(self) -> None:
        """An RST reaches both ends."""
        raise NotImplementedError


@dataclass(slots=True)
class Wire:
    """One direction of a connection: what is sent arrives in order and late, unless the path is mute."""

    path: Path
    arrive: Callable[[bytes | End], None]
    queue: deque[bytes | End] = field(default_factory=deque)

    def send(self, item: bytes | End) -> None:
        self.queue.append(item)
        loop = asyncio.get_running_loop()
        if self.path.latency > 0:
            loop.call_later(self.path.latency, self._deliver)
        else:
            loop.call_soon(self._deliver)

    @property
    def under_way(self) -> int:
        """Bytes that were sent and have not arrived."""
        return sum(len(item) for item in self.queue if isinstance(item, bytes))

    def _deliver(self) -> None:
        if self.path.mute:
            self.path.hold(self._deliver)
        elif self.queue:
            self.arrive(self.queue.popleft())
