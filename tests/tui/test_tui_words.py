"""Words and numbers of the screen, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo
from phoenix_tui.core.types import Usage
from phoenix_tui.tui import text, wording
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.glyphs import ASCII, UNICODE, graph, style_of, word_of
from phoenix_tui.tui.slash import NAMES, Run, Say, Unknown, parse
from phoenix_tui.tui.widgets.health_sidebar import health_rows
from tests.tui.fakes import NOW, answer, make_snapshot, target


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


@given(st.lists(st.none() | st.floats(0, 1e6), max_size=40), st.integers(1, 20))
def test_the_graph_has_a_sign_a_sample_and_marks_failures(samples: list[float | None], width: int) -> None:
    for glyphs in (UNICODE, ASCII):
        signs = graph(tuple(samples), width, glyphs)
        assert len(signs) == min(width, len(samples))
        assert [is_failure for _, is_failure in signs] == [sample is None for sample in samples[-width:]]


def test_the_graph_rises_with_the_time() -> None:
    heights = [UNICODE.levels.index(sign) for sign, _ in graph((0.1, 0.4, 1.0, 3.0, 60.0), 5, UNICODE)]
    assert heights == sorted(set(heights))
    assert (heights[0], heights[-1]) == (0, 7)


@pytest.mark.parametrize("state", HealthState)
def test_every_state_has_a_sign_a_word_and_a_meaning(state: HealthState) -> None:
    word = word_of(ProviderHealth("x", state), ProviderInfo("x", "X", configured=True))
    assert 0 < len(word) <= 9
    assert UNICODE.state(state)
    assert ASCII.state(state).isascii()
    assert style_of(state).startswith("$")


def test_two_states_never_share_sign_and_word() -> None:
    info = ProviderInfo("x", "X", configured=True)
    seen = {(UNICODE.state(state), word_of(ProviderHealth("x", state), info)) for state in HealthState}
    assert len(seen) == len(HealthState)


@given(width=st.integers(20, 80), roomy=st.booleans())
def test_rows_of_the_sidebar_keep_to_their_width(width: int, roomy: bool) -> None:
    for row in health_rows(make_snapshot(), NOW, width, roomy, UNICODE):
        for line in row.lines:
            assert sum(cell_len(part) for part, _ in line) <= max(width, 36)


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
    assert wording.failed_line(one, error, one, "→") == "openai failed (HTTP 503), asking it again → openai"
    assert wording.failed_line(one, error, None, "→") == "openai failed (HTTP 503)"
    other = replace(one, model="gpt-small")
    assert wording.failed_line(one, error, other, "->") == "openai failed (HTTP 503) -> openai with gpt-small"
    assert wording.cut_line(one, error, 1, None, "→") == "openai stopped after 1 character (server error)"


def test_an_attribution_leaves_out_what_nobody_knows() -> None:
    bare = replace(answer("x"), usage=Usage(), ttft=None)
    assert wording.attribution(bare, {"openrouter": "OpenRouter"}) == "OpenRouter  openrouter-model"


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
