"""Bytes to frames: server-sent events and JSON bodies, incrementally, whatever way the bytes are cut."""

from __future__ import annotations

from phoenix_tui.core.framing.body import BodyFramer
from phoenix_tui.core.framing.frame import MAX_BODY_BYTES, MAX_EVENT_BYTES, Frame

__all__ = ["MAX_BODY_BYTES", "MAX_EVENT_BYTES", "BodyFramer", "Frame"]
