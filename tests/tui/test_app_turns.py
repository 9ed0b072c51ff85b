"""A message and what becomes of it, seen on the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered, Phase
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptFailed,
    Completed,
    Loading,
    Notice,
    ReasoningDelta,
    Restarted,
    TextDelta,
    Waiting,
)
from phoenix_tui.core.types import FinishReason, Message
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import HOLD, NOW, FakeClient, answer, attempt, make_snapshot, nobody, says, started, target

RESET = ErrorInfo(ErrorClass.NETWORK, "connection reset", phase=Phase.STREAMING)
BUSY = ErrorInfo(ErrorClass.OVERLOADED, "no capacity", status=529)


async def test_a_question_is_answered_with_who_when_and_what_it_took(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), says("Because of scattering."))
    async with open_screen(client, system_prompt="Be brief.") as ui:
        await ui.send("why?")
        await ui.answered()
        assert "You\nwhy?" in ui.said
        assert (
            "OpenRouter  openrouter-model   0.80s to first word, 62 tok/s, 124 tokens, $0.0021\nBecause of scattering."
            in ui.said
        )
        assert client.turns[0].request.messages == (Message("system", "Be brief."), Message("user", "why?"))
        assert client.turns[0].closed
        assert ui.screen.prompt.value == ""
        assert ui.screen.chat_title == "why?"
        assert ui.screen.activity == ""


async def test_the_switch_line_stands_before_the_answer_it_explains(open_screen: OpenScreen) -> None:
    script = [
        started("openrouter"),
        AttemptFailed(attempt("openrouter"), BUSY, target("anthropic")),
        started("anthropic", 2),
        TextDelta("Hello."),
        Completed(answer("Hello.", "anthropic")),
    ]
    async with open_screen(FakeClient(make_snapshot(), script)) as ui:
        await ui.send("hi")
        await ui.answered()
        switch = ui.said.index("openrouter has no capacity just now → anthropic")
        assert switch < ui.said.index("asked openrouter, answered by anthropic") < ui.said.index("Hello.")


async def test_a_cut_reply_is_folded_and_never_mixed_with_the_next(open_screen: OpenScreen) -> None:
    script = [
        started("openrouter"),
        TextDelta("The sky is gr"),
        AttemptAborted(attempt("openrouter"), RESET, 13, target("openai")),
        Restarted(target("openai")),
        started("openai", 2),
        TextDelta("The sky is blue."),
        Completed(answer("The sky is blue.", "openai")),
    ]
    async with open_screen(FakeClient(make_snapshot(), script, says("Yes."))) as ui:
        await ui.send("sky")
        await ui.answered()
        assert "(interrupted, 13 characters)\nThe sky is gr\n" in ui.said
        assert "openrouter stopped after 13 characters (connection broken) → openai" in ui.said
        await ui.send("sure")
        await ui.answered(2)
        assert ui.client.turns[1].request.messages == (
            Message("user", "sky"),
            Message("assistant", "The sky is blue."),
            Message("user", "sure"),
        )


async def test_when_nobody_answers_the_reason_the_next_step_and_the_prompt_are_there(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [nobody(ErrorClass.AUTH, "Incorrect API key provided")], says("At last."))
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.answered()
        assert "openrouter refused the key. It said: Incorrect API key provided." in ui.said
        assert ui.screen.transcript.offers[0].label == "retry (ctrl+r from the prompt)"
        assert ui.screen.prompt.value == "why?"
        await ui.pilot.press("escape", "r")
        await ui.answered(2)
        assert "At last." in ui.said
        assert ui.screen.prompt.value == ""
        assert client.turns[1].request.messages == (Message("user", "why?"),), "a failure is no message"


async def test_a_draft_typed_meanwhile_is_not_overwritten_by_the_question_that_failed(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.type("two")
        await ui.pilot.press("escape")
        await ui.answered()
        assert ui.screen.prompt.value == "two"
        assert ui.screen.conversation.last_unanswered is ui.screen.conversation.exchanges[0]


async def test_enter_while_an_answer_comes_keeps_the_text(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Well"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.send("two")
        await ui.until(lambda: any("esc stops it" in told for told in ui.told))
        assert ui.screen.prompt.value == "two"
        assert len(client.turns) == 1


async def test_the_activity_says_what_the_model_does_now(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), ReasoningDelta("Hm."), HOLD],
                        [started("openrouter"), ReasoningDelta("Hm."), TextDelta("Well"), HOLD])  # fmt: skip
    async with open_screen(client) as ui:
        for turn, said in enumerate(("openrouter is thinking…", "openrouter answers…")):
            await ui.send("?")
            await ui.until(lambda turn=turn: len(client.turns) > turn and client.turns[turn].holding.is_set())  # type: ignore[misc]
            assert ui.screen.activity == said
            await ui.pilot.press("escape")
            await ui.answered(turn + 1)
            ui.screen.prompt.empty()


async def test_a_single_failure_is_told_once(open_screen: OpenScreen) -> None:
    refused = ErrorInfo(ErrorClass.AUTH, "Invalid key", status=401)
    script = [started("openrouter"), AttemptFailed(attempt("openrouter"), refused, None), nobody(ErrorClass.AUTH, "x")]
    async with open_screen(FakeClient(make_snapshot("openrouter"), script)) as ui:
        await ui.send("?")
        await ui.answered()
        assert ui.said.count("openrouter refused the key") == 1


async def test_a_reader_who_scrolled_up_sees_what_they_ask_for(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), says("\n\n".join(f"line {n}" for n in range(200))))
    async with open_screen(client) as ui:
        transcript = ui.screen.transcript
        await ui.send("one")
        await ui.answered()
        for asked in ("/providers", "two"):
            transcript.scroll_to(y=3, animate=False)
            await ui.until(lambda: not transcript.follows)
            await ui.send(asked)
            await ui.until(lambda: transcript.scroll_y > 3)
            assert transcript.follows
        await ui.answered(2)


async def test_esc_stops_a_stream_at_once_and_keeps_the_partial_out_of_what_is_sent(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half an ans"), HOLD], says("Whole."))
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.pilot.press("escape")
        await ui.answered()
        assert client.turns[0].closed
        assert "no model will see it again (stopped)" in ui.said
        assert "Half an ans" in ui.said
        assert ui.screen.prompt.value == ""
        await ui.send("two")
        await ui.answered(2)
        assert client.turns[1].request.messages == (Message("user", "two"),)


@pytest.mark.parametrize(
    "before",
    [
        [started("openrouter")],
        [started("openrouter"), Waiting(target("openrouter"), 3.0, NOW + 3, "rate limit")],
        [started("ollama"), Loading(target("ollama"))],
        [started("openrouter"), ReasoningDelta("Let me see")],
    ],
    ids=["connect", "retry wait", "loading", "reasoning"],
)
async def test_esc_stops_every_wait(open_screen: OpenScreen, before: list[object]) -> None:
    client = FakeClient(make_snapshot(), [*before, HOLD])
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        assert ui.screen.activity
        await ui.pilot.press("escape")
        await ui.answered()
        assert client.turns[0].closed
        assert ui.screen.prompt.value == "one", "nothing was answered, so the question comes back"
        assert ui.screen.activity == ""


async def test_the_client_is_opened_once(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        assert ui.client.openings == 1


async def test_esc_stops_the_wait_for_a_client_that_does_not_open(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        ui.screen._client_settled.clear()
        await ui.send("one")
        await ui.until(lambda: ui.screen.is_answering)
        await ui.pilot.press("escape")
        await ui.until(lambda: not ui.screen.is_answering)
        assert ui.screen.prompt.value == "one"


async def test_a_client_that_cannot_be_made_is_told_and_the_question_comes_back(open_screen: OpenScreen) -> None:
    def broken() -> None:
        raise OSError("no certificates in [/etc/ssl]")

    async with open_screen(open_client=broken, opens=False) as ui:
        await ui.until(lambda: any("The providers cannot be asked" in told for told in ui.told))
        await ui.send("one")
        await ui.until(lambda: "no certificates in [/etc/ssl]" in ui.said and not ui.screen.is_answering)
        assert ui.screen.prompt.value == "one"


async def test_waiting_counts_down_and_loading_says_so(open_screen: OpenScreen) -> None:
    clock = [NOW]
    client = FakeClient(
        make_snapshot(), [started("openrouter"), Waiting(target("openrouter"), 3.0, NOW + 3, "rate limit"), HOLD]
    )
    async with open_screen(client, wall=lambda: clock[0]) as ui:
        await ui.send("one")
        await ui.until(lambda: ui.screen.activity == "openrouter is asked again in 3s (rate limit)")
        clock[0] += 1
        ui.screen.tick()
        assert ui.screen.activity == "openrouter is asked again in 2s (rate limit)"
        assert ui.screen._tick is not None
        await ui.pilot.press("escape")
        await ui.answered()
        assert ui.screen._tick is None, "nothing counts any more"


async def test_notices_and_unusual_ends_are_told(open_screen: OpenScreen) -> None:
    cut = replace(answer("Once upon a"), finish_reason=FinishReason.LENGTH)
    empty = replace(answer(""), finish_reason=FinishReason.LENGTH, reasoning="hm")
    client = FakeClient(
        make_snapshot(),
        [started("openrouter"), Notice("o3 takes no temperature"), TextDelta("Once upon a"), Completed(cut)],
        [started("openrouter"), Completed(empty)],
    )
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.answered()
        assert "o3 takes no temperature" in ui.said
        assert "The answer stops at the output limit." in ui.said
        await ui.send("two")
        await ui.answered(2)
        assert "There is no text: the output limit was reached" in ui.said
        assert ui.screen.conversation.messages("x")[-1] == Message("user", "x")
        assert len(ui.screen.conversation.messages("x")) == 3, "an empty answer is not sent again"


async def test_a_defect_loses_neither_question_nor_conversation(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), says("Fine."), [started("openrouter"), RuntimeError("a bug")], says("Again."))
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.answered()
        await ui.send("two")
        await ui.answered(2)
        assert "lost to a fault in this program" in ui.said
        assert "Fine." in ui.said
        assert ui.screen.prompt.value == "two"
        await ui.pilot.press("ctrl+r")
        await ui.answered(3)
        assert "Again." in ui.said
        assert ui.told == ["The main screen did not do what it should (RuntimeError). Everything else goes on."]
        ui.forgive(RuntimeError)


async def test_keys_typed_in_one_burst_keep_their_order(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("abc\rdef")
        await ui.answered()
        assert ui.client.turns[0].request.messages == (Message("user", "abc"),)
        assert ui.screen.prompt.value == "def"


async def test_sums_of_tokens_and_cost_grow(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("one")
        await ui.answered()
        await ui.send("two")
        await ui.answered(2)
        assert ui.screen.tokens == 408
        assert ui.screen.cost_usd == pytest.approx(0.0042)


async def test_nothing_to_try_names_a_line_that_mends_it(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openai"), [NoProviderAnswered("nobody", cause=None)])
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.answered()
        assert "No provider can be asked now." in ui.said
        assert "/key openrouter" in ui.said
        assert ui.screen.prompt.value == "one"


async def test_leaving_in_a_stream_closes_it(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.pilot.press("ctrl+q")
    assert client.turns[0].closed
    assert ui.screen.conversation.exchanges[0].answer == "Half"
