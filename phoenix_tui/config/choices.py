"""Choices made on the screen, kept in the user's config folder and never in a project's `.env`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from phoenix_tui import paths
from phoenix_tui.config.files import Unreadable, read_text, replace_text, shown
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.sources import Found, Layer, Source, SourceKind
from phoenix_tui.core.profiles import PROFILES, PROVIDER_NAMES
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.types import Strategy
from phoenix_tui.core.values import dataclass

FILE_NAME = "choices.json"
BROKEN_NAME = "choices.broken.json"
VERSION = 1
_MAX_MODEL = 300
_SOURCE = Source(SourceKind.CHOICE, "the choice made on the screen")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen. None, or nothing in them, means that no choice was made."""

    primary: str | None = None
    order: tuple[str, ...] | None = None
    switched_off: frozenset[str] = frozenset()
    models: Mapping[str, str] = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    strategy: str | None = None


def load_choices(config_dir: Path) -> tuple[Choices, tuple[ConfigProblem, ...]]:
    """The choices kept in `config_dir`. A file that cannot be understood is set aside with a notice. Never raises."""
    path = config_dir / FILE_NAME
    try:
        text = read_text(path)
        return (Choices(), ()) if text is None else (_parsed(json.loads(text)), ())
    except Unreadable as error:
        return Choices(), (_notice(path, f"{error}; the defaults are used"),)
    except (ValueError, RecursionError):
        return Choices(), (_set_aside(path),)


def save_choices(config_dir: Path, choices: Choices) -> ConfigProblem | None:
    """Keeps `choices` for the next start, whole or not at all, readable by the user only. A notice when they could not
    be kept. Never raises; waits for the disk."""
    path = config_dir / FILE_NAME
    content = {
        "version": VERSION,
        "primary": choices.primary,
        "order": None if choices.order is None else list(choices.order),
        "switched_off": sorted(choices.switched_off),
        "models": dict(sorted(choices.models.items())),
        "pinned": sorted(choices.pinned),
        "strategy": choices.strategy,
    }
    try:
        paths.ensure(config_dir)
        replace_text(path, json.dumps(content, indent=2) + "\n")
    except OSError as error:
        return _notice(path, f"could not be written ({error.strerror or error}); your choices hold for this run only")
    return None


def choice_layer(choices: Choices) -> Layer:
    """The choices in the place of the variables that they stand for."""
    values: dict[str, str | None] = {
        "LLM_PROVIDER": choices.primary,
        "LLM_FALLBACK_ORDER": ",".join(choices.order) if choices.order else None,
        "LLM_STRATEGY": choices.strategy,
        **{profile.model_variable: choices.models.get(profile.name) for profile in PROFILES},
    }
    return Layer(SourceKind.CHOICE, {name: Found(value, _SOURCE) for name, value in values.items() if value})


def _parsed(content: Any) -> Choices:
    """Raises ValueError for anything but what `save_choices` writes; names of providers that are gone are dropped."""
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ValueError("version")
    primary, order, models = content.get("primary"), content.get("order"), content.get("models") or {}
    strategy = content.get("strategy")
    if not isinstance(models, dict) or not isinstance(primary, str | None) or not isinstance(strategy, str | None):
        raise ValueError("shape")
    return Choices(
        primary=primary if primary in PROVIDER_NAMES else None,
        order=None if order is None else _names(order) or None,
        switched_off=frozenset(_names(content.get("switched_off") or [])),
        models={
            name: strip_controls(model).strip()
            for name, model in models.items()
            if name in PROVIDER_NAMES and isinstance(model, str) and len(model) <= _MAX_MODEL
        },
        pinned=frozenset(_names(content.get("pinned") or [])),
        strategy=strategy if strategy in tuple(Strategy) else None,
    )


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("names")
    return tuple(dict.fromkeys(name for name in value if name in PROVIDER_NAMES))


def _set_aside(path: Path) -> ConfigProblem:
    aside = path.with_name(BROKEN_NAME)
    try:
        path.replace(aside)
    except OSError:
        return _notice(path, "is broken or from a newer version; the defaults are used")
    return _notice(
        path, f"was broken or from a newer version, and was set aside as {BROKEN_NAME}; the defaults are used"
    )


def _notice(path: Path, phrase: str) -> ConfigProblem:
    return ConfigProblem(f"The file of your choices, {shown(path)}, {phrase}.", path)
