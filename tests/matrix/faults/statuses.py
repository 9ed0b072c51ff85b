"""Replies whose status is not 200: with the provider's words, with others, with none, and with a body that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.actions import Hang, Reset
from phoenix_tui.sim.model import Failure
from tests.matrix.fault import HEADERS, ONLY_HEAD, Fault, but, only
from tests.matrix.outcomes import OF_CLASS, After, Cannot, Fails
from tests.matrix.replies import Stage, Step, head, whole_reply

_GROUP = "status"
_JSON = {"content-type": "application/json"}
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"

STATUSES: Mapping[int, str] = {
    400: "bad request",
    401: "auth",
    402: "quota",
    403: "permission",
    404: "model missing",
    407: "between",
    408: "server",
    409: "server",
    413: "too large",
    422: "bad request",
    429: "rate limit",
    500: "server",
    502: "server",
    503: "overloaded",
    504: "server",
    529: "overloaded",
}
"""What a status comes to when nothing else is said."""
_MOVED = (301, 302, 303, 307, 308)
_WITH_WORDS = tuple(OF_CLASS)
ELSEWHERE = "https://elsewhere.example/v1/catch"
"""Where a redirect to another host leads; a key must never arrive there."""


def _head_of(status: int) -> Mapping[str, str]:
    return {**_JSON, "proxy-authenticate": "Basic"} if status == 407 else _JSON


def _words(status: int) -> Callable[[Stage], Sequence[Step]]:
    """In the provider's shape, and in words that tell nothing."""

    def play(stage: Stage) -> Sequence[Step]:
        return whole_reply(status, stage.speaker.error_body(Failure(status, "That did not work.")), _head_of(status))

    return play


def _nothing(status: int) -> Callable[[Stage], Sequence[Step]]:
    return lambda _: whole_reply(status, b"", {})


def _page(status: int) -> Callable[[Stage], Sequence[Step]]:
    return lambda _: whole_reply(status, _PAGE, {"content-type": "text/html"})


def _broken(status: int, end: Step) -> Callable[[Stage], Sequence[Step]]:
    """The status and its headers come, and half of the body."""

    def play(stage: Stage) -> Sequence[Step]:
        body = stage.speaker.error_body(Failure(status, "That did not work."))
        return [head(status, {**_JSON, "content-length": str(len(body))}), body[: len(body) // 2], end]

    return play


def _own_words(error: ErrorClass) -> Callable[[Stage], Sequence[Step]]:
    def play(stage: Stage) -> Sequence[Step]:
        failure = stage.speaker.failure(error)
        return whole_reply(failure.status, stage.speaker.error_body(failure), {**_JSON, **failure.headers})

    return play


def _own(error: ErrorClass) -> Fault:
    """What a provider says itself, at the status that it gives it."""
    no_words = but(Cannot("this provider has no words for it"), HEADERS, when=lambda one: not one.has_words_for(error))
    blocked = but(
        Cannot("Gemini says so by an answer without candidates: see the blocked prompt"),
        HEADERS,
        when=lambda one: one.has_words_for(error) and one.failure(error).status == 200,
    )
    by_code = but(
        Fails("model missing"),  # LM Studio says with the code model_not_found that no model is loaded
        HEADERS,
        when=lambda one: one.provider == "lmstudio" and error is ErrorClass.MODEL_NOT_READY,
    )
    at = only(HEADERS, Fails(OF_CLASS[error]), ONLY_HEAD)
    return Fault(f"error in its own words: {error.value}", _GROUP, at, _own_words(error), (no_words, blocked, by_code))


def _moved(status: int, location: str) -> Callable[[Stage], Sequence[Step]]:
    return lambda _: whole_reply(status, b"", {"location": location})


def _statuses(kind: str, play: Callable[[int], Callable[[Stage], Sequence[Step]]], **rows: str) -> list[Fault]:
    return [
        Fault(
            f"{status}, {kind}",
            _GROUP,
            only(HEADERS, Fails(rows.get(f"on_{status}", row)), ONLY_HEAD),
            play(status),
        )
        for status, row in STATUSES.items()
    ]


def _silent(status: int) -> Callable[[Stage], Sequence[Step]]:
    return _broken(status, Hang())


def _cut(status: int) -> Callable[[Stage], Sequence[Step]]:
    return _broken(status, Reset())


def _odd_json(_: Stage) -> Sequence[Step]:
    return whole_reply(500, json.dumps([[[], 17, None, {"error": []}]]).encode(), _JSON)


FAULTS = (
    *_statuses("with a body", _words),
    *_statuses("without a body", _nothing),
    *_statuses("with a web page", _page, on_404="no such place"),
    *_statuses("body cut", _cut),
    *(
        Fault(
            f"{status}, body never ends",
            _GROUP,
            only(HEADERS, Fails(STATUSES[status], after=After.ERROR_BODY), ONLY_HEAD),
            _silent(status),
        )
        for status in (400, 404, 429, 500, 503)
    ),
    *(_own(error) for error in _WITH_WORDS),
    *(
        Fault(f"{status} to the same host", _GROUP, only(HEADERS, Fails("redirect"), ONLY_HEAD), _moved(status, "/v2"))
        for status in _MOVED
    ),
    *(
        Fault(
            f"{status} to another host",
            _GROUP,
            only(HEADERS, Fails("redirect"), ONLY_HEAD),
            _moved(status, ELSEWHERE),
        )
        for status in _MOVED
    ),
    Fault("304", _GROUP, only(HEADERS, Fails("redirect"), ONLY_HEAD), lambda _: whole_reply(304, b"")),
    Fault("500, odd JSON", _GROUP, only(HEADERS, Fails("server"), ONLY_HEAD), _odd_json),
)
