"""What a person has arranged about who is asked, as one value that can be kept and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from phoenix_tui.core.types import Strategy
from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Who is asked first and what follows, as the person wants it; health has no part in it.

    `order` is the person's own order of fallback, None the default one. `pinned` keep their places in it whatever
    happens, as long as they can be asked; `switched_off` are not asked. `models` has the model that was named for each
    provider, "" where its default is asked.
    """

    primary: str
    order: tuple[str, ...] | None = None
    pinned: frozenset[str] = frozenset()
    switched_off: frozenset[str] = frozenset()
    strategy: Strategy = Strategy.BALANCED
    models: Mapping[str, str] = field(default_factory=dict)
