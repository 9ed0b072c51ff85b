"""Who may be asked, with which model, and how each of them is, for a request or for the next one."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.snapshot import ProviderHealth
from phoenix_tui.core.types import ChatRequest, Target


class Roster:
    """The seven as a request sees them; without a request as the next one would that names nothing."""

    def __init__(self, providers: Mapping[str, Provider], monitor: HealthMonitor, fallback: FallbackManager) -> None:
        self._providers = providers
        self._monitor = monitor
        self._fallback = fallback

    def models(self, request: ChatRequest | None = None) -> dict[str, str]:
        """The model that each would be asked, by provider; "" where none is known. One that the request names holds for
        its provider, or for the primary, and for nobody else."""
        named = request.model if request else None
        named_for = (request.provider if request else None) or self._fallback.primary
        local_only = request is not None and request.local_only
        return {
            name: named if named and name == named_for else provider.model_for(local_only=local_only)
            for name, provider in self._providers.items()
        }

    def targets(self, request: ChatRequest | None = None) -> dict[str, Target]:
        """Who may be asked, by provider: everybody, or those on this machine where nothing may leave it."""
        local_only = request is not None and request.local_only
        return {
            name: Target(name, model)
            for name, model in self.models(request).items()
            if self._providers[name].may_ask(model, local_only=local_only)
        }

    def target(self, name: str, request: ChatRequest) -> Target | None:
        """Who is asked when `request` means `name`; None where that may not be."""
        provider = self._providers.get(name)
        if provider is None:
            return None
        model = request.model or provider.model_for(local_only=request.local_only)
        return Target(name, model) if provider.may_ask(model, local_only=request.local_only) else None

    def health(self, request: ChatRequest | None = None) -> dict[str, ProviderHealth]:
        """Health of all by name, each as the model that would be asked sees it."""
        return self._monitor.by_name(self.models(request))
