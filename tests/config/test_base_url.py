"""Base URLs as people write them."""

from __future__ import annotations

import ipaddress

import httpx
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from phoenix_tui.config.base_url import Address, BadURL, is_loopback, is_private, normalise
from phoenix_tui.core.profiles import PROFILES, Profile, profile_of


@pytest.mark.parametrize(
    ("provider", "text", "root", "version"),
    [
        ("openai", "https://h.example", "https://h.example", "/v1"),
        ("openai", "https://h.example/", "https://h.example", "/v1"),
        ("openai", "https://h.example/v1", "https://h.example", "/v1"),
        ("openai", "  HTTPS://H.Example:443//v1// ", "https://h.example", "/v1"),
        ("openai", "https://h.example:8443/gw/v1", "https://h.example:8443/gw", "/v1"),
        ("openai", "https://h.example/openai", "https://h.example/openai", "/v1"),
        ("openai", "https://h.example/v1beta", "https://h.example", "/v1beta"),
        ("openai", "https://h.example/v2alpha1", "https://h.example", "/v2alpha1"),
        ("openai", "https://h.example/v1beta/openai/", "https://h.example", "/v1beta/openai"),
        ("openai", "https://h.example/v1/chat/completions", "https://h.example", "/v1"),
        ("openai", "https://h.example/v1/responses", "https://h.example", "/v1"),
        ("openai", "https://h.example/v2ray", "https://h.example/v2ray", "/v1"),
        ("openai", "http://[::1]:8000/v1", "http://[::1]:8000", "/v1"),
        ("openai", "https://bücher.example", "https://xn--bcher-kva.example", "/v1"),
        ("openrouter", "https://openrouter.ai", "https://openrouter.ai", "/api/v1"),
        ("openrouter", "https://openrouter.ai/api", "https://openrouter.ai", "/api/v1"),
        ("openrouter", "https://openrouter.ai/api/v1/", "https://openrouter.ai", "/api/v1"),
        ("openrouter", "https://h.example/gw/api", "https://h.example/gw", "/api/v1"),
        ("openrouter", "https://h.example/v1", "https://h.example", "/v1"),
        ("anthropic", "https://h.example/v1/acct/anthropic", "https://h.example/v1/acct/anthropic", "/v1"),
        ("anthropic", "https://h.example/v1/messages", "https://h.example", "/v1"),
        ("gemini", "https://h.example", "https://h.example", "/v1beta"),
        ("gemini", "https://h.example/v1", "https://h.example", "/v1"),
        ("grok", "https://api.x.ai/v1", "https://api.x.ai", "/v1"),
        # Ollama's own rules
        ("ollama", "box", "http://box:11434", "/api"),
        ("ollama", "box:8080", "http://box:8080", "/api"),
        ("ollama", ":8080", "http://127.0.0.1:8080", "/api"),
        ("ollama", "http://box", "http://box", "/api"),
        ("ollama", "http://box:80", "http://box", "/api"),
        ("ollama", "https://box", "https://box", "/api"),
        ("ollama", "http://localhost", "http://localhost", "/api"),
        ("ollama", "http://localhost:11434", "http://localhost:11434", "/api"),
        ("ollama", "box/prefix", "http://box:11434/prefix", "/api"),
        ("ollama", "https://box/prefix/v1", "https://box/prefix", "/api"),
        ("ollama", "https://box/prefix/api/", "https://box/prefix", "/api"),
        ("ollama", "[::1]", "http://[::1]:11434", "/api"),
        ("ollama", "[::1]:9000", "http://[::1]:9000", "/api"),
        ("ollama", "::1", "http://[::1]:11434", "/api"),
        ("ollama", "0.0.0.0", "http://127.0.0.1:11434", "/api"),
        ("ollama", "0.0.0.0:9000", "http://127.0.0.1:9000", "/api"),
        ("ollama", "http://0.0.0.0:9000", "http://127.0.0.1:9000", "/api"),
        ("ollama", "[::]:9000", "http://127.0.0.1:9000", "/api"),
        ("ollama", "::", "http://127.0.0.1:11434", "/api"),
        ("lmstudio", "localhost", "http://localhost:1234", "/v1"),
        ("lmstudio", "http://localhost:1234/v1", "http://localhost:1234", "/v1"),
        ("lmstudio", "http://localhost:1234/api/v0", "http://localhost:1234", "/v1"),
        ("lmstudio", "http://localhost:1234/api/v1", "http://localhost:1234", "/v1"),
        ("lmstudio", "http://localhost", "http://localhost", "/v1"),
    ],
)
def test_what_an_address_means(provider: str, text: str, root: str, version: str) -> None:
    assert normalise(text, profile_of(provider)) == Address(root, version)


