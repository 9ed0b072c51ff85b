"""Which kind of fault an error is: one table for all providers and wire formats, streaming or not.

Decided in this order: exact codes, then words (quota before rate limit), then codes that cover several causes, then
the status, then the codes that say least. What nobody knows is `server` after a 2xx.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from phoenix_tui.core.adapters.codes import BUSY, EXACT, GENERAL, LEAST
from phoenix_tui.core.adapters.fault import Fault
from phoenix_tui.core.errors import ErrorClass

_C = ErrorClass


_RATE = re.compile(r"rate.?limit|too many requests|per min|\b[rt]p[md]\b|(?:try again|retry) in \d")
_QUOTA = re.compile(
    r"all available credits|have any credits|credit balance|out of credit|credits (?:are|is) depleted"
    r"|(?:spend|spending|billing|hard|key) limit|(?:insufficient|more|purchase|no) (?:credits?|balance|funds)\b"
    r"|(?:hourly|daily|weekly|monthly|session|api) usage limit|free-models-per-day"
    r"|budget (?:is |has been )?(?:exceeded|exhausted)"
)
_CURRENT_QUOTA = "exceeded your current quota"  # OpenAI's words for no credit, Google's for every limit
_NO_FREE_QUOTA = re.compile(r"\blimit: 0(?!\.?\d)")
_WORDS: tuple[tuple[ErrorClass, re.Pattern[str]], ...] = (
    (
        _C.AUTH,
        re.compile(
            r"(?:incorrect|invalid|missing|expired|no|wrong|bad) (?:x-)?api.?key"
            r"|api.?key (?:is )?(?:not valid|not found|invalid|expired|missing|incorrect)"
            r"|(?:invalid|no|missing) (?:auth|bearer|credential)|(?:x-api-key|authorization) header is required"
        ),
    ),
    (
        _C.PERMISSION,
        re.compile(
            r"not allowed to sample|organization must be verified"
            r"|(?:country|region|location)[^.]{0,40} not (?:supported|allowed|available)"
            r"|\bip\b[^.]{0,40} not (?:authori[sz]ed|allowed)"
        ),
    ),
    (
        _C.CONTENT_FILTER,
        re.compile(
            r"content violates|content (?:management |filter(?:ing)? )?polic|content filter|safety system"
            r"|violat\w+ [^.]{0,40}(?:usage|content|safety|acceptable use)[- ](?:guideline|polic)"
            r"|(?:was|been) flagged|blocked (?:by|due to|for) [^.]{0,20}(?:safety|moderation)"
        ),
    ),
    (
        _C.CONTEXT_LENGTH,
        re.compile(
            r"maximum context length|context window|(?:prompt|input) (?:is )?too long|too many (?:input )?tokens"
            r"|input token count|maximum prompt length|reduce the length of the (?:messages|prompt|input)"
            r"|(?:exceed\w*|greater than|larger than|longer than)"
            r" (?:the |its |model's |max |maximum |available )*context"
            r"|context (?:length|size|limit)[^.]{0,30} exceed"
        ),
    ),
    (
        _C.MODEL_NOT_FOUND,
        re.compile(
            r"is not a valid model|(?:unknown|invalid|no such|unsupported) model\b|model:? not found|no endpoints found"
            r"|model \S{1,200} (?:was |is )?(?:not (?:found|available|accessible)|deprecated|retired)|\Amodel: \S"
            r"|\bmodels/\S{1,200} is not found|model[^\n]{0,200} does not exist|try pulling it|no models loaded"
        ),
    ),
    (
        _C.MODEL_NOT_READY,
        re.compile(
            r"loading model|fail\w* to load|model (?:\S{1,200} )?(?:is |has )?"
            r"(?:still |currently |been )?(?:un)?load(?:ing|ed)\b"
            r"|more system memory|out.of.memory|resource limitations|insufficient system resources"
            r"|waiting for \S{1,100} to start"
            r"|runner (?:process )?has (?:unexpectedly )?(?:terminated|stopped)|model (?:has )?crashed"
        ),
    ),
    (
        _C.OVERLOADED,
        re.compile(r"overloaded|server (?:is )?(?:too )?busy|maximum pending requests|at capacity|high demand"),
    ),
)
_NO_SUCH_PLACE = re.compile(
    r"\bunknown_url\b|invalid url|unknown request url|unexpected endpoint|no route (?:matched|found|for)"
    r"|page not found|cannot (?:get|post) /|\Anot found\Z"
)
_BY_STATUS = {
    401: _C.AUTH,
    402: _C.QUOTA,
    403: _C.PERMISSION,
    404: _C.MODEL_NOT_FOUND,
    407: _C.NETWORK,
    408: _C.SERVER,
    409: _C.SERVER,
    410: _C.MODEL_NOT_FOUND,
    429: _C.RATE_LIMIT,
    451: _C.PERMISSION,
    499: _C.SERVER,
    503: _C.OVERLOADED,
    511: _C.NETWORK,  # a captive portal
    529: _C.OVERLOADED,
}
_FULL_QUEUE = re.compile(r"maximum pending requests")
_WIDE_CODES = frozenset({"openrouter_in_flight_budget"})
_OWN_LIMIT = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_MODEL_WORDS = dict(_WORDS)[_C.MODEL_NOT_FOUND]


def classify(fault: Fault, status: int | None) -> ErrorClass:
    """The class of `fault`. `status` is the HTTP status of the answer, None or 2xx where the error came in a body."""
    if status is not None and 300 <= status < 400:
        return _C.PROTOCOL
    if status is None or status < 400:
        status = fault.number
    words = _words(fault)
    return (
        _first(EXACT, fault)
        or _by_words(words, fault, status)
        or _first(BUSY, fault)
        or _first(GENERAL, fault)
        or _by_status(status)
        or _first(LEAST, fault)
        or (_C.RATE_LIMIT if _RATE.search(words) else _C.SERVER)
    )


def names_model(fault: Fault) -> bool:
    """Whether the fault is about the model, and not, as with a wrong base URL, about the address."""
    return "model_not_found" in fault.codes or bool(_MODEL_WORDS.search(_words(fault)))


def holds_for_all_models(fault: Fault, kind: ErrorClass, headers: Mapping[str, str]) -> bool:
    """Whether the limit that was met is one of the whole provider: of OpenRouter's own, not of somebody behind it (its
    headers name no kind of limit), of a Gemini project, or the queue of a local server."""
    if kind is _C.OVERLOADED:
        return bool(_FULL_QUEUE.search(_words(fault)))
    if kind is not _C.RATE_LIMIT:
        return False
    if fault.codes & _WIDE_CODES:
        return True
    quotas = [code for code in fault.codes if "perproject" in code]
    if quotas:
        return not any("permodel" in code for code in fault.codes)
    return not fault.is_passed_on and any(name in told for name in _OWN_LIMIT for told in (headers, fault.headers))


def _words(fault: Fault) -> str:
    return f"{fault.message[:4000]}\n{fault.detail[:4000]}".lower().strip()


def _first(table: dict[str, ErrorClass], fault: Fault) -> ErrorClass | None:
    return next((kind for code, kind in table.items() if code in fault.codes), None)


def _by_words(words: str, fault: Fault, status: int | None) -> ErrorClass | None:
    is_rate = status == 429 or bool(_RATE.search(words))
    is_google = "resource_exhausted" in fault.codes
    if _QUOTA.search(words) or any("perday" in code for code in fault.codes):
        return _C.QUOTA
    if is_google and (status == 402 or _NO_FREE_QUOTA.search(words)):
        return _C.QUOTA
    if _CURRENT_QUOTA in words and not is_google and not _RATE.search(words):
        return _C.QUOTA
    for kind, pattern in _WORDS:
        # A limit of tokens a minute is told in the words of a limit of tokens a request.
        if pattern.search(words) and not (kind is _C.CONTEXT_LENGTH and is_rate):
            return kind
    return _C.PROTOCOL if _NO_SUCH_PLACE.search(words) or "unknown_url" in fault.codes else None


def _by_status(status: int | None) -> ErrorClass | None:
    if status is None:
        return None
    return _BY_STATUS.get(status) or (_C.SERVER if status >= 500 else _C.BAD_REQUEST)
