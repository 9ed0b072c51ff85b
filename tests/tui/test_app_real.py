"""The screen over the real client and simulated providers on loopback: the whole way of a message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.continuation import anchor_of
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Simulator, faults
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from tests.tui.conftest import Opened, OpenScreen

CANARY = "sk-sim-"


class World:
    """Simulated providers with a client, opened by the screen itself."""

    def __init__(self, **variables: str) -> None:
        self.simulator = Simulator()
        self._variables = variables

    @asynccontextmanager
    async def open_client(self) -> AsyncIterator[Client]:
        async with (
            self.simulator as simulator,
            Client(simulated_config(simulator.environment() | self._variables)) as client,
        ):
            yield client


def said_in_words(ui: Opened) -> str:
    return " ".join(ui.said.split())


async def ask(ui: Opened, text: str) -> None:
    before = len(ui.screen.conversation.exchanges)
    await ui.send(text)
    await ui.until(lambda: len(ui.screen.conversation.exchanges) > before and not ui.screen.is_answering)


async def test_an_answer_an_outage_a_takeover_and_a_switch(open_screen: OpenScreen) -> None:
    world = World()
    async with open_screen(open_client=world.open_client) as ui:
        await ask(ui, "hello")
        assert "OpenRouter" in ui.said
        assert "answered by" not in ui.said
        world.simulator["openrouter"].set_fault(faults.Cut(after=60))
        await ask(ui, "again")
        assert "openrouter stopped after" in ui.said
        assert "asked openrouter, answered by openai" in ui.said
        assert ui.said.index("openrouter stopped after") < ui.said.index("answered by openai")
        health = ui.screen.query_one(HealthSidebar)
        await ui.until(lambda: "shaky" in health.plain_text)
        await ui.pilot.press("alt+3")
        await ui.until(lambda: "If you send now, anthropic answers" in ui.screen.query_one(FallbackPanel).plain_text)
        await ask(ui, "third")
        assert "Anthropic" in ui.said
        await ui.send("/providers")
        await ui.until(lambda: "Current provider: anthropic" in ui.said)
        assert "1 successful, 0 failed" in said_in_words(ui)
        assert CANARY not in ui.said


async def test_esc_closes_the_connection_of_a_silent_provider_at_once(open_screen: OpenScreen) -> None:
    world = World()
    async with open_screen(open_client=world.open_client) as ui:
        silent = world.simulator["openrouter"]
        silent.set_fault(faults.BlackHole())
        await ui.send("hello")
        await silent.until(lambda provider: bool(provider.attempts))
        await ui.pilot.press("escape")
        await ui.until(lambda: not ui.screen.is_answering)
        await silent.until(lambda provider: provider.connections == 0)
        assert ui.screen.prompt.value == "hello"
        assert not world.simulator["openai"].attempts, "a stop is no failure"


async def test_when_all_refuse_their_words_and_no_key_are_shown(open_screen: OpenScreen) -> None:
    world = World()
    async with open_screen(open_client=world.open_client) as ui:
        for provider in world.simulator:
            provider.set_fault(faults.Error(error=ErrorClass.AUTH))
        await ask(ui, "hello")
        assert "refused the key" in ui.said
        assert "other providers did not answer either" in ui.said
        assert ui.screen.prompt.value == "hello"
        assert CANARY not in ui.said
        assert "bad key" in ui.screen.query_one(HealthSidebar).plain_text


async def test_a_continued_answer_is_shown_and_kept_exactly_as_the_client_has_it(open_screen: OpenScreen) -> None:
    words = "The sky is blue, since air scatters short waves of light far more than it scatters the long ones. "
    world = World(LLM_ON_CUT="continue")
    async with open_screen(open_client=world.open_client) as ui:
        world.simulator["openrouter"].script(
            (faults.Says(text=tuple(words.split(" "))), faults.Cut(after=99)), faults.Error(error=ErrorClass.AUTH)
        )
        beginning = "".join(words.split(" "))
        world.simulator["openai"].set_fault(
            faults.Says(text=(anchor_of(beginning), " So it is blue.", " That is all."))
        )
        await ask(ui, "why?")
        (exchange,) = ui.screen.conversation.exchanges
        assert exchange.answer == f"{beginning} So it is blue. That is all."
        assert exchange.seams == (len(beginning),)
        assert ui.screen.transcript._conversation.last_answer() == exchange.answer
        assert "begun by openrouter, ended by openai" in ui.said
        (shown,) = [entry for entry in ui.screen.chat.dump() if entry["kind"] == "answer"]
        assert shown["seams"] == [[len(beginning), "openai goes on where openrouter stopped (the connection broke)"]]
