"""What each provider says when something is wrong: status, typed fields, words and headers, as the real ones do.

`failure_of` gives one by its class; a class that a provider has no words for gets its plain server error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.error_shapes import (
    anthropic_shape,
    gemini_shape,
    ollama_shape,
    openai_shape,
    openrouter_shape,
    xai_shape,
)
from phoenix_tui.sim.error_words import RPC, WORDS
from phoenix_tui.sim.model import Failure

_SHAPES = {
    "openrouter": openrouter_shape,
    "openai": openai_shape,
    "anthropic": anthropic_shape,
    "gemini": gemini_shape,
    "grok": xai_shape,
    "ollama": ollama_shape,
    "lmstudio": openai_shape,
}


def failure_of(
    provider: str,
    error: ErrorClass,
    *,
    retry_after: float | str | None = None,
    status: int | None = None,
    **words: object,
) -> Failure:
    """The error `error` as `provider` words it; `words` fill the gaps (model, key, param, limit, tokens, over).

    `retry_after` is the wait that is asked for: a number of seconds in the provider's own way, or the literal value of
    a Retry-After header. `status` replaces the provider's own.
    """
    known = WORDS[provider]
    failure = known.get(error) or known.get(_nearest(error)) or known[ErrorClass.SERVER]
    failure = replace(
        failure, **{name: _filled(getattr(failure, name), words) for name in ("message", "param", "extra")}
    )
    if retry_after is not None:
        failure = _asking_to_wait(provider, failure, retry_after)
    return replace(failure, status=status) if status is not None else failure


def error_body(provider: str, failure: Failure, *, compatible: bool = False) -> bytes:
    """The JSON that carries `failure`. `compatible`: on Ollama's endpoints in the style of OpenAI."""
    shape = openai_shape if compatible and provider == "ollama" else _SHAPES[provider]
    indent = 2 if provider in ("gemini", "openai", "lmstudio") else None
    return f"{json.dumps(shape(failure), ensure_ascii=False, indent=indent)}\n".encode()


def _nearest(error: ErrorClass) -> ErrorClass:
    """What a provider without words for `error` would say in its place."""
    return {
        ErrorClass.PERMISSION: ErrorClass.AUTH,
        ErrorClass.QUOTA: ErrorClass.OVERLOADED,
        ErrorClass.RATE_LIMIT: ErrorClass.OVERLOADED,
        ErrorClass.MODEL_NOT_READY: ErrorClass.OVERLOADED,
        ErrorClass.CONTENT_FILTER: ErrorClass.BAD_REQUEST,
    }.get(error, ErrorClass.SERVER)


def _filled(value: Any, words: Mapping[str, object]) -> Any:
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace(f"{{{name}}}", str(word))
        return value
    if isinstance(value, Mapping):
        return {name: _filled(inner, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    return value


def _asking_to_wait(provider: str, failure: Failure, wait: float | str) -> Failure:
    if isinstance(wait, str):
        return replace(failure, headers={**failure.headers, "retry-after": wait})
    if provider == "gemini":
        details = [*failure.extra.get("details", ()), {"@type": f"{RPC}RetryInfo", "retryDelay": f"{wait:g}s"}]
        return replace(failure, extra={**failure.extra, "details": details})
    precise = {"retry-after-ms": f"{wait * 1000:g}"} if provider == "openai" else {}
    return replace(failure, headers={**failure.headers, "retry-after": f"{wait:g}", **precise})
