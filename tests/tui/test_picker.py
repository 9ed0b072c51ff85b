"""Choosing from lists: the primary, and the model of a provider."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from textual import events

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, provider_error
from phoenix_tui.core.events import TextDelta
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import ModelInfo, Target
from phoenix_tui.tui.screens.key_screen import KeyScreen
from phoenix_tui.tui.screens.picker import ChoiceList, Picker
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, FakeClient, FakeKeys, at, make_snapshot, says, started
from tests.tui.test_app_confirming import asking

DOWN = ProviderHealth("anthropic", HealthState.UNAVAILABLE, reason="3 failures in a row", retry_at=at(42))
WELL = ProviderHealth("openai", HealthState.HEALTHY, ttft_average=0.4)


def mixed() -> FakeClient:
    return FakeClient(make_snapshot("openrouter", "openai", "anthropic", "ollama", anthropic=DOWN, openai=WELL))


def picker(ui: Opened) -> Picker:
    (found,) = [screen for screen in ui.app.screen_stack if isinstance(screen, Picker)]
    return found


def is_open(ui: Opened) -> bool:
    return len(ui.app.screen_stack) > 1


def lines(ui: Opened) -> list[str]:
    """The rows of the list."""
    return picker(ui).query_one(ChoiceList).plain_text.split("\n")


def chosen(ui: Opened) -> str:
    return picker(ui).query_one(ChoiceList).chosen


def about(ui: Opened) -> str:
    return str(picker(ui).query_one("#picker-about").render())


async def test_the_seven_with_how_each_is_and_why_it_cannot_answer(open_screen: OpenScreen) -> None:
    async with open_screen(mixed()) as ui:
        await ui.pilot.press("ctrl+o")
        assert [line[:2] for line in lines(ui)] == ["★1", *(f" {number}" for number in range(2, 8))]
        assert [line.split(maxsplit=2)[2].split() for line in lines(ui)] == [
            ["openrouter", "healthy", "openrouter-model"],
            ["openai", "healthy", "0.40s", "openai-model"],
            ["anthropic", "down", "3", "failures", "in", "a", "row,", "try", "in", "42s"],
            ["gemini", "no", "key", "GEMINI_API_KEY=..."],
            ["grok", "no", "key", "GROK_API_KEY=..."],
            ["ollama", "healthy", "ollama-model"],
            ["lmstudio", "not", "found", "LM_API_TOKEN=..."],
        ]
        assert chosen(ui) == "openrouter"
        assert about(ui) == "openrouter is asked first now with openrouter-model."
        await ui.pilot.press("down")
        assert about(ui) == "openai would be asked first with openai-model."
        await ui.pilot.press("down")
        assert about(ui) == (
            "anthropic cannot answer now (3 failures in a row, try in 42s); openrouter answers meanwhile."
        )
        await ui.pilot.press("down")
        assert about(ui) == "gemini is not set up; enter sets it up (GEMINI_API_KEY=...)."


async def test_what_was_told_in_passing_does_not_lie_over_it(open_screen: OpenScreen) -> None:
    async with open_screen(mixed(), size=(60, 20)) as ui:
        await ui.pilot.press("alt+2")
        await ui.until(lambda: "openai is asked first now" in ui.drawn)
        await ui.pilot.press("ctrl+o")
        await ui.until(lambda: "Type to narrow" in ui.drawn)
        assert "openai is asked first now with openai-model; before" not in ui.drawn
        await ui.pilot.press("escape")
        ui.screen.tell("The disk is full.", "warning")
        await ui.pilot.press("ctrl+o")
        assert ui.told == ["The disk is full."]


async def test_typing_narrows_by_name_label_and_model_and_enter_takes_the_best(open_screen: OpenScreen) -> None:
    client = mixed()
    async with open_screen(client) as ui:
        await ui.type("draft")
        await ui.pilot.press("ctrl+o")
        await ui.type("openai")
        await ui.until(lambda: len(lines(ui)) == 1)
        await ui.type("-m\r")
        await ui.until(lambda: ui.told and not is_open(ui))
        assert client.was_told("primary", "openai")
        assert ui.told == [
            "openai is asked first now with openai-model; before it was openrouter. alt+u takes it back."
        ]
        assert ui.screen.prompt.value == "draft"
        await ui.pilot.press("alt+u")
        assert ui.told == ["Taken back: openrouter is the primary again."]


async def test_a_burst_of_keys_over_a_slow_line_chooses_what_it_says(open_screen: OpenScreen) -> None:
    client = mixed()
    async with open_screen(client) as ui:
        await ui.pilot.press("ctrl+o")
        for key in ("o", "l", "l", "enter"):
            ui.app.post_message(events.Key(key, key if len(key) == 1 else "\r"))
        await ui.until(lambda: client.was_told("primary", "ollama"))
        await ui.pilot.press("ctrl+o")
        for key in ("o", "p", "e", "n", "down", "enter"):
            ui.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await ui.until(lambda: client.was_told("primary", "openai"))


@pytest.mark.parametrize("key", ["escape", "ctrl+o"])
async def test_a_key_closes_it_and_changes_nothing(open_screen: OpenScreen, key: str) -> None:
    client = mixed()
    async with open_screen(client) as ui:
        await ui.pilot.press("ctrl+o", "down", key)
        await ui.until(lambda: not is_open(ui))
        assert not client.calls


async def test_the_mouse_takes_a_row_and_a_click_outside_closes(open_screen: OpenScreen) -> None:
    client = mixed()
    async with open_screen(client) as ui:
        await ui.pilot.press("ctrl+o")
        start = picker(ui).query_one(ChoiceList).region.offset
        await ui.drag((start.x + 5, start.y + 5))
        await ui.until(lambda: client.was_told("primary", "ollama"))
        await ui.pilot.press("ctrl+o")
        await ui.drag((1, 1))
        await ui.until(lambda: not is_open(ui))


async def test_enter_on_one_that_is_not_set_up_opens_the_key_dialog(open_screen: OpenScreen) -> None:
    async with open_screen(mixed(), keys=FakeKeys()) as ui:
        await ui.pilot.press("ctrl+o")
        await ui.type("gemini\r")
        await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))
        assert not ui.client.was_told("primary", "gemini")


async def test_it_follows_health_while_it_is_open_and_keeps_what_is_chosen(open_screen: OpenScreen) -> None:
    client = mixed()
    async with open_screen(client) as ui:
        await ui.pilot.press("ctrl+o", "down", "down")
        client.publish(make_snapshot("openrouter", "openai", "anthropic"))
        await ui.until(lambda: "anthropic-model" in lines(ui)[2])
        assert chosen(ui) == "anthropic"
        await ui.pilot.resize_terminal(60, 15)
        await ui.pilot.press("pagedown")
        assert chosen(ui) == "lmstudio"
        assert len(lines(ui)) == 7
        await ui.pilot.press("down")
        assert chosen(ui) == "openrouter", "it goes round"


async def test_before_the_client_is_open_it_says_so_and_then_fills(open_screen: OpenScreen) -> None:
    gate = threading.Event()
    async with open_screen(mixed(), warm_up=gate.wait, opens=False) as ui:
        await ui.pilot.press("ctrl+o")
        assert lines(ui) == ["One moment: the connections are still being opened."]
        await ui.pilot.press("enter")
        assert is_open(ui), "there is nothing to take"
        gate.set()
        await ui.until(lambda: len(lines(ui)) == 7)
        assert chosen(ui) == "openrouter"


async def test_a_question_to_the_person_takes_it_away(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), asking())) as ui:
        await ui.pilot.press("ctrl+o")
        ui.screen.send("why?")
        await ui.until(lambda: ui.screen.question)
        await ui.until(lambda: not is_open(ui))


async def test_in_the_middle_of_an_answer_the_change_counts_from_the_next_question(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.pilot.press("ctrl+o")
        await ui.type("grok\r")
        await ui.until(lambda: ui.told)
        assert ui.told[-1] == (
            "grok is asked first with grok-model from your next question on, before it was openrouter; the answer that "
            "is coming is not disturbed. alt+u takes it back."
        )
        assert not client.turns[0].closed


async def test_who_cannot_answer_is_chosen_with_a_word_on_who_does_meanwhile(open_screen: OpenScreen) -> None:
    async with open_screen(mixed()) as ui:
        await ui.run_actions("primary('anthropic')")
        assert ui.told[-1] == (
            "anthropic is the primary now with anthropic-model, but it cannot be asked (down): until it can, "
            "openrouter answers. alt+u takes it back."
        )
        ui.screen.action_local("on")
        await ui.run_actions("primary('openai')")
        assert ui.told[-1] == (
            "openai is the primary now, but this conversation is kept on this machine: ollama answers. "
            "alt+u takes it back."
        )


MODELS = (
    ModelInfo("vendor/small", context_window=32_768),
    ModelInfo("openrouter-model", name="The one", context_window=1_048_576),
    ModelInfo("text-embedding", usable=False),
    ModelInfo("vendor/large", context_window=200_000, loaded=True),
    ModelInfo("evil\x1b[31m"),
)


@dataclass
class Price:
    input: float
    output: float


def price(target: Target) -> Price | None:
    return Price(0.15, 0.6) if target.model == "vendor/small" else None


async def test_the_live_models_with_window_and_price(open_screen: OpenScreen) -> None:
    client = mixed()
    client.models = MODELS
    async with open_screen(client, price=price) as ui:
        await ui.send("/model")
        await ui.until(lambda: "$0.15" in "".join(lines(ui)))
        assert [line.split() for line in lines(ui)] == [
            ["vendor/large", "loaded", "200k"],
            ["vendor/small", "33k", "$0.150", "$0.600"],
            ["★", "openrouter-model", "1.05M"],
        ]
        assert chosen(ui) == "openrouter-model"
        await ui.type("small")
        await ui.until(lambda: chosen(ui) == "vendor/small")
        assert about(ui) == "a window of 32,768 tokens; $0.150 in and $0.600 out for a million tokens"
        await ui.pilot.press("enter")
        await ui.until(lambda: client.was_told("model", "openrouter", "vendor/small"))


async def test_a_name_that_is_not_in_the_list_is_taken_as_it_is(open_screen: OpenScreen) -> None:
    client = mixed()
    client.models = MODELS
    async with open_screen(client) as ui:
        await ui.run_actions("choose_model('openai')")
        await ui.until(lambda: len(lines(ui)) == 3)
        await ui.type("vendor/s")
        await ui.until(lambda: lines(ui)[1:] == ["vendor/s (as you typed it)"])
        assert chosen(ui) == "vendor/small"
        await ui.pilot.press("up", "enter")
        await ui.until(lambda: client.was_told("model", "openai", "vendor/s"))


async def test_a_list_that_cannot_be_had_is_no_obstacle(open_screen: OpenScreen) -> None:
    class Silent(FakeClient):
        async def list_models(self, name: str) -> tuple[ModelInfo, ...]:
            raise provider_error(ErrorInfo(ErrorClass.NETWORK, "nothing answers"), provider=name, model="")

    client = Silent(make_snapshot("openrouter"))
    async with open_screen(client) as ui:
        await ui.run_actions("choose_model")
        await ui.until(
            lambda: lines(ui) == ["openrouter could not be reached; its models are not known, any name can be typed."]
        )
        await ui.type("my-model\r")
        await ui.until(lambda: client.was_told("model", "openrouter", "my-model"))


async def test_a_list_that_comes_after_it_was_closed_does_no_harm(open_screen: OpenScreen) -> None:
    client = mixed()
    client.models = MODELS
    async with open_screen(client) as ui:
        ui.screen.action_choose_model("openai")
        ui.screen.action_choose_model("ollama")
        await ui.pilot.press("escape", "escape")
        await ui.until(lambda: not is_open(ui))
        assert not client.calls


async def test_hundreds_of_models_cost_no_more_than_those_in_view(open_screen: OpenScreen) -> None:
    client = mixed()
    client.models = tuple(ModelInfo(f"vendor{n % 17}/model-{n}", context_window=128_000) for n in range(500))
    async with open_screen(client) as ui:
        await ui.run_actions("choose_model")
        await ui.until(lambda: len(lines(ui)) == 500)
        seen = picker(ui).query_one(ChoiceList)
        await ui.until(lambda: seen.show_vertical_scrollbar and "128k" in seen.render_line(0).text)
        await ui.type("model-499")
        await ui.until(lambda: chosen(ui) == "vendor6/model-499")
        assert len(lines(ui)) == 2


async def test_use_and_a_click_on_the_chain_or_the_strip_open_the_list(open_screen: OpenScreen) -> None:
    async with open_screen(mixed(), size=(90, 24)) as ui:
        await ui.send("/use")
        await ui.until(lambda: is_open(ui))
        await ui.pilot.press("escape")
        for at_x, at_y in ((12, 0), (5, 1)):
            await ui.drag((at_x, at_y))
            await ui.until(lambda: is_open(ui))
            await ui.pilot.press("escape")
        strip = str(ui.screen.query_one("#strip").render())
        assert "(f9)" not in strip
        await ui.drag((60, 0))
        assert not is_open(ui), "there is nothing"


async def test_keys_and_badges_can_be_clicked(open_screen: OpenScreen) -> None:
    async with open_screen(mixed(), size=(120, 24)) as ui:
        keys = str(ui.screen.query_one("#keys").render())
        await ui.drag((keys.index("alt+1") + 1, 23))
        await ui.until(lambda: is_open(ui))
        await ui.pilot.press("escape")
        await ui.drag((keys.index("f1 help") + 5, 23))
        await ui.until(lambda: is_open(ui))
        await ui.pilot.press("escape")
        ui.screen.action_local("on")
        await ui.pilot.pause()
        await ui.drag((12, 0))
        await ui.until(lambda: "/local off takes that back" in ui.said)


async def test_a_click_on_what_goes_on_shows_where_it_goes_on(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), list(says("long\n\n" * 100)), [started("openrouter"), HOLD])
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.send("one")
        await ui.answered()
        await ui.send("two")
        await ui.until(lambda: len(client.turns) == 2 and client.turns[1].holding.is_set())
        ui.screen.transcript.action_scroll_home()
        await ui.until(lambda: not ui.screen.transcript.follows)
        line = ui.screen.query_one("#activity")
        await ui.drag((line.region.x + 3, line.region.y))
        await ui.until(lambda: ui.screen.transcript.follows)
