"""What the formats share: JSON into events, messages into plain turns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from phoenix_tui.sim.model import Turn

SSE = "text/event-stream; charset=utf-8"


def dumps(value: Any) -> str:
    """Compact JSON with every character as itself."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sse(text: str, event: str = "") -> bytes:
    """One server-sent event. Lone surrogates, which JSON can name, go out as question marks."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {text}\n\n".encode(errors="replace")


def turns(messages: Any, text_key: str = "content") -> tuple[Turn, ...]:
    """Messages whose content is a string or a list of parts, as turns. What is no message is left out."""
    if isinstance(messages, str):
        return (Turn("user", messages),)
    if not isinstance(messages, list):
        return ()
    found = (message for message in messages if isinstance(message, Mapping))
    return tuple(Turn(str(message.get("role", "user")), plain(message.get(text_key))) for message in found)


def plain(content: Any) -> str:
    """The text of a content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return str(content.get("text", ""))
    if isinstance(content, Iterable):
        return "".join(plain(part) for part in content)
    return ""


def sampling(body: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """Those of `names` that the request sets."""
    return tuple(name for name in names if body.get(name) is not None)


def whole_number(value: Any) -> int | None:
    """`value` where it is an integer above zero."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
