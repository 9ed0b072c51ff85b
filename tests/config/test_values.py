"""Wrong values, misspelt names, and one bad provider among good ones."""

from __future__ import annotations

import pytest

from phoenix_tui.config import ConfigurationError, Network, Overrides, read_network, require_sound, to_client_config
from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.types import FallbackMode
from tests.helpers.settings import Load, only


def test_wrong_value_names_file_line_and_nearest_value(load: Load) -> None:
    settings = load(folder={".env": "# mine\n\nLLM_PROVIDER=opnai\n"})
    problem = only(settings, "LLM_PROVIDER")
    assert problem.fatal
    assert (str(problem.file), problem.line, problem.fix) == (".env", 3, "LLM_PROVIDER=openai")
    for part in (".env", "line 3", "'opnai'", "nearest is openai"):
        assert part in problem.message
    assert settings.primary == "openrouter"
    with pytest.raises(ConfigurationError, match="opnai") as caught:
        require_sound(settings)
    assert caught.value.problems == (problem,)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("LLM_PROVIDER", "claude", "nearest is anthropic"),
        ("LLM_PROVIDER", "lm-studio", "nearest is lmstudio"),
        ("LLM_PROVIDER", "Gemni", "nearest is gemini"),
        ("LLM_PROVIDER", "somebody", "one of openrouter, openai, anthropic, gemini, grok, ollama or lmstudio."),
        ("LLM_FALLBACK", "nevr", "nearest is never"),
        ("LLM_FALLBACK", "off", "nearest is never"),
        ("LLM_LOCAL_ONLY", "ture", "nearest is true"),
        ("LLM_MAX_TOKENS", "0", "a whole number above 0"),
        ("LLM_MAX_TOKENS", "-5", "a whole number above 0"),
        ("LLM_MAX_TOKENS", "4k", "a whole number above 0"),
        ("LLM_MAX_TOKENS", "1.5", "a whole number above 0"),
        ("LLM_TEMPERATURE", "2.1", "a number from 0 to 2"),
        ("LLM_TEMPERATURE", "-0.1", "a number from 0 to 2"),
        ("LLM_TEMPERATURE", "0,7", "a number from 0 to 2"),
        ("LLM_TEMPERATURE", "nan", "a number from 0 to 2"),
        ("LLM_DAILY_BUDGET_USD", "-1", "US dollars"),
        ("LLM_DAILY_BUDGET_USD", "inf", "US dollars"),
        ("LLM_FALLBACK_ORDER", "openai,antropic", "nearest is anthropic"),
        ("OPENAI_API", "completions", "nearest is chat"),
        ("GROK_API", "respones", "nearest is responses"),
    ],
)
def test_wrong_values(load: Load, variable: str, value: str, words: str) -> None:
    settings = load({variable: value})
    problem = only(settings, variable)
    assert problem.fatal
    assert words in problem.message
    assert problem.message.startswith(f"{variable} (environment)")


def test_wrong_flag_is_named_as_a_flag(load: Load) -> None:
    problem = only(load(flags=Overrides(provider="opnai", max_tokens="no")), "LLM_PROVIDER")
    assert problem.message.startswith("--provider is 'opnai'")
    assert problem.fix == "--provider openai"


def test_right_values(load: Load) -> None:
    settings = load(
        {
            "LLM_PROVIDER": " Anthropic ",
            "LLM_FALLBACK": "ASK",
            "LLM_LOCAL_ONLY": "yes",
            "LLM_MAX_TOKENS": "4096",
            "LLM_TEMPERATURE": "0",
            "LLM_DAILY_BUDGET_USD": "$2.50",
            "LLM_SYSTEM_PROMPT": "One\nTwo",
            "GROK_API": "Chat",
            "OPENAI_API": "responses",
        }
    )
    assert not settings.problems
    assert (settings.primary, settings.fallback, settings.local_only) == ("anthropic", FallbackMode.ASK, True)
    assert (settings.max_tokens, settings.temperature, settings.daily_budget_usd) == (4096, 0, 2.5)
    assert settings.system_prompt == "One\nTwo"
    config = to_client_config(settings)
    assert {p.name: p.wire_format for p in config.providers if p.wire_format} == {
        "openai": WireFormat.OPENAI_RESPONSES,
        "grok": WireFormat.OPENAI_CHAT,
    }
    assert (config.fallback, config.local_only, config.max_tokens) == (FallbackMode.ASK, True, 4096)


