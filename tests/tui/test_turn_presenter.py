"""What a turn's events become in the chat, without a screen: continuations, races, who was passed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered, Phase
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptCut,
    AttemptFailed,
    Completed,
    Confirming,
    Hedged,
    ReasoningDelta,
    Restarted,
    Resumed,
    Skipped,
    TextDelta,
    TurnEvent,
)
from phoenix_tui.core.types import AttemptRecord, Outcome, OutcomeKind, Usage
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.ports import Tone
from phoenix_tui.tui.turn_presenter import Setting, TurnPresenter
from tests.tui.fakes import answer, attempt, make_snapshot, started, target

BROKE = ErrorInfo(ErrorClass.NETWORK, "connection reset", phase=Phase.STREAMING)
NO_ANCHOR = ErrorInfo(ErrorClass.CANCELLED, "said something else", code="no_anchor")
OUTRUN = ErrorInfo(ErrorClass.CANCELLED, "another provider spoke first", code="outrun", phase=Phase.FIRST_TOKEN)


class Pane:
    """A chat and a stage as plain lists: `said` in order, `reply` the text of the open one, `folded` what was cut."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.reply = ""
        self.reasoning = ""
        self.folded: list[tuple[str, str]] = []
        self.notes: list[tuple[str, str]] = []
        self.doing = ""

    def ask(self, text: str) -> None: ...

    def begin_reply(self, heading: str) -> None:
        self.reply = self.reasoning = ""

    def add_text(self, text: str) -> None:
        self.reply += text

    def add_reasoning(self, text: str) -> None:
        self.reasoning += text

    def rejoin_reply(self, text: str, note: str) -> None:
        self.notes.append((self.reply, note))
        self.reply = text

    def cut_reply(self, label: str) -> None:
        self.folded.append((label, self.reply))
        self.reply = self.reasoning = ""

    def end_reply(self, heading: str) -> None:
        self.said.append(heading)

    def stop_reply(self, heading: str) -> None: ...

    def say(self, text: str, tone: Tone) -> None:
        self.said.append(text)

    def fail(self, text: str, hint: str) -> None:
        self.said.append(text)

    def show_activity(self, what: str, until: float | None, why: str = "") -> None:
        self.doing = what or self.doing

    def show_question(self, question: Confirming | None) -> None: ...


class Told:
    """One turn that was told, and what came of it."""

    def __init__(self, *events: TurnEvent, before: TurnPresenter | None = None) -> None:
        self.pane = Pane()
        self.conversation = Conversation()
        infos = {info.name: info for info in make_snapshot().providers}
        setting = Setting(infos, told_out=before.out.out if before else {})
        self.presenter = TurnPresenter(self.pane, self.conversation, setting, self.pane)
        self.presenter.begin("why?")
        for event in events:
            self.presenter.on_event(event)


CUT = (
    started("openrouter"),
    TextDelta("The sky is blue because "),
    AttemptCut(attempt("openrouter"), BROKE, 24, target("anthropic")),
)


def test_a_continued_answer_is_one_text_with_a_note_where_they_join() -> None:
    whole = "The sky is blue because of scattering."
    told = Told(
        *CUT,
        started("anthropic", 2),
        Resumed(target("anthropic"), 23),
        TextDelta(" of scattering."),
        Completed(answer(whole, "anthropic", seams=(23,))),
    )
    assert told.pane.reply == whole
    assert told.pane.notes == [
        ("The sky is blue because ", "anthropic goes on where openrouter stopped (the connection broke)")
    ]
    assert told.pane.folded == []
    exchange = told.conversation.exchanges[0]
    assert (exchange.answer, exchange.seams, exchange.ending) == (whole, (23,), Ending.WHOLE)


def test_while_somebody_is_asked_to_go_on_the_text_stays_and_the_activity_says_so() -> None:
    told = Told(*CUT)
    assert told.pane.doing == "anthropic is asked to go on"
    assert told.pane.reply == "The sky is blue because "
    told.presenter.on_event(started("anthropic", 2))
    told.presenter.on_event(AttemptFailed(attempt("anthropic"), BROKE, target("gemini")))
    assert told.pane.reply == "The sky is blue because ", "the failure of who was to go on retracts nothing"
    told.presenter.on_event(started("gemini", 3))
    told.presenter.on_event(Resumed(target("gemini"), 24))
    assert told.pane.notes[0][1].endswith("(the connection broke), after anthropic could not")


def test_an_answer_that_is_not_gone_on_with_after_all_is_folded_as_ever() -> None:
    told = Told(
        *CUT,
        started("anthropic", 2),
        AttemptFailed(attempt("anthropic"), NO_ANCHOR, target("anthropic")),
        AttemptAborted(attempt("openrouter"), BROKE, 24, target("anthropic")),
        Restarted(target("anthropic")),
        started("anthropic", 3),
        TextDelta("Scattering."),
        Completed(answer("Scattering.", "anthropic")),
    )
    assert told.pane.folded == [("interrupted, 24 characters", "The sky is blue because ")]
    cut, missed = told.pane.said[0].split("; ")
    assert cut == "openrouter stopped after 24 characters (connection broken)"
    assert missed == "anthropic did not go on where it was cut → anthropic"
    assert told.pane.reply == "Scattering."
    assert told.conversation.exchanges[0].seams == ()


