"""What a free check says of a key that is not in use yet."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.values import dataclass

if TYPE_CHECKING:
    from phoenix_tui.core.catalogue import ProbeResult

_GOOD_ALL_THE_SAME = frozenset({ErrorClass.PERMISSION, ErrorClass.QUOTA, ErrorClass.RATE_LIMIT})
"""What only a provider says that has taken the key."""


class KeyStanding(StrEnum):
    """Whether the provider takes the key."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNPROVED = "unproved"
    """It could not be asked, or has nothing that would tell a good key from a bad one."""


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """The standing of a key, and in `error` what stands in the way: why it is refused or could not be proved, or, of
    one that is accepted, what it may not do (no credit, no right to the model). None when nothing does."""

    standing: KeyStanding
    error: ErrorInfo | None = None


def verdict_of(result: ProbeResult) -> KeyVerdict:
    """What `result`, of a check that was made with the key, says of it."""
    error = result.error
    if error is None:
        return KeyVerdict(KeyStanding.ACCEPTED if result.proves_key else KeyStanding.UNPROVED, result.model_error)
    if error.error_class is ErrorClass.AUTH:
        return KeyVerdict(KeyStanding.REFUSED, error)
    standing = KeyStanding.ACCEPTED if error.error_class in _GOOD_ALL_THE_SAME else KeyStanding.UNPROVED
    return KeyVerdict(standing, error)
