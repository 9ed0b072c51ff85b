"""What `ask` reads from standard input: a piece of the question, or a request a line."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import AsyncIterator
from typing import IO, Any

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.types import ChatRequest, Message, Role

_STDIN_CHARACTERS = 32 * 2**20
_LINE_BYTES = 64 * 2**20
_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}


class BadLine(ValueError):
    """A line of `--jsonl` that is no request; the message says what is wrong with it."""


def read_stdin(stream: IO[str] | None) -> str:
    """What is piped in, at most 32 million characters; "" at a terminal."""
    if stream is None or stream.closed or stream.isatty():
        return ""
    return stream.read(_STDIN_CHARACTERS)


def conversation(prompt: str, system: str | None) -> tuple[Message, ...]:
    """The messages of a single question."""
    question = Message("user", prompt)
    return (Message("system", system), question) if system else (question,)


def read_request(line: bytes, system: str | None) -> ChatRequest:
    """One line of `--jsonl`; `system` holds where the line has none of its own. Raises BadLine."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"the line is not JSON: {str(error)[:200]}") from error
    if not isinstance(value, dict):
        raise BadLine("the line is not a JSON object")
    provider = _string(value, "provider")
    if provider and provider not in PROVIDER_NAMES:
        raise BadLine(f"there is no provider {provider!r}; there are {', '.join(PROVIDER_NAMES)}")
    own_system = _string(value, "system")
    return ChatRequest(
        _messages(value, system if own_system is None else own_system),
        model=_string(value, "model") or None,
        provider=provider or None,
        max_tokens=_number(value, "max_tokens", int) or None,
        temperature=_number(value, "temperature", float),
    )


async def stdin_lines(stream: IO[bytes]) -> AsyncIterator[bytes]:
    """The lines of `stream` that are not blank, as they come. Read by a thread, since a pipe, a file and a terminal
    each have a way of their own of not being awaitable; a daemon, so that it never holds up the end. It has a buffer of
    its own: the interpreter closes that of `sys.stdin` when it ends, and dies where a thread still holds it."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()
    room = threading.Semaphore(64)

    def read() -> None:
        try:
            own = open(stream.fileno(), "rb", closefd=False)  # noqa: SIM115 - never closed, see above
            while line := own.readline(_LINE_BYTES):
                room.acquire()
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)
        except RuntimeError:  # the loop is closed: nobody reads on
            return

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (line := await lines.get()) is not None:
        room.release()
        if line.strip():
            yield line


def _messages(value: dict[str, Any], system: str | None) -> tuple[Message, ...]:
    if "messages" in value:
        if "prompt" in value:
            raise BadLine("give prompt or messages, not both")
        rows = value["messages"]
        if not isinstance(rows, list) or not rows:
            raise BadLine("messages must be a list of at least one message")
        messages = tuple(_message(row) for row in rows)
        if system and not any(message.role == "system" for message in messages):
            messages = (Message("system", system), *messages)
        return messages
    prompt = _string(value, "prompt")
    if not prompt or not prompt.strip():
        raise BadLine("the request has no prompt")
    return conversation(prompt, system)


def _message(row: Any) -> Message:
    if not isinstance(row, dict) or not isinstance(row.get("content"), str) or row.get("role") not in _ROLES:
        raise BadLine("each message needs a role (system, user, assistant) and content (a string)")
    return Message(_ROLES[row["role"]], row["content"])


def _string(value: dict[str, Any], name: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise BadLine(f"{name} must be a string")
    return found


def _number(value: dict[str, Any], name: str, kind: type[int | float]) -> Any:
    found = value.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | kind) or not 0 <= found < math.inf:
        raise BadLine(f"{name} must be a number of 0 or more")
    return found
