"""A key that cannot be printed by accident.

The settings hold keys as pydantic's `SecretStr`; this is the same idea without its import, for a core that is cheap to
load.
"""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A string that shows itself only when asked to by name. Not picklable, so that no dump can hold it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself. Call it where the value goes onto the wire, nowhere else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __str__(self) -> str:
        return "**********"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not written anywhere")
