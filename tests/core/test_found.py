"""Local servers that no setting names are found by themselves, also when they are started later."""

from __future__ import annotations

import asyncio

import pytest

from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import HealthState
from tests.helpers.virtual import Connect, VirtualWorld, run_virtual

NOTHING_SET = ClientConfig(tuple(ProviderConfig(name, configured=False) for name in PROVIDER_NAMES))
LONGEST_WAIT = 16.0
"""Seconds from the start of a server to its being found: the rest between two looks, and the look."""


async def seconds_until_found(client: Client, name: str) -> float:
    start = asyncio.get_running_loop().time()
    async for snapshot in client.watch():
        if snapshot.info_of(name).configured:
            break
    return asyncio.get_running_loop().time() - start


@pytest.mark.parametrize("name", ["ollama", "lmstudio"])
@pytest.mark.parametrize("started_after", [0.0, 7.0, 600.0])
@pytest.mark.parametrize("has_focus", [True, False])
def test_a_server_that_is_started_later_is_found_without_a_key_and_used(
    name: str, started_after: float, has_focus: bool
) -> None:
    async def main() -> None:
        async with VirtualWorld(name) as world:
            world.path[name].connect = Connect.REFUSED
            async with world.client(NOTHING_SET) as client:
                client.set_watching(idle=has_focus)
                await asyncio.sleep(started_after)
                info = client.snapshot().info_of(name)
                assert (info.configured, info.found) == (False, False)
                world.path[name].connect = Connect.OK
                assert await seconds_until_found(client, name) <= LONGEST_WAIT
                info = client.snapshot().info_of(name)
                assert (info.found, bool(info.model)) == (True, True)
                assert client.get_available_providers() == [name]
                answer = await client.ask("hi")
                assert answer.target.provider == name

    run_virtual(main, limit=1_000)


def test_one_that_is_named_is_not_called_found() -> None:
    async def main() -> None:
        async with VirtualWorld("ollama") as world, world.client() as client:
            await client.probe("ollama")
            info = client.snapshot().info_of("ollama")
            assert (info.configured, info.found) == (True, False)

    run_virtual(main)


def test_one_with_a_wrong_setting_is_not_looked_for() -> None:
    broken = ProviderConfig("ollama", configured=False, problem="OLLAMA_HOST has no host", broken=True)

    async def main() -> None:
        async with VirtualWorld("ollama") as world, world.client(ClientConfig((broken,))) as client:
            await asyncio.sleep(60)
            info = client.snapshot().info_of("ollama")
            assert (info.configured, info.found, info.broken) == (False, False, True)
            assert client.get_provider_health("ollama").state is HealthState.UNCONFIGURED

    run_virtual(main)
