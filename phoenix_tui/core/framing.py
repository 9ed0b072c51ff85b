"""Bytes to frames: server-sent events and JSON bodies, incrementally, whatever way the bytes are cut."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a body. `data` is its text (for JSON bodies: one JSON value), `event` its SSE name if it had one."""

    data: str
    event: str | None = None
