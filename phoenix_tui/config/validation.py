"""Values that are wrong, as problems that name their place and the nearest valid value."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_tui.config.nearest import nearest_value
from phoenix_tui.config.problems import ConfigProblem, echo, one_of
from phoenix_tui.config.sources import Found


def wrong_value(found: Found, *, variable: str, valid: Sequence[str] = (), expected: str = "") -> ConfigProblem:
    """`found` is not one of `valid`, or not what the phrase `expected` says."""
    nearest = nearest_value(found.text, valid) if valid else None
    hint = f"; the nearest is {nearest}" if nearest else ""
    return ConfigProblem(
        f"{found.source} is {echo(found.text)}, which is not {expected or 'one of ' + one_of(valid)}{hint}.",
        found.source.file,
        found.source.line,
        variable,
        fix=setting(found, nearest) if nearest else "",
        fatal=True,
    )


def setting(found: Found, value: str) -> str:
    """The line, or flag, that sets `value` where `found` stood."""
    name = found.source.name
    return f"{name} {value}" if name.startswith("--") else f"{name}={value}"


def wrong_name_in_list(found: Found, word: str, *, variable: str, valid: Sequence[str]) -> ConfigProblem:
    """One of the names in a list is none of `valid`."""
    nearest = nearest_value(word, valid)
    hint = f"; the nearest is {nearest}" if nearest else f": {one_of(valid)}"
    return ConfigProblem(
        f"{found.source} names {echo(word)}, which is none of the seven providers{hint}.",
        found.source.file,
        found.source.line,
        variable,
        fix=f"write {nearest} in its place" if nearest else "",
        fatal=True,
    )