def test_reasoning_of_one_that_failed_is_no_reasoning_of_the_next() -> None:
    told = Told(
        started("openrouter"),
        ReasoningDelta("Hm, blue."),
        AttemptFailed(attempt("openrouter"), BROKE, target("openai")),
        started("openai", 2),
        ReasoningDelta("Rayleigh."),
        TextDelta("Scattering."),
    )
    assert told.pane.folded == [("interrupted while it was thinking", "")]
    assert told.pane.reasoning == "Rayleigh."


def lost(provider: str, usage: Usage) -> AttemptRecord:
    return AttemptRecord(target(provider), Outcome(OutcomeKind.FAILED, 1.0, error=OUTRUN, usage=usage))


@pytest.mark.parametrize(
    ("usage", "cost"),
    [(Usage(cost_usd=0.0004), "$0.0004 is lost"), (Usage(input_tokens=80), "80 tokens are lost"),
     (Usage(), "its tokens are lost")],
)  # fmt: skip
def test_a_race_says_who_was_late_who_spoke_first_and_what_the_other_cost(usage: Usage, cost: str) -> None:
    won = answer("Hello.", "anthropic")
    whole = replace(won, attempts=(lost("openrouter", usage), *won.attempts))
    told = Told(
        started("openrouter"),
        Hedged(attempt("anthropic", 2)),
        AttemptFailed(attempt("openrouter"), OUTRUN, target("anthropic")),
        started("anthropic", 2),
        TextDelta("Hello."),
        Completed(whole),
    )
    late, first, _, last = told.pane.said
    assert late == "openrouter is late; anthropic is asked too, and whoever speaks first answers."
    assert first == "anthropic spoke first."
    assert last == f"openrouter was slower than anthropic and was stopped: {cost}."
    assert told.conversation.known_to == {"openrouter", "anthropic"}
    assert told.conversation.cost_usd == pytest.approx(0.0021 + (usage.cost_usd or 0.0))


def test_the_first_may_win_its_race_after_all() -> None:
    won = answer("Hello.")
    whole = replace(won, attempts=(*won.attempts, lost("anthropic", Usage())))
    told = Told(started("openrouter"), Hedged(attempt("anthropic", 2)), TextDelta("Hello."), Completed(whole))
    assert told.pane.said[-1] == "anthropic was slower than openrouter and was stopped: its tokens are lost."


def passed(events: Iterable[TurnEvent], before: Told | None = None) -> Told:
    return Told(*events, *says(), before=before.presenter if before else None)


def says() -> Sequence[TurnEvent]:
    return (started("gemini"), TextDelta("Yes."), Completed(answer("Yes.", "gemini", "gemini")))


def switches(told: Told) -> list[str]:
    return [line for line in told.pane.said if "passed over" in line]


def test_who_was_passed_over_is_told_once_and_again_only_when_it_is_new() -> None:
    out = Skipped(target("openai"), "the key was refused")
    one = passed([out, Skipped(target("anthropic"), "3 failures in a row")])
    assert switches(one) == [
        "openai was passed over (the key was refused)", "anthropic was passed over (3 failures in a row)",
    ]  # fmt: skip
    two = passed([out, Skipped(target("anthropic"), "4 failures in a row")], one)
    assert switches(two) == [], "numbers count on, and nothing is new"
    three = passed([out], two)
    four = passed([out, Skipped(target("anthropic"), "4 failures in a row")], three)
    assert switches(four) == ["anthropic was passed over (4 failures in a row)"], "it was back in between"
    five = passed([Skipped(target("openai"), "credit or quota is used up")], four)
    assert switches(five) == ["openai was passed over (credit or quota is used up)"]


def test_those_with_one_reason_stand_in_one_line_and_who_just_failed_is_no_news() -> None:
    offline = [Skipped(target(name), "this machine seems to be offline") for name in ("openai", "anthropic", "grok")]
    assert switches(passed(offline)) == [
        "openai, anthropic and grok were passed over (this machine seems to be offline)"
    ]
    refused = ErrorInfo(ErrorClass.AUTH, "no", status=401, phase=Phase.HEADERS)
    failed = passed([started("openai"), AttemptFailed(attempt("openai"), refused, target("gemini"))])
    assert switches(passed([Skipped(target("openai"), "the key was refused")], failed)) == []


def test_passed_over_is_told_too_when_nobody_answers() -> None:
    told = Told(Skipped(target("openai"), "the key was refused"))
    told.presenter.on_failure(NoProviderAnswered("nobody", cause=None), is_back=True)
    assert told.pane.said[0] == "openai was passed over (the key was refused)"


ASKED = Confirming(target("anthropic"), 8.0, 0.0, "openrouter: the connection broke")


def test_the_line_before_an_answer_names_who_gives_it_and_not_who_was_asked_about() -> None:
    failed = AttemptFailed(attempt("openrouter"), BROKE, target("anthropic"))
    told = Told(started("openrouter"), failed, ASKED, started("gemini", 2))
    assert told.pane.said == ["openrouter broke the connection → gemini"]


def test_a_cut_answer_that_the_person_keeps_here_has_gone_to_nobody() -> None:
    told = Told(
        started("openrouter"),
        TextDelta("The sky"),
        AttemptAborted(attempt("openrouter"), BROKE, 7, target("anthropic")),
        Restarted(target("anthropic")),
        ASKED,
    )
    told.presenter.on_failure(NoProviderAnswered("nobody", cause=None), is_back=True)
    assert told.pane.folded == [("interrupted, 7 characters", "The sky")]
    assert told.pane.said == ["Nothing was sent to anthropic."]
