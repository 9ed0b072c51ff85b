"""A value that the person has just entered on the screen: it wins, and no folder draws it to its own address."""

from __future__ import annotations

import pytest

from phoenix_tui.config import SourceKind
from tests.config.test_trust import KEY, PLACES, RANK, URL, put
from tests.helpers.settings import Load, only

CANARY = "sk-canary0123456789abcdef"


@pytest.mark.parametrize("url_in", [place for place in PLACES if place != "named file"])
def test_a_key_that_was_entered_goes_only_to_an_address_of_the_persons_own(load: Load, url_in: str) -> None:
    where: dict[str, dict[str, str]] = {"shell": {}, "user": {}, "folder": {}}
    put(url_in, URL, where)
    put("folder .env", KEY, where)
    settings = load(where["shell"], folder=where["folder"], user=where["user"], entered={"OPENAI_API_KEY": CANARY})
    provider = settings.provider_named("openai")
    assert provider.configured
    assert provider.key
    assert provider.key.get_secret_value() == CANARY
    is_own = RANK[url_in] == 3
    assert provider.root == ("https://gateway.example" if is_own else "")
    assert ("less trusted place" in only(settings, "OPENAI_BASE_URL").message) if not is_own else True
    assert settings.source_of("OPENAI_API_KEY").kind is SourceKind.ENTERED


def test_it_wins_over_every_other_place_and_over_another_name_of_the_variable(load: Load) -> None:
    settings = load(
        {"GEMINI_API_KEY": "shell", "GOOGLE_API_KEY": "other", "OLLAMA_HOST": "10.0.0.1"},
        entered={"GEMINI_API_KEY": CANARY, "OLLAMA_BASE_URL": ":9999", "OPENAI_API_KEY": " "},
    )
    key = settings.provider_named("gemini").key
    assert key
    assert key.get_secret_value() == CANARY
    assert settings.provider_named("ollama").root == "http://127.0.0.1:9999"
    assert not settings.provider_named("openai").configured
    assert CANARY not in repr(settings)


@pytest.mark.parametrize("wrong", ["sk-...", "$(pass openai)", "two words", "käse", "x" * 9_000])
def test_what_is_no_key_is_a_sentence_that_does_not_show_it(load: Load, wrong: str) -> None:
    provider = load(entered={"OPENAI_API_KEY": wrong}).provider_named("openai")
    assert (provider.configured, provider.key, provider.broken) == (False, None, True)
    assert provider.problem.startswith("OPENAI_API_KEY ")
    assert wrong not in provider.problem


def test_a_setting_that_is_wrong_is_told_from_one_that_is_missing(load: Load) -> None:
    settings = load({"GROK_API_KEY": "xai-..."}, folder={".env": "OPENAI_API_KEY \nOLLAMA_HOST=http://\n"})
    assert {it.name for it in settings.providers if it.broken} == {"grok", "ollama"}
