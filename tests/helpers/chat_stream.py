"""Chat Completions answers as bytes, for tests that need one server and no simulator."""

from __future__ import annotations

import json
from typing import Any

from tests.helpers.raw_server import Reply

SSE = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}


def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    chunk = {"model": "served-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return f"data: {json.dumps(chunk)}\n\n".encode()


def answer(*pieces: str, finish: str = "stop") -> Reply:
    """A whole streamed answer."""
    usage = {"prompt_tokens": 3, "completion_tokens": len(pieces)}
    body = [event({"content": piece}) for piece in pieces]
    return Reply(200, SSE, [*body, event({}, finish, usage=usage), b"data: [DONE]\n\n"])


def cut(*pieces: str) -> Reply:
    """An answer that ends cleanly and too early."""
    return Reply(200, SSE, [event({"content": piece}) for piece in pieces])


def error(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """An error in the provider's words."""
    body = json.dumps({"error": {"message": message, "code": code, "type": None}}).encode()
    return Reply(status, {**JSON, **headers}, [body])
