"""Who is primary, in which order the others follow, and whose model is whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_tui.config import Choices, Overrides, save_choices, to_client_config
from tests.helpers.settings import Load, only

OPENROUTER, OPENAI, ANTHROPIC = (
    {f"{name}_API_KEY": f"{name}-canary"} for name in ("OPENROUTER", "OPENAI", "ANTHROPIC")
)


@pytest.mark.parametrize(
    ("environ", "primary", "said"),
    [
        ({}, "openrouter", False),
        (OPENROUTER | OPENAI, "openrouter", False),
        (ANTHROPIC, "anthropic", True),
        (ANTHROPIC | OPENAI, "openai", True),
        (ANTHROPIC | OPENAI | {"LLM_FALLBACK_ORDER": "anthropic,openai"}, "anthropic", True),
        (OPENROUTER | {"LLM_FALLBACK_ORDER": "anthropic,openai"}, "openrouter", True),
        ({"OLLAMA_MODEL": "qwen3"}, "ollama", True),
        (ANTHROPIC | {"LLM_PROVIDER": "grok"}, "grok", False),
        (ANTHROPIC | {"LLM_LOCAL_ONLY": "1"}, "ollama", False),
        ({"LLM_LOCAL_ONLY": "1", "LMSTUDIO_MODEL": "m"}, "lmstudio", False),
    ],
)
def test_primary_at_start(load: Load, environ: dict[str, str], primary: str, said: bool) -> None:
    settings = load(environ)
    assert settings.primary == primary
    assert bool(settings.problems) == said
    assert not any(problem.fatal for problem in settings.problems)


def test_default_primary_that_was_switched_off_is_passed_over(load: Load, config_dir: Path) -> None:
    save_choices(config_dir, Choices(switched_off=frozenset({"openrouter"})))
    settings = load(OPENROUTER | OPENAI)
    assert settings.primary == "openai"
    assert "OpenRouter is switched off" in only(settings, "LLM_PROVIDER").message


@pytest.mark.parametrize(
    ("order", "flag", "expected"),
    [
        ("", None, None),
        ("openai,anthropic", "anthropic", ("anthropic", "openai")),
        ("openai, anthropic ,openai", "grok", ("grok", "openai", "anthropic")),
        ("OpenAI Anthropic", "openai", ("openai", "anthropic")),
        (" , ", None, None),
    ],
)
def test_order_is_exactly_these_with_the_primary_first(
    load: Load, order: str, flag: str | None, expected: tuple[str, ...] | None
) -> None:
    settings = load({"LLM_FALLBACK_ORDER": order}, flags=Overrides(provider=flag))
    config = to_client_config(settings)
    assert config.order == expected
    assert config.primary == settings.primary == (flag or "openrouter")


@pytest.mark.parametrize(
    ("environ", "flags", "models"),
    [
        ({"LLM_MODEL": "m"}, None, {"openrouter": "m"}),
        ({"LLM_MODEL": "m", "LLM_PROVIDER": "grok"}, None, {"grok": "m"}),
        (
            {"LLM_MODEL": "m", "OPENROUTER_MODEL": "own", "OPENAI_MODEL": "o"},
            None,
            {"openrouter": "own", "openai": "o"},
        ),
        ({"LLM_MODEL": "m"}, Overrides(provider="openai"), {"openai": "m"}),
        ({"LLM_MODEL": "m", "LLM_PROVIDER": "grok"}, Overrides(provider="openai"), {"grok": "m"}),
        ({"LLM_MODEL": "m", "OPENROUTER_MODEL": "own"}, Overrides(model="f"), {"openrouter": "f"}),
        (
            {"LLM_MODEL": "m", "LLM_PROVIDER": "grok"},
            Overrides(provider="openai", model="f"),
            {"grok": "m", "openai": "f"},
        ),
        ({**ANTHROPIC, "LLM_MODEL": "m"}, None, {"anthropic": "m"}),
    ],
)
def test_whose_model_is_whose(
    load: Load, environ: dict[str, str], flags: Overrides | None, models: dict[str, str]
) -> None:
    config = to_client_config(load(environ, flags=flags))
    assert {provider.name: provider.model for provider in config.providers if provider.model} == models


def test_model_of_the_primary_does_not_follow_a_switch(load: Load, config_dir: Path) -> None:
    save_choices(config_dir, Choices(primary="anthropic"))
    settings = load(user={".env": "LLM_PROVIDER=openai\nLLM_MODEL=gpt-x\n"})
    assert settings.primary == "anthropic"
    assert settings.provider_named("anthropic").model == ""
    assert settings.provider_named("openai").model == "gpt-x"


def test_explicit_model_beats_one_chosen_on_the_screen(load: Load, config_dir: Path) -> None:
    save_choices(config_dir, Choices(models={"openrouter": "chosen", "ollama": "chosen"}))
    assert load({"LLM_MODEL": "said"}).provider_named("openrouter").model == "said"
    settings = load(user={".env": "LLM_MODEL=written"})
    assert settings.provider_named("openrouter").model == "chosen"
    assert (settings.provider_named("ollama").model, settings.provider_named("ollama").configured) == ("chosen", False)
