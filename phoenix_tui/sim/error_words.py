"""The errors of each provider as it words them, by class. Gaps in braces are filled by `errors.failure_of`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.model import Failure

_C = ErrorClass
RPC = "type.googleapis.com/google.rpc."


def _details(*details: Mapping[str, Any]) -> dict[str, Any]:
    return {"details": list(details)}


_BAD_GEMINI_KEY = {
    "@type": f"{RPC}ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
    "metadata": {"service": "generativelanguage.googleapis.com"},
}
_PER_DAY = {
    "@type": f"{RPC}QuotaFailure",
    "violations": [
        {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "quotaDimensions": {"location": "global", "model": "{model}"},
            "quotaValue": "250",
        }
    ],
}
_PER_MINUTE = {
    "@type": f"{RPC}QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel", "quotaValue": "10"}],
}

_OPENAI: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(
        401,
        "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.",
        "invalid_request_error",
        "invalid_api_key",
    ),
    _C.PERMISSION: Failure(403, "You are not allowed to sample from this model", "invalid_request_error"),
    _C.QUOTA: Failure(
        429,
        "You exceeded your current quota, please check your plan and billing details. For more information on this "
        "error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
        "insufficient_quota",
        "insufficient_quota",
    ),
    _C.RATE_LIMIT: Failure(
        429,
        "Rate limit reached for {model} on requests per min (RPM): Limit 500, Used 500, Requested 1.",
        "requests",
        "rate_limit_exceeded",
    ),
    _C.OVERLOADED: Failure(
        503,
        "The server is currently overloaded. Please try again later.",
        "service_unavailable_error",
        "server_is_overloaded",
    ),
    _C.SERVER: Failure(
        500,
        "The server had an error while processing your request. Sorry about that!",
        "server_error",
        "server_error",
    ),
    _C.TIMEOUT: Failure(504, "The request timed out.", "server_error", "timeout"),
    _C.CONTEXT_LENGTH: Failure(
        400,
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        "invalid_request_error",
        "context_length_exceeded",
        "input",
    ),
    _C.CONTENT_FILTER: Failure(
        400,
        "Your request was rejected as a result of our safety system. It may contain content that is not allowed.",
        "invalid_request_error",
        "content_policy_violation",
    ),
    _C.MODEL_NOT_FOUND: Failure(
        404,
        "The model `{model}` does not exist or you do not have access to it.",
        "invalid_request_error",
        "model_not_found",
    ),
    _C.BAD_REQUEST: Failure(
        400,
        "Unsupported parameter: '{param}' is not supported with this model.",
        "invalid_request_error",
        "unsupported_parameter",
        "{param}",
    ),
}

_OPENROUTER: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(401, "No auth credentials found"),
    _C.PERMISSION: Failure(403, "This key may not use {model}.", "permission_denied"),
    _C.QUOTA: Failure(
        402,
        "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
        "payment_required",
        extra={"limit_source": "openrouter_credits"},
    ),
    _C.RATE_LIMIT: Failure(429, "Rate limit exceeded: requests-per-min.", "rate_limit_exceeded"),
    _C.OVERLOADED: Failure(
        503,
        "No provider is available for {model} right now.",
        "provider_overloaded",
        extra={"provider_name": "Simulated"},
    ),
    _C.SERVER: Failure(502, "Provider returned error", "server", extra={"provider_name": "Simulated", "raw": "ERROR"}),
    _C.TIMEOUT: Failure(524, "The upstream provider timed out", "timeout"),
    _C.CONTEXT_LENGTH: Failure(
        400,
        "This endpoint's maximum context length is {limit} tokens. However, you requested about {tokens} tokens. "
        "Please reduce the length of either one.",
        "context_length_exceeded",
    ),
    _C.CONTENT_FILTER: Failure(
        403,
        "Your chosen model requires moderation and your input was flagged",
        "content_policy_violation",
        extra={"reasons": ["violence"], "flagged_input": "...", "provider_name": "Simulated", "model_slug": "{model}"},
    ),
    _C.MODEL_NOT_FOUND: Failure(400, "{model} is not a valid model ID"),
    _C.BAD_REQUEST: Failure(400, "{param}: invalid value", "invalid_request"),
}

_ANTHROPIC: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(401, "invalid x-api-key", "authentication_error"),
    _C.PERMISSION: Failure(403, "Your API key does not have permission to use the model.", "permission_error"),
    _C.QUOTA: Failure(
        402,
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to purchase credits.",
        "billing_error",
    ),
    _C.RATE_LIMIT: Failure(
        429,
        "This request would exceed your account's rate limit. Please try again later.",
        "rate_limit_error",
    ),
    _C.OVERLOADED: Failure(529, "Overloaded", "overloaded_error"),
    _C.SERVER: Failure(500, "Internal server error", "api_error"),
    _C.TIMEOUT: Failure(504, "The request timed out while processing.", "timeout_error"),
    _C.CONTEXT_LENGTH: Failure(400, "prompt is too long: {tokens} tokens > {limit} maximum", "invalid_request_error"),
    _C.CONTENT_FILTER: Failure(400, "Output blocked by content filtering policy", "invalid_request_error"),
    _C.MODEL_NOT_FOUND: Failure(404, "model: {model}", "not_found_error"),
    _C.BAD_REQUEST: Failure(400, "{param}: Extra inputs are not permitted", "invalid_request_error"),
}

_GEMINI: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(
        400,
        "API key not valid. Please pass a valid API key.",
        "INVALID_ARGUMENT",
        extra=_details(_BAD_GEMINI_KEY),
    ),
    _C.PERMISSION: Failure(403, "The caller does not have permission", "PERMISSION_DENIED"),
    _C.QUOTA: Failure(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "RESOURCE_EXHAUSTED",
        extra=_details(_PER_DAY),
    ),
    _C.RATE_LIMIT: Failure(
        429,
        "Resource has been exhausted (e.g. check quota).",
        "RESOURCE_EXHAUSTED",
        extra=_details(_PER_MINUTE),
    ),
    _C.OVERLOADED: Failure(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"),
    _C.SERVER: Failure(500, "An internal error has occurred. Please retry.", "INTERNAL"),
    _C.TIMEOUT: Failure(504, "Deadline expired before operation could complete.", "DEADLINE_EXCEEDED"),
    _C.CONTEXT_LENGTH: Failure(
        400,
        "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit}).",
        "INVALID_ARGUMENT",
    ),
    # No error but an answer without candidates: this is how Gemini blocks a prompt.
    _C.CONTENT_FILTER: Failure(200, "PROHIBITED_CONTENT"),
    _C.MODEL_NOT_FOUND: Failure(
        404,
        "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels "
        "to see the list of available models and their supported methods.",
        "NOT_FOUND",
    ),
    _C.BAD_REQUEST: Failure(400, 'Invalid JSON payload received. Unknown name "{param}"', "INVALID_ARGUMENT"),
}

_GROK: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(
        400,
        "Incorrect API key provided. You can obtain an API key from https://console.x.ai.",
        code="invalid-argument",
    ),
    _C.PERMISSION: Failure(403, "The caller does not have permission to use {model}.", code="permission-denied"),
    _C.QUOTA: Failure(
        429,
        "Your team has either used all available credits or reached its monthly spending limit. To continue making "
        "API requests, please purchase more credits or raise your spending limit.",
        code="Some resource has been exhausted",
    ),
    _C.RATE_LIMIT: Failure(
        429, "Too many requests: the rate limit of {model} is reached.", code="Some resource has been exhausted"
    ),
    _C.OVERLOADED: Failure(
        503,
        "The service is currently unavailable: the model is at capacity.",
        code="The service is currently unavailable",
    ),
    _C.SERVER: Failure(500, "Internal error", code="Internal error"),
    _C.TIMEOUT: Failure(504, "Deadline exceeded", code="Deadline expired before operation could complete"),
    _C.CONTEXT_LENGTH: Failure(
        400,
        "This model's maximum prompt length is {limit} but the request contains {tokens} tokens.",
        code="Client specified an invalid argument",
    ),
    _C.CONTENT_FILTER: Failure(
        403,
        "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_VIOLENCE",
        code="The caller does not have permission to execute the specified operation",
    ),
    _C.MODEL_NOT_FOUND: Failure(
        404,
        "The model {model} does not exist or your team does not have access to it.",
        code="Some requested entity was not found",
    ),
    _C.BAD_REQUEST: Failure(
        400, "Model {model} does not support parameter {param}.", code="Client specified an invalid argument"
    ),
}

_OLLAMA: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(401, "unauthorized", extra={"signin_url": "https://ollama.com/connect"}),
    _C.QUOTA: Failure(429, "you have reached your weekly usage limit, upgrade for higher limits"),
    _C.RATE_LIMIT: Failure(429, "too many requests"),
    _C.OVERLOADED: Failure(503, "server busy, please try again.  maximum pending requests exceeded"),
    _C.SERVER: Failure(500, "an error was encountered while running the model: unexpected EOF"),
    _C.CONTEXT_LENGTH: Failure(400, "prompt too long; exceeded max context length by {over} tokens"),
    _C.MODEL_NOT_FOUND: Failure(404, "model '{model}' not found"),
    _C.MODEL_NOT_READY: Failure(500, "llama-server reported out-of-memory during startup"),
    _C.BAD_REQUEST: Failure(400, '"{model}" does not support {param}'),
}

_LMSTUDIO: dict[ErrorClass, Failure] = {
    _C.AUTH: Failure(401, "Invalid API token", "invalid_request_error", "invalid_api_key"),
    _C.SERVER: Failure(500, "Internal server error", "internal_error"),
    _C.OVERLOADED: Failure(503, "The server is busy.", "internal_error"),
    _C.CONTEXT_LENGTH: Failure(
        400,
        "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: {tokens}>= "
        "n_ctx: {limit}). Try to load the model with a larger context length, or provide a shorter input.",
        "invalid_request_error",
    ),
    _C.MODEL_NOT_FOUND: Failure(
        404,
        'Invalid model identifier "{model}". Please specify a valid downloaded model.',
        "invalid_request_error",
        "model_not_found",
        "model",
    ),
    _C.MODEL_NOT_READY: Failure(
        404,
        "No models loaded. Please load a model in the developer page or use the `lms load` command.",
        "invalid_request_error",
        "model_not_found",
        "model",
    ),
    _C.BAD_REQUEST: Failure(400, "'{param}' is invalid", "invalid_request_error", None, "{param}"),
}

WORDS: Mapping[str, Mapping[ErrorClass, Failure]] = {
    "openrouter": _OPENROUTER,
    "openai": _OPENAI,
    "anthropic": _ANTHROPIC,
    "gemini": _GEMINI,
    "grok": _GROK,
    "ollama": _OLLAMA,
    "lmstudio": _LMSTUDIO,
}
