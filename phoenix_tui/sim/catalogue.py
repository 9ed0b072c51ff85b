"""The models of the simulated providers: names, windows and prices as the real lists had them in November 2026."""

from __future__ import annotations

from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class SimModel:
    """One model. `context` and `output` in tokens, `price` in USD for a million tokens (input, cached, output).

    `thinks`: it reasons before it answers. `chats` False: an embedding model. `size`: bytes, for local servers.
    """

    id: str
    name: str
    context: int = 1_050_000
    output: int = 128_000
    price: tuple[float, float, float] = (0.0, 0.0, 0.0)
    thinks: bool = True
    chats: bool = True
    size: int = 0
    family: str = ""
    parameters: str = ""

    @property
    def price_per_token(self) -> tuple[float, float, float]:
        """USD for one token."""
        fresh, cached, out = self.price
        return fresh / 10**6, cached / 10**6, out / 10**6


_M = SimModel

CATALOGUE: dict[str, tuple[SimModel, ...]] = {
    "openrouter": (
        _M("openai/gpt-6-luna", "OpenAI: GPT-6 Luna", price=(0.10, 0.01, 0.50)),
        _M("openai/gpt-6.1-terra", "OpenAI: GPT-6.1 Terra", price=(1, 0.05, 5)),
        _M("openai/gpt-6.1-sol", "OpenAI: GPT-6.1 Sol", price=(2, 0.10, 10)),
        _M("anthropic/claude-haiku-5.5", "Anthropic: Claude Haiku 5.5", 1_000_000, price=(0.10, 0.01, 0.50)),
        _M("anthropic/claude-opus-5.5", "Anthropic: Claude Opus 5.5", 1_000_000, price=(4, 0.20, 20)),
        _M("google/gemini-3.8-flash", "Google: Gemini 3.8 Flash", 1_048_576, 65_536, (0.75, 0.075, 3.75)),
        _M("x-ai/grok-4.7", "xAI: Grok 4.7", 500_000, 500_000, (2, 0.50, 6)),
        _M("meta-llama/llama-3.3-70b-instruct", "Meta: Llama 3.3 70B", 131_072, 16_384, (0.1, 0, 0.32), thinks=False),
        _M("google/gemma-4-31b-it:free", "Google: Gemma 4 31B (free)", 262_144, 32_768, thinks=False),
    ),
    "openai": (
        _M("gpt-6-luna", "GPT-6 Luna", price=(0.10, 0.01, 0.50)),
        _M("gpt-6.1-terra", "GPT-6.1 Terra", price=(1, 0.05, 5)),
        _M("gpt-6.1-sol", "GPT-6.1 Sol", price=(2, 0.10, 10)),
        _M("gpt-6.2-sol", "GPT-6.2 Sol", price=(2, 0.10, 10)),
        _M("gpt-6-astra", "GPT-6 Astra", price=(10, 1, 50)),
        _M("gpt-4o", "GPT-4o", 128_000, 16_384, (2.50, 1.25, 10), thinks=False),
        _M("text-embedding-3-small", "Embedding 3 small", 8192, 0, thinks=False, chats=False),
    ),
    "anthropic": (
        _M("claude-haiku-5-5", "Claude Haiku 5.5", 1_000_000, price=(0.10, 0.01, 0.50)),
        _M("claude-sonnet-5-5", "Claude Sonnet 5.5", 1_000_000, price=(2, 0.10, 10)),
        _M("claude-opus-5-5", "Claude Opus 5.5", 1_000_000, price=(4, 0.20, 20)),
        _M("claude-fable-5-2", "Claude Fable 5.2", 1_000_000, price=(8, 0.20, 40)),
        _M("claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 64_000, (1, 0.10, 5), thinks=False),
    ),
    "gemini": (
        _M("gemini-3.8-flash", "Gemini 3.8 Flash", 1_048_576, 65_536, (0.75, 0.075, 3.75)),
        _M("gemini-4-argon", "Gemini 4 Argon", 1_048_576, 65_536, (2, 0.10, 10)),
        _M("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", 1_048_576, 65_536, (0.30, 0.03, 2.50), thinks=False),
        _M("gemma-4-31b-it", "Gemma 4 31B", 262_144, 32_768, thinks=False),
        _M("gemini-embedding-2", "Gemini Embedding 2", 8192, 1, thinks=False, chats=False),
    ),
    "grok": (
        _M("grok-4.3", "Grok 4.3", 1_000_000, 1_000_000, (1.25, 0.20, 2.50)),
        _M("grok-4.7", "Grok 4.7", 500_000, 500_000, (2, 0.50, 6)),
        _M("grok-4.20-non-reasoning", "Grok 4.20", 1_000_000, 1_000_000, (1.25, 0.20, 2.50), thinks=False),
        _M("grok-build-0.1", "Grok Build 0.1", 256_000, 256_000, (1, 0.20, 2)),
    ),
    "ollama": (
        _M("llama3.2:3b", "llama3.2:3b", 131_072, thinks=False, size=2_019_393_189, family="llama", parameters="3.2B"),
        _M("gemma4:12b", "gemma4:12b", 262_144, thinks=False, size=8_149_190_253, family="gemma4", parameters="12B"),
        _M("qwen3:8b", "qwen3:8b", 40_960, size=5_225_388_164, family="qwen3", parameters="8.2B"),
        _M(
            "nomic-embed-text:latest",
            "nomic-embed-text",
            8192,
            0,
            thinks=False,
            chats=False,
            size=274_302_450,
            family="nomic-bert",
            parameters="137M",
        ),
    ),
    "lmstudio": (
        _M("openai/gpt-oss-20b", "GPT-OSS 20B", 131_072, size=12_109_566_560, family="gpt-oss", parameters="20B"),
        _M(
            "google/gemma-4-26b-a4b",
            "Gemma 4 26B A4B",
            262_144,
            thinks=False,
            size=16_908_534_624,
            family="gemma4",
            parameters="26B-A4B",
        ),
        _M(
            "text-embedding-nomic-embed-text-v1.5",
            "Nomic Embed Text v1.5",
            2048,
            0,
            thinks=False,
            chats=False,
            size=84_106_624,
            family="nomic-bert",
            parameters="137M",
        ),
    ),
}

PROVIDER_NAMES: tuple[str, ...] = tuple(CATALOGUE)
LOCAL = frozenset({"ollama", "lmstudio"})
