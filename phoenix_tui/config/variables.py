"""Every variable that phoenix-tui reads, each with one line of explanation: the one list behind near misses,
`.env.example` and its test."""

from __future__ import annotations

from functools import cache

from phoenix_tui.core.profiles import PROFILES, Profile
from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """`name` and what it is for. `shell_only` ones are read from the environment and never from a file: a folder that
    was cloned must not choose who carries, or may read, the traffic."""

    name: str
    about: str
    shell_only: bool = False


GENERAL = (
    Variable("LLM_PROVIDER", "primary provider: openrouter, openai, anthropic, gemini, grok, ollama or lmstudio"),
    Variable("LLM_MODEL", "model of the provider that is primary at start; the provider's own ..._MODEL wins over it"),
    Variable("LLM_FALLBACK_ORDER", "who is asked in which order, by commas: exactly these, and the primary first"),
    Variable(
        "LLM_FALLBACK",
        "when a provider fails: auto (go on to the next), ask (you first, on the screen; elsewhere as never), or never",
    ),
    Variable(
        "LLM_STRATEGY",
        "what makes the order: balanced (the unreliable stand back), strict (yours as it is), latency or cost",
    ),
    Variable("LLM_ON_CUT", "when an answer is cut: restart (with the next provider), or continue it where that works"),
    Variable("LLM_HEDGE", "suspect: ask a second provider when one is late or doubtful, which costs its tokens; off"),
    Variable("LLM_STATUS_FEEDS", "true: read the providers' public status pages every five minutes, as a hint"),
    Variable("LLM_LOCAL_ONLY", "true: ask only providers on this machine"),
    Variable("LLM_MAX_TOKENS", "limit of an answer in tokens, reasoning included; a whole number above 0"),
    Variable("LLM_TEMPERATURE", "randomness, 0 to 2; left out for models that refuse it"),
    Variable("LLM_SYSTEM_PROMPT", "system prompt of every conversation"),
    Variable(
        "LLM_DAILY_BUDGET_USD", "what may be spent in a day, in US dollars; then only what costs nothing is asked"
    ),
)

SHELL_ONLY = (
    Variable("HTTPS_PROXY", "proxy for https:// addresses", shell_only=True),
    Variable("HTTP_PROXY", "proxy for http:// addresses", shell_only=True),
    Variable("ALL_PROXY", "proxy for both, where the two above are not set", shell_only=True),
    Variable("NO_PROXY", "hosts reached without a proxy, by commas; this machine always is", shell_only=True),
    Variable("SSL_CERT_FILE", "file of trusted certificates, for a proxy or server with its own", shell_only=True),
    Variable("PHOENIX_TUI_CONFIG_DIR", "folder of your settings, in place of the system's usual one", shell_only=True),
    Variable("PHOENIX_TUI_STATE_DIR", "folder of what is kept, in place of the system's usual one", shell_only=True),
    Variable("NO_COLOR", "no colours at all", shell_only=True),
    Variable("TEXTUAL_ANIMATIONS", "none: nothing slides or fades", shell_only=True),
)


def wire_variable(profile: Profile) -> str:
    """The variable that chooses `profile`'s wire format, "" where there is no choice."""
    return f"{profile.name.upper()}_API" if profile.alternative_format else ""


def _of(profile: Profile) -> list[Variable]:
    what = "access token, where the server asks for one" if profile.local else "key"
    first = [(name, f"{profile.label}: {what}") for name in profile.key_variables[:1]]
    aliases = [(name, f"another name for {profile.key_variables[0]}") for name in profile.key_variables[1:]]
    address = "address of the server" if profile.local else "another address, with or without the version path"
    urls = [(profile.url_variables[0], f"{profile.label}: {address} (default {profile.root}{_shown_version(profile)})")]
    urls += [(name, f"another name for {profile.url_variables[0]}") for name in profile.url_variables[1:]]
    default = profile.default_model or "a loaded or installed one"
    model = [(profile.model_variable, f"{profile.label}: model (default {default})")]
    wire = wire_variable(profile)
    choice = [(wire, f"{profile.label}: wire format, responses or chat, for a compatible server")] if wire else []
    return [Variable(name, about) for name, about in (*first, *aliases, *urls, *model, *choice)]


def _shown_version(profile: Profile) -> str:
    return "" if profile.local else profile.version_path


@cache
def provider_variables() -> tuple[Variable, ...]:
    """The variables of the seven, in their order."""
    return tuple(variable for profile in PROFILES for variable in _of(profile))


@cache
def file_names() -> frozenset[str]:
    """The names that are read from files as well as from the shell."""
    return frozenset(variable.name for variable in (*GENERAL, *provider_variables()))


def all_variables() -> tuple[Variable, ...]:
    """Everything, in the order of `.env.example`."""
    return (*GENERAL, *provider_variables(), *SHELL_ONLY)
