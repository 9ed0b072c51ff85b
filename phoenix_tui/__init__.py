"""Seven language-model providers, one client, and the screen that runs on them.

The public names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False  # without loading `typing`, which is much of what `--version` costs
if TYPE_CHECKING:
    from phoenix_tui.core.client import Client
    from phoenix_tui.core.configuration import ClientConfig, Hedge, OnCut, ProviderConfig
    from phoenix_tui.core.errors import (
        ErrorClass,
        ErrorInfo,
        NoProviderAnswered,
        PhoenixError,
        ProviderError,
        StreamInterrupted,
    )
    from phoenix_tui.core.fallback import FallbackManager
    from phoenix_tui.core.health import HealthMonitor
    from phoenix_tui.core.provider import Provider
    from phoenix_tui.core.secret import Secret
    from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
    from phoenix_tui.core.text_stream import OnInterrupt, TextStream
    from phoenix_tui.core.types import (
        Answer,
        Attempt,
        ChatRequest,
        FallbackMode,
        FinishReason,
        Message,
        ModelInfo,
        Outcome,
        Strategy,
        Target,
        Usage,
    )

_HOMES = {
    "Client": "client",
    "ClientConfig": "configuration",
    "Hedge": "configuration",
    "OnCut": "configuration",
    "ProviderConfig": "configuration",
    "ErrorClass": "errors",
    "ErrorInfo": "errors",
    "NoProviderAnswered": "errors",
    "PhoenixError": "errors",
    "ProviderError": "errors",
    "StreamInterrupted": "errors",
    "FallbackManager": "fallback",
    "HealthMonitor": "health",
    "Provider": "provider",
    "Secret": "secret",
    "HealthState": "snapshot",
    "ProviderHealth": "snapshot",
    "Snapshot": "snapshot",
    "OnInterrupt": "text_stream",
    "TextStream": "text_stream",
    "Answer": "types",
    "Attempt": "types",
    "ChatRequest": "types",
    "FallbackMode": "types",
    "FinishReason": "types",
    "Message": "types",
    "ModelInfo": "types",
    "Outcome": "types",
    "Strategy": "types",
    "Target": "types",
    "Usage": "types",
}

__all__ = [
    "Answer",
    "Attempt",
    "ChatRequest",
    "Client",
    "ClientConfig",
    "ErrorClass",
    "ErrorInfo",
    "FallbackManager",
    "FallbackMode",
    "FinishReason",
    "HealthMonitor",
    "HealthState",
    "Hedge",
    "Message",
    "ModelInfo",
    "NoProviderAnswered",
    "OnCut",
    "OnInterrupt",
    "Outcome",
    "PhoenixError",
    "Provider",
    "ProviderConfig",
    "ProviderError",
    "ProviderHealth",
    "Secret",
    "Snapshot",
    "Strategy",
    "StreamInterrupted",
    "Target",
    "TextStream",
    "Usage",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"phoenix_tui.core.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
