"""What an error body says, whoever wrote it: one reader for the shapes of all providers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from phoenix_tui.core.adapters.shared import as_dict, as_list, as_text, parse

_CODE_KEYS = frozenset(
    {"type", "code", "status", "reason", "error_code", "error_type", "provider_code", "limit_source", "quotaId"}
)
_MESSAGE_KEYS = ("message", "msg", "detail", "error_description", "description", "title")
_ERROR_KEYS = frozenset({"error", "errors", "detail", "details", "metadata"})
_DATA_LINE = re.compile(r"^data:[ ]?(.*)$", re.MULTILINE)
_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Error bodies are foreign: neither their depth nor their breadth is followed without end.
_DEPTH, _NODES = 8, 400
_CODE_LENGTH = 60


@dataclass(slots=True)
class Fault:
    """An error as its body tells it.

    `message` is the provider's own text ("" without one), `detail` that of a provider behind it. `codes` has every
    word that names a kind of error, lower case, joined by underscores. `number` is a status that the body itself
    names. `delay` is the text of a RetryInfo, `headers` those that a body passes on, names in lower case.
    `is_passed_on`: it is the fault of a provider behind the one that was asked.
    """

    message: str = ""
    detail: str = ""
    code: str | None = None
    param: str | None = None
    codes: set[str] = field(default_factory=set)
    number: int | None = None
    delay: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_json: bool = False
    is_passed_on: bool = False


def find_error(value: Any, event: str | None = None) -> Any:
    """The error that a JSON value of an answer reports, None if it reports none.

    It may stand under `error`, be the value itself (by its type, or because the SSE event is called `error`), or be
    an element of an array.
    """
    if isinstance(value, dict):
        get = value.get  # for every piece of every answer
        is_error = get("error") or event == "error" or get("type") == "error" or get("object") == "error"
        return value if is_error else None
    if isinstance(value, list):
        return next((found for entry in value if (found := find_error(entry)) is not None), None)
    return value if event == "error" else None


def read_body(body: str) -> Fault:
    """The fault in the body of an answer whose status is an error."""
    for text in (body, *_DATA_LINE.findall(body[:100_000])):
        try:
            return read_value(parse(text))
        except ValueError:
            continue
    return Fault()


def read_value(value: Any) -> Fault:
    """The fault in a JSON value."""
    if isinstance(value, list):
        value = find_error(value) or next((entry for entry in value if isinstance(entry, dict)), {})
    if isinstance(value, str):
        return Fault(message=value, codes=set(_words(value)), is_json=True)
    fault = Fault(is_json=True)
    outer = as_dict(value)
    error = outer.get("error")
    if not (error and isinstance(error, dict | str)) and (errors := as_list(outer.get("errors"))):
        error = errors[0]
    while isinstance(error, dict) and isinstance(error.get("error"), dict):
        error = error["error"]
    inner = as_dict(error)
    fault.message = as_text(error) or _message(inner) or _message(outer)
    _read_codes(fault, inner, outer)
    for holder in (outer, inner):
        if param := as_text(holder.get("param")):
            fault.param = param
    # Beside an error there may be the rest of an answer, which is full of words that look like codes.
    _walk(
        fault,
        {key: entry for key, entry in outer.items() if key in _ERROR_KEYS or not isinstance(entry, dict | list)},
    )
    if len(fault.message) <= _CODE_LENGTH:  # "unauthorized", "Too Many Requests": all that some servers say
        fault.codes.update(_words(fault.message))
    return fault


def _message(holder: Mapping[str, Any]) -> str:
    for key in _MESSAGE_KEYS:
        value = holder.get(key)
        if isinstance(value, list):  # FastAPI's validation errors
            value = "; ".join(text for entry in value if (text := as_text(as_dict(entry).get("msg"))))
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _read_codes(fault: Fault, inner: Mapping[str, Any], outer: Mapping[str, Any]) -> None:
    """The code as it is told to people, and the status that the body names."""
    details = as_dict(inner.get("details"))
    candidates = (inner.get("code"), outer.get("code"), details.get("error_code"), inner.get("type"), outer.get("type"))
    for code in candidates:
        if isinstance(code, bool) or code is None or code == "" or code == "error":
            continue
        if isinstance(code, str | int):
            fault.code = str(code)[:200]
            break
    numbers = (holder.get(key) for holder in (inner, outer) for key in ("code", "status", "StatusCode"))
    fault.number = next((known for number in numbers if (known := _status(number)) is not None), None)


def _status(number: Any) -> int | None:
    """`number` if it is an error status, written as a number or as text."""
    text = str(number) if isinstance(number, int | str) else ""
    return int(text) if re.fullmatch(r"[45][0-9]{2}", text) else None


def _walk(fault: Fault, root: Mapping[str, Any]) -> None:
    """Collect what stands deeper: codes, delays, headers passed on, the error of a provider behind this one."""
    for key, value in _entries(root):
        if key in _CODE_KEYS and isinstance(value, str):
            fault.codes.update(_words(value))
        elif key == "retryDelay":
            fault.delay = as_text(value) or fault.delay
        elif key == "headers":
            for name, text in as_dict(value).items():
                if isinstance(text, str | int | float):
                    fault.headers[name.lower()] = str(text)
        elif key == "reasons" and value:
            fault.codes.add("moderation")
        elif key == "provider_name" and isinstance(value, str) and value:
            fault.is_passed_on = True
        elif key == "raw" and isinstance(value, str | dict):
            fault.is_passed_on = True
            behind = read_body(value) if isinstance(value, str) else read_value(value)
            fault.detail = behind.message or (value if isinstance(value, str) and not behind.is_json else "")
            fault.codes |= behind.codes
            fault.delay = fault.delay or behind.delay


def _entries(root: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys and values of `root` and of all objects in it, as far as is reasonable."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    for _ in range(_NODES):
        if not waiting:
            return
        value, depth = waiting.pop()
        if isinstance(value, dict):
            for key, entry in value.items():
                yield key, entry
                if depth < _DEPTH and isinstance(entry, dict | list) and key != "raw":
                    waiting.append((entry, depth + 1))
        else:
            waiting.extend((entry, depth + 1) for entry in value[:_NODES] if isinstance(entry, dict | list))


def _words(code: str) -> Iterator[str]:
    """`code` as one lower-case word, and its part before a colon as another."""
    head, colon, _ = code[:200].partition(":")
    yield _NOT_WORD.sub("_", code[:200].lower()).strip("_")
    if colon:
        yield _NOT_WORD.sub("_", head.lower()).strip("_")
