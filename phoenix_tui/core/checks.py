"""What is learned of the providers by free requests, and told to whoever keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from phoenix_tui.core.catalogue import ProbeResult
from phoenix_tui.core.errors import ErrorInfo, ProviderError
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.provider import Provider
from phoenix_tui.core.snapshot import ProviderHealth
from phoenix_tui.core.transport import Transport
from phoenix_tui.core.types import ModelInfo


class Checks:
    """Runs the checks of `providers`. `changed` is called when anything but health is to be shown differently."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        monitor: HealthMonitor,
        transport: Transport,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._providers = providers
        self._monitor = monitor
        self._transport = transport
        self._changed = changed
        self._model_errors: dict[str, ErrorInfo] = {}

    def model_problem(self, name: str) -> str:
        """What the last check found wrong with the model that would be asked, as a sentence; empty when nothing."""
        error = self._model_errors.get(name)
        return error.message if error else ""

    async def probe(self, name: str) -> ProviderHealth:
        """Check one provider now. That can permit a trial request, never declare the provider healthy."""
        generation = self._monitor.key_generation(name)
        result = await self._providers[name].probe()
        await self._take_models(name, result)
        return self._monitor.record_probe(
            name,
            result.error is None,
            error=result.error,
            proves_key=result.proves_key,
            key_generation=generation,
        )

    async def when_due(self, name: str) -> None:
        """A check of `name` is due: the probe, and its model list where that was never read."""
        await self.probe(name)
        provider = self._providers[name]
        if provider.config.configured and not provider.models and not provider.config.model:
            await self._read_models(name)  # a default model counts only as long as the live list has it

    async def list_models(self, name: str) -> tuple[ModelInfo, ...]:
        """The live model list of one provider. Raises ProviderError."""
        models = await self._providers[name].list_models()
        self._listed(name, models)
        return models

    async def discover(self) -> bool:
        """Look for local servers on their default ports. True when one was found that was not known."""
        unknown = [
            name
            for name, provider in self._providers.items()
            if provider.profile.local and not self._monitor.is_configured(name) and not provider.config.problem
        ]
        await asyncio.gather(*(self.probe(name) for name in unknown))
        return any(self._monitor.is_configured(name) for name in unknown)

    async def reach(self) -> bool:
        """Whether the network of this machine leads anywhere: to the host of any provider that is not on it."""
        return await self._transport.any_reachable(
            provider.endpoint.base_url
            for name, provider in self._providers.items()
            if self._monitor.is_configured(name) and not provider.profile.local
        )

    async def _take_models(self, name: str, result: ProbeResult) -> None:
        """Take in what a check says of models; a local server that answers one is configured by that."""
        provider = self._providers[name]
        if result.model_error is None:
            self._model_errors.pop(name, None)
        else:
            self._model_errors[name] = result.model_error
        if result.models is not None:
            self._listed(name, result.models)
        elif result.error is None and provider.profile.local:
            await self._read_models(name)
        found = result.error is None and provider.profile.local and not self._monitor.is_configured(name)
        if found and not provider.config.problem:
            self._monitor.set_configured(name, True)

    async def _read_models(self, name: str) -> None:
        try:
            await self.list_models(name)
        except ProviderError:
            return  # without a list the default model holds; whoever asks for the list is told

    def _listed(self, name: str, models: tuple[ModelInfo, ...]) -> None:
        self._monitor.models_listed(name, (model.id for model in models))
        self._changed()
