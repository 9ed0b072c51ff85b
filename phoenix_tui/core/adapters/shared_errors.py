"""Faults told as `ErrorInfo`: the provider's own words made fit to be shown, their class, and the wait it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.core.adapters import waits
from phoenix_tui.core.adapters.classify import classify, holds_for_all_models, names_model
from phoenix_tui.core.adapters.fault import Fault, read_body, read_value
from phoenix_tui.core.adapters.shared import mend
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.framing.body import excerpt, page_title
from phoenix_tui.core.text import redact, strip_controls

_MESSAGE_LENGTH = 4000
_READ_LENGTH = 20_000  # of a message, before it is stripped and cut: hostile ones are long
_SILENT = {
    ErrorClass.AUTH: "it does not accept the key",
    ErrorClass.QUOTA: "credit or quota is used up",
    ErrorClass.PERMISSION: "this key may not do that",
    ErrorClass.MODEL_NOT_FOUND: "it knows neither this model nor, perhaps, this address; check both",
    ErrorClass.RATE_LIMIT: "too many requests just now",
    ErrorClass.OVERLOADED: "it has no capacity just now",
    ErrorClass.SERVER: "it failed",
    ErrorClass.BAD_REQUEST: "it does not accept the request",
    ErrorClass.NETWORK: "a proxy or a login page stands between",
}


def error_of_status(status: int, headers: Mapping[str, str], body: str, now: float) -> ErrorInfo:
    """The error of an answer whose status is not 2xx. `now` is wall time, in seconds since the epoch."""
    fault = read_body(body)
    if not fault.is_json:
        fault.message = "" if body.lstrip()[:1] == "<" else body.strip()
    kind = classify(fault, status)
    begins_as_json = body.lstrip()[:1] in ("{", "[")  # and was cut
    if not (fault.is_json or begins_as_json) and body.strip() and status in (404, 405) and not names_model(fault):
        kind = ErrorClass.PROTOCOL  # a server that is no model API, so the base URL is wrong
    if not _shown(fault.message).strip():
        fault.message = _sentence(status, headers, body, kind)
    return _info(fault, kind, status, headers, now)


def error_of_value(value: Any, status: int | None = 200) -> ErrorInfo:
    """The error that a JSON value reports in the body of a 2xx answer, or in one event of it."""
    fault = read_value(value)
    kind = classify(fault, None)
    if not _shown(fault.message).strip():
        known = f" ({fault.code})" if fault.code else ""
        fault.message = f"The provider reported an error{known} without saying what it is."
    return _info(fault, kind, status, {}, None)


def _info(
    fault: Fault, kind: ErrorClass, status: int | None, headers: Mapping[str, str], now: float | None
) -> ErrorInfo:
    param = fault.param
    if kind is ErrorClass.MODEL_NOT_FOUND and param is None and names_model(fault):
        param = "model"
    return ErrorInfo(
        kind,
        _shown(fault.message),
        status=status,
        code=_shown(fault.code) if fault.code else None,
        retry_after=_wait(fault, kind, headers, now),
        param=_shown(param)[:200] if param else None,
        detail=_shown(fault.detail) if fault.detail else "",
        provider_wide=holds_for_all_models(fault, kind, headers),
    )


def _wait(fault: Fault, kind: ErrorClass, headers: Mapping[str, str], now: float | None) -> float | None:
    """The most exact of the waits told. Those in the body are about rates: once a quota is used up they mislead."""
    all_headers = {**fault.headers, **headers}
    wait = waits.retry_after(all_headers, now)
    if wait is not None or kind not in (ErrorClass.RATE_LIMIT, ErrorClass.OVERLOADED, ErrorClass.SERVER):
        return wait
    for told in (waits.duration(fault.delay), waits.wait_in_words(fault.message), waits.wait_in_words(fault.detail)):
        if told is not None:
            return told
    return waits.rate_limit_reset(all_headers, now) if kind is ErrorClass.RATE_LIMIT else None


def _sentence(status: int, headers: Mapping[str, str], body: str, kind: ErrorClass) -> str:
    """Our own words for a body that has none."""
    if 300 <= status < 400:
        place = f" ({excerpt(headers['location'])})" if headers.get("location") else ""
        return (
            f"The server answered {status} and points elsewhere{place}; redirects are not followed. Check the base URL."
        )
    if body.lstrip()[:1] == "<":
        name = f" (“{title}”)" if (title := page_title(body)) else ""
        hint = "; check the base URL" if kind is ErrorClass.PROTOCOL else ""
        return f"The server answered {status} with a web page{name} instead of an error of its API{hint}."
    said = _SILENT.get(kind, "it gave no reason")
    return f"The server answered {status} without a message: {said}."


def _shown(text: str) -> str:
    return redact(strip_controls(mend(text[:_READ_LENGTH])))[:_MESSAGE_LENGTH]
