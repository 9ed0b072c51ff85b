"""What goes wrong in a day: spells of trouble at each provider, on the network, and with this machine."""

from __future__ import annotations

import asyncio
import email.utils
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from random import Random

from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.secret import Secret
from phoenix_tui.sim import SimProvider, faults
from phoenix_tui.sim.catalogue import LOCAL
from phoenix_tui.sim.faults import Fault
from phoenix_tui.sim.model import Call
from tests.helpers.virtual import Connect, Cut, VirtualWorld
from tests.simulation.health_watch import HealthWatch
from tests.simulation.ledger import Ledger, Seal, author, canary
from tests.simulation.trace import Trace
from tests.simulation.troubles import HARMLESS, OF_THE_QUESTION, UNUSABLE
from tests.simulation.turn_watch import TurnWatch


class Weather:
    """Trouble that comes and goes. `severity` 0 to 1 is how much of the time each provider has some."""

    def __init__(
        self,
        world: VirtualWorld,
        client: Client,
        health: HealthWatch,
        turns: TurnWatch,
        ledger: Ledger,
        trace: Trace,
        severity: float,
    ) -> None:
        self._world = world
        self._client = client
        self._health = health
        self._turns = turns
        self._ledger = ledger
        self._trace = trace
        self._severity = severity
        self._standing: dict[str, Callable[[Random], Sequence[Fault]]] = {}
        self._over = False
        self.offline = False
        for provider in world.simulator:
            provider.director = self._direct
            provider.author = partial(author, provider.name)
            provider.key = canary(provider.name) or None

    async def blow(self, provider: str, dice: Random, mean: float) -> None:
        """Spells at `provider`, about `mean` seconds long, for ever."""
        while True:
            await asyncio.sleep(dice.expovariate(self._severity / mean / (1.0001 - self._severity)))
            spell = dice.choice(self._local_spells() if provider in LOCAL else self._hosted_spells())
            seconds = dice.expovariate(1 / mean)
            with spell(provider, dice):
                await asyncio.sleep(seconds)
            self._trace.say(f"weather: {provider} is well again")

    async def network(self, dice: Random, mean: float) -> None:
        """This machine now and then loses its network, sleeps, or has its clock put right or wrong."""
        while True:
            await asyncio.sleep(dice.expovariate(1 / mean))
            match dice.choice(("offline", "suspend", "skew", "reset")):
                case "offline":
                    await self._offline(dice)
                case "suspend":
                    seconds = dice.choice((30.0, 600.0, 7200.0))
                    self._trace.say(f"weather: the machine sleeps for {seconds:.0f} s")
                    self._world.clock.suspend(seconds)
                    self._jump()
                    self._break_all(dice)
                case "skew":
                    self._jump()
                    self._world.clock.skew = dice.choice((0.0, 3600.0, -3600.0, 5.0))
                    self._trace.say(f"weather: the wall clock is {self._world.clock.skew:+.0f} s wrong")
                case "reset":
                    self._trace.say("weather: all connections are reset")
                    self._break_all(dice)

    def clear_up(self) -> None:
        """All trouble is over, and none comes any more."""
        self._over = True
        self._trace.say("weather: everything is well")

    # -- what the providers are told

    def _direct(self, provider: SimProvider, call: Call | None) -> Sequence[Fault]:
        dice = Random(f"{self._world.seed}:{provider.name}:{provider.made}")
        standing = self._standing.get(provider.name)
        struck = tuple(standing(dice)) if standing else ()
        if call is None:
            return [fault for fault in struck if fault.everywhere]
        entry = self._ledger.enter(provider.name, call)
        if not struck and not self._over and dice.random() < 0.03:
            struck = (dice.choice(OF_THE_QUESTION)(dice),)
        if not struck and dice.random() < 0.2:
            struck = (dice.choice(HARMLESS)(dice),)
        entry.faults = struck
        for fault in struck:
            if isinstance(fault, faults.Error):
                entry.asked_wait, entry.dated = self._meaning(provider, fault)
                # Gemini says with a 200 that it did not let the prompt pass: a whole answer, without text.
                entry.finished = provider.name == "gemini" and fault.error is ErrorClass.CONTENT_FILTER
        shown = ", ".join(type(fault).__name__ for fault in struck) or "no fault"
        self._trace.say(f"server: {provider.name} is asked {call.question[:12]!r} ({call.model}): {shown}")
        return (*struck, Seal(entry=entry))

    def _meaning(self, provider: SimProvider, fault: faults.Error) -> tuple[float | None, bool]:
        """The wait in seconds that `fault` asks for, and whether it is given as a date."""
        match fault.retry_after:
            case None:
                return None, False
            case str() as text if text.isdigit():
                return float(text), False
            case str() as text:
                when = email.utils.parsedate_to_datetime(text) if "GMT" in text else None
                return (when.timestamp() - provider.clock.wall() if when else None), when is not None
            case seconds:
                return (seconds if seconds >= 0 else None), False

    # -- spells

    def _hosted_spells(self) -> list[Callable[[str, Random], AbstractContextManager[None]]]:
        faulty = [self._faulty] * 3
        return [*faulty, self._limited, self._cut_off, self._rough, self._locked, self._gossiping]

    def _local_spells(self) -> list[Callable[[str, Random], AbstractContextManager[None]]]:
        return [self._faulty, self._stopped, self._cold, self._rough]

    def _is_struck(
        self, provider: str, faults_for: Callable[[Random], Sequence[Fault]]
    ) -> AbstractContextManager[None]:
        @contextmanager
        def spell() -> Iterator[None]:
            self._standing[provider] = faults_for
            try:
                yield
            finally:
                self._standing.pop(provider, None)

        return spell()

    def _faulty(self, provider: str, dice: Random) -> AbstractContextManager[None]:
        fault = dice.choice(UNUSABLE)(dice)
        share = dice.choice((1.0, 1.0, 0.5, 0.1))
        self._trace.say(f"weather: {provider} has {fault!r} for {share:.0%} of requests")
        return self._is_struck(provider, lambda each: (fault,) if each.random() < share else ())

    def _gossiping(self, provider: str, dice: Random) -> AbstractContextManager[None]:
        """Its errors tell the key."""
        key = canary(provider)
        body = f'{{"error": {{"message": "the key {key} is out of luck", "code": "{key}"}}}}'.encode()
        fault = faults.Error(error=ErrorClass.SERVER, status=dice.choice((400, 401, 500)), body=body)
        self._trace.say(f"weather: {provider} tells the key, with status {fault.status}")
        return self._is_struck(provider, lambda _: (fault,))

    def _limited(self, provider: str, dice: Random) -> AbstractContextManager[None]:
        """At its rate limit, saying so in every form that there is."""
        wait = dice.choice((None, 0, 0.3, 1, 2.5, 20, 90, -5, "soon", "date", "past", "1000000000"))
        share = dice.choice((1.0, 0.3))
        self._trace.say(f"weather: {provider} is at its rate limit ({wait}) for {share:.0%} of requests")

        def limit(each: Random) -> Sequence[Fault]:
            value = wait
            if wait in ("date", "past"):
                seconds = 30 if wait == "date" else -600
                at = math.ceil(self._world.clock.world.wall()) + seconds
                value = email.utils.formatdate(at, usegmt=True)
            fault = faults.Error(error=ErrorClass.RATE_LIMIT, retry_after=value)
            return (fault,) if each.random() < share else ()

        return self._is_struck(provider, limit)

    @contextmanager
    def _cut_off(self, provider: str, dice: Random) -> Iterator[None]:
        """Nothing can be connected to."""
        path = self._world.path[provider]
        how = dice.choice((Connect.REFUSED, Connect.HANG, Connect.TLS, Connect.DNS, Connect.UNREACHABLE))
        self._trace.say(f"weather: {provider} cannot be connected to ({how})")
        path.connect = how
        if dice.random() < 0.5:
            path.break_all()
        try:
            yield
        finally:
            if not self.offline:
                path.connect = Connect.OK

    @contextmanager
    def _rough(self, provider: str, dice: Random) -> Iterator[None]:
        """The network in between does odd things to what is connected."""
        path = self._world.path[provider]
        path.latency = dice.choice((0.0, 0.05, 1.0))
        path.piece = dice.choice((0, 0, 1, 7))
        if dice.random() < 0.5:
            path.cut = Cut(dice.choice((0, 100, 400, 900)), dice.choice(("rst", "fin")))
        self._trace.say(f"weather: the way to {provider} is rough ({path.latency} s, {path.piece} bytes, {path.cut})")
        try:
            yield
        finally:
            path.latency, path.piece, path.cut = 0.0, 0, None

    def _locked(self, provider: str, dice: Random) -> AbstractContextManager[None]:
        """The key is refused; afterwards it is good again, or the person has put in another one."""
        server = self._world[provider]
        good = server.key
        if not good:
            return nullcontext()
        self._trace.say(f"weather: the key for {provider} is refused")

        @contextmanager
        def spell() -> Iterator[None]:
            server.key = f"sk-other-{dice.getrandbits(32):x}"
            try:
                yield
            finally:
                server.key = good
                if dice.random() < 0.5:
                    self._health.key_changed(provider)
                    self._turns.key_changed(provider)
                    self._client.set_key(provider, Secret(good))

        return spell()

    @contextmanager
    def _stopped(self, provider: str, _: Random) -> Iterator[None]:
        """A local server that is not running."""
        self._trace.say(f"weather: {provider} is not running")
        self._world[provider].set_fault(faults.Refuse())
        try:
            yield
        finally:
            self._world[provider].set_fault()

    @contextmanager
    def _cold(self, provider: str, dice: Random) -> Iterator[None]:
        """A local server that has to load the model first."""
        server = self._world[provider]
        server.load_seconds = dice.choice((3.0, 40.0, 200.0))
        server.loaded.clear()
        self._trace.say(f"weather: {provider} is cold ({server.load_seconds} s)")
        try:
            yield
        finally:
            server.loaded.clear()
            server.load_seconds = 0.0

    async def _offline(self, dice: Random) -> None:
        seconds, how = dice.choice((3.0, 20.0, 300.0)), dice.choice((Connect.DNS, Connect.NO_ROUTE))
        self._trace.say(f"weather: this machine is offline ({how}) for {seconds:.0f} s")
        self.offline = True
        self._world.offline(True, how)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.offline = False
            self._world.offline(False)
            self._trace.say("weather: this machine is online again")

    def _jump(self) -> None:
        self._health.time_jumped()
        self._turns.time_jumped()

    def _break_all(self, dice: Random) -> None:
        for path in self._world.path.values():
            if dice.random() < 0.8:
                path.break_all()
