"""How long a provider wants to be left alone, in every form in which providers say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any

from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.sim.model import Failure
from tests.matrix.fault import HEADERS, ONLY_HEAD, Fault, but, only
from tests.matrix.outcomes import Cannot, Fails
from tests.matrix.replies import Do, Machine, Stage, Step, whole_reply

_GROUP = "wait"
_JSON = {"content-type": "application/json"}

_TOLD: Mapping[str, tuple[Mapping[str, str], float | None]] = {
    "Retry-After: 0": ({"retry-after": "0"}, 0.0),
    "Retry-After: 1.5": ({"retry-after": "1.5"}, 1.5),
    "Retry-After: 2": ({"retry-after": "2"}, 2.0),
    "Retry-After: 3": ({"retry-after": "3"}, 3.0),
    "Retry-After: 3.5": ({"retry-after": "3.5"}, 3.5),
    "Retry-After: 120": ({"retry-after": "120"}, 120.0),
    "Retry-After: 1e9": ({"retry-after": "1e9"}, 1e9),
    "Retry-After: -5": ({"retry-after": "-5"}, None),
    "Retry-After: soon": ({"retry-after": "soon"}, None),
    "Retry-After: NaN": ({"retry-after": "nan"}, None),
    "Retry-After: nothing": ({"retry-after": ""}, None),
    "retry-after-ms: 1500": ({"retry-after-ms": "1500"}, 1.5),
    "retry-after-ms: 1500 beside Retry-After: 60": ({"retry-after-ms": "1500", "retry-after": "60"}, 1.5),
}
"""Headers, and the seconds that they ask for; None where they say nothing that makes sense."""
_RATE = "That did not work."


def _reply(stage: Stage, status: int, headers: Mapping[str, str], words: str = _RATE, **extra: Any) -> list[Step]:
    body = stage.speaker.error_body(Failure(status, words, **extra))
    return whole_reply(status, body, {**_JSON, **headers})


def _headers(status: int, headers: Mapping[str, str]) -> Callable[[Stage], Sequence[Step]]:
    return lambda stage: _reply(stage, status, headers)


def _dated(status: int, seconds: float) -> Callable[[Stage], Sequence[Step]]:
    """An HTTP date so many seconds from the server's now, which the stage gives."""
    return lambda stage: _reply(stage, status, {"retry-after": formatdate(stage.now + seconds, usegmt=True)})


def _both(name: str, asks: float | None, play: Callable[[int], Callable[[Stage], Sequence[Step]]]) -> list[Fault]:
    rows = {429: "rate limit", 503: "overloaded"}
    return [
        Fault(f"{status}, {name}", _GROUP, only(HEADERS, Fails(row, asks=asks), ONLY_HEAD), play(status))
        for status, row in rows.items()
    ]


def _limit(name: str, asks: float | None, play: Callable[[Stage], Sequence[Step]], *, gemini: bool = False) -> Fault:
    others = but(
        Cannot("only Gemini says it so"), HEADERS, when=lambda one: one.wire_format is not WireFormat.GEMINI_GENERATE
    )
    at = only(HEADERS, Fails("rate limit", asks=asks), ONLY_HEAD)
    return Fault(f"429, {name}", _GROUP, at, play, (others,) if gemini else ())


def _retry_info(delay: str) -> Callable[[Stage], Sequence[Step]]:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    return lambda stage: _reply(stage, 429, {}, kind="RESOURCE_EXHAUSTED", extra={"details": details})


def _resets(headers: Mapping[str, str]) -> Callable[[Stage], Sequence[Step]]:
    return _headers(429, headers)


def _jumping(seconds: float) -> Callable[[Stage], Sequence[Step]]:
    """The wall clock jumps just as the wait is told."""

    def jump(machine: Machine) -> None:
        machine.skew += seconds

    return lambda stage: [*_reply(stage, 429, {"retry-after": "1.5"}), Do(jump)]


FAULTS = (
    *(
        fault
        for name, (headers, asks) in _TOLD.items()
        for fault in _both(name, asks, lambda status, headers=headers: _headers(status, headers))  # type: ignore[misc]
    ),
    *_both("Retry-After: a date past", None, lambda status: _dated(status, -3600)),
    *_both("Retry-After: a date in 2 s", 2.0, lambda status: _dated(status, 2)),
    *_both("Retry-After: a date in 1 h", 3600.0, lambda status: _dated(status, 3600)),
    _limit("x-ratelimit-reset in 1.5 s", 1.5, _resets({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1.5"})),
    _limit(
        "x-ratelimit-reset-requests: 1m30s",
        90.0,
        _resets({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}),
    ),
    _limit("in words: 1.5 s", 1.5, lambda stage: _reply(stage, 429, {}, "Please try again in 1.5s.")),
    _limit("in words: 46 s", 46.0, lambda stage: _reply(stage, 429, {}, "Please retry in 46s.")),
    _limit("RetryInfo 1.5s", 1.5, _retry_info("1.5s"), gemini=True),
    _limit("RetryInfo 46s", 46.0, _retry_info("46s"), gemini=True),
    _limit("RetryInfo garbage", None, _retry_info("later"), gemini=True),
    _limit("Retry-After: 1.5, clock 1 h ahead meanwhile", 1.5, _jumping(3600.0)),
    _limit("Retry-After: 1.5, clock 1 h back meanwhile", 1.5, _jumping(-3600.0)),
)
