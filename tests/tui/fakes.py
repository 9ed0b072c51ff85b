"""A client that plays what a test tells it to: snapshots, and the events of each turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered, provider_error
from phoenix_tui.core.events import AttemptStarted, Completed, TextDelta, TurnEvent
from phoenix_tui.core.key_verdict import KeyStanding, KeyVerdict
from phoenix_tui.core.profiles import PROFILES
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.core.types import (
    Answer,
    Attempt,
    AttemptRecord,
    ChatRequest,
    FinishReason,
    ModelInfo,
    Outcome,
    OutcomeKind,
    Strategy,
    Target,
    Usage,
)
from phoenix_tui.tui.ports import KeyPlace

NOW = 1_800_000_000.0
"""The time of day in these tests."""

HOLD = "hold"
"""In a script: wait here until the test stops the turn."""
BREATH = "breath"
"""In a script: let everything else have a turn."""
ANSWER = "answer"
"""In a script: wait here for the person's word; a no ends the turn, as it does in the real one."""


def at(seconds: float) -> datetime:
    """The moment `seconds` after NOW."""
    return datetime.fromtimestamp(NOW + seconds, tz=UTC)


def target(provider: str) -> Target:
    return Target(provider, f"{provider}-model")


def attempt(provider: str, number: int = 1) -> Attempt:
    return Attempt(f"{provider}-{number}", target(provider), number, 0.0)


def started(provider: str, number: int = 1) -> AttemptStarted:
    return AttemptStarted(attempt(provider, number))


