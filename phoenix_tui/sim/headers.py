"""The headers that providers put on every answer: request ids, and how much of the rate limit is left."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime

_LIMITS = {"openai": (500, 200_000), "anthropic": (4000, 4_000_000), "grok": (480, 4_000_000)}


def usual_headers(provider: str, *, made: int, wall: float, dice: random.Random) -> Mapping[str, str]:
    """Headers of an answer, errors included. `made` counts requests so far, `wall` is seconds since the epoch."""
    requests, tokens = _LIMITS.get(provider, (0, 0))
    left = requests - made % requests if requests else 0
    request_id = f"{dice.getrandbits(128):032x}"
    match provider:
        case "openai":
            about = {"x-request-id": f"req_{request_id}", "openai-version": "2020-10-01"}
            limits = _limits("x-ratelimit-{what}-{kind}", left, requests, tokens, reset="120ms")
            return {**about, "openai-processing-ms": str(dice.randint(50, 600)), **limits}
        case "anthropic":
            reset = datetime.fromtimestamp(int(wall) + 60, UTC).isoformat().replace("+00:00", "Z")
            limits = _limits("anthropic-ratelimit-{kind}-{what}", left, requests, tokens, reset=reset)
            return {"request-id": f"req_01{request_id[:22]}", **limits}
        case "grok":
            limits = _limits("x-ratelimit-{what}-{kind}", left, requests, tokens, reset="")
            return {"x-request-id": request_id, **limits}
        case "openrouter":
            return {"x-generation-id": f"gen-{int(wall)}-{request_id[:20]}"}
        case _:
            return {}


def _limits(name: str, left: int, requests: int, tokens: int, *, reset: str) -> dict[str, str]:
    values = {"requests": (requests, left), "tokens": (tokens, tokens - 17)}
    headers: dict[str, str] = {}
    for kind, (limit, remaining) in values.items():
        headers[name.format(kind=kind, what="limit")] = str(limit)
        headers[name.format(kind=kind, what="remaining")] = str(remaining)
        if reset:
            headers[name.format(kind=kind, what="reset")] = reset
    return headers
