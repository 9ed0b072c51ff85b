"""Who is primary at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from phoenix_tui.config.choices import Choices
from phoenix_tui.config.models import General, ProviderName, ProviderSettings
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.sources import Layers, SourceKind
from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of

DEFAULT_PRIMARY: ProviderName = "openrouter"


def effective_primary(
    general: General, layers: Layers, providers: Mapping[str, ProviderSettings], choices: Choices
) -> tuple[ProviderName, list[ConfigProblem]]:
    """The primary, and what is worth saying about it.

    The one that was asked for, whether or not it is configured. Where none was: OpenRouter, or while that is not
    configured the first that is, in the person's own order and then the default one.
    """
    if general.provider:
        return general.provider, _overruled_choice(general.provider, layers, choices)
    primary = _first_usable(general, providers, choices.switched_off)
    return primary, _explain(primary, general, providers, choices)


def primary_without_choices(
    general: General, layers: Layers, providers: Mapping[str, ProviderSettings]
) -> ProviderName:
    """The provider that `LLM_MODEL` belongs to: the one that the variables make primary, else the command line. A
    switch on the screen, or a `--provider` beside an `LLM_PROVIDER`, does not take the model along."""
    variables = layers.without(SourceKind.FLAG, SourceKind.CHOICE).get("LLM_PROVIDER")
    for found in (variables, layers.without(SourceKind.CHOICE).get("LLM_PROVIDER")):
        if found and found.text.lower() in PROVIDER_NAMES:
            return cast("ProviderName", found.text.lower())
    return _first_usable(general, providers, frozenset())


def _first_usable(
    general: General, providers: Mapping[str, ProviderSettings], switched_off: Iterable[str]
) -> ProviderName:
    order = dict.fromkeys((DEFAULT_PRIMARY, *(general.fallback_order or ()), *PROVIDER_NAMES))
    for name in order:
        allowed = profile_of(name).local or not general.local_only
        if providers[name].configured and allowed and name not in switched_off:
            return cast("ProviderName", name)
    return "ollama" if general.local_only else DEFAULT_PRIMARY


def _explain(
    primary: str, general: General, providers: Mapping[str, ProviderSettings], choices: Choices
) -> list[ConfigProblem]:
    label, default = profile_of(primary).label, profile_of(DEFAULT_PRIMARY).label
    if primary == DEFAULT_PRIMARY:
        order = general.fallback_order
        if order is None or primary in order or not providers[primary].configured:
            return []
        message = f"LLM_PROVIDER is not set, so {default} is asked first, though LLM_FALLBACK_ORDER does not name it."
        return [ConfigProblem(message, variable="LLM_PROVIDER", fix=f"LLM_PROVIDER={order[0]}" if order else "")]
    if general.local_only:
        return []
    why = "is switched off" if DEFAULT_PRIMARY in choices.switched_off else "is not configured"
    message = f"{default} {why}, so {label} is the primary; LLM_PROVIDER={primary} would make it that for good."
    return [ConfigProblem(message, variable="LLM_PROVIDER")]


def _overruled_choice(primary: str, layers: Layers, choices: Choices) -> list[ConfigProblem]:
    found = layers.get("LLM_PROVIDER")
    if found is None or found.source.kind in (SourceKind.FLAG, SourceKind.CHOICE):
        return []
    if choices.primary in (None, primary):
        return []
    message = f"{found.source} makes {primary} the primary, in place of {choices.primary}, chosen on the screen."
    return [ConfigProblem(message, found.source.file, found.source.line, "LLM_PROVIDER")]
