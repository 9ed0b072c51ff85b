"""What a simulated provider remembers of each request, for tests and people to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Ending(StrEnum):
    """How the answer to a request ended."""

    UNDER_WAY = "under way"
    WHOLE = "whole"
    """Everything was sent."""
    BROKEN = "broken"
    """The provider ended it on purpose."""
    LEFT = "left"
    """The client closed the connection first."""


@dataclass(slots=True)
class Record:
    """One request. `at` is monotonic, in seconds. Headers are as they came, keys included. `json` is None where the
    body is no JSON or too long to keep."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any
    at: float
    model: str = ""
    faults: tuple[object, ...] = ()
    ending: Ending = Ending.UNDER_WAY

    @property
    def is_generation(self) -> bool:
        """It asked a model for something: an attempt, not a probe or a list."""
        return self.method == "POST"
