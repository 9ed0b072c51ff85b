"""What is said would become of a message sent now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Reason, ReasonKind, Snapshot
from phoenix_tui.core.types import FallbackMode
from phoenix_tui.tui.handover import kept_here
from phoenix_tui.tui.outlook import outlook
from tests.tui.fakes import NOW, at, make_snapshot


def said(snapshot: Snapshot) -> list[str]:
    return [phrases[0] for phrases in outlook(snapshot, NOW).lines]


def out(name: str, state: HealthState, seconds: float | None = None) -> ProviderHealth:
    return ProviderHealth(name, state, retry_at=None if seconds is None else at(seconds), reason="it failed")


def test_who_answers_with_what_and_who_comes_after() -> None:
    seen = outlook(make_snapshot("openai", "anthropic", "gemini", "grok"), NOW)
    assert seen.name == "openai"
    assert [phrases[0] for phrases in seen.lines] == [
        "If you send now, openai answers",
        "with openai-model",
        "if it fails: anthropic, gemini, grok",
    ]
    assert seen.lines[2] == (
        "if it fails: anthropic, gemini, grok",
        "if it fails: anthropic, gemini and 1 more",
        "if it fails: anthropic and 2 more",
        "then anthropic",
    )


def test_alone_it_says_so() -> None:
    assert said(make_snapshot("openai"))[2] == "if it fails, nobody else can take over"
    assert said(kept_here(make_snapshot("openai", "ollama")))[0] == "If you send now, ollama answers"
    assert said(kept_here(make_snapshot("openai", "ollama")))[2] == (
        "if it fails, nobody else on this machine can take over"
    )


def test_what_may_happen_after_a_failure_is_what_the_person_chose() -> None:
    both = make_snapshot("openai", "anthropic")
    asking = replace(both, fallback=FallbackMode.ASK)
    assert said(asking)[2] == "if it fails you are asked, then anthropic"
    never = replace(both, fallback=FallbackMode.NEVER)
    assert said(never)[2] == "if it fails, nobody else is asked: LLM_FALLBACK=never"
    blocked = replace(
        make_snapshot("openai", "anthropic", openai=out("openai", HealthState.BLOCKED)), fallback=FallbackMode.NEVER
    )
    assert said(blocked) == [
        "If you send now, nobody can answer",
        "openai cannot be asked, and nobody else may be (LLM_FALLBACK=never)",
        "ctrl+o chooses another",
    ]


def test_nothing_is_promised_of_whom_is_in_doubt() -> None:
    trial = out("openai", HealthState.PROBATION)
    assert said(make_snapshot("openai", openai=trial))[0] == "If you send now, openai is tried (on trial)"
    checked = ProviderHealth("openai", HealthState.UNKNOWN, reason="no answer", last_checked=at(-1))
    assert said(make_snapshot("openai", openai=checked))[0] == "If you send now, openai is tried (no answer)"
    snapshot = make_snapshot("ollama")
    infos = tuple(replace(info, model_loaded=False) for info in snapshot.providers)
    assert said(replace(snapshot, providers=infos))[1] == "with ollama-model, which is loaded first"


def test_in_need_the_first_to_recover_is_tried_as_a_request_would() -> None:
    states = {
        "openai": out("openai", HealthState.UNAVAILABLE, 40),
        "anthropic": out("anthropic", HealthState.UNAVAILABLE, 20),
    }
    assert said(make_snapshot("openai", "anthropic", **states))[0] == "If you send now, anthropic is tried (down)"
    soon = {"openai": out("openai", HealthState.COOLING, 2)}
    assert said(make_snapshot("openai", **soon))[0] == "If you send now, openai is asked in 2s"


@pytest.mark.parametrize(
    ("snapshot", "why", "step"),
    [
        (
            make_snapshot("openai", openai=out("openai", HealthState.DISABLED)),
            "all that are set up are switched off",
            "ctrl+o shows them",
        ),
        (
            kept_here(make_snapshot("openai")),
            "this conversation is kept on this machine",
            "start ollama or lmstudio, or let it leave: /local off",
        ),
        (
            make_snapshot(
                "openai",
                "grok",
                openai=ProviderHealth(
                    "openai", HealthState.BLOCKED, last_error=ErrorInfo(ErrorClass.AUTH, "bad key", status=401)
                ),
                grok=out("grok", HealthState.DISABLED),
            ),
            "openai: bad key",
            "ctrl+o shows what each one needs",
        ),
    ],
)
def test_where_nobody_can_answer_it_says_why_and_the_next_step(snapshot: Snapshot, why: str, step: str) -> None:
    assert outlook(snapshot, NOW).name == ""
    assert said(snapshot) == ["If you send now, nobody can answer", why, step]


def test_without_anybody_set_up() -> None:
    full = make_snapshot("openai")
    infos = tuple(replace(info, configured=False) for info in full.providers)
    nobody = tuple(ProviderHealth(info.name, HealthState.UNCONFIGURED) for info in infos)
    assert said(replace(full, providers=infos, health=nobody, order=()))[1:] == [
        "nobody is set up yet",
        "ctrl+o shows what each one needs",
    ]


def test_a_budget_that_is_used_up() -> None:
    full = make_snapshot("openai")
    reason = Reason(ReasonKind.OVER_BUDGET, "the day's budget of $2.00 is used up")
    places = tuple(replace(place, eligible=False, reasons=(reason,)) for place in full.order)
    spent = replace(full, order=places, spent_today=2.01, daily_budget=2.0)
    assert said(spent)[1:] == [
        "the day's budget is used up ($2.01 of $2.00)",
        "start a local server, or raise LLM_DAILY_BUDGET_USD",
    ]
