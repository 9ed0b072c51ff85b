"""Words and numbers of the screen, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase, provider_error
from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.core.types import AttemptRecord, Outcome, OutcomeKind, Usage
from phoenix_tui.tui import text, wording
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.glyphs import UNICODE, style_of, word_of
from phoenix_tui.tui.health_rows import health_lines
from phoenix_tui.tui.report import report
from phoenix_tui.tui.slash import NAMES, Run, Say, Unknown, parse
from phoenix_tui.tui.widgets.order_rows import order_rows
from phoenix_tui.tui.widgets.welcome import welcome_rows
from tests.tui.fakes import NOW, answer, at, make_snapshot, target


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), (float("nan"), "-"), (-1, "-"), (0.0, "0.00s"), (0.84, "0.84s"), (0.999, "1.0s"), (9.96, "10.0s"),
     (59.94, "59.9s"), (99.96, "100s"), (599, "599s"), (600, "10m")],
)  # fmt: skip
def test_durations(value: float | None, shown: str) -> None:
    assert text.seconds(value) == shown


@pytest.mark.parametrize(
    ("remaining", "shown"), [(0.01, "1s"), (1.0, "1s"), (1.2, "2s"), (99, "99s"), (100, "2m"), (6_000, "2h")]
)
def test_countdowns_never_say_zero(remaining: float, shown: str) -> None:
    assert text.countdown(remaining) == shown


@pytest.mark.parametrize(
    ("usd", "shown"), [(0, "$0.00"), (0.0021, "$0.0021"), (0.034, "$0.034"), (1.2, "$1.20"), (0.00951, "$0.010")]
)
def test_money(usd: float, shown: str) -> None:
    assert text.money(usd) == shown


def test_a_rate_is_never_rounded_up_to_perfect() -> None:
    assert text.percent(0.9999) == "99%"
    assert text.percent(1.0) == "100%"
    assert text.percent(None) == "-"


@given(st.text(), st.integers(0, 60))
def test_fit_is_exact_whatever_the_text(words: str, width: int) -> None:
    fitted = text.fit(words, width)
    assert cell_len(fitted) == width
    assert "\n" not in fitted
    assert "\x1b" not in fitted


@pytest.mark.parametrize("state", HealthState)
def test_every_state_has_a_sign_a_word_and_a_meaning(state: HealthState) -> None:
    word = word_of(ProviderHealth("x", state), ProviderInfo("x", "X", configured=True))
    assert 0 < len(word) <= 9
    assert UNICODE.state(state)
    assert style_of(state).startswith("$")


def test_two_states_never_share_sign_and_word() -> None:
    info = ProviderInfo("x", "X", configured=True)
    seen = {(UNICODE.state(state), word_of(ProviderHealth("x", state), info)) for state in HealthState}
    assert len(seen) == len(HealthState)


@pytest.mark.parametrize("error_class", ErrorClass)
@pytest.mark.parametrize("local", [True, False])
def test_every_fault_has_a_sentence_and_a_next_step(error_class: ErrorClass, local: bool) -> None:
    error = ErrorInfo(error_class, "own words", status=500, phase=Phase.HEADERS)
    info = ProviderInfo("openai", "OpenAI", configured=True, local=local, base_url="http://localhost:1")
    happened = wording.what_happened(error, "gpt")
    step = wording.next_step(error, "gpt", info)
    assert happened
    assert happened[0].islower(), "it ends a sentence that begins with a name"
    assert step.endswith(".")
    assert step[0].isupper()


def test_a_line_says_where_it_goes_on() -> None:
    error = ErrorInfo(ErrorClass.SERVER, "boom", status=503)
    one, two = target("openai"), target("gemini")
    assert wording.failed_line(one, error, two, "→") == "openai failed (HTTP 503) → gemini"
    assert wording.failed_line(one, error, one, "→") == "openai failed (HTTP 503), asking it again"
    assert wording.failed_line(one, error, None, "→") == "openai failed (HTTP 503)"
    other = replace(one, model="gpt-small")
    assert wording.failed_line(one, error, other, "->") == "openai failed (HTTP 503) -> openai with gpt-small"
    assert wording.cut_line(one, error, 1, None, "→") == "openai stopped after 1 character (server error)"


def test_an_attribution_leaves_out_what_nobody_knows() -> None:
    silent = Outcome(OutcomeKind.OK, duration=2.8)
    bare = replace(answer("x"), usage=Usage(), ttft=None, attempts=(AttemptRecord(target("openrouter"), silent),))
    assert wording.attribution(bare, {"openrouter": "OpenRouter"}) == "OpenRouter  openrouter-model"


def test_the_time_to_the_first_word_is_that_of_who_answered() -> None:
    taken_over = answer("x", "openai", ttft=5.6)
    assert "0.80s to first word (5.6s in all)," in wording.attribution(taken_over, {})
    assert "0.80s to first word," in wording.attribution(answer("x", ttft=0.85), {})


def test_a_place_is_compared_with_the_places_of_those_who_can_be_asked() -> None:
    snapshot = make_snapshot("openrouter", "openai", "ollama", "lmstudio")
    own = {"openrouter": 1, "openai": 2, "ollama": 6, "lmstudio": 7}
    down = ProviderHealth("openrouter", HealthState.UNAVAILABLE, reason="3 failures in a row")
    off = ProviderHealth("openai", HealthState.DISABLED, reason="switched off")
    health = tuple({"openrouter": down, "openai": off}.get(its.name, its) for its in snapshot.health)
    order = tuple(
        Placement(target(name), place, own[name], eligible=place < 3, reason=reason, is_primary=name == "openrouter")
        for place, (name, reason) in enumerate(
            (("ollama", "moved up: others are less reliable or not available"),
             ("lmstudio", "moved up: others are less reliable or not available"),
             ("openrouter", "3 failures in a row"), ("openai", "switched off")), 1
        )
    )  # fmt: skip
    rows = order_rows(replace(snapshot, health=health, order=order), 80, UNICODE)
    assert ["".join(text for text, _ in row.lines[0]).rstrip() for row in rows] == [
        "1 2 ● ollama     up 1, others are less reliable or not available",
        "2 3 ● lmstudio   up 1, others are less reliable or not available",
        "- 1★✗ openrouter skipped: 3 failures in a row",
        "-   – openai     switched off (x)",
    ]
    well = replace(snapshot, order=tuple(replace(place, is_primary=False) for place in order[:2]))
    for row in order_rows(well, 80, UNICODE):
        assert row.lines[0][-1][0] == "", "nobody moved past anybody"


def test_a_narrow_panel_leaves_out_whole_phrases_and_the_sidebar_says_the_fault() -> None:
    overloaded = ErrorInfo(ErrorClass.OVERLOADED, "Overloaded", status=529)
    down = ProviderHealth("openrouter", HealthState.UNAVAILABLE, last_error=overloaded,
                          reason="3 failures in a row, the last: overloaded")  # fmt: skip
    snapshot = make_snapshot("openrouter", "openai", openrouter=down)
    last, first = snapshot.order
    first = replace(first, position=1, reason="moved up: others are less reliable or not available")
    snapshot = replace(snapshot, order=(first, replace(last, position=2, is_primary=False)))
    (row, *_) = order_rows(snapshot, 36, UNICODE)
    assert row.lines[0][-1][0] == "up 1"
    for width, said in ((36, "has no capacity just now"), (72, "3 failures in a row, the last: overloaded")):
        line = health_lines(snapshot, NOW, width, 2, UNICODE)["openrouter"][1]
        assert "".join(text for text, _ in line).strip() == said


def test_a_failure_counts_whom_it_asked_and_quotes_only_who_spoke() -> None:
    silent = ErrorInfo(ErrorClass.NETWORK, "nothing answers at 127.0.0.1:1", phase=Phase.CONNECT)
    records = tuple(
        AttemptRecord(target(name), Outcome(kind, 0.1))
        for name, kind in (
            ("grok", OutcomeKind.SKIPPED),
            ("openai", OutcomeKind.FAILED),
            ("gemini", OutcomeKind.FAILED),
        )
    )
    happened, _ = wording.final_failure(provider_error(silent, provider="openai", model="m"), records, {})
    expected = "openai could not be reached; 1 other provider did not answer either. Nothing answers at 127.0.0.1:1."
    assert happened == expected
    spoken = provider_error(ErrorInfo(ErrorClass.AUTH, "Invalid key", status=401), provider="openai", model="m")
    assert wording.final_failure(spoken, (), {})[0] == "openai refused the key. It said: Invalid key."


def test_a_check_is_told_before_the_first_request() -> None:
    refused = ErrorInfo(ErrorClass.NETWORK, "nothing answers at 127.0.0.1:1234")
    failed = ProviderHealth("lmstudio", HealthState.UNKNOWN, last_checked=at(-3), last_error=refused,
                            reason="not asked yet; a check failed: cannot be reached")  # fmt: skip
    passed = replace(failed, name="ollama", last_error=None, reason="")
    snapshot = make_snapshot("ollama", "lmstudio", ollama=passed, lmstudio=failed)
    rows = health_lines(snapshot, NOW, 38, 2, UNICODE)
    lines = ["".join(text for text, _ in line) for name in ("ollama", "lmstudio") for line in rows[name]]
    assert "checked" in lines[0]
    assert "ollama-model" in lines[1]
    assert "no answer" in lines[2]
    assert "could not be reached" in lines[3]
    printed = "\n".join("".join(text for text, _ in line) for line in report(snapshot, NOW, UNICODE))
    assert "nothing answers at" in printed


def test_the_report_adds_up() -> None:
    stopped = ProviderHealth("grok", HealthState.UNKNOWN, total_requests=2, neutral_requests=1, in_flight=1)
    snapshot = make_snapshot(grok=stopped)
    lines = ["".join(text for text, _ in line) for line in report(snapshot, NOW, UNICODE)]
    assert "0 failed, 1 stopped" in " ".join(" ".join(lines).split())


def first_screen(snapshot: Snapshot, width: int = 90) -> str:
    rows = welcome_rows(snapshot, (), width, UNICODE, demo="", lists_all=False)
    return "\n".join("".join(text for text, _ in line) for row in rows for line in row.lines)


def test_without_a_key_and_with_silent_local_servers_the_first_screen_says_what_mends_it() -> None:
    silent = {
        name: ProviderHealth(name, HealthState.UNKNOWN, last_checked=at(0), reason="not asked yet; a check failed: x")
        for name in ("ollama", "lmstudio")
    }
    snapshot = make_snapshot("ollama", "lmstudio", **silent)
    infos = tuple(replace(info, base_url="http://127.0.0.1:9/api") for info in snapshot.providers)
    snapshot = replace(snapshot, providers=infos)
    said = first_screen(snapshot)
    assert "No local server answers, and no key is set." in said
    assert "OPENAI_API_KEY=..." in said
    assert "no answer start it at 127.0.0.1:9" in said
    one_known = replace(snapshot.health_of("ollama"), reason="", state=HealthState.HEALTHY)
    mended = replace(snapshot, health=tuple(one_known if h.name == "ollama" else h for h in snapshot.health))
    assert "ollama answers first" in first_screen(mended)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("hello", Say("hello")),
        ("//x", Say("/x")),
        ("/usr/bin is", Say("/usr/bin is")),
        ("/use\nit", Say("/use\nit")),
        ("/USE  OpenAI ", Run("use", "OpenAI")),
        ("/model anthropic/claude", Run("model", "anthropic/claude")),
        ("/quit", Run("quit", "")),
    ],
)
def test_slash_commands(line: str, meant: Say | Run) -> None:
    assert parse(line) == meant


@given(st.text(min_size=1, max_size=200))
def test_a_line_is_a_message_a_command_or_a_sentence(line: str) -> None:
    match parse("/" + line):
        case Run(name, _):
            assert name in NAMES
        case Unknown(message):
            assert message.endswith(")")
        case Say(said):
            assert said in ("/" + line, line)


def test_only_whole_answers_are_sent_again() -> None:
    conversation = Conversation()
    for ending, reply in (
        (Ending.WHOLE, "one"),
        (Ending.STOPPED, "partial"),
        (Ending.FAILED, ""),
        (Ending.WHOLE, "two"),
    ):
        conversation.ask(f"q {reply}")
        conversation.end(ending, answer=reply, note="a note")
    sent = conversation.messages("now", "Be brief.")
    assert [message.content for message in sent] == ["Be brief.", "q one", "one", "q two", "two", "now"]
    assert [message.role for message in sent] == ["system", "user", "assistant", "user", "assistant", "user"]


def test_only_who_was_asked_is_said_to_have_been_asked() -> None:
    whole = answer("Hello.", "anthropic", "openai")

    def after(kind: OutcomeKind) -> str:
        first = AttemptRecord(target("openai"), Outcome(kind, 1.0))
        return wording.attribution(replace(whole, attempts=(first, whole.attempts[-1])), {})

    assert after(OutcomeKind.FAILED).endswith("asked openai, answered by anthropic")
    assert after(OutcomeKind.SKIPPED).endswith("   in place of openai")


def test_the_first_screen_tells_who_is_not_set_up_from_who_cannot_answer_now() -> None:
    assert "No other provider is set up" in first_screen(make_snapshot("ollama"))
    away = ProviderHealth("openai", HealthState.OFFLINE)
    said = first_screen(make_snapshot("ollama", "openai", openai=away))
    assert "None of the others could take over now" in said
