"""What can happen to one provider's health, as values: all that the state machine is ever told."""

from __future__ import annotations

from dataclasses import dataclass

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.types import Outcome


@dataclass(frozen=True, slots=True)
class Begun:
    """A request was sent."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A request came to its end, however it did."""

    attempt: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Probed:
    """A free check ended. `proves_key` False where the endpoint answers without one."""

    passed: bool
    error: ErrorInfo | None = None
    proves_key: bool = True


@dataclass(frozen=True, slots=True)
class Configured:
    value: bool


@dataclass(frozen=True, slots=True)
class Enabled:
    value: bool


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """There is another key: what the old one was refused for says nothing about it."""


@dataclass(frozen=True, slots=True)
class ModelChanged:
    """Another model will be asked: a missing permission may have been the old one's."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """The person wants everything forgotten."""


Event = Begun | Ended | Probed | Configured | Enabled | KeyChanged | ModelChanged | Cleared
