"""Bad days in the real program, as a person reads them: each situation is a sentence on the screen."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from phoenix_tui.core.continuation import anchor_of
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.faults import Cut, Error, Refuse, Says
from tests.helpers.terminal import SimulatorThread, Terminal, simulators, terminal

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")]

ESC = "\x1b"
CTRL_G = "\x07"
NAMES = ("openai", "anthropic", "ollama")


@pytest.fixture
def sims() -> Iterator[SimulatorThread]:
    with simulators(*NAMES) as running:
        for name in NAMES:
            running.fault(name, Says(text=(f"{name} ", "says ", "hello.")))
        yield running


def words(program: Terminal) -> str:
    """The left half of the screen as running text, so that where a line breaks does not matter."""
    width = program.screen.columns if program.screen.columns < 100 else program.screen.columns - 42
    return " ".join(" ".join(line[:width] for line in program.screen.display).split())


def wait_for_words(program: Terminal, *said: str) -> None:
    program.wait_until(lambda _: all(it in words(program) for it in said), " and ".join(said))


def seconds_left(program: Terminal) -> int:
    """The countdown of the question; 0 when nothing is asked."""
    found = re.search(r"in (\d+)s:", words(program))
    return int(found[1]) if found else 0


def ready(program: Terminal) -> None:
    """The first picture stands, the client is open and the local server has been found."""
    program.wait_for("Write a message", "openai", "ollama")


@pytest.mark.parametrize("columns", [60, 100])
def test_the_person_is_asked_and_a_key_sends_it_on(sims: SimulatorThread, columns: int) -> None:
    sims.fault("openai", Error(error=ErrorClass.QUOTA))
    with terminal(env=sims.environment(LLM_FALLBACK="ask"), columns=columns) as program:
        ready(program)
        program.press("hello\r")
        wait_for_words(program, "openai: out of credit or quota. Sending to anthropic", "esc keeps it here.")
        program.wait_for("esc keep here", "enter send now")
        program.press("my draft\r")
        wait_for_words(program, "ctrl+g sends it now")
        assert "anthropic says hello." not in program.text
        program.press(CTRL_G)
        program.wait_for("anthropic says hello.", "my draft")
    assert len(sims.do(lambda it: it["anthropic"].attempts)) == 1


def test_esc_keeps_it_from_the_other_and_o_sends_it_there(sims: SimulatorThread) -> None:
    sims.fault("openai", Error(error=ErrorClass.QUOTA))
    with terminal(env=sims.environment(LLM_FALLBACK="ask")) as program:
        ready(program)
        program.press("hello\r")
        wait_for_words(program, "Sending to anthropic")
        program.press(ESC)
        wait_for_words(program, "openai has no credit or quota left. Nothing was sent to anthropic.")
        program.wait_for("esc chat")
        assert not sims.do(lambda it: it["anthropic"].attempts)
        program.press(ESC)
        program.wait_for("esc write")
        program.press("o")
        program.wait_for("anthropic says hello.")


def test_silence_sends_it_when_the_countdown_is_over(sims: SimulatorThread) -> None:
    sims.fault("openai", Error(error=ErrorClass.QUOTA))
    with terminal(env=sims.environment(LLM_FALLBACK="ask")) as program:
        ready(program)
        program.press("hello\r")
        wait_for_words(program, "Sending to anthropic")
        first = seconds_left(program)
        program.wait_until(lambda _: 0 < seconds_left(program) < first, "a second less")
        program.wait_for("anthropic says hello.")


def test_a_wrong_key_and_a_rate_limit_are_told_once_with_what_mends_them(sims: SimulatorThread) -> None:
    sims.fault("openai", Error(error=ErrorClass.AUTH))
    sims.fault("anthropic", Error(error=ErrorClass.RATE_LIMIT, retry_after=50))
    with terminal(env=sims.environment(), rows=40) as program:
        ready(program)
        program.press("hello\r")
        wait_for_words(program, "openai refused the key → anthropic", "anthropic is limiting requests for 50s → ollama")
        program.wait_for("bad key", "mend OPENAI_API_KEY", "cooling", "try in", "rate limit", "ollama says hello.")
        program.press("again\r")
        program.wait_until(lambda text: text.count("ollama says hello.") == 2, "the second answer")
        assert "passed over" not in program.text
        program.press("/route\r")
        wait_for_words(program, "Strategy: balanced", "rate limit, it asked for a pause, for", "ollama answers")


def test_a_second_that_passes_paints_what_counts_and_not_the_screen(sims: SimulatorThread) -> None:
    sims.fault("openai", Error(error=ErrorClass.RATE_LIMIT, retry_after=50))

    def left(program: Terminal) -> int:
        found = re.search(r"try in (\d+)s", program.text)
        return int(found[1]) if found else 0

    with terminal(env=sims.environment(TEXTUAL_ANIMATIONS="none")) as program:
        ready(program)
        program.press("hello\r")
        program.wait_for("anthropic says hello.")
        program.wait_until(lambda _: left(program) > 0, "a countdown")
        first, before = left(program), len(program.raw)
        program.wait_until(lambda _: 0 < left(program) <= first - 4, "four seconds less")
        assert len(program.raw) - before < 10_000, "a whole screen is about as much"


@pytest.mark.parametrize("columns", [60, 100])
def test_a_cut_answer_is_gone_on_with_and_the_place_is_marked(sims: SimulatorThread, columns: int) -> None:
    start = "Air scatters short waves of light far more than it scatters long ones."
    sims.fault("openai", Error(error=ErrorClass.SERVER))
    sims.do(lambda it: it["openai"].script((Says(text=(start,)), Cut(after=99))))
    sims.fault("anthropic", Says(text=(anchor_of(start), " So the sky is blue.")))
    with terminal(env=sims.environment(LLM_ON_CUT="continue"), columns=columns) as program:
        ready(program)
        program.press("why?\r")
        wait_for_words(program, "So the sky is blue.", "anthropic goes on where openai stopped (the connection broke)")
        assert words(program).count("it scatters long ones.") == 1


def test_a_machine_without_network_says_so_and_a_local_model_answers(sims: SimulatorThread) -> None:
    nowhere = {  # no TCP goes to the broadcast address: the system itself says that there is no way
        "OPENAI_BASE_URL": "https://255.255.255.255",
        "ANTHROPIC_BASE_URL": "https://255.255.255.255:8443",
        "ANTHROPIC_API_KEY": "sk-ant-nowhere-0000000000",
    }
    with terminal(env=sims.environment() | nowhere) as program:
        program.wait_for("This machine seems to be offline, looking again", "ollama still answers", "offline")
        program.press("hello\r")
        program.wait_for("ollama says hello.")


def test_a_local_model_that_loads_is_waited_for_in_words(sims: SimulatorThread) -> None:
    def cold(name: str) -> None:
        sims.do(lambda it: it[name].loaded.clear())
        sims.do(lambda it: setattr(it[name], "load_seconds", 3.0))

    cold("ollama")
    with terminal(env=sims.environment(LLM_PROVIDER="ollama")) as program:
        program.wait_for("Write a message", "not loaded")
        program.press("hello\r")
        wait_for_words(program, "ollama is loading", "this can take minutes")
        program.wait_for("ollama says hello.")


def test_nobody_can_be_reached(sims: SimulatorThread) -> None:
    for name in NAMES:
        sims.fault(name, Refuse())
    with terminal(env=sims.environment(), columns=60, rows=24) as program:
        program.wait_for("Write a message")
        program.press("hello\r")
        wait_for_words(program, "could not be reached", "other provider", "Your message is back in the prompt")
