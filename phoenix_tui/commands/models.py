"""`phoenix-tui models`: the live model lists."""

from __future__ import annotations

import argparse
import asyncio

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Opened, Refused, open_settings, refuse
from phoenix_tui.commands.output import say, write_json, write_table
from phoenix_tui.commands.running import run
from phoenix_tui.commands.sentences import next_step, words
from phoenix_tui.commands.shapes import error_shape, model_shape
from phoenix_tui.core.errors import ProviderError
from phoenix_tui.core.types import ModelInfo

Lists = dict[str, tuple[ModelInfo, ...] | ProviderError]


def run_models(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    only = options.provider
    try:
        opened = open_settings(options, strict=True)
        lists = run(_read(opened, only))
        if not lists:
            raise Refused("No provider is configured; `phoenix-tui health` shows what each one needs.")
    except Refused as refused:
        return refuse(refused, as_json=options.json)
    for name, models in lists.items():
        if isinstance(models, ProviderError):
            say(f"{name}: {words(models.info)}. {next_step(models.error_class, name)}".strip())
    if options.json:
        write_json(
            {
                "providers": {
                    name: [model_shape(model) for model in models]
                    for name, models in lists.items()
                    if not isinstance(models, ProviderError)
                },
                "errors": {
                    name: error_shape(error.info) for name, error in lists.items() if isinstance(error, ProviderError)
                },
            }
        )
    else:
        rows = [
            (name, model.id, _tokens(model.context_window), _state(model))
            for name, models in lists.items()
            if not isinstance(models, ProviderError)
            for model in models
        ]
        write_table(rows, ("provider", "model", "context", "note"))
    return (
        exit_status.NO_ANSWER if all(isinstance(models, ProviderError) for models in lists.values()) else exit_status.OK
    )


async def _read(opened: Opened, only: str | None) -> Lists:
    async with opened.client() as client:
        infos = client.snapshot().providers
        names = [info.name for info in infos if (info.name == only if only else info.configured or not info.problem)]

        async def read(name: str) -> tuple[ModelInfo, ...] | ProviderError:
            try:
                return await client.list_models(name)
            except ProviderError as error:
                return error

        found = dict(zip(names, await asyncio.gather(*map(read, names)), strict=True))
        configured = {info.name for info in infos if info.configured}
        # A local server that nobody configured and that does not run is not a fault.
        return {
            name: models
            for name, models in found.items()
            if name in configured or name == only or not isinstance(models, ProviderError)
        }


def _tokens(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _state(model: ModelInfo) -> str:
    if not model.usable:
        return "cannot chat"
    if model.loaded is None:
        return ""
    return "loaded" if model.loaded else "not loaded"
