"""No key shows itself, wherever it was written and however the settings are printed."""

from __future__ import annotations

import json
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from phoenix_tui.config import ConfigurationError, Settings, to_client_config
from phoenix_tui.config.sources import Found, Layer, Source, SourceKind
from phoenix_tui.config.variables import all_variables
from tests.helpers.settings import Load

CANARIES = ["sk-canary0123456789abcdef", "canary0123456789abcdefghijkl"]

VIEWS: dict[str, Callable[[Settings], str]] = {
    "repr": repr,
    "str": str,
    "dump": lambda settings: repr(settings.model_dump()),
    "json": lambda settings: settings.model_dump_json(),
    "problems": lambda settings: "".join(map(str, settings.problems)) + repr(settings.problems),
    "client": lambda settings: repr(to_client_config(settings)) + str(to_client_config(settings)),
}


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize(
    "variable", [variable.name for variable in all_variables() if variable.name != "LLM_SYSTEM_PROMPT"]
)
def test_key_in_any_variable_is_not_shown(load: Load, canary: str, variable: str) -> None:
    """Pasted where it belongs, or where it does not. Model names and hosts are shown on purpose and are no place for
    a key; what shows there is only what was written there."""
    settings = load(
        {variable: canary},
        folder={".env": f'{variable}={canary}\nX{variable}={canary}\n{variable} {canary}\n{variable}="{canary}\n'},
    )
    if variable.endswith(("_MODEL", "OLLAMA_BASE_URL", "OLLAMA_HOST", "LMSTUDIO_BASE_URL")):
        assert all(canary not in str(problem) for problem in settings.problems)
        return
    for name, view in VIEWS.items():
        assert canary not in view(settings), name
    error = ConfigurationError(settings.problems)
    assert canary not in "".join(traceback.format_exception(error)) + repr(error)


def test_keys_arrive_where_they_are_used(load: Load) -> None:
    """The proof that the test above looks at settings that hold the key."""
    settings = load({"OPENAI_API_KEY": CANARIES[0]})
    key = to_client_config(settings).providers[1].key
    assert key
    assert key.reveal() == CANARIES[0]
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert json.loads(settings.model_dump_json())["providers"][1]["key"] == "**********"


def test_parts_do_not_show_values() -> None:
    found = Found(CANARIES[0], Source(SourceKind.ENVIRONMENT, "OPENAI_API_KEY"))
    assert CANARIES[0] not in repr(Layer(SourceKind.ENVIRONMENT, {"OPENAI_API_KEY": found}))


def test_password_in_an_address_is_not_shown(load: Load) -> None:
    address = "https://me:hunter2@h.example/v1"
    settings = load({"OPENAI_API_KEY": CANARIES[0], "OPENAI_BASE_URL": address, "OLLAMA_HOST": address})
    for view in VIEWS.values():
        assert "hunter2" not in view(settings)
    assert "user name or password" in settings.provider_named("ollama").problem


def test_foreign_text_in_a_sentence_is_harmless(load: Load, cwd: Path) -> None:
    (cwd / "a\x1b[31mb").write_text("LLM_PROVIDER=\x1b]0;x\x07\n")
    (problem,) = load(env_file="a\x1b[31mb").problems
    assert problem.message.isprintable()
