"""The sixteen scenarios of the public failover benchmark (failoverbench, methodology v0.1), as data.

Seconds are the public ones. A run may let them pass faster (see `failover_cell.Program`); nothing here knows of that.
Where a fault can come in more than one way, each way is a variant of its own, and a cell is as good as its worst.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench import failover_checks as check
from bench.failover_verdict import Check
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.errors import failure_of
from phoenix_tui.sim.faults import (
    BlackHole,
    CloseBeforeHeaders,
    Cut,
    Death,
    Error,
    Fault,
    InvalidEvent,
    NoDone,
    ResetBeforeHeaders,
    SlowFirstToken,
    Stall,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One provider in one wire format. `path` is how the path of its generation requests ends; `environment` chooses
    the format where there is a choice."""

    name: str
    provider: str
    path: str
    environment: Mapping[str, str] = field(default_factory=dict)


COLUMNS = (
    Column("openrouter", "openrouter", "/chat/completions"),
    Column("openai", "openai", "/responses"),
    Column("openai-chat", "openai", "/chat/completions", {"OPENAI_API": "chat"}),
    Column("anthropic", "anthropic", "/messages"),
    Column("gemini", "gemini", ":streamGenerateContent"),
    Column("grok", "grok", "/responses"),
    Column("grok-chat", "grok", "/chat/completions", {"GROK_API": "chat"}),
    Column("ollama", "ollama", "/api/chat"),
    Column("lmstudio", "lmstudio", "/chat/completions"),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which a fault comes: the fault of the provider under test, by its name, and what is checked only
    then."""

    name: str
    fault: Callable[[str], Fault]
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the benchmark. All in seconds: `limit` for each request, after which it counts as hanging; `interval`
    from one request to the next; `lasts` until the fault is lifted, None: until the scenario ends. `refuses_prefill`
    is about the providers behind."""

    id: str
    title: str
    variants: tuple[Variant, ...]
    checks: tuple[Check, ...]
    limit: float
    requests: int = 1
    interval: float = 0.0
    lasts: float | None = None
    error_wanted: bool = False
    refuses_prefill: bool = False

    @property
    def length(self) -> float:
        """About how many seconds it takes, to begin with the longest."""
        return self.requests * self.interval or self.limit


def _variant(name: str, fault: Fault) -> Variant:
    return Variant(name, lambda _: fault)


def _plain(fault: Fault) -> tuple[Variant, ...]:
    return (_variant("", fault),)


def _each(**faults: Fault) -> tuple[Variant, ...]:
    return tuple(_variant(name.replace("_", " "), fault) for name, fault in faults.items())


def _server_error(provider: str) -> Fault:
    # Ollama's usual 500 is a model that crashed, which asking again at once does not mend; this one is a plain failure.
    body = b'{"error":"internal server error"}' if provider == "ollama" else None
    return Error(error=ErrorClass.SERVER, status=500, body=body, times=1)


def _rate_limit(wait: float | str | None, times: int | None) -> Callable[[str], Fault]:
    """A 429; LM Studio has none of its own, so it is that of a gateway before it."""
    body = b'{"error":{"message":"too many requests","type":"rate_limit_error","code":"rate_limit_exceeded"}}'

    def fault(provider: str) -> Fault:
        words = body if provider == "lmstudio" else None
        return Error(error=ErrorClass.RATE_LIMIT, status=429, retry_after=wait, body=words, times=times)

    return fault


_GATEWAY_WORDS = "content_policy_violation: the prompt was flagged"
_GATEWAY_BODIES = {
    "ollama": f'{{"error":"{_GATEWAY_WORDS}"}}',
    "lmstudio": f'{{"error":{{"message":"{_GATEWAY_WORDS}","type":"invalid_request_error",'
    '"code":"content_policy_violation"}}',
    "gemini": f'{{"error":{{"code":400,"message":"{_GATEWAY_WORDS}","status":"INVALID_ARGUMENT"}}}}',
}
"""These have no such error of their own (Gemini blocks a prompt in an answer): it is that of a gateway before them."""


def _refusal(provider: str) -> Fault:
    body = _GATEWAY_BODIES.get(provider)
    return Error(error=ErrorClass.CONTENT_FILTER, status=400, body=body.encode() if body else None)


def _refusal_words(provider: str) -> str:
    return _GATEWAY_WORDS if provider in _GATEWAY_BODIES else failure_of(provider, ErrorClass.CONTENT_FILTER).message


def _death(how: Death) -> Variant:
    # A reset may throw away what had arrived and was not read yet: then nothing was shown.
    ended = check.told("aborted|failed" if how is Death.RST else "aborted", "ok")
    named = check.first_error("protocol" if how is Death.CLEAN else "network")
    return Variant(how.value, lambda _: Cut(after=40, how=how, times=1), (ended, named))


_DIED = (check.partly_shown(), check.answered_by_next())
_OUTAGE = 60.0

SCENARIOS = (
    Scenario(
        "S01",
        "429 with Retry-After: 2, once",
        (Variant("header", _rate_limit("2", times=1)), Variant("its own way", _rate_limit(2.0, times=1))),
        (
            check.attempts_within(1.5, most=2),
            check.attempts(least=2, most=2, advisory=True),
            check.waits(1.8),
            check.nobody_else(),
            check.told("failed", "ok"),
            check.first_error("rate_limit"),
        ),
        limit=20,
    ),
    Scenario(
        "S02",
        "429 for ever, without a wait",
        (Variant("", _rate_limit(None, times=None)),),
        (
            check.attempts_within(3, most=4),
            check.attempts(most=6),
            check.attempts_in_all(6),
            check.answered_by_next(),
            check.first_error("rate_limit"),
        ),
        limit=40,
    ),
    Scenario(
        "S03",
        "500 once",
        (Variant("", _server_error),),
        (
            check.attempts(least=2, most=2, advisory=True),
            check.nobody_else(),
            check.told("failed", "ok"),
            check.first_error("server"),
        ),
        limit=20,
    ),
    Scenario(
        "S04",
        "503 for ever",
        _plain(Error(error=ErrorClass.OVERLOADED, status=503)),
        (
            check.attempts(most=6),
            check.attempts_in_all(6),
            check.answered_by_next(),
            check.first_error("overloaded"),
        ),
        limit=40,
    ),
    Scenario(
        "S05",
        "connection broken before headers, once",
        _each(reset=ResetBeforeHeaders(times=1), close=CloseBeforeHeaders(times=1)),
        (
            check.answered_by_primary(),
            check.told("failed", "ok"),
            check.first_error("network"),
        ),
        limit=20,
    ),
    Scenario(
        "S06",
        "accepts, then nothing for 120 s",
        _plain(BlackHole(seconds=120)),
        (
            check.seconds(100),
            check.seconds(30, advisory=True),
            check.attempts(least=1, most=1, advisory=True),
            check.answered_by_next(),
            check.first_error("timeout"),
        ),
        limit=130,
    ),
    Scenario(
        "S07",
        "first token after 20 s",
        _each(silent=SlowFirstToken(seconds=20), heartbeats=SlowFirstToken(seconds=20, heartbeat=1)),
        (
            check.seconds(15, advisory=True),
            check.attempts(least=1, most=1, advisory=True),
            check.answered_by_next(),
            check.first_error("timeout"),
        ),
        limit=60,
    ),
    Scenario("S08", "dies after 40 of 60 tokens", tuple(map(_death, Death)), _DIED, limit=40),
    Scenario(
        "S09",
        "silent after 20 tokens for 30 s, then closes",
        _plain(Stall(after=20, seconds=30, times=1)),
        (
            check.seconds(45),
            check.answered_by_next(),
            check.told("aborted", "ok"),
            check.first_error("timeout", "network"),
            check.partly_shown(),
        ),
        limit=70,
    ),
    Scenario(
        "S10",
        "the tenth event is invalid JSON",
        _plain(InvalidEvent(at=10, times=1)),
        (check.answered_by_primary(), check.told("ok"), check.bad_events(1)),
        limit=30,
    ),
    Scenario(
        "S11",
        "complete, without [DONE]",
        _each(closes=NoDone(times=1), stays_open=NoDone(stays_open=True, times=1)),
        (check.seconds(8), check.answered_by_primary(), check.told("ok")),
        limit=30,
    ),
    Scenario(
        "S12",
        "400 context_length_exceeded",
        _plain(Error(error=ErrorClass.CONTEXT_LENGTH)),
        (
            check.attempts(least=1, most=1),
            check.answered_by_next(),
            check.told("failed", "ok"),
            check.first_error("context_length"),
        ),
        limit=20,
    ),
    Scenario(
        "S13",
        "400 content_policy_violation",
        (Variant("", _refusal),),
        (
            check.attempts(least=1, most=1),
            check.nobody_else(),
            check.refused_with(_refusal_words),
        ),
        limit=20,
        error_wanted=True,
    ),
    Scenario(
        "S14",
        "as S08, and the next refuses a trailing assistant message",
        (_death(Death.FIN),),
        (*_DIED, check.last_word_is_the_persons()),
        limit=40,
        refuses_prefill=True,
    ),
    Scenario(
        "S15",
        "503 for 60 s, then well; 20 requests, 4 s apart",
        _each(
            probes_pass=Error(error=ErrorClass.OVERLOADED, status=503),
            probes_fail=Error(error=ErrorClass.OVERLOADED, status=503, everywhere=True),
        ),
        (
            check.answered_all(_OUTAGE),
            check.back_on_primary(_OUTAGE, within=30),
            check.attempts_in_outage(_OUTAGE, most=8),
        ),
        limit=30,
        requests=20,
        interval=4,
        lasts=_OUTAGE,
    ),
    Scenario(
        "S16",
        "503 for ever: who answered, and what it cost",
        _plain(Error(error=ErrorClass.OVERLOADED, status=503)),
        (
            check.attempts(most=6),
            check.names_the_winner(),
            check.answered_by_next(),
            check.failures_cost_nothing(),
        ),
        limit=40,
    ),
)
