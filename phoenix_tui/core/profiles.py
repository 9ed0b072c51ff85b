"""The seven providers as data: everything that is particular to one of them and known without asking it.

Facts are from the providers' documentation and SDKs as of 2026-11; a new compatible provider is one more entry here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from phoenix_tui.core.adapters.base import Dialect, WireFormat
from phoenix_tui.core.values import dataclass


class Auth(StrEnum):
    """The header that carries the key; `BEARER` puts the word Bearer before it."""

    BEARER = "authorization"
    X_API_KEY = "x-api-key"
    X_GOOG_API_KEY = "x-goog-api-key"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long an attempt may take, phase by phase, in seconds.

    `connect`: name resolution, TCP, a proxy's tunnel and TLS together; `connect_loopback`: on this machine itself.
    `first_token`: from the start to the first text or reasoning, whatever other bytes arrive, while another provider
    could take over, between `first_token_least` and `first_token_most` once its usual time is known;
    `first_token_alone`: when none could; the same two for models known to reason. `stall` and `reasoning_stall`:
    between two deltas of text, of reasoning; `stall_alone`: of text, when no other provider could take over or a local
    server has just loaded the model. `loading`: until the first token while it does.
    `trailing`: after the terminal marker, for usage that may still follow. `whole_chain`: after which a turn begins no
    further attempt.

    There is no deadline for response headers or between bytes: either would have to be at least as long as the
    semantic one in force, which then always ends the attempt first.
    """

    connect: float = 5.0
    connect_loopback: float = 2.0
    first_token: float = 10.0
    first_token_least: float = 6.0
    first_token_most: float = 12.0
    first_token_alone: float = 60.0
    first_token_reasoning: float = 60.0
    first_token_reasoning_alone: float = 180.0
    first_token_long_thinking: float = 900.0
    stall: float = 10.0
    stall_alone: float = 10.0
    reasoning_stall: float = 60.0
    loading: float = 300.0
    trailing: float = 2.0
    whole_chain: float = 120.0

    def scaled(self, factor: float) -> Deadlines:
        """The same deadlines, each `factor` times as long."""
        return Deadlines(**{name: getattr(self, name) * factor for name in self.__slots__})

    def until_connected(self, *, on_loopback: bool) -> float:
        """The wait for a connection, in seconds; `on_loopback` when it leads to this machine itself."""
        return min(self.connect, self.connect_loopback) if on_loopback else self.connect

    def until_first_token(self, model: str, *, alone: bool, p95: float | None = None) -> float:
        """The wait for the first token of `model`, in seconds; `alone` when no other provider could take over.

        `p95` is the time in which 95 % of its answers began, in seconds, None while too few are known: where another
        provider waits, three times as long is waited, within bounds. A model that is known to reason, or that must be
        loaded first, may be late at any time, so its deadline does not adapt.
        """
        if thinks_long(model) and alone:
            return self.first_token_long_thinking
        if reasons(model):
            return self.first_token_reasoning_alone if alone else self.first_token_reasoning
        if alone:
            return self.first_token_alone
        if p95 is None or not math.isfinite(p95) or p95 <= 0:
            return self.first_token
        return min(max(_USUAL_TIMES * p95, self.first_token_least), self.first_token_most)


_USUAL_TIMES = 3.0
_NONE = re.compile("(?!)")
_ANY = re.compile("")
# By model family, with or without a publisher in front, since one family is served by several providers.
_REASONING = re.compile(
    r"(?:^|[/~])(?:o\d\b|gpt-[5-9]|codex|gpt-oss|claude-(?:opus|sonnet|fable|mythos|haiku)-[5-9]"
    r"|gemini-(?:2\.5|[3-9])|grok-(?:3-mini|[4-9](?!.*non-reasoning)|code|build)|deepseek-r\d|qwq|qwen3)",
    re.IGNORECASE,
)
_LONG_THINKING = re.compile(r"argon|deep-research|(?:^|[/~])(?:o\d|gpt-[5-9][\d.]*)-pro\b", re.IGNORECASE)

