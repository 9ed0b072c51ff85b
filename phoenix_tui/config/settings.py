"""Settings from every source, in order. Nothing here raises for what a person wrote: it becomes a problem."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from phoenix_tui.config.choices import choice_layer, load_choices
from phoenix_tui.config.models import General, ProviderName, ProviderSettings, Settings
from phoenix_tui.config.primary import effective_primary, primary_without_choices
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.providers import ProviderReader
from phoenix_tui.config.sources import (
    Found,
    Layer,
    Layers,
    Source,
    SourceKind,
    Trust,
    entered_layer,
    environment_layer,
    file_layer,
    flag_layer,
    folder_layers,
)
from phoenix_tui.config.validation import wrong_name_in_list, wrong_value
from phoenix_tui.core.configuration import Hedge, OnCut
from phoenix_tui.core.profiles import PROFILES, PROVIDER_NAMES, profile_of
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.types import FallbackMode, Strategy
from phoenix_tui.core.values import dataclass

_CLOSED: dict[str, tuple[str, ...]] = {
    "provider": PROVIDER_NAMES,
    "fallback": tuple(FallbackMode),
    "strategy": tuple(Strategy),
    "on_cut": tuple(OnCut),
    "hedge": tuple(Hedge),
    "status_feeds": ("true", "false"),
    "local_only": ("true", "false"),
}
_EXPECTED = {
    "max_tokens": "a whole number above 0",
    "temperature": "a number from 0 to 2, with a point",
    "daily_budget_usd": "an amount of US dollars such as 2.50",
}


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line sets. None means that the flag was not given."""

    provider: str | None = None
    model: str | None = None
    system_prompt: str | None = None
    max_tokens: int | str | None = None
    no_fallback: bool = False

    def layer(self) -> Layer:
        """The flags in the place of the variables that they stand for. `--model` has none: it beats them all."""
        tokens = None if self.max_tokens is None else str(self.max_tokens)
        return flag_layer(
            {
                "LLM_PROVIDER": ("--provider", self.provider),
                "LLM_SYSTEM_PROMPT": ("--system", self.system_prompt),
                "LLM_MAX_TOKENS": ("--max-tokens", tokens),
                "LLM_FALLBACK": ("--no-fallback", FallbackMode.NEVER if self.no_fallback else None),
            }
        )


