"""What is wrong with the settings, as values; and the one exception that carries them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.text import redact, strip_controls
from phoenix_tui.core.values import dataclass

# Shorter than any provider's key, so that a key that was pasted into the wrong variable is not shown.
_MAX_ECHO = 20


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that is wrong, or worth knowing, about the settings.

    `message` is a whole sentence that already says where. `file`, `line` (from 1) and `variable` say it again as
    data, None and "" where they do not apply. `fix` is the line that mends it, "" where there is no single one. A
    `fatal` one ends a script (exit 2), while the screen opens with the default in force; the others are notices.
    """

    message: str
    file: Path | None = None
    line: int | None = None
    variable: str = ""
    fix: str = ""
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.message} To mend it: {self.fix}" if self.fix else self.message


class ConfigurationError(PhoenixError):
    """The settings cannot be used as they are. `problems` has the fatal ones, each a sentence with its place."""

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def echo(value: str) -> str:
    """`value` in quotes, for a sentence; "that value" when it is long enough to be a key or is not plain text."""
    shown = redact(strip_controls(value))
    if shown != value or len(shown) > _MAX_ECHO or not shown.isprintable():
        return "that value"
    return f"'{shown}'"


def one_of(names: Iterable[str]) -> str:
    """`names` as a phrase: "a, b or c"."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
