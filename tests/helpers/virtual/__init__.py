"""A machine, a network and seven providers in virtual time: hours pass in milliseconds, and the same way every time.

`run_virtual(main)` runs a coroutine function on an event loop whose time jumps to the next timer when nothing is ready.
`VirtualWorld` is what it talks to: simulated providers at their real addresses, over connections in memory, with the
client's own pool and HTTP parser in between. No socket, no thread, no waiting::

    async def main() -> str:
        async with VirtualWorld("openai", "anthropic", seed=7) as world:
            world["anthropic"].set_fault(Error())                   # a SimProvider: faults, requests, models, key
            world.path["openai"].connect = Connect.REFUSED          # a Path: what lies between it and this machine
            async with world.client() as client:                    # the first name is the primary
                with pytest.raises(NoProviderAnswered):
                    await client.ask("hello")
                world.clock.suspend(7200)                           # wall time jumps, monotonic time stands still
                world.path["openai"].connect = Connect.OK
                await asyncio.sleep(60)                             # a minute of virtual time
                return (await client.ask("hello")).text
        # leaving the world raises AssertionError when a task, a connection or an open attempt was left behind

    run_virtual(main)

Of what the network does wrong, `Path` has the fields: `connect` (refused, DNS, no route, unreachable, hanging, TLS),
`latency`, `piece` (bytes a read), `cut` (RST or FIN at byte N of an answer), `mute` (nothing comes through any more);
`break_all()` resets what is connected. `world.offline(True)` is the laptop without its network: all hosted at once.
Wall time may be wrong (`world.clock.skew`). `world.leaks()` says what is open now.
"""

from __future__ import annotations

from tests.helpers.virtual.clock import VirtualClock
from tests.helpers.virtual.loop import Stuck, VirtualLoop, run_virtual
from tests.helpers.virtual.network import VirtualNetwork
from tests.helpers.virtual.path import Connect, Cut, Path
from tests.helpers.virtual.world import VirtualWorld

__all__ = [
    "Connect",
    "Cut",
    "Path",
    "Stuck",
    "VirtualClock",
    "VirtualLoop",
    "VirtualNetwork",
    "VirtualWorld",
    "run_virtual",
]
