"""A conversation that is kept on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.secret import Secret
from phoenix_tui.sim import Simulator, faults
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.lines import StatusLine
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import FakeClient, make_snapshot, says


def head(ui: Opened) -> str:
    return ui.screen.query_one(StatusLine).render().plain


def order(ui: Opened) -> str:
    return ui.screen.query_one(FallbackPanel).plain_text


async def test_the_lock_is_in_the_request_in_sight_and_taken_off_only_by_its_name(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openrouter", "ollama"), says("Hello.", "ollama"))
    async with open_screen(client) as ui:
        assert "openrouter > ollama" in head(ui)
        await ui.pilot.press("ctrl+l")
        await ui.until(lambda: "kept on this machine  ollama" in head(ui))
        assert "only ollama will be asked" in ui.said
        assert "openrouter not local" in " ".join(order(ui).replace("skipped:", "").split())
        assert "If you send now, ollama answers" in order(ui)
        await ui.send("hi")
        await ui.answered()
        assert client.turns[0].request.local_only
        for again in ("/local", "/local on"):
            await ui.send(again)
        await ui.until(lambda: ui.said.count("then openrouter may be sent all of it with your next message") == 2)
        assert "kept on this machine" in head(ui)
        await ui.send("/local off")
        await ui.until(lambda: "openrouter > ollama" in head(ui))
        assert "may leave this machine again" in ui.said
        await ui.send("hi")
        await ui.answered(2)
        assert not client.turns[1].request.local_only


async def test_the_lock_outlives_the_program_and_holds_for_its_conversation(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.send("/local")
        await ui.send("a secret")
        await ui.answered()
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.until(lambda: ui.screen.offered)
        await ui.pilot.press("ctrl+r")
        await ui.until(lambda: "kept on this machine" in head(ui))
        await ui.send("more")
        await ui.answered()
        assert ui.client.turns[0].request.local_only
        await ui.send("/new")
        await ui.until(lambda: "kept on this machine" not in head(ui))
        assert any("may leave this machine" in told for told in ui.told)


async def test_where_nothing_may_leave_at_all_the_lock_is_fixed(open_screen: OpenScreen) -> None:
    async with open_screen(local_only=True) as ui:
        await ui.send("/local off")
        await ui.until(lambda: "LLM_LOCAL_ONLY is set" in ui.said)
        await ui.send("/new")
        await ui.send("hi")
        await ui.answered()
        assert "kept on this machine" in head(ui)
        assert ui.client.turns[0].request.local_only


class OnlyLoopback(httpx.AsyncBaseTransport):
    """This machine's own servers can be reached; whoever asks for others is remembered and refused."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._loopback = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "127.0.0.1":
            return await self._loopback.handle_async_request(request)
        self.asked.append(str(request.url))
        raise httpx.ConnectError("no route", request=request)

    async def aclose(self) -> None:
        await self._loopback.aclose()


async def test_a_hosted_provider_sees_nothing_of_it_though_the_local_one_fails(open_screen: OpenScreen) -> None:
    wire = OnlyLoopback()
    simulator = Simulator(("ollama",))

    @asynccontextmanager
    async def open_client() -> AsyncIterator[Client]:
        async with simulator:
            config = simulated_config(simulator.environment() | {"LLM_PROVIDER": "openai"})
            hosted = ProviderConfig("openai", configured=True, key=Secret("sk-nothing"))
            others = tuple(its for its in config.providers if its.name != "openai")
            async with Client(
                replace(config, providers=(hosted, *others), probes=False, watches_idle=False), transport=wire
            ) as client:
                yield client

    async with open_screen(open_client=open_client) as ui:
        simulator["ollama"].set_fault(faults.Error(error=ErrorClass.SERVER))
        await ui.send("/local")
        await ui.send("a secret")
        await ui.until(lambda: ui.screen.conversation.last_unanswered and not ui.screen.is_answering)
        assert wire.asked == []
        assert simulator["ollama"].attempts
        assert "ollama failed (HTTP 500)." in ui.said
        assert "openai was passed over" not in ui.said, "that is what was wanted"
        assert "/local off would let it leave" in ui.said
        ui.screen.prompt.empty()
        await ui.send("/local off")
        await ui.send("/retry")
        await ui.until(lambda: wire.asked)
