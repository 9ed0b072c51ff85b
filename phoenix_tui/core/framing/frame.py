"""What framing gives out, and how large it may be."""

from __future__ import annotations

from typing import NamedTuple

from phoenix_tui.core.errors import EventTooLarge

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""Bound of one event of a stream: an SSE event, an NDJSON line, an element of a streamed JSON array."""
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Bound of a body that is one JSON value."""


class Frame(NamedTuple):
    """One event of a body. `data` is its text (for JSON bodies: one JSON value), `event` its SSE name if it had one.

    A tuple, not a dataclass: one is made for every event of every stream, and this is the cheapest frozen value.
    """

    data: str
    event: str | None = None


def too_large(what: str, limit: int) -> EventTooLarge:
    """The error for `what` (a noun phrase) that went over `limit` bytes."""
    return EventTooLarge(f"{what} is larger than {limit:,} bytes; reading it was stopped.")
