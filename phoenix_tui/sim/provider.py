"""One simulated provider: its endpoints, its rules, its faults, and the log of what it was asked."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phoenix_tui.core.clock import Clock, SystemClock
from phoenix_tui.sim.answers import compose
from phoenix_tui.sim.catalogue import CATALOGUE, LOCAL, SimModel
from phoenix_tui.sim.connection import Exchange, Gone
from phoenix_tui.sim.faults import Fault
from phoenix_tui.sim.faults.box import FaultBox
from phoenix_tui.sim.http import Request
from phoenix_tui.sim.listener import HOST, Listen, Listener
from phoenix_tui.sim.model import Answer, Call
from phoenix_tui.sim.record import Ending, Record
from phoenix_tui.sim.reply import Reply

_LOGGED_REQUESTS = 10_000
_LOGGED_BYTES = 2**20

Author = Callable[[Call, random.Random], Answer]
Director = Callable[["SimProvider", Call | None], Sequence[Fault]]


@dataclass(slots=True)
class Pace:
    """How fast a model talks. `tokens_per_second` 0 is as fast as it can be sent; `first_token` is the wait before
    the first one, a range in seconds; `jitter` is the share by which each wait may differ."""

    tokens_per_second: float = 0.0
    first_token: tuple[float, float] = (0.0, 0.0)
    jitter: float = 0.5


class SimProvider:
    """One provider on a loopback port.

    Knobs, all to be set at any time: `pace`; `models` (its list); `key` (the only one that is accepted; None takes
    any, but a hosted provider wants some); `missing` (paths that it does not have); `context_limit` (tokens, None for
    the model's own); `refuses_prefill` (whether a conversation must not end with the model's own words; None: as its
    real models do); `author` (who writes its answers); `director` (asked for the faults of each request, besides those
    that were set). For local servers: `loaded` (models in memory), `loaded_context` (their window in tokens),
    `load_seconds` (how long another one takes), `loads_on_demand`.
    """

    def __init__(
        self, name: str, *, clock: Clock | None = None, seed: int = 0, port: int = 0, listen: Listen = Listener
    ) -> None:
        self.name = name
        self.pace = Pace()
        self.models: tuple[SimModel, ...] = CATALOGUE[name]
        self.key: str | None = None
        self.missing: set[str] = set()
        self.context_limit: int | None = None
        self.refuses_prefill: bool | None = None
        self.author: Author = compose
        self.director: Director | None = None
        self.loaded: set[str] = {self.models[0].id} if name in LOCAL else set()
        self.loaded_context = 8192
        self.load_seconds = 0.0
        self.loads_on_demand = True
        self.requests: deque[Record] = deque(maxlen=_LOGGED_REQUESTS)
        self.clock: Clock = clock or SystemClock()
        self.made = 0
        """Requests so far."""
        self._seed = seed
        self._faults = FaultBox()
        self._changed = asyncio.Event()
        self._listener = listen(self._answer, self.clock, port)

    # -- being there

    @property
    def port(self) -> int:
        """The port, also while connections to it are refused."""
        return self._listener.port

    @property
    def root(self) -> str:
        """`http://127.0.0.1:PORT`, without any path."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """The root with the version path, as the variables and the SDKs of the provider want it."""
        return self.root + {"openrouter": "/api/v1", "openai": "/v1", "grok": "/v1", "lmstudio": "/v1"}.get(
            self.name, ""
        )

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return self._listener.connections

    def open(self) -> None:
        """Takes connections, unless a fault refuses them."""
        if not self._faults.refuses:
            self._listener.open()

    async def close(self) -> None:
        """Gives everything back."""
        await self._listener.close()

    # -- faults

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that stand now."""
        return self._faults.standing

    def set_fault(self, *faults: Fault) -> None:
        """These faults, together, from now on and in place of all others; none heals."""
        self._faults.stand(*faults)
        if self._faults.refuses:
            self._listener.refuse()
        else:
            self._listener.open()

    def script(self, *faults: Fault | Sequence[Fault] | None) -> None:
        """A fault (several, none) for each of the next generation requests, in order, before any standing one."""
        self._faults.script(*faults)

    # -- what was asked

    @property
    def attempts(self) -> list[Record]:
        """The generation requests, oldest first."""
        return [record for record in self.requests if record.is_generation]

    async def until(self, condition: Callable[[SimProvider], bool]) -> None:
        """Returns once `condition` holds; it is looked at whenever a request comes or ends."""
        while not condition(self):
            self._changed.clear()
            await self._changed.wait()

    # -- answering

    async def _answer(self, request: Request, exchange: Exchange) -> bool:
        body = request.json if len(request.body) <= _LOGGED_BYTES else None
        arrived = self.clock.monotonic()
        record = Record(request.method, request.path, request.query, request.headers, body, arrived)
        self.made += 1
        self.requests.append(record)
        self._changed.set()
        try:
            keep = await exchange.perform(
                Reply(self, request, record, f"{self._seed}:{self.name}:{self.made}").actions()
            )
            record.ending = Ending.WHOLE
            return keep
        except Gone:
            record.ending = Ending.BROKEN
            raise
        finally:
            if record.ending is Ending.UNDER_WAY:
                record.ending = Ending.LEFT
            self._changed.set()

    def faults_for(self, call: Call | None) -> tuple[Fault, ...]:
        """The faults of a request that has just come; `call` is None where no model is asked."""
        directed = tuple(self.director(self, call)) if self.director else ()
        return (*directed, *self._faults.take(generation=call is not None, model=call.model if call else ""))

    def find_model(self, name: str) -> SimModel | None:
        """The model that a client means by `name`."""
        wanted = name.removeprefix("models/").lower()
        if self.name == "ollama" and ":" not in wanted:
            wanted += ":latest"
        return next((model for model in self.models if model.id.lower() == wanted), None)