def test_careful_value_where_a_restriction_cannot_be_understood(load: Load) -> None:
    settings = load({"LLM_LOCAL_ONLY": "ture", "LLM_FALLBACK_ORDER": "anthropc,ollama"})
    assert settings.local_only
    assert "counts as true" in only(settings, "LLM_LOCAL_ONLY").message
    assert settings.fallback_order == ("ollama",)


def test_no_fallback_flag(load: Load) -> None:
    assert load({"LLM_FALLBACK": "auto"}, flags=Overrides(no_fallback=True)).fallback is FallbackMode.NEVER


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OPENAI_API_KY", "OPENAI_API_KEY"),
        ("OPENAI_KEY", "OPENAI_API_KEY"),
        ("openai_api_key", "OPENAI_API_KEY"),
        ("OPENAI-API-KEY", "OPENAI_API_KEY"),
        ("ANTROPIC_API_KEY", "ANTHROPIC_API_KEY"),
        ("OPNEROUTER_API_KEY", "OPENROUTER_API_KEY"),
        ("LLM_PROVDER", "LLM_PROVIDER"),
        ("LM_STUDIO_BASE_URL", "LMSTUDIO_BASE_URL"),
    ],
)
def test_near_miss_of_a_name_is_a_notice(load: Load, name: str, meant: str) -> None:
    problem = only(load(folder={".env": f"A=1\n{name}=sk-canary\n"}), meant)
    assert not problem.fatal
    assert problem.line == 2
    assert name in problem.message
    assert "canary" not in str(problem)


def test_near_miss_in_the_shell_is_a_notice_too(load: Load) -> None:
    assert "OPENAI_API_KY" in only(load({"OPENAI_API_KY": "sk-canary"}), "OPENAI_API_KEY").message


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_URL",
        "GROQ_API_KEY",
        "GOOGLE_MAPS_API_KEY",
        "MISTRAL_API_KEY",
        "OLLAMA_MODELS",
        "OLLAMA_NUM_PARALLEL",
        "OPENAI_API_TYPE",
        "OPENAI_ORG_ID",
        "ZAI_API_KEY",
        "PATH",
        "日本",
        "OPENAI_API_K\x1b",
    ],
)
def test_names_of_others_are_none_of_our_business(load: Load, name: str) -> None:
    assert not load({name: "x"}, folder={".env": f"{name}=x\nif [ -n '$OPENAI_API_KEY' ]; then\n"}).problems


def test_second_key_of_another_program_is_no_near_miss(load: Load) -> None:
    env = "OPENROUTER_API_KEY=sk-or-canary\nOPENROUTER_API_KEY2=sk-or-canary\n"
    assert not load(folder={".env": env}).problems


@pytest.mark.parametrize(
    "line", ['OPENAI_API_KEY="sk-canary', "OPENAI_API_KEY: sk-canary", "set OPENAI_API_KEY=sk-canary"]
)
def test_line_that_cannot_be_understood_is_the_providers_problem(load: Load, line: str) -> None:
    settings = load(folder={".env": f"\n{line}\n"})
    provider = settings.provider_named("openai")
    assert ".env, line 2" in provider.problem
    assert not provider.configured
    assert not only(settings, "OPENAI_API_KEY").fatal
    assert "canary" not in repr(settings) + provider.problem + provider.fix


def test_line_of_a_general_setting_that_cannot_be_understood_is_fatal_when_it_would_hold(load: Load) -> None:
    folder = {".env": 'LLM_LOCAL_ONLY="true\n'}
    assert only(load(folder=folder), "LLM_LOCAL_ONLY").fatal
    assert not only(load({"LLM_LOCAL_ONLY": "true"}, folder=folder), "LLM_LOCAL_ONLY").fatal


@pytest.mark.parametrize(
    "key", ["sk-...", "sk canary", "sk-can\u2019ary", "${OPENAI_SECRET_CANARY}", "sk-canary\nX", "canary" * 2_000]
)
def test_key_that_cannot_be_one(load: Load, key: str) -> None:
    provider = load({"OPENAI_API_KEY": key}).provider_named("openai")
    assert not provider.configured
    assert provider.problem.startswith("OPENAI_API_KEY (environment)")
    assert "canary" not in provider.problem.lower()


def test_quotation_marks_left_by_a_tool_are_taken_off(load: Load) -> None:
    provider = load({"OPENAI_API_KEY": '"sk-canary"', "OPENAI_BASE_URL": "'https://h.example'"}).provider_named(
        "openai"
    )
    assert provider.key
    assert provider.key.get_secret_value() == "sk-canary"
    assert provider.root == "https://h.example"


