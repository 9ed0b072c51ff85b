"""The benchmark's judgement can fail: what each score means, and what each check catches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bench import failover_checks as check
from bench.failover_verdict import Check, Heard, Party, Score, Seen, Verdict, judge
from phoenix_tui.sim import Record

PARTIES = (Party("gemini", "bench-1", ("a ", "b ")), Party("openai", "bench-1", ("c ", "d ", "e ")))
USER = {"contents": [{"role": "model"}, {"role": "user"}]}


def usage(tokens: int | None) -> dict[str, Any]:
    return {"input_tokens": 3, "output_tokens": tokens, "cost_usd": None}


def attempt(provider: str, outcome: str = "ok", **fields: Any) -> dict[str, Any]:
    error = None if outcome == "ok" else {"class": "network", "message": "broken"}
    common = {"error": error, "chars": 4, "bad_events": 0, "usage": usage(None), "duration_ms": 1.0}
    return {"provider": provider, "outcome": outcome, **common, **fields}


def answer(party: Party, *attempts: Mapping[str, Any], **fields: Any) -> Heard:
    shape = {
        "text": party.text,
        "provider": party.name,
        "model": party.model,
        "requested": {"provider": "gemini"},
        "usage": usage(len(party.tokens)),
        "attempts": list(attempts) or [attempt(party.name)],
        "error": None,
    }
    return Heard({**shape, **fields}, 0.0, 1.0)


def refusal(**fields: Any) -> Heard:
    error = {"class": "content_filter", "provider": "gemini", "message": "refused: its own words", "detail": ""}
    return Heard({"error": {**error, **fields}, "attempts": [attempt("gemini", "failed")]}, 0.0, 1.0)


def asked(*times: float, fault: bool = False, path: str = "/a:stream") -> list[Record]:
    return [Record("POST", path, {}, {}, USER, 100 + at, "bench-1", ("fault",) if fault else ()) for at in times]


def seen(heard: Heard, *, primary: list[Record], second: list[Record] | None = None, **fields: Any) -> Seen:
    run = Seen(
        parties=PARTIES,
        heard=(heard,),
        after=answer(PARTIES[0]),
        asked={"gemini": primary, "openai": second or []},
        asked_after={"gemini": asked(50), "openai": []},
        began=100.0,
        path=":stream",
    )
    return replace(run, **fields)


WELL = seen(answer(PARTIES[0]), primary=asked(0))
HANDED_OVER = seen(
    answer(PARTIES[1], attempt("gemini", "aborted", chars=2), attempt("openai")),
    primary=asked(0, fault=True),
    second=asked(1),
)
FAILS = Check("never", lambda _: False)


def heard_as(heard: Heard, run: Seen = WELL) -> Seen:
    return replace(run, heard=(heard,))


def score(run: Seen, *checks: Check, error_wanted: bool = False) -> Score:
    return judge(run, checks, error_wanted=error_wanted).score


@pytest.mark.parametrize("run", [WELL, HANDED_OVER], ids=["by the primary", "by the next"])
def test_a_whole_answer_passes(run: Seen) -> None:
    assert judge(run, (), error_wanted=False) == Verdict(Score.PASS)


@pytest.mark.parametrize("text", ["a ", "", "a b a b ", "a b c d e ", "c d e "])
def test_a_text_that_is_not_the_answer_fails(text: str) -> None:
    assert score(heard_as(answer(PARTIES[0], text=text))) is Score.FAIL


def test_silence_fails() -> None:
    assert score(heard_as(Heard(None, 0.0, 9.0))) is Score.FAIL


def test_a_clean_error_is_safe_and_passes_where_it_is_wanted() -> None:
    run = seen(refusal(), primary=asked(0))
    assert score(run) is Score.SAFE
    assert score(run, error_wanted=True) is Score.PASS


def test_a_refusal_that_is_routed_around_is_partial() -> None:
    assert score(HANDED_OVER, error_wanted=True) is Score.PARTIAL


def test_what_a_broken_check_costs_depends_on_its_weight() -> None:
    verdict = judge(WELL, (replace(FAILS, advisory=True),), error_wanted=False)
    assert verdict == Verdict(Score.PARTIAL, ("not so: never",))
    assert score(WELL, FAILS) is Score.FAIL
    assert score(seen(refusal(), primary=asked(0)), FAILS) is Score.FAIL


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        (replace(WELL, after=None), Score.FAIL),
        (replace(WELL, after=Heard(None, 0.0, 1.0)), Score.FAIL),
        (replace(WELL, after=refusal()), Score.FAIL),
        (replace(WELL, after=answer(PARTIES[0], text="a ")), Score.FAIL),
        (replace(WELL, after=replace(answer(PARTIES[0]), took=11.0)), Score.FAIL),
        (replace(WELL, after=replace(answer(PARTIES[0]), took=11.0), slack=2.0), Score.PASS),
        (replace(WELL, mess="it did not end by itself"), Score.FAIL),
        (replace(WELL, path="/chat/completions"), Score.FAIL),
        (seen(answer(PARTIES[0]), primary=[]), Score.FAIL),
        (seen(answer(PARTIES[0]), primary=asked(0, 1)), Score.PARTIAL),
        (seen(answer(PARTIES[0]), primary=asked(0), second=asked(0)), Score.PARTIAL),
        (heard_as(answer(PARTIES[0], model="another")), Score.PARTIAL),
        (heard_as(answer(PARTIES[0], usage=usage(3))), Score.PARTIAL),
        (heard_as(answer(PARTIES[0], usage=usage(None))), Score.PARTIAL),
    ],
)
def test_what_is_checked_after_every_scenario(run: Seen, wanted: Score) -> None:
    assert score(run) is wanted


def times(*primary: float) -> Seen:
    return seen(answer(PARTIES[0]), primary=asked(*primary))


CAUGHT = [
    (check.attempts(least=1, most=1), times(0), times(0, 1)),
    (check.attempts(least=2, most=2), times(0, 1), times(0)),
    (check.attempts_within(3, most=2), times(0, 1, 3), times(0, 1, 2)),
    (check.attempts_in_outage(60, most=2), times(0, 1, 60), times(0, 1, 59)),
    (check.attempts_in_all(2), HANDED_OVER, seen(answer(PARTIES[0]), primary=asked(0, 1), second=asked(2))),
    (check.waits(1.8), times(0, 2), times(0, 1.5)),
    (check.waits(1.8), times(0, 2), times(0)),
    (check.back_on_primary(60, 30), times(90), times(91)),
    (check.back_on_primary(60, 30), times(90), seen(answer(PARTIES[0]), primary=asked(0, fault=True))),
    (check.nobody_else(), WELL, HANDED_OVER),
    (check.last_word_is_the_persons(), HANDED_OVER, WELL),
    (check.seconds(1), WELL, heard_as(replace(answer(PARTIES[0]), took=1.1))),
    (
        check.seconds(1),
        heard_as(replace(answer(PARTIES[0]), took=1.9), replace(WELL, slack=1.0)),
        heard_as(replace(answer(PARTIES[0]), took=2.1), replace(WELL, slack=1.0)),
    ),
    (check.answered_by_primary(), WELL, HANDED_OVER),
    (check.answered_by_next(), HANDED_OVER, WELL),
    (check.told("aborted|failed", "ok"), HANDED_OVER, WELL),
    (check.told("failed", "ok"), heard_as(answer(PARTIES[1], attempt("a", "failed"), attempt("b"))), HANDED_OVER),
    (check.first_error("network"), HANDED_OVER, WELL),
    (check.partly_shown(), HANDED_OVER, WELL),
    (check.bad_events(1), heard_as(answer(PARTIES[0], attempt("gemini", bad_events=1))), WELL),
    (check.refused_with(lambda _: "own words"), heard_as(refusal()), heard_as(refusal(message="refused"))),
    (check.refused_with(lambda _: "own words"), heard_as(refusal()), heard_as(refusal(provider="openai"))),
    (check.names_the_winner(), HANDED_OVER, WELL),
    (
        check.failures_cost_nothing(),
        HANDED_OVER,
        heard_as(answer(PARTIES[1], attempt("gemini", "aborted", usage=usage(40)), attempt("openai")), HANDED_OVER),
    ),
    (
        check.answered_all(60),
        replace(WELL, heard=(answer(PARTIES[0]),) * 2),
        replace(WELL, heard=(answer(PARTIES[0]), refusal())),
    ),
]


@pytest.mark.parametrize(("one", "good", "bad"), CAUGHT, ids=lambda value: getattr(value, "says", ""))
def test_a_check_tells_good_from_bad(one: Check, good: Seen, bad: Seen) -> None:
    assert one.holds(good)
    assert not one.holds(bad)
