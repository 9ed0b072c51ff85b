"""The client: providers, health, order and turns, wired together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Self

import httpx

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.background import Background
from phoenix_tui.core.checks import Checks
from phoenix_tui.core.clock import Clock, SystemClock
from phoenix_tui.core.configuration import ClientConfig, Hedge, OnCut, ProviderConfig
from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.events import Completed
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.health_keeper import HealthKeeper
from phoenix_tui.core.journal import Journal, SessionBegan, Switched
from phoenix_tui.core.kept_health import HealthMemory, NotKept, key_print, place_of
from phoenix_tui.core.key_verdict import KeyVerdict
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.probe import ProbeWorker
from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.request_fit import Prices, no_price
from phoenix_tui.core.roster import Roster
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import ProviderHealth, ProviderInfo, Snapshot, UpstreamStatus
from phoenix_tui.core.spending import Costs, Spending, SpendMemory, provider_cost
from phoenix_tui.core.status_reader import StatusReader
from phoenix_tui.core.text_stream import OnInterrupt, TextStream
from phoenix_tui.core.transport import Transport
from phoenix_tui.core.turn import Turn
from phoenix_tui.core.turn_context import TurnContext
from phoenix_tui.core.types import Answer, ChatRequest, FallbackMode, Message, ModelInfo, Strategy, Target
from phoenix_tui.core.values import replace


class Client:
    """Seven providers as one. Use it as an async context manager::

        async with Client(config) as client:
            answer = await client.ask("why is the sky blue?")

    It owns the connections, the health monitor, the order of fallback and the worker that checks providers in the
    background. Several can live in one process; they share nothing.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        clock: Clock | None = None,
        rng: Random | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        memory: HealthMemory | None = None,
        journal: Journal | None = None,
        prices: Prices = no_price,
        costs: Costs = provider_cost,
        spending: SpendMemory | None = None,
        status_feeds: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.config = config
        self._clock = clock or SystemClock()
        self._journal = journal
        rng = rng or Random()  # noqa: S311 - jitter, nothing secret
        seed = rng.getrandbits(53)  # as many as every reader of JSON keeps
        names = PROVIDER_NAMES
        local = tuple(name for name in names if profile_of(name).local)
        self._transport = Transport(
            proxies=config.proxies, no_proxy=config.no_proxy, ca_file=config.ca_file, http=transport
        )
        self._monitor = HealthMonitor(
            names,
            clock=self._clock,
            rng=Random(seed),  # noqa: S311 - jitter; a generator of its own, so that a recorded day can be replayed
            local=local,
            probed=config.probes,
            journal=journal,
        )
        configured = {provider.name: provider for provider in config.providers}
        self.providers: Mapping[str, Provider] = {
            name: Provider(
                configured.get(name, ProviderConfig(name, configured=False)),
                transport=self._transport,
                monitor=self._monitor,
                clock=self._clock,
                rng=rng,
                patience=config.patience,
                local_only=config.local_only,
            )
            for name in names
        }
        default = config.default_order or names
        self._fallback = FallbackManager(
            config.order or default,
            primary=config.primary,
            rng=rng,
            strategy=config.strategy,
            local=local,
            default=default,
            pinned=config.pinned,
            prices=prices,
            daily_budget=config.daily_budget,
        )
        self._roster = Roster(self.providers, self._monitor, self._fallback)
        self._checks = Checks(self.providers, self._monitor, self._transport, changed=self._changed)
        if journal is not None:
            own_order, now = self._fallback.own_order, Moment.read(self._clock)
            journal(SessionBegan(now, seed, names, local, config.probes, config.primary, own_order, config.strategy))
        for name, provider in self.providers.items():
            self._monitor.set_configured(name, provider.config.configured)
            self._monitor.set_enabled(name, name not in config.switched_off)
        self._said: set[str] = set()
        self._version = 0
        self._watchers: set[asyncio.Event] = set()
        self._worker = ProbeWorker(
            self._monitor,
            self._checks.when_due,
            clock=self._clock,
            names=names,
            watches_idle=config.watches_idle,
            reach=self._checks.reach,
        )
        self._keeper = (
            HealthKeeper(memory, self._monitor, names, identity=self._identity, clock=self._clock) if memory else None
        )
        self._status = StatusReader(
            names, transport=self._transport, clock=self._clock, rng=rng, changed=self._changed, feeds=status_feeds
        )
        self._spending = Spending(config.daily_budget, costs=costs, memory=spending, clock=self._clock)
        self._background = Background()
        self._monitor.on_wake(self._on_wake)
        self._unsubscribe = self._monitor.subscribe(self._on_health)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        try:
            if self._keeper is not None:
                await self._keeper.load()
            with suppress(NotKept):  # told by the memory itself
                await self._spending.load()
        except BaseException:
            await self._transport.__aexit__(None, None, None)
            raise
        if self._keeper is not None:
            self._background.start(self._keeper.run())
        self._background.start(self._spending.run())
        if self.config.probes:
            self._background.start(self._worker.run())
        if self.config.status_feeds:
            self._background.start(self._status.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unsubscribe()
        try:
            await self._background.close()
            if self._keeper is not None:
                await self._keeper.close()
            await self._spending.keep()
        finally:
            await self._transport.__aexit__(kind, error, trace)

    # Asking

    def stream(self, request: ChatRequest) -> Turn:
        """The turn that answers `request`, as an async context manager and iterator of events."""
        request = replace(
            request,
            max_tokens=request.max_tokens or self.config.max_tokens,
            temperature=self.config.temperature if request.temperature is None else request.temperature,
        )
        return Turn(
            request,
            TurnContext(
                providers=self.providers,
                monitor=self._monitor,
                fallback=self._fallback,
                clock=self._clock,
                targets=self._roster.targets,
                target=self._roster.target,
                health=self._roster.health,
                discover=self._checks.discover,
                may_fall_back=self.config.fallback is not FallbackMode.NEVER,
                said=self._said,
                journal=self._journal,
                spending=self._spending,
                confirm_seconds=self.config.confirm_seconds if self.config.fallback is FallbackMode.ASK else None,
                hedges=self.config.hedge is Hedge.SUSPECT,
                continues=self.config.on_cut is OnCut.CONTINUE,
            ),
        )

    def text(self, request: ChatRequest | str, *, on_interrupt: OnInterrupt | str = OnInterrupt.RAISE) -> TextStream:
        """The text of the answer to `request` as plain pieces, as an async context manager and iterator. Nothing is
        ever taken back: `on_interrupt` ("raise" or "buffer") says what happens when an answer is cut. Raises ValueError
        for any other word."""
        return TextStream(self.stream(_as_request(request)), on_interrupt)

    async def ask(self, request: ChatRequest | str) -> Answer:
        """The whole answer to `request`, or to a single message. Raises NoProviderAnswered."""
        async with self.stream(_as_request(request)) as turn:
            async for event in turn:
                if isinstance(event, Completed):
                    return event.answer
        raise NoProviderAnswered("The turn ended without an answer.", cause=None)  # pragma: no cover - turns end well

    # Health

    def snapshot(self) -> Snapshot:
        """Health, order and providers at this moment."""
        health = self._roster.health()
        return Snapshot(
            version=self._version,
            primary=self._fallback.primary,
            providers=tuple(self._info(provider) for provider in self.providers.values()),
            health=tuple(health[name] for name in self.providers),
            order=self._fallback.order(health, self._roster.targets(), over_budget=self._spending.is_used_up),
            strategy=self._fallback.strategy,
            offline=self._monitor.offline,
            spent_today=self._spending.today,
            daily_budget=self._spending.limit,
            fallback=self.config.fallback,
        )

    async def watch(self) -> AsyncIterator[Snapshot]:
        """The current snapshot, then one after each change. Whoever reads slowly sees only the latest."""
        changed = asyncio.Event()
        changed.set()
        self._watchers.add(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield self.snapshot()
        finally:
            self._watchers.discard(changed)

    def get_provider_health(self, name: str) -> ProviderHealth:
        """Health of one provider. Raises KeyError for a name that is none of the seven."""
        return self._monitor.health(name, self.providers[name].model)

    def get_all_provider_health(self) -> dict[str, ProviderHealth]:
        """Health of the seven, by name."""
        return self._roster.health()

    def get_available_providers(self) -> list[str]:
        """Names of those that could be asked now, in the order in which they would be."""
        order = self.snapshot().order
        return [placement.target.provider for placement in order if placement.eligible]

    async def probe(self, name: str) -> ProviderHealth:
        """Check one provider now, for free. A check can permit a trial request, never declare a provider healthy."""
        return await self._checks.probe(name)

    def set_watching(self, *, idle: bool) -> None:
        """Whether providers that are well and not in use are checked too."""
        self._worker.watches_idle = idle
        self._worker.wake()

    # Order

    @property
    def primary_provider(self) -> str:
        """Name of the provider that is asked first while it is well."""
        return self._fallback.primary

    def set_primary(self, name: str) -> None:
        """Ask `name` first from now on. Raises KeyError for a name that is none of the seven."""
        if name not in self.providers:
            raise KeyError(name)
        before = self._fallback.primary
        self._fallback.set_primary(name)
        left, taken = (Target(one, self.providers[one].model) for one in (before, name))
        if self._journal is not None:
            self._journal(Switched(Moment.read(self._clock), "", left, taken, "chosen as primary"))
        self._changed()

    def set_strategy(self, strategy: Strategy) -> None:
        """What makes the order from now on. Raises ValueError for a word that names no strategy."""
        self._fallback.set_strategy(Strategy(strategy))
        self._changed()

    def own_order(self) -> tuple[str, ...]:
        """The person's own order, the primary first."""
        return self._fallback.own_order

    def move(self, name: str, by: int) -> None:
        """Move `name` by so many places in the person's own order; negative is up."""
        self._fallback.move(name, by)
        self._changed()

    def pin(self, name: str) -> None:
        """Keep `name` in its place as long as it can be asked: neither reliability nor speed nor price moves it. Raises
        KeyError for a name that is none of the seven."""
        self._fallback.set_pinned(self._fallback.pinned | {self.providers[name].name})
        self._changed()

    def unpin(self, name: str) -> None:
        """Let `name` be moved again."""
        self._fallback.set_pinned(self._fallback.pinned - {name})
        self._changed()

    @property
    def arrangement(self) -> Arrangement:
        """What the person has arranged about who is asked, to be kept, or put back with `arrange`."""
        return Arrangement(
            primary=self._fallback.primary,
            order=self._fallback.chosen_order,
            pinned=self._fallback.pinned,
            switched_off=frozenset(name for name in self.providers if not self._monitor.is_enabled(name)),
            strategy=self._fallback.strategy,
            models={name: provider.chosen_model for name, provider in self.providers.items()},
        )

    def arrange(self, arrangement: Arrangement) -> None:
        """Put all of `arrangement` in force. Health stays what it is. Raises KeyError for a primary that is none of the
        seven."""
        if arrangement.primary != self._fallback.primary:
            self.set_primary(arrangement.primary)
        self._fallback.set_order(arrangement.order)
        self._fallback.set_pinned(arrangement.pinned)
        self._fallback.set_strategy(arrangement.strategy)
        for name, provider in self.providers.items():
            self._monitor.set_enabled(name, name not in arrangement.switched_off)
            if (model := arrangement.models.get(name)) is not None and model != provider.chosen_model:
                self.set_model(name, model)
        self._changed()

    def reset_order(self) -> None:
        """Back to the default order, with the present primary first, nobody pinned and nothing switched off."""
        self._fallback.reset()
        for name in self.providers:
            self._monitor.set_enabled(name, True)
        self._changed()

    def switch_off(self, name: str) -> None:
        """Ask `name` no more until it is switched on."""
        self._monitor.set_enabled(name, False)

    def switch_on(self, name: str) -> None:
        """Ask `name` again."""
        self._monitor.set_enabled(name, True)

    def clear(self, name: str) -> None:
        """Forget all that is known of the health of `name`: its failures, waits and blocks too. Raises KeyError for a
        name that is none of the seven."""
        self._monitor.clear(name)

    # Models and keys

    async def list_models(self, name: str) -> tuple[ModelInfo, ...]:
        """The live model list of one provider. Raises ProviderError."""
        return await self._checks.list_models(name)

    def set_model(self, name: str, model: str) -> None:
        """Ask `model` of provider `name` from now on; "" goes back to its default."""
        self.providers[name].set_model(model)
        self._monitor.model_changed(name)
        self._changed()

    def set_key(self, name: str, key: Secret) -> None:
        """Use `key` for provider `name` from now on."""
        self.providers[name].set_key(key)
        self._monitor.set_configured(name, True)
        self._monitor.key_changed(name)
        self._changed()

    async def prove_key(self, config: ProviderConfig) -> KeyVerdict:
        """What one free check says of the key of `config`. Nothing is recorded, and nothing is changed."""
        return await self.providers[config.name].prove_key(config)

    def reconfigure(self, config: ProviderConfig) -> None:
        """Ask the provider that `config` names as it says from now on. The model chosen before stays."""
        self.providers[config.name].reconfigure(config)
        self._monitor.set_configured(config.name, config.configured)
        self._monitor.key_changed(config.name)
        self._changed()

    # How

    def _info(self, provider: Provider) -> ProviderInfo:
        configured = self._monitor.is_configured(provider.name)
        return ProviderInfo(
            name=provider.name,
            label=provider.profile.label,
            configured=configured,
            model=provider.model,
            base_url=provider.endpoint.base_url,
            local=provider.endpoint.on_loopback,
            model_loaded=provider.model_loaded,
            problem="" if configured else provider.config.problem,
            fix=provider.config.fix,
            model_problem=self._checks.model_problem(provider.name),
            context_window=provider.window(provider.model),
            found=configured and not provider.config.configured and provider.profile.local,
            broken=not configured and provider.config.broken,
            upstream=self._upstream(provider),
        )

    def _upstream(self, provider: Provider) -> UpstreamStatus | None:
        """The hint that is shown: trouble rather than none, and the page rather than the provider's own word."""
        own, page = provider.upstream, self._status.status(provider.name)
        return own if page is None or (own is not None and own.trouble) else page

    def _identity(self, name: str) -> tuple[str, str]:
        endpoint = self.providers[name].endpoint
        return place_of(endpoint.base_url), key_print(endpoint.key)

    def _on_wake(self) -> None:
        """The machine has slept: what was connected before is of no use, and everybody is checked again."""
        self._background.start(self._transport.drop_connections())
        self._worker.wake()

    def _on_health(self, health: ProviderHealth) -> None:
        self._changed()
        self._worker.wake()
        if self._keeper is not None:
            self._keeper.changed()

    def _changed(self) -> None:
        self._version += 1
        for watcher in self._watchers:
            watcher.set()


def _as_request(request: ChatRequest | str) -> ChatRequest:
    return ChatRequest((Message("user", request),)) if isinstance(request, str) else request
