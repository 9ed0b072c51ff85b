"""The safety rule: no key goes to an address from a less trusted place than its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_tui.config import to_client_config
from tests.helpers.settings import Load, only

KEY = "OPENAI_API_KEY=sk-canary\n"
URL = "OPENAI_BASE_URL=https://gateway.example/v1\n"
# From the most trusted; the first three are the person's own and equal.
PLACES = ["shell", "named file", "config .env", "folder .env.local", "folder .env"]
RANK = {"shell": 3, "named file": 3, "config .env": 3, "folder .env.local": 2, "folder .env": 1}


def put(place: str, line: str, where: dict[str, dict[str, str]]) -> None:
    name, _, value = line.strip().partition("=")
    if place == "shell":
        where["shell"][name] = value
    else:
        kind, file = {
            "named file": ("named", "named"),
            "config .env": ("user", ".env"),
            "folder .env.local": ("folder", ".env.local"),
            "folder .env": ("folder", ".env"),
        }[place]
        where[kind][file] = where[kind].get(file, "") + line


# A named file stands in place of the folder's, so those two never meet.
PAIRS = [
    (key, url)
    for key in PLACES
    for url in PLACES
    if not ("named file" in (key, url) and "folder" in key.partition(" ")[0] + url.partition(" ")[0])
]


@pytest.mark.parametrize(("key_in", "url_in"), PAIRS)
def test_url_counts_from_a_place_trusted_as_far_as_the_key(
    load: Load, tmp_path: Path, key_in: str, url_in: str
) -> None:
    where: dict[str, dict[str, str]] = {"shell": {}, "named": {}, "user": {}, "folder": {}}
    put(key_in, KEY, where)
    put(url_in, URL, where)
    named = tmp_path / "named"
    named.write_text(where["named"].get("named", ""))
    settings = load(
        where["shell"], folder=where["folder"], user=where["user"], env_file=named if where["named"] else None
    )
    provider = settings.provider_named("openai")
    assert provider.configured
    if RANK[url_in] >= RANK[key_in]:
        assert provider.root == "https://gateway.example"
        assert not [problem for problem in settings.problems if problem.variable == "OPENAI_BASE_URL"]
    else:
        assert provider.root == ""
        notice = only(settings, "OPENAI_BASE_URL")
        assert "is ignored" in notice.message
        assert not notice.fatal
        assert notice.line


def test_ignored_url_makes_way_for_the_next_trusted_one(load: Load) -> None:
    settings = load(
        {"OPENAI_API_KEY": "sk-canary"},
        folder={".env": "OPENAI_BASE_URL=https://evil.example\n"},
        user={".env": "OPENAI_BASE_URL=https://mine.example\n"},
    )
    assert settings.provider_named("openai").root == "https://mine.example"
    assert settings.source_of("OPENAI_BASE_URL").file is not None


def test_alias_of_a_key_is_protected_alike(load: Load) -> None:
    settings = load({"GOOGLE_API_KEY": "AIza-canary"}, folder={".env": "GEMINI_BASE_URL=https://evil.example\n"})
    assert settings.provider_named("gemini").root == ""
    assert settings.provider_named("gemini").configured


def test_token_of_a_local_server_is_protected_too(load: Load) -> None:
    settings = load({"LM_API_TOKEN": "canary"}, folder={".env": "LMSTUDIO_BASE_URL=http://evil.example\n"})
    assert settings.provider_named("lmstudio").root == "http://localhost:1234"
    assert not settings.provider_named("lmstudio").configured


def test_local_server_elsewhere_named_by_a_folder_is_said_aloud(load: Load) -> None:
    settings = load(folder={".env": "OLLAMA_BASE_URL=http://box.example\nLMSTUDIO_BASE_URL=http://localhost:99\n"})
    assert settings.provider_named("ollama").root == "http://box.example"
    assert "box.example, which is not this machine" in only(settings, "OLLAMA_BASE_URL").message
    assert not [problem for problem in settings.problems if problem.variable == "LMSTUDIO_BASE_URL"]


@pytest.mark.parametrize("host", ["gateway.example", "8.8.8.8"])
def test_key_does_not_cross_the_network_in_clear(load: Load, host: str) -> None:
    settings = load({"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": f"http://{host}/v1"})
    provider = settings.provider_named("openai")
    assert not provider.configured
    assert provider.key is None
    assert "in clear" in provider.problem
    assert provider.fix == f"OPENAI_BASE_URL=https://{host}/v1"
    assert to_client_config(settings).providers[1].key is None


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "192.168.0.9", "litellm:4000", "[::1]:8000"])
def test_near_server_may_be_reached_without_tls(load: Load, host: str) -> None:
    provider = load({"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": f"http://{host}/v1"}).provider_named("openai")
    assert provider.configured
    assert provider.root == f"http://{host}"


def test_folder_chooses_neither_proxy_nor_certificates(load: Load) -> None:
    settings = load(folder={".env": "HTTPS_PROXY=http://evil.example\nSSL_CERT_FILE=/evil.pem\n"})
    assert to_client_config(settings).proxies == {}
    assert "is not read from a file" in only(settings, "HTTPS_PROXY").message
    assert "is not read from a file" in only(settings, "SSL_CERT_FILE").message
