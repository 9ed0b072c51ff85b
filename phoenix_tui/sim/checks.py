"""What the real providers refuse before a model sees anything: keys, headers, models, parameters, lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.values import dataclass
from phoenix_tui.sim.catalogue import LOCAL, SimModel
from phoenix_tui.sim.errors import failure_of
from phoenix_tui.sim.formats.gemini_generate import GeminiGenerate
from phoenix_tui.sim.formats.openai_chat import OpenAIChat
from phoenix_tui.sim.formats.openai_responses import OpenAIResponses
from phoenix_tui.sim.http import Request
from phoenix_tui.sim.model import Call, Failure, Format

_NO_KEY = {
    "openrouter": Failure(401, "No cookie auth credentials found"),
    "openai": Failure(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY).",
        "invalid_request_error",
    ),
    "anthropic": Failure(401, "x-api-key header is required", "authentication_error"),
    "gemini": Failure(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other "
        "form of API consumer identity to call this API.",
        "PERMISSION_DENIED",
    ),
    "grok": Failure(
        401, "Missing authentication: no API key was given.", code="Unauthenticated: no valid authentication was given"
    ),
    "lmstudio": Failure(401, "An API token is required", "invalid_request_error", "invalid_api_key"),
    "ollama": Failure(401, "unauthorized"),
}
_PREFILL = {
    "anthropic": "This model does not support assistant message prefill. The conversation must end with a user message",
    "gemini": "Requests ending with a model turn are not supported for this model.",
}


def key_of(provider: str, request: Request) -> str:
    """The key that the request carries, "" for none."""
    bearer = request.headers.get("authorization", "")
    key = bearer[7:].strip() if bearer.lower().startswith("bearer ") else ""
    match provider:
        case "anthropic":
            return request.headers.get("x-api-key", "") or key
        case "gemini":
            return request.headers.get("x-goog-api-key", "") or request.query.get("key", "")
        case _:
            return key


def check_key(provider: str, request: Request, required: str | None) -> Failure | None:
    """A hosted provider wants some key, and `required` where that is not None."""
    key = key_of(provider, request)
    if not key and (required is not None or provider not in LOCAL):
        return _NO_KEY[provider]
    if required is not None and key != required:
        shown = f"{key[:8]}*****{key[-4:]}" if len(key) > 12 else "*****"
        return failure_of(provider, ErrorClass.AUTH, key=shown)
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call with what it is checked against. `model` is None when the provider does not know it; `limit` is the
    context window in tokens; `refuses_prefill` None leaves that to the model."""

    provider: str
    request: Request
    call: Call
    format: Format
    model: SimModel | None
    limit: int | None
    refuses_prefill: bool | None = None


def check_call(asked: Asked) -> Failure | None:
    """The first thing that the provider does not accept about the call."""
    return next(_complaints(asked), None)


def unknown_model(provider: str, name: str, spoken: Format | None = None) -> Failure:
    """How `provider` says that it has no such model; in Responses it is a 400."""
    failure = failure_of(provider, ErrorClass.MODEL_NOT_FOUND, model=name)
    if not isinstance(spoken, OpenAIResponses):
        return failure
    if provider == "grok":
        return replace(failure, status=400, message=f"Model not found: {name}", code="invalid-argument")
    message = f"The requested model '{name}' does not exist."
    return replace(failure, status=400, message=message, param="model")


def input_tokens(call: Call) -> int:
    """About how many tokens the conversation has."""
    return sum(len(turn.text) // 4 + 4 for turn in call.turns)


def _complaints(asked: Asked) -> Iterator[Failure]:
    provider, call = asked.provider, asked.call
    if not call.body:
        yield _bad_request(provider, "We could not parse the JSON body of your request.")
    if provider == "anthropic" and not asked.request.headers.get("anthropic-version"):
        yield _bad_request(provider, "anthropic-version: header is required")
    if asked.model is None:
        yield unknown_model(provider, call.model, asked.format)
        return
    if not call.turns:
        yield _bad_request(provider, "messages: at least one message is required")
    if provider == "anthropic":
        yield from _anthropic_complaints(asked)
    if provider == "openai" and asked.model.thinks:
        yield from _reasoning_complaints(asked)
    roles = {turn.role for turn in call.turns}
    if isinstance(asked.format, GeminiGenerate) and roles - {"user", "model", "system", "function"}:
        yield _bad_request(provider, "Please use a valid role: user, model.")
    if call.turns[-1:] and call.turns[-1].role in ("assistant", "model") and _refuses_prefill(asked, asked.model.id):
        yield _bad_request(provider, _PREFILL.get(provider, "The last message must be the user's."))
    tokens = input_tokens(call)
    if asked.limit is not None and tokens > asked.limit:
        over = tokens - asked.limit
        error = ErrorClass.CONTEXT_LENGTH
        yield failure_of(provider, error, tokens=tokens, limit=asked.limit, over=over, model=call.model)


def _refuses_prefill(asked: Asked, model: str) -> bool:
    return refuses_prefill(asked.provider, model) if asked.refuses_prefill is None else asked.refuses_prefill


def refuses_prefill(provider: str, model: str) -> bool:
    """Whether a conversation that ends with the model's own words is refused."""
    numbers = [int(number) for number in re.findall(r"\d+", model)[:2]]
    least = {"anthropic": [4, 6], "gemini": [3, 7]}.get(provider) if not model.startswith("gemma") else None
    return least is not None and [*numbers, 0][:2] >= least


def _anthropic_complaints(asked: Asked) -> Iterator[Failure]:
    call = asked.call
    old = asked.request.headers.get("anthropic-version", "") < "2026-10-21" and asked.model and not asked.model.thinks
    if call.sampling and not old:
        yield failure_of("anthropic", ErrorClass.BAD_REQUEST, param=call.sampling[0])
    if call.max_tokens is None:
        yield _bad_request("anthropic", "max_tokens: Field required")
    if isinstance(asked.call.body.get("messages"), list):
        for message in asked.call.body["messages"]:
            role = message.get("role") if isinstance(message, dict) else None
            if role not in ("user", "assistant"):
                said = f'messages: Unexpected role "{role}". The Messages API accepts "user" and "assistant".'
                yield _bad_request("anthropic", said)


def _reasoning_complaints(asked: Asked) -> Iterator[Failure]:
    call, body = asked.call, asked.call.body
    reasoning = body.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else body.get("reasoning_effort")
    if call.sampling and effort != "none":
        yield failure_of("openai", ErrorClass.BAD_REQUEST, param=call.sampling[0], model=call.model)
    if isinstance(asked.format, OpenAIChat) and body.get("max_tokens") is not None:
        failure = failure_of("openai", ErrorClass.BAD_REQUEST, param="max_tokens", model=call.model)
        yield replace(failure, message=f"{failure.message} Use 'max_completion_tokens' instead.")


def _bad_request(provider: str, message: str) -> Failure:
    failure = failure_of(provider, ErrorClass.BAD_REQUEST)
    return replace(failure, message=message, param=None, code=None if provider != "grok" else failure.code)
