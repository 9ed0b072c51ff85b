"""From settings to what a `Client` is made of."""

from __future__ import annotations

from urllib.parse import urlsplit

from phoenix_tui.config.base_url import is_loopback
from phoenix_tui.config.models import ProviderSettings, Settings
from phoenix_tui.config.network import Network
from phoenix_tui.config.problems import ConfigurationError
from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
from phoenix_tui.core.secret import Secret


def to_client_config(settings: Settings, network: Network | None = None) -> ClientConfig:
    """The client's configuration. Without `network` there is no proxy and the usual certificates are trusted."""
    network = network or Network()
    return ClientConfig(
        providers=tuple(_provider(provider, network) for provider in settings.providers),
        primary=settings.primary,
        order=settings.order,
        default_order=settings.default_order,
        pinned=settings.choices.pinned,
        switched_off=frozenset(settings.switched_off),
        fallback=settings.fallback,
        local_only=settings.local_only,
        strategy=settings.strategy,
        on_cut=settings.on_cut,
        hedge=settings.hedge,
        status_feeds=settings.status_feeds,
        daily_budget=settings.daily_budget_usd,
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        proxies=dict(network.proxies),
        no_proxy=network.no_proxy,
        ca_file=network.ca_file,
    )


def require_sound(settings: Settings, network: Network | None = None) -> None:
    """For scripts, which do not go on with a default in place of what was meant. Raises ConfigurationError."""
    problems = (*settings.problems, *(network.problems if network else ()))
    if fatal := [problem for problem in problems if problem.fatal]:
        raise ConfigurationError(fatal)


def _provider(provider: ProviderSettings, network: Network) -> ProviderConfig:
    configured, problem, fix, broken = provider.configured, provider.problem, provider.fix, provider.broken
    if network.blocked and not problem and not is_loopback(urlsplit(provider.root).hostname or ""):
        configured, problem, fix, broken = False, network.blocked.message, network.blocked.fix, True
    return ProviderConfig(
        name=provider.name,
        configured=configured,
        key=Secret(provider.key.get_secret_value()) if provider.key else None,
        root=provider.root,
        version_path=provider.version_path,
        model=provider.model,
        wire_format=provider.wire_format,
        problem=problem,
        fix=fix,
        broken=broken,
    )
