"""Who asks, when and how: people that wait for the answer, stop it, read slowly, and change their settings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from random import Random

from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import NoProviderAnswered, ProviderError
from phoenix_tui.core.events import Confirming
from phoenix_tui.core.types import ChatRequest, FallbackMode, Message
from tests.helpers.virtual import VirtualWorld
from tests.simulation.log import Log
from tests.simulation.trace import Trace
from tests.simulation.turn_watch import TurnWatch

_LONGEST_STOP = 60.0
"""Seconds of virtual time after which a stopped turn that still runs is a leak."""


class People:
    """Everybody who uses one client. `questions` counts what they have asked."""

    def __init__(self, world: VirtualWorld, client: Client, watch: TurnWatch, trace: Trace) -> None:
        self._world = world
        self._client = client
        self._watch = watch
        self._trace = trace
        self.questions = 0
        self.answers = 0

    async def ask_on(self, dice: Random, mean: float) -> None:
        """One person asks something about every `mean` seconds, for ever."""
        while True:
            await asyncio.sleep(dice.expovariate(1 / mean))
            await self.ask(dice)

    async def fiddle(self, dice: Random, mean: float) -> None:
        """Somebody plays with the settings about every `mean` seconds, for ever."""
        while True:
            await asyncio.sleep(dice.expovariate(1 / mean))
            change = dice.choice(
                (self._switch, self._switch, self._set_primary, self._move, self._recheck, self._list, self._focus)
            )
            await change(dice, dice.choice(self._world.names))

    async def ask(self, dice: Random, *, plainly: bool = False) -> Log:
        """One question, in one of many ways; `plainly` in the simplest."""
        self.questions += 1
        log = self._log(dice, plainly=plainly)
        manner = "wait" if plainly else dice.choices(("wait", "stop", "leave", "slow"), (75, 15, 5, 5))[0]
        self._trace.say(f"{log.question}: asked ({manner}) {log.request.provider or ''} {log.request.model or ''}")
        leave_after = dice.randint(1, 6) if manner == "leave" else None
        pause = (lambda: dice.choice((0.0, 0.0, 30.0))) if manner == "slow" else (lambda: 0.0)
        task = asyncio.ensure_future(self._turn(log, dice, leave_after, pause, plainly=plainly))
        try:
            if manner == "stop":
                patience = dice.choice((0.0, dice.uniform(0, 0.5), dice.uniform(0, 20), dice.uniform(0, 200)))
                await asyncio.wait([task], timeout=patience)
                if not task.done():
                    await self._stop(log, task)
            await asyncio.wait([task])
        finally:
            log.stopped = log.stopped or not task.done()  # the day may end meanwhile
            task.cancel()
            await asyncio.wait([task])
            self._watch.ended(log)
        if not task.cancelled():
            task.result()
        return log

    def _log(self, dice: Random, *, plainly: bool) -> Log:
        question = f"q{self.questions}"
        provider = model = None
        fallback = True
        if not plainly:
            if dice.random() < 0.1:
                provider = dice.choice(self._world.names)
            if dice.random() < 0.1:
                model = dice.choice(self._world[provider or self._client.primary_provider].models).id
            fallback = dice.random() < 0.95
        request = ChatRequest((Message("user", f"{question} go on"),), provider, model, fallback=fallback)
        may = fallback and self._client.config.fallback is not FallbackMode.NEVER
        return Log(question, request, may)

    async def _turn(
        self, log: Log, dice: Random, leave_after: int | None, pause: Callable[[], float], *, plainly: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        since = loop.time()
        try:
            async with self._client.stream(log.request) as turn:
                async for event in turn:
                    self._watch.told(log, event, loop.time() - since)
                    if leave_after is not None and len(log.events) >= leave_after:
                        log.stopped = True
                        break
                    if isinstance(event, Confirming):
                        answer = turn.confirm if plainly else dice.choice((turn.confirm, turn.decline))
                        loop.call_later(dice.choice((0.0, 3.0, 30.0)), answer)
                    if seconds := pause():
                        log.paused = True
                        await asyncio.sleep(seconds)
                    since = loop.time()
                else:
                    self.answers += 1
        except NoProviderAnswered as failure:
            self._watch.gave_up(log, failure)

    async def _stop(self, log: Log, task: asyncio.Task[None]) -> None:
        self._trace.say(f"{log.question}: stopped")
        began = asyncio.get_running_loop().time()
        log.stopped = True
        task.cancel()
        await asyncio.wait([task], timeout=_LONGEST_STOP)
        self._watch.stopped(log, asyncio.get_running_loop().time() - began)

    # -- settings

    async def _switch(self, dice: Random, name: str) -> None:
        on = dice.random() < 0.6
        self._trace.say(f"settings: {name} is switched {'on' if on else 'off'}")
        (self._client.switch_on if on else self._client.switch_off)(name)

    async def _set_primary(self, _: Random, name: str) -> None:
        self._trace.say(f"settings: {name} is the primary")
        self._client.set_primary(name)

    async def _move(self, dice: Random, name: str) -> None:
        by = dice.randint(-3, 3)
        self._trace.say(f"settings: {name} moves by {by}")
        self._client.move(name, by)

    async def _recheck(self, _: Random, name: str) -> None:
        self._trace.say(f"settings: {name} is checked")
        await self._client.probe(name)

    async def _list(self, _: Random, name: str) -> None:
        with contextlib.suppress(ProviderError):
            await self._client.list_models(name)

    async def _focus(self, dice: Random, _: str) -> None:
        self._client.set_watching(idle=dice.random() < 0.5)
