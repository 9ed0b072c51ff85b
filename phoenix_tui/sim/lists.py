"""Model lists, key facts and other answers to plain GETs, each in its provider's own shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from typing import Any

from phoenix_tui.core.values import dataclass
from phoenix_tui.sim.catalogue import SimModel

_CREATED = 1_790_000_000
_DATE = "2026-09-21T00:00:00Z"


@dataclass(frozen=True, slots=True)
class State:
    """What a list may show of a provider. `loaded` are the models in a local server's memory, `loaded_context` is
    the window they were loaded with, in tokens."""

    models: Sequence[SimModel]
    query: Mapping[str, str] = field(default_factory=dict)
    loaded: Collection[str] = frozenset()
    loaded_context: int = 4096


Lister = Callable[[State], Any]


def openrouter_models(state: State) -> Any:
    """`GET /api/v1/models`: prices as strings, USD for one token."""
    return {"data": [_openrouter_model(model) for model in state.models]}


def _openrouter_model(model: SimModel) -> dict[str, Any]:
    prompt, cached, completion = (f"{price:.12f}".rstrip("0").rstrip(".") for price in model.price_per_token)
    pricing = {"prompt": prompt, "completion": completion, "input_cache_read": cached, "request": "0", "image": "0"}
    architecture = {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]}
    top = {"context_length": model.context, "max_completion_tokens": model.output, "is_moderated": False}
    return {
        "id": model.id,
        "canonical_slug": f"{model.id}-20260921",
        "name": model.name,
        "created": _CREATED,
        "description": f"{model.name}, simulated.",
        "context_length": model.context,
        "architecture": {**architecture, "tokenizer": "Other", "instruct_type": None},
        "pricing": pricing,
        "top_provider": top,
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "temperature", "reasoning", "tools"],
    }


def openrouter_key(state: State) -> Any:
    """`GET /api/v1/key`."""
    del state
    usage = {"usage": 12.5, "usage_daily": 0.4, "usage_weekly": 2.1, "usage_monthly": 8.25}
    limits = {"limit": 50, "limit_remaining": 37.5, "limit_reset": None, "is_free_tier": False}
    return {"data": {"label": "sk-sim-...ter", **limits, **usage, "is_management_key": False, "expires_at": None}}


def openrouter_endpoints(model: SimModel) -> Any:
    """`GET /api/v1/models/{author}/{slug}/endpoints`: who serves a model, and how well."""
    row = {"name": f"Simulated | {model.id}", "provider_name": "Simulated", "tag": "simulated", "status": 0}
    uptime = {"uptime_last_5m": 100, "uptime_last_30m": 99.8, "uptime_last_1d": 99.9}
    about = {"context_length": model.context, "max_completion_tokens": model.output, "supports_implicit_caching": False}
    return {"data": {"id": model.id, "name": model.name, "created": _CREATED, "endpoints": [row | uptime | about]}}


def openai_models(state: State) -> Any:
    """`GET /v1/models`."""
    return {"object": "list", "data": [openai_model(model) for model in state.models]}


def openai_model(model: SimModel) -> Any:
    """`GET /v1/models/{id}`."""
    return {"id": model.id, "object": "model", "created": _CREATED, "owned_by": "system", "shutdown_date": None}


def anthropic_models(state: State) -> Any:
    """`GET /v1/models`: pages by cursor, 20 rows unless `limit` says otherwise."""
    ids = [model.id for model in state.models]
    after = state.query.get("after_id", "")
    start = ids.index(after) + 1 if after in ids else 0
    limit = _number(state.query.get("limit"), 20, 1000)
    rows = [anthropic_model(model) for model in state.models[start : start + limit]]
    first, last = (rows[0]["id"], rows[-1]["id"]) if rows else (None, None)
    return {"data": rows, "has_more": start + limit < len(ids), "first_id": first, "last_id": last}


def anthropic_model(model: SimModel) -> Any:
    """`GET /v1/models/{id}`."""
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.name,
        "created_at": _DATE,
        "lifecycle": "active",
        "line": model.id.split("-")[1],
        "max_input_tokens": model.context,
        "max_tokens": model.output,
        "deprecated_at": None,
        "retires_at": None,
        "capabilities": _anthropic_capabilities(thinks=model.thinks),
    }


def _anthropic_capabilities(*, thinks: bool) -> dict[str, Any]:
    yes, maybe = {"supported": True}, {"supported": thinks}
    always = ("batch", "citations", "code_execution", "image_input", "pdf_input", "structured_outputs")
    levels = dict.fromkeys(("low", "medium", "high", "xhigh", "max"), maybe)
    kinds = {"adaptive": maybe, "between_tools": maybe, "disabled": yes, "enabled": {"supported": not thinks}}
    return {
        **dict.fromkeys(always, yes),
        "context_management": maybe,
        "effort": {**maybe, **levels},
        "server_tools": {**yes, "code_execution": yes, "web_search": yes},
        "thinking": {"supported": True, "types": kinds},
    }


def gemini_models(state: State) -> Any:
    """`GET /v1beta/models`: 50 rows a page unless `pageSize` says otherwise."""
    token = state.query.get("pageToken", "")
    start = int(token.removeprefix("sim")) if token.removeprefix("sim").isdigit() else 0
    size = _number(state.query.get("pageSize"), 50, 1000)
    rows = [gemini_model(model) for model in state.models[start : start + size]]
    more = start + size < len(state.models)
    return {"models": rows, **({"nextPageToken": f"sim{start + size}"} if more else {})}


def gemini_model(model: SimModel) -> Any:
    """`GET /v1beta/models/{id}`."""
    methods = ["generateContent", "countTokens", "createCachedContent"] if model.chats else ["embedContent"]
    row: dict[str, Any] = {"name": f"models/{model.id}", "version": "001", "displayName": model.name}
    limits = {"inputTokenLimit": model.context, "outputTokenLimit": model.output}
    sampling = {"temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2} if model.chats else {}
    about = {"description": f"{model.name}, simulated.", **limits, "supportedGenerationMethods": methods}
    return {**row, **about, **sampling, **({"thinking": True} if model.thinks else {})}


def grok_models(state: State) -> Any:
    """`GET /v1/models`."""
    rows = [
        {"id": model.id, "created": _CREATED, "object": "model", "owned_by": "xai", "context_length": model.context}
        for model in state.models
    ]
    return {"data": rows, "object": "list"}


def grok_language_models(state: State) -> Any:
    """`GET /v1/language-models`: prices in US cents for 100 million tokens."""
    rows = []
    for model in state.models:
        prompt, cached, completion = (round(price * 10_000) for price in model.price)
        prices = {"prompt_text_token_price": prompt, "cached_prompt_text_token_price": cached}
        row = {
            "id": model.id,
            "fingerprint": "fp_3d7ed3b779",
            "created": _CREATED,
            "object": "model",
            "owned_by": "xai",
        }
        modalities = {"version": "1.0.0", "input_modalities": ["text"], "output_modalities": ["text"], "aliases": []}
        rows.append({**row, **modalities, **prices, "completion_text_token_price": completion})
    return {"models": rows}


def grok_key(state: State) -> Any:
    """`GET /v1/api-key`."""
    del state
    flags = {"team_blocked": False, "api_key_blocked": False, "api_key_disabled": False}
    return {"redacted_api_key": "xai-...sim", "name": "simulated", "acls": ["api-key:model:*"], **flags}


def ollama_version(state: State) -> Any:
    """`GET /api/version`."""
    del state
    return {"version": "0.17.4"}


def ollama_tags(state: State) -> Any:
    """`GET /api/tags`: everything that is installed."""
    return {"models": [_ollama_row(model) for model in state.models]}


def ollama_ps(state: State) -> Any:
    """`GET /api/ps`: what is in memory."""
    extra = {"expires_at": "2026-11-23T12:00:00Z", "context_length": state.loaded_context}
    rows = [
        _ollama_row(model) | {"size_vram": model.size, **extra} for model in state.models if model.id in state.loaded
    ]
    return {"models": rows}


def ollama_show(model: SimModel) -> Any:
    """`POST /api/show`."""
    capabilities = ["completion", "tools"] if model.chats else ["embedding"]
    details = _ollama_row(model)["details"]
    return {
        "license": "simulated",
        "parameters": "",
        "template": "{{ .Prompt }}",
        "details": details,
        "model_info": {"general.architecture": model.family, f"{model.family}.context_length": model.context},
        "capabilities": [*capabilities, *(["thinking"] if model.thinks else [])],
    }


def _ollama_row(model: SimModel) -> dict[str, Any]:
    digest = f"{abs(model.size):064x}"
    details = {"parent_model": "", "format": "gguf", "family": model.family, "families": [model.family]}
    details |= {"parameter_size": model.parameters, "quantization_level": "Q4_K_M"}
    row = {"name": model.id, "model": model.id, "modified_at": _DATE, "size": model.size, "digest": digest}
    return {**row, "details": details}


def lmstudio_v1(state: State) -> Any:
    """`GET /api/v1/models`: what is loaded has instances, each with its own window."""
    return {"models": [_lmstudio_model(model, state) for model in state.models]}


def _lmstudio_model(model: SimModel, state: State) -> dict[str, Any]:
    instances = (
        [{"id": model.id, "config": {"context_length": state.loaded_context}}] if model.id in state.loaded else []
    )
    head = {"type": "llm" if model.chats else "embedding", "publisher": model.id.split("/")[0], "key": model.id}
    about = {"display_name": model.name, "architecture": model.family, "params_string": model.parameters}
    size = {"quantization": {"name": "Q4_K_M", "bits_per_weight": 4}, "size_bytes": model.size, "format": "gguf"}
    return {**head, **about, **size, "loaded_instances": instances, "max_context_length": model.context}


def lmstudio_v0(state: State) -> Any:
    """`GET /api/v0/models`, of older versions."""
    return {"object": "list", "data": [_lmstudio_old_model(model, state) for model in state.models]}


def _lmstudio_old_model(model: SimModel, state: State) -> dict[str, Any]:
    loaded = model.id in state.loaded
    kind = "llm" if model.chats else "embeddings"
    row: dict[str, Any] = {"id": model.id, "object": "model", "type": kind, "publisher": model.id.split("/")[0]}
    row |= {"arch": model.family, "compatibility_type": "gguf", "quantization": "Q4_K_M"}
    row |= {"state": "loaded" if loaded else "not-loaded", "max_context_length": model.context}
    return row | ({"loaded_context_length": state.loaded_context} if loaded else {})


def lmstudio_models(state: State) -> Any:
    """`GET /v1/models`: everything that is downloaded, loaded or not."""
    rows = [{"id": model.id, "object": "model", "owned_by": "organization_owner"} for model in state.models]
    return {"data": rows, "object": "list"}


def _number(text: str | None, default: int, most: int) -> int:
    return min(int(text), most) if text and text.isdigit() and int(text) else default
