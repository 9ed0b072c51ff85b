"""Model lists, in the shape of every provider."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import ModelPage, WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.types import ModelInfo
from tests.helpers.decoding import error_of

CHAT, RESPONSES = WireFormat.OPENAI_CHAT, WireFormat.OPENAI_RESPONSES
ANTHROPIC, GEMINI, OLLAMA = WireFormat.ANTHROPIC_MESSAGES, WireFormat.GEMINI_GENERATE, WireFormat.OLLAMA_CHAT


def page(wire: WireFormat, body: Any) -> ModelPage:
    return adapter_for(wire).models(body)


def test_openai() -> None:
    rows = [{"id": "gpt-6-luna", "object": "model"}, {"id": "text-embedding-3-small"}, {"object": "model"}, 7]
    for wire in (CHAT, RESPONSES):
        found = page(wire, {"object": "list", "data": rows})
        assert found.models == (ModelInfo("gpt-6-luna"), ModelInfo("text-embedding-3-small", usable=False))
        assert found.next_page is None


def test_openrouter() -> None:
    row = {
        "id": "a/b",
        "name": "A: B",
        "context_length": 1000,
        "top_provider": {"max_completion_tokens": 50},
        "architecture": {"output_modalities": ["text"]},
    }
    drawing = {"id": "a/c", "architecture": {"output_modalities": ["image"]}}
    assert page(CHAT, {"data": [row, drawing]}).models == (
        ModelInfo("a/b", "A: B", 1000, 50),
        ModelInfo("a/c", usable=False),
    )


def test_lmstudio_old() -> None:
    rows = [
        {"id": "a", "type": "llm", "state": "loaded", "max_context_length": 9000, "loaded_context_length": 4096},
        {"id": "b", "type": "vlm", "state": "not-loaded", "max_context_length": 9000},
        {"id": "c", "type": "embeddings", "state": "not-loaded", "max_context_length": 512},
    ]
    assert page(CHAT, {"data": rows}).models == (
        ModelInfo("a", context_window=4096, loaded=True),
        ModelInfo("b", context_window=9000, loaded=False),
        ModelInfo("c", context_window=512, loaded=False, usable=False),
    )


def test_lmstudio_new() -> None:
    loaded = [{"id": "a:1", "config": {"context_length": 4096}}]
    rows = [
        {"type": "llm", "key": "a", "display_name": "A", "loaded_instances": loaded, "max_context_length": 9000},
        {"type": "llm", "key": "b", "loaded_instances": [], "max_context_length": 9000},
        {"type": "embedding", "key": "c", "loaded_instances": []},
    ]
    assert page(CHAT, {"models": rows}).models == (
        ModelInfo("a", "A", 4096, loaded=True),
        ModelInfo("b", context_window=9000, loaded=False),
        ModelInfo("c", loaded=False, usable=False),
    )


def test_anthropic() -> None:
    row = {"type": "model", "id": "m", "display_name": "M", "max_input_tokens": 1000, "max_tokens": 50}
    first = page(ANTHROPIC, {"data": [row], "has_more": True, "last_id": "m"})
    assert first == ModelPage((ModelInfo("m", "M", 1000, 50),), {"after_id": "m"})
    assert page(ANTHROPIC, {"data": [], "has_more": False, "last_id": None}) == ModelPage(())


def test_gemini() -> None:
    rows = [
        {
            "name": "models/m",
            "displayName": "M",
            "inputTokenLimit": 1000,
            "outputTokenLimit": 50,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        },
        {"name": "models/e", "supportedGenerationMethods": ["embedContent"]},
    ]
    found = page(GEMINI, {"models": rows, "nextPageToken": "t"})
    assert found == ModelPage((ModelInfo("m", "M", 1000, 50), ModelInfo("e", usable=False)), {"pageToken": "t"})


def test_ollama() -> None:
    tags = [
        {"name": "a:latest", "details": {"family": "x"}},
        {"name": "e", "capabilities": ["embedding"]},
        {"name": "c", "capabilities": ["completion", "tools"], "details": {"context_length": 9000}},
    ]
    assert page(OLLAMA, {"models": tags}).models == (
        ModelInfo("a:latest"),
        ModelInfo("e", usable=False),
        ModelInfo("c", context_window=9000),
    )
    in_memory = [{"name": "a:latest", "size_vram": 5, "expires_at": "2027-01-15T08:00:30Z", "context_length": 4096}]
    assert page(OLLAMA, {"models": in_memory}).models == (ModelInfo("a:latest", context_window=4096, loaded=True),)
    assert page(OLLAMA, {"models": None}).models == ()


@pytest.mark.parametrize("body", [None, [], {}, {"data": {}}, {"models": "x"}, {"error": "x"}, "list"])
def test_what_is_no_list(body: Any) -> None:
    for wire in WireFormat:
        assert error_of(lambda: page(wire, body)).error_class is ErrorClass.PROTOCOL  # noqa: B023 - called at once
