"""What a message would cost, in words."""

from __future__ import annotations

import pytest

from phoenix_tui.core.tokens import estimated
from phoenix_tui.core.types import Target
from phoenix_tui.tui.attachments import Attachment
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.estimate import Estimate, SentSoFar, phrases

CLAUDE = Target("anthropic", "claude-opus-5")


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(1_240, CLAUDE, cost=0.0041), "about 1,240 tokens, $0.0041 plus the answer, claude-opus-5"),
        (Estimate(1_240, CLAUDE), "about 1,240 tokens, claude-opus-5"),
        (Estimate(1_240, Target("ollama", "llama"), cost=0.0), "about 1,240 tokens, free, llama"),
        (Estimate(1, Target("ollama"), files=2), "about 1 token with 2 files, ollama"),
        (Estimate(12), "about 12 tokens"),
        (Estimate(12, CLAUDE, cost=0.00001), "about 12 tokens, under $0.0001 plus the answer, claude-opus-5"),
        (
            Estimate(170_000, CLAUDE, cost=0.8, window=200_000),
            "about 170,000 tokens: nearly all that claude-opus-5 holds (200,000)",
        ),
        (
            Estimate(210_000, CLAUDE, window=200_000),
            "about 210,000 tokens: more than claude-opus-5 holds (200,000)",
        ),
        (
            Estimate(9_000, CLAUDE, cost=0.5, budget_left=0.12),
            "about 9,000 tokens, $0.500: more than the $0.120 left of the day's budget",
        ),
        (
            Estimate(9, CLAUDE, cost=0.5, budget_left=-1.0),
            "about 9 tokens, $0.500: more than the $0.00 left of the day's budget",
        ),
        (
            Estimate(9_000, CLAUDE, cost=0.5, budget_left=0.6),
            "about 9,000 tokens, $0.500 plus the answer, claude-opus-5",
        ),
    ],
)  # fmt: skip
def test_it_is_said_in_words(estimate: Estimate, words: str) -> None:
    first, *briefer = phrases(estimate)
    assert first == words
    assert [len(it) for it in (first, *briefer)] == sorted((len(it) for it in (first, *briefer)), reverse=True)
    assert all(len(it) < 40 for it in (first, *briefer)[-1:]), "there is one for every width"


def test_what_warns_and_what_only_remarks() -> None:
    assert not Estimate(160_000, CLAUDE, window=200_000).warns
    assert Estimate(160_001, CLAUDE, window=200_000).warns
    assert Estimate(1, CLAUDE, cost=0.2, budget_left=0.1).warns
    assert not Estimate(1, CLAUDE, cost=0.0, budget_left=-0.1).warns


def test_a_foreign_name_is_one_short_line() -> None:
    words = phrases(Estimate(1, Target("openrouter", "a\nb\x1b[31m" + "c" * 100)))[0]
    assert words == "about 1 token, a b" + "c" * 26 + "…"


def test_what_went_before_is_counted_once_and_rightly() -> None:
    conversation = Conversation()
    sums = SentSoFar()

    def expected(system: str = "") -> int:
        before = conversation.messages("?", system)[:-1]
        return estimated(before)

    assert sums.tokens(conversation, "") == 0
    for number in range(3):
        conversation.ask(f"question {number}", [Attachment("a.md", "text " * number)])
        assert sums.tokens(conversation, "Be brief.") == expected("Be brief."), "one that is open does not count yet"
        conversation.end(Ending.WHOLE if number != 1 else Ending.FAILED, answer="answer " * number)
        assert sums.tokens(conversation, "") == expected()
    other = Conversation()
    assert sums.tokens(other, "") == 0
    assert sums.tokens(conversation, "") == expected()
