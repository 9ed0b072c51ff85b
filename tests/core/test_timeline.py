"""What the log says to a person: one plain line for what is worth one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core import health_events as events
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_state import new_state
from phoenix_tui.core.journal import Decided, HealthChanged, Record, RecordsLost, Switched, TurnEnded
from phoenix_tui.core.snapshot import HealthState, Placement
from phoenix_tui.core.timeline import Tone, involved, timeline, told
from phoenix_tui.core.types import Outcome, OutcomeKind, Target
from tests.helpers.kept import at, began, failed, switched

S = HealthState
ONE, OTHER = Target("openrouter", "small"), Target("anthropic", "large")
RATE_LIMIT = ErrorInfo(ErrorClass.RATE_LIMIT, "slow down", 429, retry_after=12.0)


def changed(event: events.Event, before: HealthState, after: HealthState, provider: str = "openai") -> HealthChanged:
    return HealthChanged(at(0), provider, event, before, after)


def ended(kind: OutcomeKind, error: ErrorInfo | None = None) -> events.Ended:
    return events.Ended("a", Outcome(kind, 1.0, error=error))


@pytest.mark.parametrize(
    ("record", "provider", "words", "tone"),
    [
        (failed(0), "openrouter", "healthy -> shaky: rate limit (HTTP 429), asked for 12 s", Tone.TROUBLE),
        (
            changed(ended(OutcomeKind.OK), S.PROBATION, S.HEALTHY),
            "openai", "on trial -> healthy: answered", Tone.RECOVERY,
        ),
        (
            changed(ended(OutcomeKind.ABORTED, RATE_LIMIT), S.UNAVAILABLE, S.UNAVAILABLE),
            "openai", "failed, still down: rate limit (HTTP 429), asked for 12 s", Tone.TROUBLE,
        ),
        (
            changed(events.Probed(True), S.UNAVAILABLE, S.PROBATION),
            "openai", "down -> on trial: a check passed", Tone.NOTE,
        ),
        (
            changed(events.Settled(0.0), S.COOLING, S.HEALTHY),
            "openai", "cooling -> healthy: its wait is over", Tone.RECOVERY,
        ),
        (
            changed(events.Configured(True), S.UNCONFIGURED, S.UNKNOWN, "ollama"),
            "ollama", "not set up -> untested: found", Tone.NOTE,
        ),
        (changed(events.Woke(7_200.0), S.HEALTHY, S.HEALTHY), "", "this machine slept for 2 h", Tone.NOTE),
        (switched(0), "anthropic", "switched from openrouter to anthropic after 340 characters: connection reset",
         Tone.NOTE),
        (
            Switched(at(0), "t", ONE, Target("openrouter", "tiny"), "too long"),
            "openrouter", "switched from openrouter to openrouter (tiny): too long", Tone.NOTE,
        ),
        (
            TurnEnded(at(0), "t", ONE, None, "all seven failed"),
            "openrouter", "nobody answered: all seven failed", Tone.TROUBLE,
        ),
        (
            Decided(at(0), "t", 1, ONE, "once more", 2.0, RATE_LIMIT),
            "openrouter", "asked next, after 2 s: rate limit (HTTP 429), asked for 12 s", Tone.NOTE,
        ),
        (RecordsLost(at(0), 12), "", "12 records are missing here: they could not be written", Tone.TROUBLE),
    ],
)  # fmt: skip
def test_what_is_worth_a_line_gets_one(record: Record, provider: str, words: str, tone: Tone) -> None:
    line = told(record)
    assert line is not None
    assert (line.provider, line.words, line.tone) == (provider, words, tone)
    assert not provider or provider in involved(record)


@pytest.mark.parametrize(
    "record",
    [
        began(),
        changed(events.Begun("a"), S.HEALTHY, S.HEALTHY),
        changed(ended(OutcomeKind.OK), S.HEALTHY, S.HEALTHY),
        changed(ended(OutcomeKind.FAILED, ErrorInfo(ErrorClass.CANCELLED, "outrun")), S.SUSPECT, S.SUSPECT),
        changed(events.Configured(False), S.UNKNOWN, S.UNCONFIGURED),
        changed(events.Restored(new_state("openai", at(0)), 0.0, True), S.UNKNOWN, S.BLOCKED),
        Decided(at(0), "t", 0, ONE, "", order=(Placement(ONE, 1, 1, True, is_primary=True),)),
        Decided(at(0), "t", 1, OTHER, "next", 0.0, RATE_LIMIT),
        Decided(at(0), "t", 1, None, "all have failed", 0.0, RATE_LIMIT),
        TurnEnded(at(0), "t", ONE, ONE),
    ],
)
def test_what_is_only_for_a_replay_gets_none(record: Record) -> None:
    assert told(record) is None


def test_what_happened_to_several_at_once_is_one_line() -> None:
    lost = [changed(events.WentOffline(), S.HEALTHY, S.OFFLINE, name) for name in ("openai", "gemini", "grok")]
    later = replace(lost[0], at=at(60))
    assert [(line.provider, line.words) for line in timeline([*lost, later])] == [
        ("openai, gemini, grok", "healthy -> offline: this machine has no network"),
        ("openai", "healthy -> offline: this machine has no network"),
    ]


def test_hostile_words_are_one_bounded_plain_line() -> None:
    reason = "\x1b]0;title\x07\x1b[2Jred\nline\r\u202e" + "x" * 5_000
    line = told(Switched(at(0), "t", ONE, OTHER, reason))
    assert line is not None
    assert line.words.startswith("switched from openrouter to anthropic: red line xxx")
    assert len(line.words) <= 300
    assert line.words.isprintable()
