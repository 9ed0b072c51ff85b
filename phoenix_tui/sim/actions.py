"""What a simulated server can do to a connection, as values.

An answer is a sequence of these; a fault is a change to the sequence. Only `connection.py` carries them out, so that
everything else about an answer is pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and headers. `length` is the content length that is promised; None sends a chunked body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None

    def having(self, **headers: str) -> Head:
        """The same head with more headers, underscores standing for dashes."""
        return replace(self, headers={**self.headers, **{name.replace("_", "-"): headers[name] for name in headers}})


@dataclass(frozen=True, slots=True)
class Send:
    """A piece of the body, written to the socket by itself."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing more, with the connection open, until the client leaves or the simulator ends."""


@dataclass(frozen=True, slots=True)
class Drip:
    """From here on every byte is written by itself, `seconds` apart."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is torn down with a TCP RST."""


@dataclass(frozen=True, slots=True)
class Fin:
    """The connection is closed in order (TCP FIN), without whatever HTTP says should still come."""


Action = Head | Send | Wait | Hang | Drip | Reset | Fin


def whole(status: int, body: bytes, headers: Mapping[str, str]) -> list[Action]:
    """A complete answer of a known length."""
    return [Head(status, headers, len(body)), Send(body)]
