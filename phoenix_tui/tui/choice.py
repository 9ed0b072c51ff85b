"""One thing to choose from a list, as data."""

from __future__ import annotations

from collections.abc import Callable

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.health_words import Phrases
from phoenix_tui.tui.widgets.row_list import Line


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is what choosing it gives, `names` are what typing finds it by, `line` draws it in so many cells, and
    `about` is said below the list while it is chosen."""

    key: str
    names: tuple[str, ...]
    line: Callable[[int], Line]
    about: Phrases = ()