HOSTED_DEADLINES = Deadlines()
LOCAL_DEADLINES = Deadlines(first_token_alone=300.0, first_token_reasoning_alone=300.0, stall_alone=60.0)


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider, as data.

    `root` is the host, `version_path` what stands between it and the endpoints of the wire format. `local` means a
    server of the person's own, which needs no key and whose model comes from its live list (`default_model` is then
    ""). `probe_paths` are absolute from the root, `{model}` stands for the model that would be asked; the first path
    that the server knows decides; without any, a local server's list does. `models_paths` are tried likewise;
    `loaded_path` lists what is in memory, where that is a list of its own. `upstreams_path` tells how those do who
    serve the model behind the provider (`{model_path}` keeps the model's slashes). `default_max_tokens` is sent where
    the request has no cap of its own, None sends none. Models that `continues_prefill` matches go on with an
    assistant's message that ends the conversation; newer ones refuse that.

    `status_page` is its public status page, for people, and `status_feeds` are the documents behind it, for programs
    (none: the page cannot be read by one). Of those only what `status_about` matches concerns the API.
    """

    name: str
    label: str
    wire_format: WireFormat
    root: str
    version_path: str
    auth: Auth
    models_paths: tuple[str, ...]
    probe_paths: tuple[str, ...]
    url_variables: tuple[str, ...]
    model_variable: str
    key_variables: tuple[str, ...] = ()
    key_page: str = ""
    local: bool = False
    loaded_path: str = ""
    upstreams_path: str = ""
    alternative_format: WireFormat | None = None
    default_model: str = ""
    default_max_tokens: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    dialect: Dialect = field(default_factory=Dialect)
    deadlines: Deadlines = HOSTED_DEADLINES
    refuses_temperature: re.Pattern[str] = _NONE
    continues_prefill: re.Pattern[str] = _NONE
    status_page: str = ""
    status_feeds: tuple[str, ...] = ()
    status_about: re.Pattern[str] = _ANY


PROFILES: tuple[Profile, ...] = (
    Profile(
        name="openrouter",
        label="OpenRouter",
        wire_format=WireFormat.OPENAI_CHAT,
        root="https://openrouter.ai",
        version_path="/api/v1",
        auth=Auth.BEARER,
        key_variables=("OPENROUTER_API_KEY",),
        url_variables=("OPENROUTER_BASE_URL",),
        model_variable="OPENROUTER_MODEL",
        key_page="https://openrouter.ai/settings/keys",
        default_model="openai/gpt-6-luna",
        probe_paths=("{version}/key",),
        upstreams_path="{version}/models/{model_path}/endpoints",
        models_paths=("{version}/models",),
        status_page="https://status.openrouter.ai",
        status_feeds=("https://status.openrouter.ai/incidents.rss",),
    ),
    Profile(
        name="openai",
        label="OpenAI",
        wire_format=WireFormat.OPENAI_RESPONSES,
        alternative_format=WireFormat.OPENAI_CHAT,
        root="https://api.openai.com",
        version_path="/v1",
        auth=Auth.BEARER,
        key_variables=("OPENAI_API_KEY",),
        url_variables=("OPENAI_BASE_URL",),
        model_variable="OPENAI_MODEL",
        key_page="https://platform.openai.com/api-keys",
        default_model="gpt-6-luna",
        dialect=Dialect(stores_unless_told=True),
        probe_paths=("{version}/models/{model}", "{version}/models"),
        models_paths=("{version}/models",),
        refuses_temperature=re.compile(r"^(?:o\d|gpt-[5-9]|codex)", re.IGNORECASE),
        status_page="https://status.openai.com",
        status_feeds=(
            "https://status.openai.com/api/v2/summary.json",  # has no incidents
            "https://status.openai.com/api/v2/incidents.json",
        ),
        status_about=re.compile(r"\bapis?\b|chat completions|\bresponses\b", re.IGNORECASE),
    ),
    Profile(
        name="anthropic",
        label="Anthropic",
        wire_format=WireFormat.ANTHROPIC_MESSAGES,
        root="https://api.anthropic.com",
        version_path="/v1",
        auth=Auth.X_API_KEY,
        key_variables=("ANTHROPIC_API_KEY",),
        url_variables=("ANTHROPIC_BASE_URL",),
        model_variable="ANTHROPIC_MODEL",
        key_page="https://platform.claude.com/settings/keys",
        default_model="claude-haiku-5-5",
        default_max_tokens=32_000,  # the wire format requires a cap, and reasoning counts towards it
        headers={"anthropic-version": "2026-10-21"},
        probe_paths=("{version}/models/{model}", "{version}/models"),
        models_paths=("{version}/models?limit=1000",),
        refuses_temperature=_ANY,  # this API version refuses any value, for every model
        continues_prefill=re.compile(r"^claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-\d{8})?$)", re.IGNORECASE),
        status_page="https://status.claude.com",
        status_feeds=("https://status.claude.com/api/v2/summary.json",),
        status_about=re.compile(r"\bapi\b", re.IGNORECASE),
    ),
    Profile(
        name="gemini",
        label="Gemini",
        wire_format=WireFormat.GEMINI_GENERATE,
        root="https://generativelanguage.googleapis.com",
        version_path="/v1beta",
        auth=Auth.X_GOOG_API_KEY,
        key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        url_variables=("GEMINI_BASE_URL",),
        model_variable="GEMINI_MODEL",
        key_page="https://aistudio.google.com/apikey",
        default_model="gemini-3.8-flash",
        probe_paths=("{version}/models/{model}",),
        models_paths=("{version}/models?pageSize=1000",),
        refuses_temperature=re.compile("argon", re.IGNORECASE),
        continues_prefill=re.compile(r"^gemini-(?:[12]\.|3(?:\.[0-6])?-)", re.IGNORECASE),
        status_page="https://aistudio.google.com/status",
    ),
    Profile(
        name="grok",
        label="Grok",
        wire_format=WireFormat.OPENAI_RESPONSES,
        alternative_format=WireFormat.OPENAI_CHAT,
        root="https://api.x.ai",
        version_path="/v1",
        auth=Auth.BEARER,
        key_variables=("GROK_API_KEY", "XAI_API_KEY"),
        url_variables=("GROK_BASE_URL",),
        model_variable="GROK_MODEL",
        key_page="https://console.x.ai",
        default_model="grok-4.3",
        default_max_tokens=32_000,  # some of its models have no output limit of their own
        dialect=Dialect(stores_unless_told=True, output_excludes_reasoning=True),
        probe_paths=("{version}/api-key", "{version}/models"),
        models_paths=("{version}/models",),
        status_page="https://status.x.ai",
        status_feeds=("https://status.x.ai/feed.xml",),
        status_about=re.compile(r"\bapi\b", re.IGNORECASE),
    ),
    Profile(
        name="ollama",
        label="Ollama",
        wire_format=WireFormat.OLLAMA_CHAT,
        root="http://localhost:11434",
        version_path="/api",
        auth=Auth.BEARER,
        local=True,
        url_variables=("OLLAMA_BASE_URL", "OLLAMA_HOST"),
        model_variable="OLLAMA_MODEL",
        deadlines=LOCAL_DEADLINES,
        probe_paths=("{version}/version",),
        models_paths=("{version}/tags",),
        loaded_path="{version}/ps",
        continues_prefill=_ANY,
    ),
    Profile(
        name="lmstudio",
        label="LM Studio",
        wire_format=WireFormat.OPENAI_CHAT,
        root="http://localhost:1234",
        version_path="/v1",
        auth=Auth.BEARER,
        local=True,
        key_variables=("LM_API_TOKEN",),
        url_variables=("LMSTUDIO_BASE_URL",),
        model_variable="LMSTUDIO_MODEL",
        dialect=Dialect(output_cap="max_tokens"),
        deadlines=LOCAL_DEADLINES,
        probe_paths=(),
        models_paths=("/api/v1/models", "/api/v0/models", "{version}/models"),
    ),
)
"""The seven, in the default order of fallback."""

PROVIDER_NAMES: tuple[str, ...] = tuple(profile.name for profile in PROFILES)
_BY_NAME = {profile.name: profile for profile in PROFILES}


def profile_of(name: str) -> Profile:
    """The profile of the provider `name`. Raises KeyError for a name that is none of the seven."""
    return _BY_NAME[name]


def reasons(model: str) -> bool:
    """Whether `model` is known to think before its first token; an unknown model counts as one that does not."""
    return bool(_REASONING.search(model))


def thinks_long(model: str) -> bool:
    """Whether `model` is known to think for many minutes."""
    return bool(_LONG_THINKING.search(model))
