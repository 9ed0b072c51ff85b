"""How many tokens a conversation has, roughly, before anybody has counted them."""

from __future__ import annotations

from collections.abc import Iterable

from phoenix_tui.core.types import Message

_BYTES_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4


def estimated(messages: Iterable[Message]) -> int:
    """An estimate, right within a third for most languages: a token for four bytes of UTF-8 (so a character of Chinese
    counts three quarters), and a few for each message's frame."""
    return sum(estimated_text(message.content) for message in messages)


def estimated_text(text: str, more_bytes: int = 0) -> int:
    """The same for one message of `text`, and of so many bytes more that are not at hand."""
    return (len(text.encode("utf-8", "replace")) + more_bytes) // _BYTES_A_TOKEN + _TOKENS_A_MESSAGE
