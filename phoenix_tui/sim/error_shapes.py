"""An error's JSON, as each provider nests it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.sim.model import Failure


def openai_shape(failure: Failure) -> Mapping[str, Any]:
    """OpenAI, LM Studio, and Ollama's compatible endpoint."""
    error = {"message": failure.message, "type": failure.kind, "param": failure.param, "code": failure.code}
    return {"error": error}


def openrouter_shape(failure: Failure) -> Mapping[str, Any]:
    """The code is the status, an integer; the typed word is in the metadata."""
    metadata = {"error_type": failure.kind, **failure.extra} if failure.kind else dict(failure.extra)
    error: dict[str, Any] = {"message": failure.message, "code": failure.status}
    return {"error": {**error, "metadata": metadata} if metadata else error, "user_id": "user_simulated"}


def xai_shape(failure: Failure) -> Mapping[str, Any]:
    """The error is a string."""
    return {"code": failure.code or failure.kind, "error": failure.message}


def anthropic_shape(failure: Failure) -> Mapping[str, Any]:
    """Typed, with details only where there are some."""
    error: dict[str, Any] = {"type": failure.kind, "message": failure.message}
    if failure.extra:
        error["details"] = dict(failure.extra)
    return {"type": "error", "error": error}


def gemini_shape(failure: Failure) -> Mapping[str, Any]:
    """google.rpc.Status; `extra["details"]` is its list of details. With status 200, a prompt that was blocked."""
    if failure.status == 200:
        usage = {"promptTokenCount": 8, "totalTokenCount": 8}
        return {"promptFeedback": {"blockReason": failure.message}, "usageMetadata": usage}
    error: dict[str, Any] = {"code": failure.status, "message": failure.message, "status": failure.kind}
    return {"error": {**error, **failure.extra}}


def ollama_shape(failure: Failure) -> Mapping[str, Any]:
    """The error is a string, and all there is."""
    return {"error": failure.message, **failure.extra}
