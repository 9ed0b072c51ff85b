"""Which place a value comes from, and what is said about places that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phoenix_tui.config import Choices, Overrides, SourceKind, load_settings, save_choices
from tests.helpers.settings import Load, only

PLACES = ["flag", "shell", "folder local", "folder", "user local", "user"]


@pytest.mark.parametrize("first", range(len(PLACES)), ids=PLACES)
def test_first_place_that_has_a_value_wins(load: Load, first: int) -> None:
    """Each place says its own number; the places before the winner are empty, which counts as unset."""
    lines = [f"LLM_MAX_TOKENS={at + 1}\n" if at >= first else "LLM_MAX_TOKENS=\n" for at in range(len(PLACES))]
    settings = load(
        {"LLM_MAX_TOKENS": lines[1].strip().partition("=")[2]},
        flags=Overrides(max_tokens=1 if first == 0 else None),
        folder={".env.local": lines[2], ".env": lines[3]},
        user={".env.local": lines[4], ".env": lines[5]},
    )
    assert settings.max_tokens == first + 1
    assert not settings.problems
    source = settings.source_of("LLM_MAX_TOKENS")
    assert (source.line == 1) == (first > 1)


def test_nothing_set_gives_the_defaults(load: Load) -> None:
    settings = load()
    assert (settings.primary, settings.order, settings.max_tokens, settings.local_only) == (
        "openrouter",
        None,
        None,
        False,
    )
    assert settings.source_of("LLM_MAX_TOKENS").kind is SourceKind.DEFAULT
    assert not settings.problems


def test_named_file_stands_in_place_of_the_folder_but_not_of_the_config_folder(load: Load, tmp_path: Path) -> None:
    named = tmp_path / "named"
    named.write_text("LLM_MAX_TOKENS=1\n")
    settings = load(
        env_file=named,
        folder={".env": "LLM_MAX_TOKENS=2\nLLM_TEMPERATURE=2\n"},
        user={".env": "LLM_MAX_TOKENS=3\nLLM_SYSTEM_PROMPT=brief\n"},
    )
    assert (settings.max_tokens, settings.temperature, settings.system_prompt) == (1, None, "brief")


def test_named_file_that_is_missing_is_fatal(load: Load) -> None:
    (problem,) = load(env_file="nowhere.env").problems
    assert problem.fatal
    assert "nowhere.env" in problem.message


@pytest.mark.parametrize("name", ["n" * 5_000, "a\x00b", "~nobody-of-this-name/x", "a\udcffb"])
def test_named_file_of_any_name_is_at_most_a_sentence(load: Load, name: str) -> None:
    (problem,) = load(env_file=name).problems
    assert problem.fatal
    problem.message.encode()


def test_choices_stand_between_the_folder_and_the_config_folder(load: Load, config_dir: Path) -> None:
    save_choices(config_dir, Choices(primary="grok", order=("gemini", "grok"), models={"grok": "chosen"}))
    user = {".env": "LLM_PROVIDER=openai\nGROK_MODEL=written\n"}
    settings = load(user=user)
    assert (settings.primary, settings.order) == ("grok", ("grok", "gemini"))
    assert settings.provider_named("grok").model == "chosen"

    settings = load({"LLM_PROVIDER": "anthropic", "GROK_MODEL": "said"}, user=user)
    assert settings.primary == "anthropic"
    assert settings.provider_named("grok").model == "said"
    assert "in place of grok" in only(settings, "LLM_PROVIDER").message

    settings = load(folder={".env": "LLM_FALLBACK_ORDER=ollama\n"}, user=user)
    assert settings.order == ("grok", "ollama")


def test_primary_named_aloud_is_asked_although_it_was_switched_off(load: Load, config_dir: Path) -> None:
    save_choices(config_dir, Choices(switched_off=frozenset({"openai", "grok"})))
    assert load().switched_off == {"openai", "grok"}
    assert load({"LLM_PROVIDER": "openai"}).switched_off == {"grok"}


def test_working_in_the_config_folder_makes_it_no_less_trusted(load: Load, config_dir: Path) -> None:
    (config_dir / ".env").write_text("OPENROUTER_BASE_URL=https://gateway.example\n")
    settings = load_settings(environ={"OPENROUTER_API_KEY": "sk-canary"}, cwd=config_dir, config_dir=config_dir)
    assert settings.provider_named("openrouter").root == "https://gateway.example"
    assert not settings.problems


def _write(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "huge":
        path.write_bytes(b"LLM_MAX_TOKENS=5\n" + b"#" * (1 << 20))
    elif kind == "latin-1":
        path.write_bytes("LLM_SYSTEM_PROMPT=Grüße\n".encode("latin-1"))
    elif kind == "utf-16":
        path.write_bytes("LLM_MAX_TOKENS=5\n".encode("utf-16"))
    elif kind == "blanks":
        path.write_text("LLM_MAX_TOKENS=5\nX=y" + " " * 500_000 + "z\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the file kinds of Unix")
@pytest.mark.parametrize("named", [False, True], ids=["found", "named"])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("folder", "is a folder"),
        ("pipe", "pipe or a device"),
        ("device", "pipe or a device"),
        ("loop", "cannot be read"),
        ("huge", "larger than 1 MiB"),
        ("latin-1", "not UTF-8"),
        ("utf-16", "UTF-16"),
        ("blanks", "line 2"),
    ],
)
def test_file_that_cannot_be_read_is_a_sentence(load: Load, cwd: Path, kind: str, words: str, named: bool) -> None:
    """Never a crash, never a wait; the other places still count. Fatal only where the person named the file."""
    _write(cwd / ".env", kind)
    settings = load(user={".env": "LLM_TEMPERATURE=1\n"}, env_file=".env" if named else None)
    (problem,) = settings.problems
    assert words in problem.message
    assert problem.message.startswith(".env")
    assert problem.fatal is named
    assert (settings.max_tokens, settings.temperature) == (None, 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_a_sentence(load: Load, cwd: Path) -> None:
    (cwd / ".env").write_text("LLM_MAX_TOKENS=5\n")
    (cwd / ".env").chmod(0)
    assert "may not be read by you" in load().problems[0].message


def test_unreadable_bytes_in_the_environment_do_no_harm(load: Load) -> None:
    settings = load({"LLM_SYSTEM_PROMPT": "gr\udcfc\udcdfe", "OPENAI_API_KEY": "sk-\udcff"})
    assert settings.system_prompt
    settings.system_prompt.encode()
    assert "has a blank" in settings.provider_named("openai").problem