def load_settings(
    *,
    environ: Mapping[str, str],
    cwd: Path,
    config_dir: Path,
    env_file: Path | None = None,
    overrides: Overrides | None = None,
    entered: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force, and what is wrong with them. Reads at most six small files; never raises.

    `env_file` stands in place of the two files of `cwd`; those of `config_dir` are read in any case. `entered` has
    values of variables that the person has just given, which win over all others and are trusted as their own. Where a
    wrong value leaves a choice, the careful one is taken: an `LLM_LOCAL_ONLY` that cannot be understood counts as true.
    """
    overrides = overrides or Overrides()
    choices, choice_problems = load_choices(config_dir)
    layers = Layers(
        [
            entered_layer(entered or {}),
            overrides.layer(),
            environment_layer(environ),
            *_folder(cwd, config_dir, env_file),
            choice_layer(choices),
            *folder_layers(config_dir, SourceKind.USER_FILE),
        ]
    )
    problems = [*layers.problems(), *choice_problems]
    general, sources = _general(layers, problems)
    providers: dict[str, ProviderSettings] = {}
    for profile in PROFILES:
        reader = ProviderReader(profile, layers)
        providers[profile.name] = reader.read()
        problems += reader.problems
        sources |= reader.sources

    primary, notices = effective_primary(general, layers, providers, choices)
    problems += notices
    _give_model(primary, primary_without_choices(general, layers, providers), providers, layers, overrides, sources)
    chosen_freely = sources.get("LLM_PROVIDER", Source(SourceKind.CHOICE)).kind is SourceKind.CHOICE
    return Settings(
        **dict(general),
        primary=primary,
        order=_primary_first(primary, general.fallback_order),
        default_order=_default_order(layers),
        switched_off=cast("frozenset[ProviderName]", choices.switched_off - (set() if chosen_freely else {primary})),
        providers=tuple(providers.values()),
        choices=choices,
        sources=sources,
        problems=tuple(sorted(problems, key=lambda problem: not problem.fatal)),
    )


def _folder(cwd: Path, config_dir: Path, env_file: Path | None) -> list[Layer]:
    """The layers between the shell and the choices. The config folder is no less trusted for being worked in."""
    if env_file is not None:
        named = cwd / os.path.expanduser(env_file)  # noqa: PTH111 - Path raises for ~unknown
        return [file_layer(named, SourceKind.ENV_FILE, Trust.OWN, base=cwd)]
    if os.path.realpath(cwd) == os.path.realpath(config_dir):
        return []
    return folder_layers(cwd, SourceKind.FOLDER_FILE, base=cwd)


def _general(layers: Layers, problems: list[ConfigProblem]) -> tuple[General, dict[str, Source]]:
    """The `LLM_...` settings. A wrong value is a problem, and its default is in force."""
    found = {field: it for field in General.model_fields if (it := layers.get(variable_of(field)))}
    values: dict[str, Any] = {field: _prepared(field, it.text) for field, it in found.items()}
    if order := found.get("fallback_order"):
        values["fallback_order"] = _order(order, problems)
    sources = {variable_of(field): it.source for field, it in found.items()}
    try:
        return General(**values), sources
    except ValidationError as error:
        for field in dict.fromkeys(str(it["loc"][0]) for it in error.errors(include_input=False, include_url=False)):
            del values[field], sources[variable_of(field)]
            problem = wrong_value(
                found[field],
                variable=variable_of(field),
                valid=_CLOSED.get(field, ()),
                expected=_EXPECTED.get(field, ""),
            )
            if field == "local_only":
                values[field] = True
                problem = replace(problem, message=f"{problem.message} Until then it counts as true.")
            problems.append(problem)
        return General(**values), sources


def variable_of(field: str) -> str:
    """The variable that sets a field of `General`."""
    return f"LLM_{field.upper()}"


def _prepared(field: str, text: str) -> str:
    if field in _CLOSED:
        return text.lower()
    if field == "daily_budget_usd":
        return text.removeprefix("$")
    return text if field == "system_prompt" else strip_controls(text)


def _order(found: Found, problems: list[ConfigProblem]) -> tuple[str, ...] | None:
    """The named providers, each once. With a wrong name the others still hold: the person may trust no more."""
    words = [word.lower() for word in re.split(r"[,\s]+", found.text) if word]
    problems += [
        wrong_name_in_list(found, word, variable="LLM_FALLBACK_ORDER", valid=PROVIDER_NAMES)
        for word in dict.fromkeys(words)
        if word not in PROVIDER_NAMES
    ]
    return tuple(dict.fromkeys(word for word in words if word in PROVIDER_NAMES)) if words else None


def _default_order(layers: Layers) -> tuple[ProviderName, ...] | None:
    """The order without the choices; what is wrong with it was told where it is in force."""
    found = layers.without(SourceKind.CHOICE).get("LLM_FALLBACK_ORDER")
    return cast("tuple[ProviderName, ...] | None", _order(found, []) if found else None)


def _primary_first(primary: ProviderName, order: tuple[ProviderName, ...] | None) -> tuple[ProviderName, ...] | None:
    return None if order is None else (primary, *(name for name in order if name != primary))


def _give_model(
    primary: str,
    owner: str,
    providers: dict[str, ProviderSettings],
    layers: Layers,
    overrides: Overrides,
    sources: dict[str, Source],
) -> None:
    """Gives `LLM_MODEL` to its `owner`, which a choice made on the screen does not change, and `--model` to the
    primary. A choice of model yields to an explicit `LLM_MODEL`, as to any explicit value."""
    if general := layers.get("LLM_MODEL"):
        variable = profile_of(owner).model_variable
        own = sources.get(variable)
        chosen = own is not None and own.kind is SourceKind.CHOICE and general.source.kind is not SourceKind.USER_FILE
        if own is None or chosen:
            providers[owner] = _with_model(providers[owner], general.text)
            sources[variable] = general.source
    if overrides.model and (text := overrides.model.strip()):
        providers[primary] = _with_model(providers[primary], text)
        sources[profile_of(primary).model_variable] = Source(SourceKind.FLAG, "--model")


def _with_model(provider: ProviderSettings, model: str) -> ProviderSettings:
    """`provider` with a model that the person named, which is what makes a local one configured."""
    local = profile_of(provider.name).local
    configured = not provider.problem if local else provider.configured
    return provider.model_copy(update={"model": strip_controls(model), "configured": configured})
