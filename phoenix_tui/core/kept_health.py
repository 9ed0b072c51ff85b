"""Health as it outlives the program: the value that is kept, and the interface of whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol
from urllib.parse import urlsplit

from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.health_state import ProviderState
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.values import dataclass

_PERSON = b"phoenix-tui key"
"""What sets these prints apart from every other BLAKE2b of the same key (at most 16 bytes)."""


@dataclass(frozen=True, slots=True)
class KeptHealth:
    """What was known of `provider` at `kept_at` (wall time, seconds since the epoch).

    `place` is where it was reached, as `place_of` has it, `key_print` stands for the key that it was asked with.
    """

    provider: str
    place: str
    key_print: str
    kept_at: float
    state: ProviderState


class NotKept(PhoenixError):
    """Something could not be kept or read back; the message is a sentence that says why."""


class HealthMemory(Protocol):
    """Keeps health from one run of the program to the next. Both methods raise NotKept."""

    async def load(self) -> tuple[KeptHealth, ...]:
        """Everything that is kept; at most one for a provider at a place."""

    async def save(self, kept: Sequence[KeptHealth]) -> None:
        """Keep all of `kept`, or nothing. What is there and was kept later stays."""


def key_print(key: Secret | None) -> str:
    """A name for `key` by which it is known again, and from which it cannot be had: 16 hexadecimal digits, "" for no
    key. A keyed, personalised BLAKE2b (RFC 7693)."""
    if not key:
        return ""
    return blake2b(key.reveal().encode("utf-8", "surrogatepass"), digest_size=8, person=_PERSON).hexdigest()


def place_of(base_url: str) -> str:
    """`base_url` as the name of a place: without what may be a secret (user, password, query)."""
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
