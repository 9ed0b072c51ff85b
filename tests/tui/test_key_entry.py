"""What people paste where a key is wanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui.key_entry import WrongEntry, meant, other_owner, variables_of

KEY = "sk-canary-0123456789_ABC="
NAME = "OPENAI_API_KEY"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "  {}\n",
        "\t{}\r\n",
        "'{}'",
        '"{}"',
        ' "{}",',
        "“{}”",
        "`{}`",
        "export OPENAI_API_KEY={}",
        "export OPENAI_API_KEY='{}'\n",
        'export OPENAI_API_KEY="{}";',
        "OPENAI_API_KEY={}  # of work",
        'OPENAI_API_KEY = "{}"',
        "openai_api_key: {}",
        "set OPENAI_API_KEY={}",
        'setx OPENAI_API_KEY "{}"',
        "$env:OPENAI_API_KEY = '{}'",
        "Bearer {}",
        "# my keys\nANTHROPIC_API_KEY=sk-ant-other\nOPENAI_API_KEY={}\nA=1\n",
        "\x1b[200~{}\x1b[201~",
    ],
)
def test_the_key_is_found_in_what_was_pasted(text: str) -> None:
    assert meant(text.format(KEY), "openai", NAME) == KEY


def test_another_name_of_the_variable_and_an_address_are_understood() -> None:
    assert meant("GOOGLE_API_KEY=AIzaX", "gemini", "GEMINI_API_KEY") == "AIzaX"
    assert meant("export OLLAMA_HOST=0.0.0.0:11434", "ollama", "OLLAMA_BASE_URL") == "0.0.0.0:11434"
    assert meant(" http://10.0.0.2:1234/v1/ \n", "lmstudio", "LMSTUDIO_BASE_URL") == "http://10.0.0.2:1234/v1/"
    assert meant("localhost:1234", "lmstudio", "LMSTUDIO_BASE_URL") == "localhost:1234"
    assert meant(" \n", "openai", NAME) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"export ANTHROPIC_API_KEY={KEY}", "That sets ANTHROPIC_API_KEY; here OPENAI_API_KEY is wanted."),
        (f"{KEY}\n{KEY}", "That has 2 lines, and none of them sets OPENAI_API_KEY. Paste the value alone."),
        (f"MY_TOKEN={KEY}\nB_C=1", "That has 2 lines, and none of them sets OPENAI_API_KEY. Paste the value alone."),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_without_the_key(text: str, said: str) -> None:
    with pytest.raises(WrongEntry) as raised:
        meant(text, "openai", NAME)
    assert str(raised.value) == said


@given(st.text())
def test_anything_can_be_pasted(text: str) -> None:
    try:
        found = meant(text, "openai", NAME)
    except WrongEntry:
        return
    assert found == found.strip()


def test_the_key_of_another_provider_is_recognised() -> None:
    assert other_owner("sk-ant-api03-x", "openai") == "anthropic"
    assert other_owner("sk-or-v1-x", "openrouter") == ""
    assert other_owner("sk-x", "anthropic") == ""
    assert [variables_of(name) for name in ("gemini", "ollama", "lmstudio")] == [
        ("GEMINI_API_KEY",),
        ("OLLAMA_BASE_URL",),
        ("LMSTUDIO_BASE_URL", "LM_API_TOKEN"),
    ]
