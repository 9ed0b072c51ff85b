"""What the turns of one client share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypedDict

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.journal import Journal
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.snapshot import Placement, ProviderHealth
from phoenix_tui.core.spending import Spending
from phoenix_tui.core.types import ChatRequest, Target
from phoenix_tui.core.values import dataclass


class RequestNeeds(TypedDict):
    """What decisions are told of the request, as FallbackManager.decide has it."""

    tokens: int
    windows: Mapping[str, int | None]
    named: str | None
    over_budget: bool


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What a turn works with. `targets` gives who may be asked now and `health` how each of them is, by provider;
    `target` is who is asked when a provider is meant. `discover` looks for a local server and says whether that changed
    anything; `said` holds the notices that need not be said again. `confirm_seconds` is how long the person is waited
    for before the conversation goes to another provider, None asks nobody. `hedges` and `continues` say whether these
    are wanted; `journal` takes the records of what was decided."""

    providers: Mapping[str, Provider]
    monitor: HealthMonitor
    fallback: FallbackManager
    clock: Clock
    targets: Callable[[ChatRequest], Mapping[str, Target]]
    target: Callable[[str, ChatRequest], Target | None]
    health: Callable[[ChatRequest], Mapping[str, ProviderHealth]]
    discover: Callable[[], Awaitable[bool]]
    may_fall_back: bool
    said: set[str]
    journal: Journal | None
    spending: Spending
    confirm_seconds: float | None = None
    hedges: bool = False
    continues: bool = False

    def order(self, request: ChatRequest) -> tuple[Placement, ...]:
        """The effective order for `request` at this moment."""
        return self.fallback.order(
            self.health(request),
            self.targets(request),
            wanted=request.provider,
            over_budget=self.spending.is_used_up,
        )

    def needs(self, request: ChatRequest, targets: Mapping[str, Target], tokens: int) -> RequestNeeds:
        """What `request`, of about so many `tokens`, asks of whoever answers it."""
        return {
            "tokens": tokens,
            "windows": {name: self.providers[name].window(target.model) for name, target in targets.items()},
            "named": request.model,
            "over_budget": self.spending.is_used_up,
        }