def answer(text: str, provider: str = "openrouter", requested: str = "openrouter", **changes: object) -> Answer:
    failed = AttemptRecord(target(requested), Outcome(OutcomeKind.FAILED, duration=1.0))
    won = AttemptRecord(target(provider), Outcome(OutcomeKind.OK, duration=2.8, ttft=0.8, chars=len(text)))
    whole = Answer(
        text=text,
        target=target(provider),
        requested=target(requested),
        model=f"{provider}-model",
        finish_reason=FinishReason.STOP,
        usage=Usage(input_tokens=80, output_tokens=124, cost_usd=0.0021),
        attempts=(won,) if provider == requested else (failed, won),
        ttft=0.8,
        duration=2.8,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def says(text: str, provider: str = "openrouter") -> list[TurnEvent]:
    """A turn that simply answers."""
    return [started(provider), TextDelta(text), Completed(answer(text, provider, provider))]


def nobody(error_class: ErrorClass, message: str, provider: str = "openrouter") -> NoProviderAnswered:
    cause = provider_error(ErrorInfo(error_class, message, status=401), provider=provider, model=f"{provider}-model")
    return NoProviderAnswered("nobody", cause=cause)


def make_snapshot(*configured: str, **states: ProviderHealth) -> Snapshot:
    """The seven with `configured` ones healthy, others without a key; `states` replaces the health of some."""
    names = configured or tuple(profile.name for profile in PROFILES)
    infos: list[ProviderInfo] = []
    healths: list[ProviderHealth] = []
    order: list[Placement] = []
    for profile in PROFILES:
        name = profile.name
        is_configured = name in names
        infos.append(
            ProviderInfo(
                name,
                profile.label,
                is_configured,
                model=f"{name}-model" if is_configured else "",
                local=profile.local,
                problem="" if is_configured else "no key",
                fix="" if is_configured else f"{(profile.key_variables or profile.url_variables)[0]}=...",
            )
        )
        state = HealthState.HEALTHY if is_configured else HealthState.UNCONFIGURED
        healths.append(states.get(name) or ProviderHealth(name, state))
    for name in names:
        health = next(health for health in healths if health.name == name)
        order.append(
            Placement(target(name), len(order) + 1, len(order) + 1, health.is_available, health.reason, not order)
        )
    return Snapshot(1, names[0], tuple(infos), tuple(healths), tuple(order))


class FakeTurn:
    """Plays one script. `closed` says whether the block was left, `answers` what it was told when it asked."""

    def __init__(self, request: ChatRequest, script: Iterable[object]) -> None:
        self.request = request
        self.script = list(script)
        self.closed = False
        self.holding = asyncio.Event()
        self.answers: list[bool] = []
        self.reconsidered = 0
        self._answered = asyncio.Event()

    def confirm(self) -> None:
        self._answer(yes=True)

    def decline(self) -> None:
        self._answer(yes=False)

    def reconsider(self) -> None:
        self.reconsidered += 1

    def _answer(self, *, yes: bool) -> None:
        self.answers.append(yes)
        self._answered.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed = True

    async def __aiter__(self) -> AsyncIterator[TurnEvent]:
        for step in self.script:
            if step == HOLD:
                self.holding.set()
                await asyncio.Event().wait()
            elif step == BREATH:
                await asyncio.sleep(0)
            elif step == ANSWER:
                self.holding.set()
                await self._answered.wait()
                if not self.answers[0]:
                    raise nobody(ErrorClass.QUOTA, "no credit")
            elif isinstance(step, BaseException):
                raise step
            else:
                yield step  # type: ignore[misc]


class FakeClient:
    """The client of the screen tests. `scripts` are played one a turn, the last one again and again."""

    def __init__(self, snapshot: Snapshot | None = None, *scripts: Iterable[object]) -> None:
        self.current = snapshot or make_snapshot()
        self.scripts = [list(script) for script in scripts] or [list(says("Because of scattering."))]
        self.turns: list[FakeTurn] = []
        self.openings = 0
        self.calls: list[tuple[object, ...]] = []
        self.probed: list[str] = []
        self.models: tuple[ModelInfo, ...] = ()
        self.order: tuple[str, ...] | None = None
        self.pinned: frozenset[str] = frozenset()
        self.chosen_models: dict[str, str] = {}
        self.verdict = KeyVerdict(KeyStanding.ACCEPTED)
        self._at_first = self.own_order()
        self._news: asyncio.Queue[Snapshot] = asyncio.Queue()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[FakeClient]:
        self.openings += 1
        yield self

    @property
    def primary_provider(self) -> str:
        return self.current.primary

    def was_told(self, *call: object) -> bool:
        """Whether the screen made this change."""
        return call in self.calls

    def stream(self, request: ChatRequest) -> FakeTurn:
        script = self.scripts[min(len(self.turns), len(self.scripts) - 1)]
        turn = FakeTurn(request, script)
        self.turns.append(turn)
        return turn

    def snapshot(self) -> Snapshot:
        return self.current

    async def watch(self) -> AsyncIterator[Snapshot]:
        yield self.current
        while True:
            yield await self._news.get()

    def publish(self, snapshot: Snapshot) -> None:
        self.current = replace(snapshot, version=self.current.version + 1)
        self._news.put_nowait(self.current)

    def set_primary(self, name: str) -> None:
        self.calls.append(("primary", name))
        self._reorder([name, *(one for one in self.own_order() if one != name)])

    def _reorder(self, names: list[str]) -> None:
        order = tuple(
            Placement(
                target(name),
                index,
                index,
                self.current.health_of(name).is_available,
                is_primary=index == 1,
                pinned=name in self.pinned,
            )
            for index, name in enumerate(names, 1)
        )
        self.publish(replace(self.current, primary=names[0], order=order))

    def set_model(self, name: str, model: str) -> None:
        self.calls.append(("model", name, model))
        self.chosen_models[name] = model

    def set_strategy(self, strategy: Strategy) -> None:
        self.calls.append(("strategy", strategy))
        self.publish(replace(self.current, strategy=strategy))

    def move(self, name: str, by: int) -> None:
        self.calls.append(("move", name, by))
        names = list(self.own_order())
        place = names.index(name)
        names.insert(max(0, place + by), names.pop(place))
        self.order = tuple(names)
        self._reorder(names)

    def switch_off(self, name: str) -> None:
        self.calls.append(("off", name))
        self._set_health(ProviderHealth(name, HealthState.DISABLED))

    def switch_on(self, name: str) -> None:
        self.calls.append(("on", name))
        self._set_health(ProviderHealth(name, HealthState.UNKNOWN))

    def _set_health(self, health: ProviderHealth) -> None:
        healths = tuple(health if old.name == health.name else old for old in self.current.health)
        order = tuple(
            replace(place, eligible=health.is_available) if place.target.provider == health.name else place
            for place in self.current.order
        )
        self.publish(replace(self.current, health=healths, order=order))

    def reset_order(self) -> None:
        self.calls.append(("reset",))
        self.pinned = frozenset()
        self.order = None
        self._reorder([self.current.primary, *(n for n in self._at_first if n != self.current.primary)])

    def pin(self, name: str) -> None:
        self.calls.append(("pin", name))
        self.pinned |= {name}
        self._reorder(list(self.own_order()))

    def unpin(self, name: str) -> None:
        self.calls.append(("unpin", name))
        self.pinned -= {name}
        self._reorder(list(self.own_order()))

    @property
    def arrangement(self) -> Arrangement:
        off = {health.name for health in self.current.health if health.state is HealthState.DISABLED}
        current = self.current
        return Arrangement(
            current.primary, self.order, self.pinned, frozenset(off), current.strategy, dict(self.chosen_models)
        )

    def arrange(self, arrangement: Arrangement) -> None:
        self.calls.append(("arrange", arrangement))
        self.order, self.pinned = arrangement.order, arrangement.pinned
        self.chosen_models = {name: arrangement.models.get(name, "") for name in self.chosen_models}
        self.current = replace(self.current, primary=arrangement.primary, strategy=arrangement.strategy)
        names = [n for n in arrangement.order or self._at_first if n != arrangement.primary]
        self._reorder([arrangement.primary, *names])
        for health in self.current.health:
            off = health.name in arrangement.switched_off
            if off is not (health.state is HealthState.DISABLED):
                self._set_health(ProviderHealth(health.name, HealthState.DISABLED if off else HealthState.UNKNOWN))

    def clear(self, name: str) -> None:
        self.calls.append(("clear", name))
        self._set_health(ProviderHealth(name, HealthState.UNKNOWN))

    async def prove_key(self, config: ProviderConfig) -> KeyVerdict:
        self.calls.append(("prove", config.name))
        return self.verdict

    def reconfigure(self, config: ProviderConfig) -> None:
        self.calls.append(("reconfigure", config.name))
        infos = tuple(
            replace(info, configured=config.configured, problem=config.problem, fix=config.fix)
            if info.name == config.name
            else info
            for info in self.current.providers
        )
        self.current = replace(self.current, providers=infos)
        self._set_health(ProviderHealth(config.name, HealthState.UNKNOWN))

    def own_order(self) -> tuple[str, ...]:
        return tuple(place.target.provider for place in self.current.order)

    async def probe(self, name: str) -> ProviderHealth:
        self.probed.append(name)
        return self.current.health_of(name)

    async def list_models(self, name: str) -> tuple[ModelInfo, ...]:
        return self.models

    def set_watching(self, *, idle: bool) -> None:
        self.calls.append(("watching", idle))


class FakeKeys:
    """A `KeyKeeper` in memory. `problem` is what stands in the way of saving, `wrong` of using what is entered."""

    def __init__(self, place: KeyPlace | None = None, *, problem: str = "", wrong: str = "") -> None:
        self.stands = place or KeyPlace("~/.config/phoenix-tui/.env.local", "https://api.example")
        self.problem = problem
        self.wrong = wrong
        self.tested: list[dict[str, Secret]] = []
        self.saved: list[dict[str, Secret]] = []
        self.removed: list[str] = []

    def place(self, name: str) -> KeyPlace:
        return self.stands

    def tried(self, name: str, entered: Mapping[str, Secret]) -> ProviderConfig:
        self.tested.append(dict(entered))
        is_set = not self.wrong and bool(entered)
        return ProviderConfig(name, configured=is_set, problem=self.wrong)

    def save(self, name: str, entered: Mapping[str, Secret]) -> str:
        self.saved.append(dict(entered))
        return self.problem

    def remove(self, name: str) -> str:
        self.removed.append(name)
        return self.problem