@pytest.mark.parametrize(
    ("provider", "text", "words", "better"),
    [
        ("openai", "api.h.example/v1", "does not begin with https://", "https://api.h.example/v1"),
        ("openai", "localhost:8000/v1", "does not begin with https://", "http://localhost:8000/v1"),
        ("openai", "ftp://h.example", "neither http:// nor https://", "https://h.example"),
        ("ollama", "file:///etc/passwd", "neither http:// nor https://", "https:///etc/passwd"),
        ("openai", "https://me:hunter2@h.example/v1", "user name or password", ""),
        ("openai", "https://h.example/v1?key=hunter2", "query", "https://h.example/v1"),
        ("openai", "https://h.example/v1#hunter2", "fragment", "https://h.example/v1"),
        ("openai", "https://", "no host", ""),
        ("openai", "https:///v1", "no host", ""),
        ("ollama", "http://", "no host", ""),
        ("openai", "https://h.example:x", "port", ""),
        ("openai", "https://h.example:0", "port", ""),
        ("ollama", "box:65536", "port", ""),
        ("openai", "https://h .example", "blank", ""),
        ("openai", "https://h.example\\@evil.example", "backslash", ""),
        ("openai", "https://h.example/\x1b[31m", "control", ""),
        ("openai", "https://h..example", "host name", ""),
        ("openai", "https://-h.example", "host name", ""),
        ("openai", "https://xn--a-\u2764.example", "host name", ""),
        ("openai", "https://\u2764.example", "host name", ""),
        ("openai", "https://xn--99zzzz999.example", "host name", ""),
        ("openai", "https://h%2eexample", "host name", ""),
        ("openai", "https://999.1.1.1", "IPv4", ""),
        ("openai", "https://[::g]", "IPv6", ""),
        ("openai", "https://[fe80::1%25eth0]", "IPv6 zone", ""),
        ("openai", "https://h.example/a/../b", "..", ""),
        ("openai", "https://" + "h" * 3_000, "longer", ""),
    ],
)
def test_what_is_refused(provider: str, text: str, words: str, better: str) -> None:
    with pytest.raises(BadURL, match=words.replace(".", "[.]")) as caught:
        normalise(text, profile_of(provider))
    assert caught.value.better == better
    assert "hunter2" not in str(caught.value) + caught.value.better


_HOSTS = st.sampled_from(
    [
        "h.example",
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "bücher.example",
        "",
        "h",
        "xn--zzz",
        "日本.example",
    ]
)
_URLS = st.builds(
    "{}{}{}/{}".format,
    st.sampled_from(["", "http://", "https://", "HTTP://"]),
    _HOSTS,
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.lists(
        st.sampled_from(
            ["v1", "v1beta", "v0", "api", "chat", "completions", "responses", "messages", "x", "ü", "%20", ""]
        ),
        max_size=5,
    ).map("/".join),
)


@settings(deadline=None)
@given(st.sampled_from(PROFILES), _URLS | st.text(max_size=60))
@example(profile_of("openai"), "https://h/v1/responses/responses")
@example(profile_of("lmstudio"), "h/api/api")
@example(profile_of("lmstudio"), "_\u00c0")
def test_normalising_again_changes_nothing(profile: Profile, text: str) -> None:
    """And whatever is accepted, the HTTP client accepts too, for the same host."""
    try:
        address = normalise(text, profile)
    except BadURL:
        reject()
    assert normalise(str(address), profile) == address
    url = httpx.URL(str(address))
    assert url.raw_host.decode() == address.host
    assert url.host
    assert url.raw_path.decode() == httpx.URL(str(address) + "/x").raw_path.decode().removesuffix("/x")
    assert not url.userinfo


@pytest.mark.parametrize(
    ("host", "private", "loopback"),
    [
        ("localhost", True, True),
        ("a.localhost", True, True),
        ("127.8.8.8", True, True),
        ("::1", True, True),
        ("192.168.1.4", True, False),
        ("100.100.1.1", True, False),
        ("litellm", True, False),
        ("nas.local", True, False),
        ("h.example", False, False),
        ("localhost.example", False, False),
        ("8.8.8.8", False, False),
        ("2001:4860:4860::8888", False, False),
    ],
)
def test_near_hosts(host: str, private: bool, loopback: bool) -> None:
    assert (is_private(host), is_loopback(host)) == (private, loopback)


@settings(deadline=None)
@given(st.ip_addresses())
def test_every_number_is_near_or_not(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_private(str(address)) >= is_loopback(str(address))
