"""Which paths a simulated provider serves, and with what."""

from __future__ import annotations

import re

from phoenix_tui.core.values import dataclass
from phoenix_tui.sim import lists
from phoenix_tui.sim.catalogue import SimModel
from phoenix_tui.sim.formats import chat_dialects
from phoenix_tui.sim.formats.anthropic_messages import AnthropicMessages
from phoenix_tui.sim.formats.gemini_generate import GeminiGenerate
from phoenix_tui.sim.formats.ollama_chat import OllamaChat
from phoenix_tui.sim.formats.openai_responses import OpenAIResponses
from phoenix_tui.sim.lists import Lister, State
from phoenix_tui.sim.model import Format


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: generation in `format`, or a GET answered by `lister`. `one` serves a single row of the list (its
    path has the group `model`). `public` needs no key. `management` refuses ordinary keys."""

    method: str
    pattern: re.Pattern[str]
    format: Format | None = None
    lister: Lister | None = None
    one: bool = False
    public: bool = False
    management: bool = False


def _generation(path: str, spoken: Format) -> Route:
    return Route("POST", re.compile(path), format=spoken)


def _get(path: str, lister: Lister, *, public: bool = False) -> Route:
    return Route("GET", re.compile(path), lister=lister, public=public)


def _one(path: str, row: Lister) -> Route:
    return Route("GET", re.compile(f"{path}/(?P<model>.+)"), lister=row, one=True)


def _only(state: State) -> SimModel:
    return state.models[0]


ROUTES: dict[str, tuple[Route, ...]] = {
    "openrouter": (
        _generation("/api/v1/chat/completions", chat_dialects.OPENROUTER),
        _get("/api/v1/key", lists.openrouter_key),
        _get("/api/v1/models", lists.openrouter_models, public=True),
        Route(
            "GET",
            re.compile("/api/v1/models/(?P<model>.+)/endpoints"),
            lister=lambda state: lists.openrouter_endpoints(_only(state)),
            one=True,
        ),
        Route("GET", re.compile("/api/v1/credits"), lister=lists.openrouter_key, management=True),
    ),
    "openai": (
        _generation("/v1/responses", OpenAIResponses()),
        _generation("/v1/chat/completions", chat_dialects.OPENAI),
        _get("/v1/models", lists.openai_models),
        _one("/v1/models", lambda state: lists.openai_model(_only(state))),
    ),
    "anthropic": (
        _generation("/v1/messages", AnthropicMessages()),
        _get("/v1/models", lists.anthropic_models),
        _one("/v1/models", lambda state: lists.anthropic_model(_only(state))),
    ),
    "gemini": (
        _generation(
            r"/v1(?:beta)?/models/(?P<model>[^:]+):(?P<verb>generateContent|streamGenerateContent)", GeminiGenerate()
        ),
        _get("/v1(?:beta)?/models", lists.gemini_models),
        _one("/v1(?:beta)?/models", lambda state: lists.gemini_model(_only(state))),
    ),
    "grok": (
        _generation("/v1/responses", OpenAIResponses(xai=True)),
        _generation("/v1/chat/completions", chat_dialects.GROK),
        _get("/v1/models", lists.grok_models),
        _get("/v1/language-models", lists.grok_language_models),
        _get("/v1/api-key", lists.grok_key),
    ),
    "ollama": (
        _generation("/api/chat", OllamaChat()),
        _generation("/v1/chat/completions", chat_dialects.OLLAMA),
        _get("/", lambda _: "Ollama is running", public=True),
        _get("/api/version", lists.ollama_version, public=True),
        _get("/api/tags", lists.ollama_tags),
        _get("/api/ps", lists.ollama_ps),
        _get("/v1/models", lists.openai_models),
        Route("POST", re.compile("/api/show"), lister=lambda state: lists.ollama_show(_only(state)), one=True),
    ),
    "lmstudio": (
        _generation("/v1/chat/completions", chat_dialects.LMSTUDIO),
        _get("/v1/models", lists.lmstudio_models),
        _get("/api/v0/models", lists.lmstudio_v0),
        _get("/api/v1/models", lists.lmstudio_v1),
    ),
}
