"""How many tokens a conversation has, roughly, before anybody has counted them."""

from __future__ import annotations

from collections.abc import Iterable

from phoenix_tui.core.types import Message

_BYTES_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4


def estimated(messages: Iterable[Message]) -> int:
    """An estimate, right within a third for most languages: a token for four bytes of UTF-8 (so a character of Chinese
    counts three quarters), and a few for each message's frame."""
    return sum(
        len(message.content.encode("utf-8", "replace")) // _BYTES_A_TOKEN + _TOKENS_A_MESSAGE for message in messages
    )
