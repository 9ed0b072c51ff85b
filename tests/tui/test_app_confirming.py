"""The person is asked before another provider is sent the conversation: Enter goes, Esc keeps it, silence goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.events import AttemptFailed, Completed, Confirming, TextDelta
from phoenix_tui.core.secret import Secret
from phoenix_tui.tui.screens.key_screen import KeyScreen
from phoenix_tui.tui.widgets.entry_field import EntryField
from phoenix_tui.tui.widgets.lines import KeyBar, QuestionBar
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import (
    ANSWER,
    HOLD,
    NOW,
    FakeClient,
    FakeKeys,
    answer,
    attempt,
    make_snapshot,
    says,
    started,
    target,
)

BROKE = ErrorInfo(ErrorClass.QUOTA, "no credit", status=402, phase=Phase.HEADERS)
REFUSED = ErrorInfo(ErrorClass.NETWORK, "nothing answers", phase=Phase.CONNECT)
QUESTION = Confirming(target("anthropic"), 8.0, NOW + 8, "openai: out of credit")


def asking(error: ErrorInfo = BROKE) -> list[object]:
    return [
        started("openai"),
        AttemptFailed(attempt("openai"), error, target("anthropic")),
        QUESTION,
        ANSWER,
        started("anthropic", 2),
        TextDelta("Hello."),
        Completed(answer("Hello.", "anthropic", "openai")),
    ]


async def ask(ui: Opened, text: str = "why?", turn: int = 1) -> None:
    """Send `text` and wait until the person is asked."""
    await ui.send(text)
    await ui.until(lambda: len(ui.client.turns) == turn and ui.client.turns[-1].holding.is_set())


def keys(ui: Opened) -> str:
    return ui.screen.query_one(KeyBar).render().plain


async def test_it_names_what_failed_who_is_next_and_counts_down(open_screen: OpenScreen) -> None:
    clock = [NOW]
    async with open_screen(FakeClient(make_snapshot(), asking()), wall=lambda: clock[0]) as ui:
        await ask(ui)
        said = "openai: out of credit. Sending to anthropic (anthropic-model) in {}s: "
        said += "enter sends it now, esc keeps it here."
        assert ui.screen.question == said.format(8)
        assert "openai has no credit" not in ui.said, "it is not on its way yet"
        clock[0] += 3
        ui.screen.tick()
        assert ui.screen.question == said.format(5)
        assert keys(ui).strip().startswith("esc keep here   enter send now   ctrl+j new line")
        await ui.pilot.press("enter")
        await ui.answered()
        assert ui.client.turns[0].answers == [True]
        assert ui.screen.question == ""
        assert not ui.screen.query_one(QuestionBar).display
        assert ui.screen._tick is None, "nothing counts any more"
        assert ui.said.index("openai has no credit or quota left → anthropic") < ui.said.index("Hello.")


async def test_an_enter_that_was_on_its_way_already_gives_nothing_away(open_screen: OpenScreen) -> None:
    clock = [NOW]
    async with open_screen(FakeClient(make_snapshot(), asking()), wall=lambda: clock[0]) as ui:
        await ask(ui)
        await ui.pilot.press("enter")
        assert ui.client.turns[0].answers == []
        clock[0] += 0.5
        await ui.pilot.press("enter")
        await ui.answered()
        assert ui.client.turns[0].answers == [True]


async def test_a_draft_is_neither_sent_nor_lost(open_screen: OpenScreen) -> None:
    clock = [NOW]
    async with open_screen(FakeClient(make_snapshot(), asking()), wall=lambda: clock[0]) as ui:
        await ask(ui)
        clock[0] += 1
        await ui.type("and then")
        await ui.until(lambda: "ctrl+g sends it now" in ui.screen.question)
        assert keys(ui).strip().startswith("esc keep here   ctrl+g send now   ctrl+j new line")
        await ui.pilot.press("enter")
        await ui.until(lambda: any("Your text stays here" in told for told in ui.told))
        assert (ui.screen.prompt.value, ui.client.turns[0].answers) == ("and then", [])
        await ui.pilot.press("ctrl+g")
        await ui.answered()
        assert ui.client.turns[0].answers == [True]
        assert ui.screen.prompt.value == "and then"
        assert len(ui.client.turns) == 1


@pytest.mark.parametrize("draft", ["", "and then"])
async def test_esc_keeps_it_here_and_offers_both_ways_on(open_screen: OpenScreen, draft: str) -> None:
    client = FakeClient(make_snapshot(), asking(), says("Sent on purpose.", "anthropic"))
    async with open_screen(client) as ui:
        await ask(ui)
        await ui.type(draft)
        await ui.pilot.press("escape")
        await ui.answered()
        assert client.turns[0].answers == [False]
        assert "Nothing was sent to anthropic." in ui.said
        where = "is kept beside the one in the prompt" if draft else "is back in the prompt"
        assert f"Your message {where}." in ui.said
        assert [offer.key for offer in ui.screen.transcript.offers] == ["r", "o"]
        assert ui.screen.transcript.offers[1].label == "ask anthropic"
        assert ui.screen.prompt.value == (draft or "why?")
        await ui.pilot.press("escape", "o")
        await ui.answered(2)
        assert client.turns[1].request.provider == "anthropic"
        assert "Sent on purpose." in ui.said


@pytest.mark.parametrize("letter", ["o", "r"])
async def test_o_and_r_are_letters_while_there_is_nothing_to_ask_again(open_screen: OpenScreen, letter: str) -> None:
    async with open_screen(FakeClient(make_snapshot(), says("Yes."))) as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.pilot.press("escape")
        assert "retry" not in keys(ui)
        await ui.pilot.press(letter)
        assert ui.screen.prompt.value == letter


async def test_nothing_hides_the_question(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openai"), ANSWER, QUESTION, HOLD])
    async with open_screen(client, size=(60, 20)) as ui:
        await ask(ui)
        await ui.pilot.press("f9")
        await ui.pilot.press("f1")
        assert ui.app.screen is not ui.screen
        client.turns[0].confirm()
        await ui.until(lambda: ui.screen.question)
        await ui.pilot.pause()
        assert ui.app.screen is ui.screen
        assert not ui.screen.has_class("-overlay")
        bar = ui.screen.query_one(QuestionBar)
        assert bar.region.height == 3
        assert Region(0, 0, 60, 20).contains_region(bar.region)
        shown = " ".join(" ".join(strip.text.split()) for strip in bar.render_lines(Region(0, 0, 60, 3)))
        assert shown.strip() == ui.screen.question


async def test_on_a_narrow_screen_both_answers_to_it_stand_at_the_foot(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), says("Yes."), asking())
    async with open_screen(client, size=(60, 20)) as ui:
        await ui.send("how?")
        await ui.answered()
        ui.screen.tokens, ui.screen.cost_usd = 12_345, 1.25
        await ask(ui, turn=2)
        assert keys(ui).strip().startswith("esc keep here   enter send now")
        await ui.pilot.press("escape")
        await ui.answered(2)
        assert "tokens" in keys(ui)


async def test_who_enters_a_key_goes_on_entering_it_and_is_told_of_the_question(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openai"), ANSWER, QUESTION, HOLD])
    async with open_screen(client, keys=FakeKeys()) as ui:
        await ask(ui)
        await ui.run_actions("provider_page('openai')", "set_key('openai')")
        await ui.type("sk-")
        client.turns[0].confirm()
        await ui.until(lambda: ui.screen.question)
        await ui.type("rest")
        assert isinstance(ui.app.screen, KeyScreen)
        assert ui.app.screen.query_one(EntryField).entered == Secret("sk-rest")
        assert ui.told[-1] == (
            "openai: out of credit. Sending to anthropic (anthropic-model) in 8s: "
            "esc closes this dialog, esc again keeps it here."
        )
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.screen.question


async def test_who_was_sent_it_is_known_and_stays_known_after_a_restart(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    client = FakeClient(make_snapshot(), asking(), says("Yes.", "openai"))
    async with open_screen(client, state_folder=tmp_path) as ui:
        await ask(ui)
        assert client.turns[0].request.known_to == frozenset()
        await ui.pilot.press("ctrl+g")
        await ui.answered()
        await ui.send("sure?")
        await ui.answered(2)
        assert client.turns[1].request.known_to == {"openai", "anthropic"}
    async with open_screen(FakeClient(), state_folder=tmp_path) as ui:
        await ui.until(lambda: ui.screen.offered)
        await ui.pilot.press("ctrl+r")
        await ui.send("and now?")
        await ui.answered()
        assert ui.client.turns[0].request.known_to == {"openai", "anthropic"}
        await ui.send("/new")
        await ui.send("another")
        await ui.answered(2)
        assert ui.client.turns[1].request.known_to == frozenset()


async def test_who_could_not_be_reached_has_been_told_nothing(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), asking(REFUSED))) as ui:
        await ask(ui)
        assert ui.screen.conversation.known_to == set()
        await ui.pilot.press("escape")
        await ui.answered()
        assert ui.screen.conversation.known_to == set()


async def test_a_change_of_who_is_asked_is_told_to_the_turn(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), asking())) as ui:
        await ask(ui)
        before = ui.client.turns[0].reconsidered
        await ui.pilot.press("alt+4")
        assert ui.client.turns[0].reconsidered > before
