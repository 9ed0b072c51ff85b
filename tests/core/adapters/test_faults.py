"""The same fault has the same class in every wire format, as a status and inside a stream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Dialect, WireFormat
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.framing import BodyFramer
from tests.helpers.decoding import error_of, play

NOW = 1_800_000_000.0
CHAT, RESPONSES = WireFormat.OPENAI_CHAT, WireFormat.OPENAI_RESPONSES
ANTHROPIC, GEMINI, OLLAMA = WireFormat.ANTHROPIC_MESSAGES, WireFormat.GEMINI_GENERATE, WireFormat.OLLAMA_CHAT
Body = dict[str, Any] | list[Any]


def openai(message: str, kind: str = "invalid_request_error", code: str | None = None) -> Body:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def openrouter(code: int, message: str, **metadata: Any) -> Body:
    return {"error": {"code": code, "message": message, "metadata": metadata}, "user_id": "u"}


def xai(code: str, message: str) -> Body:
    return {"code": code, "error": message}


def anthropic(kind: str, message: str, error_code: str | None = None) -> Body:
    details = {"details": {"error_code": error_code}} if error_code else {}
    return {"type": "error", "error": {"type": kind, "message": message, **details}, "request_id": "r"}


def gemini(code: int, status: str, message: str, *details: dict[str, Any]) -> Body:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def ollama(message: str) -> Body:
    return {"error": message}


def quota_failure(quota: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]}


def retry_info(delay: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def error_info(reason: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}


UPSTREAM_TOO_LONG = json.dumps(
    {"error": {"message": "This model's maximum context length is 8192 tokens.", "code": None}}
)

FAULTS: dict[ErrorClass, list[tuple[WireFormat, int, Body]]] = {
    ErrorClass.AUTH: [
        (CHAT, 401, openai("Incorrect API key provided: sk-x.", code="invalid_api_key")),
        (CHAT, 401, openrouter(401, "User not found.")),
        (CHAT, 401, openrouter(401, "Bad", error_type="authentication")),
        (CHAT, 400, xai("Client specified an invalid argument", "Incorrect API key provided: xa***56.")),
        (RESPONSES, 400, xai("invalid-argument", "Incorrect API key provided.")),
        (RESPONSES, 401, xai("unauthenticated:bad-credentials", "No.")),
        (RESPONSES, 401, openai("Nope.", code="invalid_api_key")),
        (ANTHROPIC, 401, anthropic("authentication_error", "invalid x-api-key")),
        (GEMINI, 400, gemini(400, "INVALID_ARGUMENT", "API key not valid.", error_info("API_KEY_INVALID"))),
        (GEMINI, 401, gemini(401, "UNAUTHENTICATED", "Request had invalid credentials.")),
        (GEMINI, 400, [gemini(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.")]),
        (OLLAMA, 401, {"error": "unauthorized", "signin_url": "https://x"}),
    ],
    ErrorClass.PERMISSION: [
        (CHAT, 403, openrouter(403, "No.", error_type="permission_denied")),
        (CHAT, 403, xai("permission-denied", "The caller may not do that.")),
        (
            RESPONSES,
            403,
            openai(
                "Country, region, or territory not supported",
                "request_forbidden",
                "unsupported_country_region_territory",
            ),
        ),
        (ANTHROPIC, 403, anthropic("permission_error", "Your API key does not have permission.")),
        (GEMINI, 403, gemini(403, "PERMISSION_DENIED", "No.")),
        (GEMINI, 400, gemini(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")),
        (OLLAMA, 403, ollama("forbidden")),
    ],
    ErrorClass.QUOTA: [
        (CHAT, 402, openrouter(402, "Insufficient credits", limit_source="openrouter_credits")),
        (CHAT, 403, openrouter(403, "Key limit exceeded (total limit).")),
        (
            CHAT,
            429,
            openrouter(
                429, "Rate limit exceeded: free-models-per-day. Add 10 credits.", error_type="rate_limit_exceeded"
            ),
        ),
        (
            CHAT,
            429,
            openai(
                "You exceeded your current quota, please check your plan.", "insufficient_quota", "insufficient_quota"
            ),
        ),
        (CHAT, 429, xai("Some resource has been exhausted", "Your team has used all available credits.")),
        (RESPONSES, 403, xai("permission-denied", "Your newly created team doesn't have any credits yet.")),
        (RESPONSES, 429, openai("No.", "insufficient_quota", "project_spend_limit_exceeded")),
        (ANTHROPIC, 402, anthropic("billing_error", "No.")),
        (ANTHROPIC, 429, anthropic("rate_limit_error", "No.", "enforced_spend_limit_reached")),
        (ANTHROPIC, 400, anthropic("invalid_request_error", "Your credit balance is too low to access the API.")),
        (ANTHROPIC, 400, anthropic("invalid_request_error", "You have reached your specified API usage limits.")),
        (GEMINI, 402, gemini(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.")),
        (
            GEMINI,
            429,
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "No.",
                quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
                retry_info("34s"),
            ),
        ),
        (
            GEMINI,
            429,
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota.\nQuota exceeded for metric: x, limit: 0, model: y\nRetry in 34s.",
            ),
        ),
        (OLLAMA, 429, ollama("You exceeded your current quota, please check your plan and billing details.")),
        (OLLAMA, 429, ollama("you have reached your weekly usage limit, please upgrade to continue")),
    ],
    ErrorClass.RATE_LIMIT: [
        (CHAT, 429, openrouter(429, "Rate limit exceeded: free-models-per-min. ")),
        (
            CHAT,
            402,
            openrouter(402, "Wait.", limit_source="openrouter_in_flight_budget", error_type="payment_required"),
        ),
        (
            CHAT,
            429,
            openai(
                "Request too large for m on tokens per min (TPM): Limit 9, Requested 12. The input is too long.",
                "tokens",
                "rate_limit_exceeded",
            ),
        ),
        (RESPONSES, 429, openai("Slow down.", "rate_limit_error", "slow_down")),
        (RESPONSES, 429, xai("Some resource has been exhausted", "Too many requests for team.")),
        (ANTHROPIC, 429, anthropic("rate_limit_error", "This request would exceed your account's rate limit.")),
        (ANTHROPIC, 429, anthropic("rate_limit_error", "No.", "ramp_limit_exceeded")),
        (
            GEMINI,
            429,
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan. limit: 10",
                quota_failure("GenerateRequestsPerMinutePerProject"),
                retry_info("34s"),
            ),
        ),
        (OLLAMA, 429, ollama("Too Many Requests")),
    ],
    ErrorClass.OVERLOADED: [
        (CHAT, 503, openai("The engine is currently overloaded.", "server_error")),
        (CHAT, 529, openrouter(529, "No.", error_type="provider_overloaded")),
        (CHAT, 503, openrouter(503, "No available model provider")),
        (RESPONSES, 503, openai("Try later.", "service_unavailable_error", "server_is_overloaded")),
        (RESPONSES, 503, xai("The service is currently unavailable", "Model is at capacity.")),
        (ANTHROPIC, 529, anthropic("overloaded_error", "Overloaded")),
        (GEMINI, 503, gemini(503, "UNAVAILABLE", "The model is overloaded.")),
        (OLLAMA, 503, ollama("server busy, please try again.  maximum pending requests exceeded")),
        (CHAT, 200, openai("The server is busy.", "internal_error")),
        (CHAT, 503, openai("Server is too busy.", "internal_error")),
    ],
    ErrorClass.SERVER: [
        (CHAT, 500, openai("The server had an error while processing your request.", "server_error")),
        (CHAT, 504, openrouter(504, "Timed out", error_type="timeout")),
        (RESPONSES, 500, openai("Oops.", "server_error", "server_error")),
        (RESPONSES, 500, xai("Internal error", "Oops.")),
        (ANTHROPIC, 500, anthropic("api_error", "Internal server error")),
        (ANTHROPIC, 504, anthropic("timeout_error", "Oops.")),
        (ANTHROPIC, 409, anthropic("conflict_error", "Oops.")),
        (GEMINI, 500, gemini(500, "INTERNAL", "An internal error has occurred.")),
        (GEMINI, 504, gemini(504, "DEADLINE_EXCEEDED", "Oops.")),
        (OLLAMA, 500, ollama("an unknown error was encountered while running the model")),
    ],
    ErrorClass.CONTEXT_LENGTH: [
        (CHAT, 400, openai("This model's maximum context length is 8192 tokens.", code="context_length_exceeded")),
        (CHAT, 400, openrouter(400, "Provider returned error", raw=UPSTREAM_TOO_LONG, provider_name="x")),
        (
            CHAT,
            400,
            xai("invalid-argument", "This model's maximum prompt length is 10 but the request contains 11 tokens."),
        ),
        (CHAT, 400, ollama("The number of tokens to keep from the initial prompt is greater than the context length")),
        (RESPONSES, 400, openai("Your input exceeds the context window of this model.")),
        (ANTHROPIC, 400, anthropic("invalid_request_error", "prompt is too long: 11 tokens > 10 maximum")),
        (
            ANTHROPIC,
            400,
            anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 9 + 9 > 10"),
        ),
        (
            GEMINI,
            400,
            gemini(
                400, "INVALID_ARGUMENT", "The input token count (11) exceeds the maximum number of tokens allowed (10)."
            ),
        ),
        (
            GEMINI,
            500,
            gemini(500, "INTERNAL", "The input token count (11) exceeds the maximum number of tokens allowed (10)."),
        ),
        (OLLAMA, 400, ollama("prompt too long; exceeded max context length by 3 tokens")),
    ],
    ErrorClass.CONTENT_FILTER: [
        (CHAT, 400, openai("No.", code="content_policy_violation")),
        (CHAT, 403, openrouter(403, "m requires moderation", reasons=["violence"], flagged_input="x")),
        (CHAT, 403, openrouter(403, "Provider returned error", raw='{"error":"Content violates usage guidelines."}')),
        (
            RESPONSES,
            400,
            openai("Your prompt was flagged as potentially violating our usage policy.", code="invalid_prompt"),
        ),
        (RESPONSES, 403, xai("permission-denied", "Content violates usage guidelines.")),
        (ANTHROPIC, 400, anthropic("invalid_request_error", "Output blocked by content filtering policy")),
        (GEMINI, 400, gemini(400, "INVALID_ARGUMENT", "The request was blocked due to safety.")),
        (OLLAMA, 400, ollama("this request violates our usage policies")),
    ],
    ErrorClass.MODEL_NOT_FOUND: [
        (CHAT, 404, openai("The model `x` does not exist or you do not have access to it.", code="model_not_found")),
        (CHAT, 404, openai("No models loaded. Please load a model.", code="model_not_found")),
        (CHAT, 400, openrouter(400, "x is not a valid model ID")),
        (CHAT, 404, openrouter(404, "No endpoints found for x.")),
        (
            CHAT,
            404,
            xai("Some requested entity was not found", "The model x was deprecated and is no longer accessible."),
        ),
        (RESPONSES, 400, xai("invalid-argument", "Model not found: x")),
        (RESPONSES, 400, openai("The requested model 'x' does not exist.", code="model_not_found")),
        (ANTHROPIC, 404, anthropic("not_found_error", "model: x")),
        (GEMINI, 404, gemini(404, "NOT_FOUND", "models/x is not found for API version v1beta.")),
        (OLLAMA, 404, ollama("model 'x' not found")),
        (OLLAMA, 404, ollama('model "x" not found, try pulling it first')),
    ],
    ErrorClass.MODEL_NOT_READY: [
        (CHAT, 400, ollama("Failed to load model x")),
        (CHAT, 500, openai("Model unloaded.")),
        (OLLAMA, 500, ollama("model requires more system memory (9 GiB) than is available (4 GiB)")),
        (OLLAMA, 500, ollama("model runner has unexpectedly stopped, this may be due to resource limitations")),
        (OLLAMA, 500, ollama("llama-server reported out-of-memory during startup")),
        (OLLAMA, 500, ollama("timed out waiting for llama-server to start")),
    ],
    ErrorClass.BAD_REQUEST: [
        (CHAT, 400, openai("Unsupported parameter: 'max_tokens'.", code="unsupported_parameter")),
        (CHAT, 400, openrouter(400, "Token limit reached")),
        (CHAT, 400, xai("Client specified an invalid argument", "Model x does not support parameter reasoningEffort.")),
        (RESPONSES, 400, openai("Unsupported value: 'temperature'.", code="unsupported_value")),
        (ANTHROPIC, 400, anthropic("invalid_request_error", "max_tokens: Field required")),
        (ANTHROPIC, 413, anthropic("request_too_large", "Request exceeds the maximum size")),
        (GEMINI, 400, gemini(400, "INVALID_ARGUMENT", "Invalid value at 'contents'.")),
    ],
    ErrorClass.PROTOCOL: [
        (CHAT, 404, openai("Invalid URL (POST /v1/chat/completion)")),
        (CHAT, 200, ollama("Unexpected endpoint or method. (POST /chat/completions)")),
        (RESPONSES, 404, {"detail": "Not Found"}),
        (ANTHROPIC, 404, anthropic("not_found_error", "Not found")),
    ],
}
CASES = [
    pytest.param(kind, wire, status, body, id=f"{kind}-{wire}-{number}")
    for kind, faults in FAULTS.items()
    for number, (wire, status, body) in enumerate(faults)
]


def of_status(wire: WireFormat, status: int, body: str, headers: dict[str, str] | None = None) -> ErrorInfo:
    return adapter_for(wire).error(status, headers or {}, body, now=NOW)


BY_STATUS = [case for case in CASES if case.values[2] != 200]
# Where nothing but the status says that it is an error, a stream cannot carry it.
BY_WORDS = [case for case in CASES if not isinstance(case.values[3], dict) or "error" in case.values[3]]


@pytest.mark.parametrize(("kind", "wire", "status", "body"), BY_STATUS)
def test_as_a_status(kind: ErrorClass, wire: WireFormat, status: int, body: Body) -> None:
    assert of_status(wire, status, json.dumps(body)).error_class is kind
    # Some servers answer a request for a stream in its framing, whatever the status.
    assert of_status(wire, status, f"event: error\ndata: {json.dumps(body)}\n\n").error_class is kind


@pytest.mark.parametrize(("kind", "wire", "status", "body"), BY_WORDS)
def test_in_a_stream(kind: ErrorClass, wire: WireFormat, status: int, body: Body) -> None:
    info = error_of(lambda: play(wire, body))
    assert info.error_class is kind
    assert info.status == 200


@pytest.mark.parametrize(("kind", "wire", "status", "body"), CASES)
def test_in_every_other_format(kind: ErrorClass, wire: WireFormat, status: int, body: Body) -> None:
    """Gateways speak one format and pass on the errors of others."""
    for other in WireFormat:
        assert of_status(other, status if status != 200 else 400, json.dumps(body)).error_class is kind


WIDE: list[tuple[bool, int, dict[str, str], Body]] = [
    (True, 402, {}, openrouter(402, "Wait.", limit_source="openrouter_in_flight_budget")),
    (True, 429, {}, openrouter(429, "Rate limit exceeded", headers={"X-RateLimit-Limit": "20"}, provider_name=None)),
    (False, 429, {}, openrouter(429, "Provider returned error", provider_name="Elsewhere", raw="slow down")),
    (False, 429, {}, openrouter(429, "x", headers={"X-RateLimit-Limit": "20"}, provider_name="Elsewhere")),
    (False, 429, {}, openai("Rate limit reached for m on requests per min (RPM).", "requests", "rate_limit_exceeded")),
    (False, 429, {}, anthropic("rate_limit_error", "This request would exceed your rate limit.")),
    (True, 429, {}, gemini(429, "RESOURCE_EXHAUSTED", "No.", quota_failure("GenerateRequestsPerMinutePerProject"))),
    (
        False,
        429,
        {},
        gemini(429, "RESOURCE_EXHAUSTED", "No.", quota_failure("GenerateRequestsPerMinutePerProjectPerModel")),
    ),
    (
        False,
        429,
        {},
        gemini(
            429,
            "RESOURCE_EXHAUSTED",
            "No.",
            quota_failure("GenerateRequestsPerMinutePerProject"),
            quota_failure("GenerateContentInputTokensPerModelPerMinute"),
        ),
    ),
    (True, 503, {}, ollama("server busy, please try again.  maximum pending requests exceeded")),
    (False, 503, {}, gemini(503, "UNAVAILABLE", "The model is overloaded.")),
    (False, 402, {}, openrouter(402, "Insufficient credits", limit_source="openrouter_credits")),
    (False, 429, {}, xai("Some resource has been exhausted", "Too many requests for team.")),
]


@pytest.mark.parametrize(("wide", "status", "headers", "body"), WIDE)
def test_a_limit_of_the_whole_provider_is_told_from_one_of_a_model(
    wide: bool, status: int, headers: dict[str, str], body: Body
) -> None:
    for wire in WireFormat:
        assert of_status(wire, status, json.dumps(body), headers).provider_wide is wide


def test_headers_of_the_answer_tell_of_the_whole_provider_too() -> None:
    body = json.dumps(openrouter(429, "Rate limit exceeded"))
    own = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int((NOW + 20) * 1000))}
    info = of_status(CHAT, 429, body, own)
    assert (info.provider_wide, info.retry_after) == (True, 20.0)
    of_a_model = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s"}
    info = of_status(CHAT, 429, body, of_a_model)
    assert (info.provider_wide, info.retry_after) == (False, 20.0)


@pytest.mark.parametrize(("kind", "wire", "status", "body"), BY_WORDS)
def test_a_stream_and_a_status_say_the_same(kind: ErrorClass, wire: WireFormat, status: int, body: Body) -> None:
    streamed = error_of(lambda: play(wire, body))
    single = of_status(wire, status if status != 200 else 400, json.dumps(body))
    told = ("error_class", "code", "param", "detail", "message", "retry_after", "provider_wide")
    assert {name: getattr(streamed, name) for name in told} == {name: getattr(single, name) for name in told}


def test_every_format_has_every_fault_it_can_have() -> None:
    for kind, faults in FAULTS.items():
        if kind not in (ErrorClass.MODEL_NOT_READY, ErrorClass.PROTOCOL, ErrorClass.BAD_REQUEST):
            assert {wire for wire, _, _ in faults} == set(WireFormat), kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ErrorClass.PROTOCOL),
        (307, ErrorClass.PROTOCOL),
        (400, ErrorClass.BAD_REQUEST),
        (401, ErrorClass.AUTH),
        (402, ErrorClass.QUOTA),
        (403, ErrorClass.PERMISSION),
        (404, ErrorClass.MODEL_NOT_FOUND),
        (407, ErrorClass.NETWORK),
        (408, ErrorClass.SERVER),
        (409, ErrorClass.SERVER),
        (410, ErrorClass.MODEL_NOT_FOUND),
        (413, ErrorClass.BAD_REQUEST),
        (415, ErrorClass.BAD_REQUEST),
        (422, ErrorClass.BAD_REQUEST),
        (429, ErrorClass.RATE_LIMIT),
        (500, ErrorClass.SERVER),
        (502, ErrorClass.SERVER),
        (503, ErrorClass.OVERLOADED),
        (504, ErrorClass.SERVER),
        (511, ErrorClass.NETWORK),
        (524, ErrorClass.SERVER),
        (529, ErrorClass.OVERLOADED),
    ],
)
def test_a_status_alone(status: int, kind: ErrorClass) -> None:
    for wire in WireFormat:
        for body in ("", "{}", '{"error": {"message": "Weather."}}', '{"error": "Weather."}', "[]", "null"):
            info = of_status(wire, status, body)
            assert info.error_class is kind
            assert info.status == status
            assert info.message == "Weather." if "Weather" in body else str(status) in info.message


@pytest.mark.parametrize("body", ["<html><title>404 Not Found</title></html>", "404 page not found", "nothing here"])
def test_a_404_of_no_model_api_is_a_wrong_address(body: str) -> None:
    info = of_status(CHAT, 404, body)
    assert info.error_class is ErrorClass.PROTOCOL
    assert info.param is None


def test_a_404_whose_json_was_cut_is_still_one_of_a_model_api() -> None:
    info = of_status(CHAT, 404, '{"error": {"message": "The mod')
    assert info.error_class is ErrorClass.MODEL_NOT_FOUND


def test_pages_and_plain_text() -> None:
    page = of_status(CHAT, 502, "<html><head><title>502 Bad Gateway</title></head></html>")
    assert page.error_class is ErrorClass.SERVER
    assert "502 Bad Gateway" in page.message
    assert "<" not in page.message
    assert of_status(CHAT, 500, " Out of cheese \n").message == "Out of cheese"
    redirect = of_status(CHAT, 302, "", {"location": "https://elsewhere.example/login"})
    assert "https://elsewhere.example/login" in redirect.message


def test_the_providers_words_are_kept_and_made_safe() -> None:
    hostile = "Key sk-abcdefgh1234 \x1b[31mis\x1b]0;x\x07 wrong [/b]\u202e \n" + "x" * 10_000_000
    info = of_status(CHAT, 401, json.dumps(openai(hostile)))
    assert info.message.startswith("Key [redacted] is wrong [/b] \nxxx")
    assert len(info.message) == 4000
    assert of_status(CHAT, 400, json.dumps(openai("  two  spaces. "))).message == "  two  spaces. "


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"error": {"code": 429, "message": "x", "param": "temperature"}}, "429", "temperature"),
        ({"error": {"code": None, "type": "tokens", "message": "x"}}, "tokens", None),
        ({"error": {"code": "slow_down", "type": "rate_limit_error", "message": "x"}}, "slow_down", None),
        ({"code": "invalid-argument", "error": "x"}, "invalid-argument", None),
        ({"error": "x"}, None, None),
        ({"error": {"code": True, "message": "x"}}, None, None),
    ],
)
def test_codes(body: Body, code: str | None, param: str | None) -> None:
    info = of_status(CHAT, 400, json.dumps(body))
    assert (info.code, info.param) == (code, param)


def test_a_model_that_is_named_is_told_from_an_address_that_is_wrong() -> None:
    assert of_status(OLLAMA, 404, json.dumps(ollama("model 'x' not found"))).param == "model"
    assert of_status(OLLAMA, 404, "").param is None


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Out of cheese"},
        {"detail": "Out of cheese"},
        {"detail": [{"msg": "Out of cheese"}]},
        {"errors": [{"message": "Out of cheese"}]},
        {"error": {"error": {"message": "Out of cheese"}}},
        "Out of cheese",
    ],
)
def test_odd_shapes(body: Any) -> None:
    assert of_status(CHAT, 500, json.dumps(body)).message == "Out of cheese"


def test_what_stands_behind_a_provider_is_told_too() -> None:
    info = of_status(CHAT, 400, json.dumps(openrouter(400, "Provider returned error", raw=UPSTREAM_TOO_LONG)))
    assert info.message == "Provider returned error"
    assert info.detail == "This model's maximum context length is 8192 tokens."


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait"),
    [
        (429, {"retry-after": "1.5"}, openai("x"), 1.5),
        (503, {"retry-after": "7"}, openai("x"), 7.0),
        (429, {"retry-after": "7", "retry-after-ms": "250"}, openai("Try again in 9s."), 0.25),
        (429, {}, openai("Please try again in 6m0s."), 360.0),
        (429, {}, gemini(429, "RESOURCE_EXHAUSTED", "Please retry in 40s.", retry_info("34.5s")), 34.5),
        (429, {"x-ratelimit-reset-requests": "1m1s", "x-ratelimit-remaining-requests": "0"}, openai("x"), 61.0),
        (429, {"x-ratelimit-reset-requests": "1m1s", "x-ratelimit-remaining-requests": "5"}, openai("x"), None),
        (429, {"x-ratelimit-reset-requests": "0", "x-ratelimit-remaining-requests": "-1"}, openai("x"), None),
        (429, {"retry-after": "-3", "x-ratelimit-reset-tokens": "7s"}, openai("x"), 7.0),
        (429, {"retry-after": "soon"}, openai("Please try again in 1m30s."), 90.0),
        (429, {}, openai("Rate limit reached. Please try again in 500ms."), 0.5),
        (429, {"retry-after": "Fri, 15 Jan 2027 07:00:30 GMT"}, openai("try again in 46s"), 46.0),
        (429, {}, openrouter(429, "x", headers={"X-RateLimit-Reset": str(int((NOW + 20) * 1000))}), 20.0),
        (429, {"anthropic-ratelimit-tokens-reset": "2027-01-15T08:00:30Z"}, anthropic("rate_limit_error", "x"), 30.0),
        (400, {"x-ratelimit-reset-requests": "120ms"}, openai("x"), None),
        (402, {}, openrouter(402, "Insufficient credits. Try again in 5s."), None),
        (402, {"retry-after": "3600"}, openrouter(402, "Insufficient credits."), 3600.0),
        (429, {}, gemini(429, "RESOURCE_EXHAUSTED", "x", quota_failure("RequestsPerDay"), retry_info("34s")), None),
    ],
)
def test_the_wait_that_is_asked_for(status: int, headers: dict[str, str], body: Body, wait: float | None) -> None:
    assert of_status(CHAT, status, json.dumps(body), headers).retry_after == wait


def test_a_status_may_stand_as_text() -> None:
    assert error_of(lambda: play(CHAT, {"error": {"message": "x", "code": "429"}})).error_class is ErrorClass.RATE_LIMIT
    assert error_of(lambda: play(CHAT, {"error": {"message": "x", "code": 200}})).error_class is ErrorClass.SERVER


def test_the_wait_in_a_stream() -> None:
    body = gemini(429, "RESOURCE_EXHAUSTED", "x", retry_info("34s"))
    assert error_of(lambda: play(GEMINI, body)).retry_after == 34.0


def test_a_gemini_error_in_raw_lines_is_found_through_framing() -> None:
    framer = BodyFramer("text/event-stream", "sse")
    decoder = adapter_for(GEMINI).decoder(Dialect())
    body = json.dumps(gemini(503, "UNAVAILABLE", "The model is overloaded."), indent=2)
    raw = b'data: {"candidates": [{"content": {"parts": [{"text": "a"}]}}]}\r\n\r\n' + body.encode() + b"\r\n"

    def read() -> None:
        for frame in (*framer.feed(raw), *framer.end()):
            decoder.feed(frame)

    assert error_of(read).error_class is ErrorClass.OVERLOADED
