"""One module a wire format, each pure; `base` says what an adapter is."""

from __future__ import annotations

from phoenix_tui.core.adapters.base import Adapter, WireFormat


def adapter_for(wire_format: WireFormat) -> Adapter:
    """The adapter of `wire_format`; only that one is loaded."""
    # Imported here: a program that asks one provider should not pay for the formats of the others.
    match wire_format:
        case WireFormat.OPENAI_RESPONSES:
            from phoenix_tui.core.adapters.openai_responses import OpenAIResponses  # noqa: PLC0415

            return OpenAIResponses()
        case WireFormat.OPENAI_CHAT:
            from phoenix_tui.core.adapters.openai_chat import OpenAIChat  # noqa: PLC0415

            return OpenAIChat()
        case WireFormat.ANTHROPIC_MESSAGES:
            from phoenix_tui.core.adapters.anthropic_messages import AnthropicMessages  # noqa: PLC0415

            return AnthropicMessages()
        case WireFormat.GEMINI_GENERATE:
            from phoenix_tui.core.adapters.gemini_generate import GeminiGenerate  # noqa: PLC0415

            return GeminiGenerate()
        case WireFormat.OLLAMA_CHAT:
            from phoenix_tui.core.adapters.ollama_chat import OllamaChat  # noqa: PLC0415

            return OllamaChat()
