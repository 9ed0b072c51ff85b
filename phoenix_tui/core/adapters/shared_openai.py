"""What the two wire formats of OpenAI share: model lists, and those of compatible servers."""

from __future__ import annotations

import re
from typing import Any

from phoenix_tui.core.adapters.base import ModelPage
from phoenix_tui.core.adapters.shared import as_amount, as_count, as_dict, as_list, as_text, objects, protocol_error
from phoenix_tui.core.types import ModelInfo

_TICKS_PER_USD = 1e10
# OpenAI's list has no field for it; the other names are those of LM Studio's lists.
_CANNOT_CHAT = re.compile(
    r"embed|whisper|\btts\b|-tts|dall-e|moderation|transcribe|realtime|davinci|babbage|gpt-image|sora|imagine|-image-\d",
    re.IGNORECASE,
)


def model_page(body: Any) -> ModelPage:
    """A list as OpenAI sends it, or as OpenRouter, xAI and LM Studio (all three of its APIs) do."""
    rows = as_dict(body).get("data")
    if isinstance(rows, list):
        return ModelPage(tuple(_row(row) for row in objects(rows) if as_text(row.get("id"))))
    rows = as_dict(body).get("models")
    if isinstance(rows, list):
        return ModelPage(tuple(_lmstudio_row(row) for row in objects(rows) if as_text(row.get("key") or row.get("id"))))
    raise protocol_error("The answer is not a list of models.")


def cost_usd(usage: dict[str, Any]) -> float | None:
    """The provider's own figure: OpenRouter's credits, or xAI's ticks."""
    if (cost := as_amount(usage.get("cost"))) is not None:
        return cost
    ticks = as_amount(usage.get("cost_in_usd_ticks"))
    return None if ticks is None else ticks / _TICKS_PER_USD


def _row(row: dict[str, Any]) -> ModelInfo:
    state = row.get("state")
    top = as_dict(row.get("top_provider"))
    window = row.get("loaded_context_length") or row.get("context_length") or row.get("max_context_length")
    kind = as_text(row.get("type"))
    outputs = as_list(as_dict(row.get("architecture")).get("output_modalities"))
    return ModelInfo(
        id=as_text(row["id"]),
        name=as_text(row.get("name")),
        context_window=as_count(window),
        max_output_tokens=as_count(top.get("max_completion_tokens")),
        loaded=state == "loaded" if isinstance(state, str) else None,
        usable=kind != "embeddings" and not _CANNOT_CHAT.search(row["id"]) and (not outputs or "text" in outputs),
    )


def _lmstudio_row(row: dict[str, Any]) -> ModelInfo:
    """A row of LM Studio's `/api/v1/models`; what is loaded has the window of its instance, often a small one."""
    instances = list(objects(row.get("loaded_instances")))
    config = as_dict(instances[0].get("config")) if instances else {}
    return ModelInfo(
        id=as_text(row.get("key") or row.get("id")),
        name=as_text(row.get("display_name")),
        context_window=as_count(config.get("context_length")) or as_count(row.get("max_context_length")),
        loaded=bool(instances),
        usable=as_text(row.get("type")) != "embedding",
    )
