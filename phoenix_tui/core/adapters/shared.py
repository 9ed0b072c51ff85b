"""What all wire formats need: looking into JSON that may have any shape, and preparing messages."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, WireError
from phoenix_tui.core.types import Message

_SURROGATE = re.compile("[\ud800-\udfff]")


def as_dict(value: Any) -> dict[str, Any]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """`value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """`value` if it is a string, fit to be encoded; else ""."""
    return mend(value) if isinstance(value, str) else ""


def as_count(value: Any) -> int | None:
    """`value` if it is a whole number from 0 up, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and value >= 0 else None


def as_amount(value: Any) -> float | None:
    """`value` if it is a finite number from 0 up, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = float(value)
    except OverflowError:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def added(*counts: int | None) -> int | None:
    """The sum of the counts that are known, None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a JSON array, in order; none where it is no array."""
    return (entry for entry in as_list(value) if isinstance(entry, dict))


def parse(text: str) -> Any:
    """The JSON value in `text`. Raises ValueError, also for nesting deeper than can be read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def protocol_error(message: str, status: int | None = 200) -> WireError:
    """An answer that is not what its wire format says."""
    return WireError(ErrorInfo(ErrorClass.PROTOCOL, message, status=status))


def mend(text: str) -> str:
    """`text` with surrogate pairs joined and lone surrogates replaced: they cannot be encoded."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def turns(messages: Iterable[Message]) -> list[Message]:
    """The user's and the assistant's messages that have content. An empty turn, left by a failed answer, is refused
    by some providers and says nothing to the others."""
    return [
        Message(message.role, mend(message.content))
        for message in messages
        if message.role != "system" and message.content.strip()
    ]


def merged(messages: Iterable[Message]) -> list[Message]:
    """`messages` with neighbours of one role joined, for wire formats in which roles take turns."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role:
            joined[-1] = Message(message.role, f"{joined[-1].content}\n\n{message.content}")
        else:
            joined.append(message)
    return joined


def system_prompt(messages: Iterable[Message]) -> str:
    """All system messages as one text, "" without any."""
    return "\n\n".join(
        mend(message.content) for message in messages if message.role == "system" and message.content.strip()
    )