def test_one_bad_provider_stops_nothing(load: Load) -> None:
    settings = load(
        {"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": "h.example", "OPENROUTER_API_KEY": "sk-or-canary"}
    )
    require_sound(settings)
    config = to_client_config(settings)
    by_name = {provider.name: provider for provider in config.providers}
    assert [provider.name for provider in config.providers if provider.configured] == ["openrouter"]
    assert by_name["openai"].fix == "OPENAI_BASE_URL=https://h.example"
    assert by_name["anthropic"].problem.startswith("Anthropic has no key: ANTHROPIC_API_KEY is not set.")
    assert by_name["anthropic"].fix == "ANTHROPIC_API_KEY=sk-ant-...  in .env.local, or export it"
    assert all((provider.problem == "") == (provider.fix == "") for provider in config.providers)


def test_own_address_said_aloud_is_no_override(load: Load) -> None:
    settings = load({"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": "https://api.openai.com"})
    assert settings.provider_named("openai").root == ""


@pytest.mark.parametrize(
    ("environ", "configured", "root"),
    [
        ({}, False, "http://localhost:11434"),
        ({"OLLAMA_HOST": "0.0.0.0:9"}, True, "http://127.0.0.1:9"),
        ({"OLLAMA_HOST": "box", "OLLAMA_BASE_URL": "http://me"}, True, "http://me"),
        ({"OLLAMA_MODEL": "qwen3"}, True, "http://localhost:11434"),
        ({"LLM_PROVIDER": "ollama", "LLM_MODEL": "qwen3"}, True, "http://localhost:11434"),
        ({"LLM_PROVIDER": "ollama"}, False, "http://localhost:11434"),
        ({"OLLAMA_HOST": "box:x", "OLLAMA_MODEL": "qwen3"}, False, ""),
    ],
)
def test_local_provider_is_configured_by_its_address_or_model(
    load: Load, environ: dict[str, str], configured: bool, root: str
) -> None:
    provider = load(environ).provider_named("ollama")
    assert (provider.configured, provider.root) == (configured, root)
    assert (provider.problem == "") == (root != "")


def test_proxies_and_certificates_come_from_the_shell(load: Load) -> None:
    network = read_network(
        {
            "HTTPS_PROXY": "http://upper.example",
            "https_proxy": "me:pass-canary@lower.example:3128",
            "HTTP_PROXY": "",
            "ALL_PROXY": "https://all.example",
            "no_proxy": "a.example, b.example  ,,",
            "SSL_CERT_FILE": __file__,
        }
    )
    assert network.proxies == {"https": "http://me:pass-canary@lower.example:3128", "all": "https://all.example"}
    assert network.no_proxy == ("a.example", "b.example")
    assert network.ca_file == __file__
    assert not network.problems
    config = to_client_config(load(), network)
    assert (config.proxies, config.no_proxy, config.ca_file) == (network.proxies, network.no_proxy, network.ca_file)
    assert "pass-canary" not in repr(network) + repr(config)


@pytest.mark.parametrize("name", ["/nowhere.pem", "/" + "n" * 5_000])
def test_missing_certificates_leave_the_usual_ones(name: str) -> None:
    network = read_network({"SSL_CERT_FILE": name})
    assert network.ca_file is None
    assert name in network.problems[0].message
    assert not network.problems[0].fatal


@pytest.mark.parametrize(
    "proxy", ["ftp://me:pass-canary@h", "http://", "http://h:x", "http://[", "http://h h", "http://h\udcff"]
)
def test_nothing_goes_round_a_proxy_that_cannot_be_used(load: Load, proxy: str) -> None:
    network = read_network({"HTTPS_PROXY": proxy})
    settings = load({"OPENAI_API_KEY": "sk-canary", "OLLAMA_HOST": "localhost", "LMSTUDIO_BASE_URL": "http://box"})
    config = to_client_config(settings, network)
    assert [provider.name for provider in config.providers if provider.configured] == ["ollama"]
    assert config.providers[1].problem.startswith("HTTPS_PROXY (environment)")
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as caught:
        require_sound(settings, network)
    assert "pass-canary" not in str(caught.value)
    assert to_client_config(settings, Network()).providers[1].configured


def test_socks_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for present in (True, False):
        monkeypatch.setattr("phoenix_tui.config.network.find_spec", lambda _, present=present: present or None)
        network = read_network({"ALL_PROXY": "socks5h://127.0.0.1:9050"})
        assert (network.blocked is None) is present
