"""The virtual machine itself: time, network faults and leaks are what a test says they are."""

from __future__ import annotations

import asyncio

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered
from phoenix_tui.core.types import Answer
from phoenix_tui.sim.faults import ResetBeforeHeaders, Says, SlowTokens
from tests.helpers.virtual import Connect, Cut, Stuck, VirtualWorld, run_virtual

WORDS = ("one ", "two ", "three ", "four")


def speak(world: VirtualWorld) -> None:
    for provider in world.simulator:
        provider.set_fault(Says(text=WORDS))


async def failure_of(world: VirtualWorld) -> ErrorInfo:
    """What the first attempt of a request to the only provider ends with."""
    async with world.client(probes=False) as client:
        with pytest.raises(NoProviderAnswered) as failure:
            await client.ask("count")
    error = failure.value.attempts[0].outcome.error
    assert error is not None
    return error


def test_hours_pass_at_once_and_in_order() -> None:
    seen: list[tuple[str, float]] = []

    async def wait(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        seen.append((name, asyncio.get_running_loop().time()))

    async def main() -> None:
        await asyncio.gather(wait("late", 36_000.5), wait("soon", 1.25))

    run_virtual(main)
    assert seen == [("soon", 1.25), ("late", 36_000.5)]


def test_a_wait_for_nobody_and_a_loop_without_end_are_found() -> None:
    async def forgotten() -> None:
        await asyncio.get_running_loop().create_future()

    async def busy() -> None:
        while True:  # noqa: ASYNC110 - the very thing that is to be found
            await asyncio.sleep(0)

    async def too_long() -> None:
        await asyncio.sleep(100)

    with pytest.raises(Stuck, match=r"nothing will ever happen(.|\n)*forgotten"):
        run_virtual(forgotten)
    with pytest.raises(Stuck, match="busy without end"):
        run_virtual(busy)
    with pytest.raises(Stuck, match="still running"):
        run_virtual(too_long, limit=99)


def test_what_nobody_catches_is_raised() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await asyncio.sleep(1)

    with pytest.raises(BaseExceptionGroup) as raised:
        run_virtual(main)
    assert raised.group_contains(ZeroDivisionError)


def test_threads_are_run_in_place() -> None:
    async def main() -> str:
        return await asyncio.to_thread("abc".upper)

    assert run_virtual(main) == "ABC"


def test_suspend_moves_the_wall_clock_alone() -> None:
    async def main() -> tuple[float, float, float]:
        world = VirtualWorld("openai")
        wall, monotonic = world.clock.wall(), world.clock.monotonic()
        world.clock.suspend(7200)
        world.clock.skew = -60
        return world.clock.wall() - wall, world.clock.monotonic() - monotonic, world.clock.world.wall() - wall

    assert run_virtual(main) == (7140, 0, 7200)


@pytest.mark.parametrize(
    ("connect", "error_class", "code"),
    [
        (Connect.REFUSED, ErrorClass.NETWORK, "refused"),
        (Connect.DNS, ErrorClass.OFFLINE, "dns"),
        (Connect.NO_ROUTE, ErrorClass.OFFLINE, "no_route"),
        (Connect.UNREACHABLE, ErrorClass.OFFLINE, "no_route"),
        (Connect.HANG, ErrorClass.TIMEOUT, "connect_timeout"),
        (Connect.TLS, ErrorClass.NETWORK, "tls"),
    ],
)
def test_connections_fail_as_on_a_real_network(connect: Connect, error_class: ErrorClass, code: str) -> None:
    async def main() -> ErrorInfo:
        async with VirtualWorld("openai") as world:
            world.path["openai"].connect = connect
            return await failure_of(world)

    error = run_virtual(main)
    assert (error.error_class, error.code) == (error_class, code)


@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize("at", [0, 10, 600])
def test_an_answer_is_cut_at_its_byte(at: int, how: str) -> None:
    async def main() -> ErrorInfo:
        async with VirtualWorld("openai") as world:
            speak(world)
            world.path["openai"].cut = Cut(at, "rst" if how == "rst" else "fin")
            return await failure_of(world)

    assert run_virtual(main).error_class is ErrorClass.NETWORK


def test_a_cut_strikes_as_often_as_it_should_and_the_pool_is_real() -> None:
    async def main() -> tuple[str, int]:
        async with VirtualWorld("openai") as world:
            speak(world)
            async with world.client(probes=False) as client:
                await client.ask("count")
                first = world["openai"].connections
                world.path["openai"].cut, world.path["openai"].cuts = Cut(0), 1  # the kept connection was stale
                return (await client.ask("count")).text, first

    assert run_virtual(main) == ("".join(WORDS), 1)


def test_kept_connections_expire_in_virtual_time() -> None:
    async def main() -> list[int]:
        async with VirtualWorld("openai") as world:
            speak(world)
            links = []
            async with world.client(probes=False) as client:
                for _ in range(2):
                    await client.ask("count")
                    before = world.network.open_links
                    await asyncio.sleep(3600)
                    await client.ask("count")
                    links.append(len(before))
            return links

    assert run_virtual(main) == [1, 1]


def test_latency_pieces_and_silence() -> None:
    async def main() -> tuple[Answer, float]:
        async with VirtualWorld("openai") as world:
            speak(world)
            path = world.path["openai"]
            path.latency, path.piece = 0.25, 1
            async with world.client(probes=False) as client:
                asyncio.get_running_loop().call_later(3.1, setattr, path, "mute", True)
                asyncio.get_running_loop().call_later(9.0, setattr, path, "mute", False)
                world["openai"].set_fault(Says(text=WORDS), SlowTokens(seconds=0.5))
                return await client.ask("count"), asyncio.get_running_loop().time()

    answer, ended = run_virtual(main)
    assert answer.text == "".join(WORDS)
    assert answer.ttft == pytest.approx(2.0, abs=0.1)  # connect and TLS two round trips, then one and a first token
    assert ended == pytest.approx(9.0, abs=0.5)


def test_a_reset_by_the_provider_arrives_as_one() -> None:
    async def main() -> ErrorInfo:
        async with VirtualWorld("openai") as world:
            world["openai"].set_fault(ResetBeforeHeaders())
            return await failure_of(world)

    error = run_virtual(main)
    assert (error.error_class, error.code) == (ErrorClass.NETWORK, "reset")


def test_leaving_something_open_is_an_error() -> None:
    async def main() -> None:
        async with VirtualWorld("openai") as world:
            speak(world)
            client = world.client(probes=False)
            await client.__aenter__()
            await client.ask("count")

    with pytest.raises(AssertionError, match=r"connection to api\.openai\.com, open at the client and the server"):
        run_virtual(main)
