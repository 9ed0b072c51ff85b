"""Where in a reply a fault strikes, how the reply is sent, and what follows."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """What was in order before the fault."""

    BEFORE_HEADERS = "before headers"
    """The request was sent, or was to be sent."""
    AFTER_HEADERS = "after headers"
    """The head of a good reply, and nothing of its body."""
    BEFORE_FIRST_TOKEN = "before first token"
    """The body has begun, without any text."""
    AFTER_TOKENS = "after k tokens"
    """Some of the text."""
    AFTER_FINISH = "after finish marker"
    """All of the text, and the wire format's terminal marker."""


class Mode(StrEnum):
    """How the provider sends its answers."""

    STREAM = "stream"
    SINGLE = "single"
    """One whole JSON value in place of the stream that was asked for."""


class Variant(StrEnum):
    """How often the fault strikes, and who else may be asked."""

    LASTING = "lasting"
    """Every request to the faulty provider meets it; others are well."""
    PASSING = "passing"
    """Only the first request meets it."""
    ALONE = "alone"
    """Lasting, and no other provider may be asked."""
