"""What a free check asks of each provider, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.catalogue import Catalogue, ProbeResult
from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.endpoint import Endpoint
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.probe_answers import key_trouble, upstreams
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import UpstreamStatus
from phoenix_tui.core.transport import Transport
from tests.helpers.manual_clock import ManualClock
from tests.helpers.raw_server import RawServer, Reply, Seen, raw_server
from tests.helpers.virtual import run_virtual

JSON = {"content-type": "application/json"}
NOT_FOUND = Reply(404, JSON, [b'{"error":"404 page not found"}'])
Answers = Mapping[str, Any]


def answering(answers: Answers) -> Callable[[Seen], Reply]:
    """Each path is answered by its JSON, or its `Reply`; all others are not found."""

    def answer(request: Seen) -> Reply:
        known = answers.get(request.path, NOT_FOUND)
        return known if isinstance(known, Reply) else Reply(200, JSON, [json.dumps(known).encode()])

    return answer


def catalogue(name: str, transport: Transport, url: str, clock: ManualClock | None = None) -> Catalogue:
    profile = profile_of(name)
    config = ProviderConfig(name, configured=True, root=url, key=Secret("sk-test-0123456789"))
    endpoint = Endpoint(profile, config, transport=transport, deadlines=profile.deadlines)
    return Catalogue(profile, endpoint, clock or ManualClock())


async def check(name: str, answers: Answers, model: str = "") -> tuple[ProbeResult, list[str]]:
    """What a check of `name` finds, and the paths that it asked."""
    async with raw_server(answering(answers)) as server, Transport() as transport:
        result = await catalogue(name, transport, server.url).probe(adapter_for(profile_of(name).wire_format), model)
        return result, paths(server)


def paths(server: RawServer) -> list[str]:
    assert not server.posts
    return [request.path for request in server.seen]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("openai", "/v1/models/some-model"),
        ("anthropic", "/v1/models/some-model"),
        ("gemini", "/v1beta/models/some-model"),
        ("grok", "/v1/api-key"),
        ("openrouter", "/api/v1/key"),
    ],
)
async def test_one_get_proves_the_key(name: str, path: str) -> None:
    result, asked = await check(name, {path: {"id": "some-model"}}, "some-model")
    assert result == ProbeResult()
    assert asked == [path]
    refused = Reply(401, JSON, [b'{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}'])
    result, _ = await check(name, {path: refused}, "some-model")
    assert result.error is not None
    assert result.error.error_class is ErrorClass.AUTH


async def test_a_model_that_is_not_there_is_held_against_nobody() -> None:
    missing = {"error": {"message": "The model `m` does not exist", "code": "model_not_found", "type": "x"}}
    result, _ = await check("openai", {"/v1/models/m": Reply(404, JSON, [json.dumps(missing).encode()])}, "m")
    assert result.error is None
    assert result.model_error is not None
    assert result.model_error.error_class is ErrorClass.MODEL_NOT_FOUND


async def test_the_wait_that_a_check_is_told_is_kept() -> None:
    busy = Reply(
        429, {**JSON, "retry-after": "33"}, [b'{"error":{"message":"slow down","code":"rate_limit_exceeded"}}']
    )
    result, _ = await check("openai", {"/v1/models": busy})
    assert result.error is not None
    assert (result.error.error_class, result.error.retry_after) == (ErrorClass.RATE_LIMIT, 33.0)


async def test_a_login_page_of_the_network_is_named() -> None:
    page = Reply(200, {"content-type": "text/html"}, [b"<!doctype html><title>Hotel Wi-Fi</title><p>Log in"])
    result, _ = await check("openai", {"/v1/models": page})
    assert result.error is not None
    assert (result.error.error_class, result.error.code) == (ErrorClass.PROTOCOL, "html")
    assert "Hotel Wi-Fi" in result.error.message
    result, _ = await check("openai", {"/v1/models": Reply(200, {}, [b"Ollama is running"])})
    assert result.error is not None
    assert (result.error.error_class, result.error.code) == (ErrorClass.PROTOCOL, "not_json")


@pytest.mark.parametrize(
    ("body", "model", "expected"),
    [
        ({"team_blocked": True}, "m", (ErrorClass.AUTH, "blocked")),
        ({"api_key_disabled": True}, "m", (ErrorClass.AUTH, "blocked")),
        ({"api_key_blocked": "yes"}, "m", None),
        ({"data": {"limit_remaining": 0}}, "m", (ErrorClass.QUOTA, "limit_remaining")),
        ({"data": {"limit_remaining": -0.01}}, "m", (ErrorClass.QUOTA, "limit_remaining")),
        ({"data": {"limit_remaining": None, "is_free_tier": True}}, "m", None),
        ({"data": {"limit_remaining": False}}, "m", None),
        ({"data": {"budgets": [{"remaining_usd": 5}, {"remaining_usd": 0}]}}, "m", (ErrorClass.QUOTA, "budget")),
        ({"data": {"effective_budget": {"remaining_usd": 0.0}}}, "m", (ErrorClass.QUOTA, "budget")),
        ({"data": {"free_model_daily_requests": {"remaining": 0}}}, "m:free", (ErrorClass.QUOTA, "free_requests")),
        ({"data": {"free_model_daily_requests": {"remaining": 0}}}, "m", None),
        ({"data": [1, 2]}, "m", None),
        ([{"team_blocked": True}], "m", None),
        ("text", "m", None),
    ],
)
def test_what_a_good_answer_says_against_the_key(
    body: Any, model: str, expected: tuple[ErrorClass, str] | None
) -> None:
    info = key_trouble(body, model)
    assert (info and (info.error_class, info.code)) == expected


KEY_PATH, ENDPOINTS_PATH = "/api/v1/key", "/api/v1/models/a/b%3Afree/endpoints"


def endpoints(*rows: Any) -> dict[str, Any]:
    return {"data": {"id": "a/b", "endpoints": list(rows)}}


async def test_upstreams_are_asked_after_the_key_and_not_too_often() -> None:
    clock = ManualClock()
    answers: dict[str, Any] = {KEY_PATH: {"data": {}}, ENDPOINTS_PATH: endpoints({"uptime_last_30m": 62.4})}
    adapter = adapter_for(profile_of("openrouter").wire_format)
    async with raw_server(answering(answers)) as server, Transport() as transport:
        it = catalogue("openrouter", transport, server.url, clock)
        assert await it.probe(adapter, "a/b:free") == ProbeResult()
        assert paths(server) == [KEY_PATH, ENDPOINTS_PATH]
        words, page = (
            "nobody serves a/b:free well: 62 % of the last 30 minutes at best",
            "https://openrouter.ai/a/b%3Afree",
        )
        assert it.upstream == UpstreamStatus(True, words, page, datetime.fromtimestamp(clock.wall(), UTC))
        await clock.advance(299)
        await it.probe(adapter, "a/b:free")
        assert paths(server)[2:] == [KEY_PATH]
        answers[ENDPOINTS_PATH] = Reply(500)
        await clock.advance(1)
        assert await it.probe(adapter, "a/b:free") == ProbeResult()
        assert paths(server)[3:] == [KEY_PATH, ENDPOINTS_PATH]
        assert [it.upstream] == [None]
        await it.probe(adapter, "c/d")
        assert paths(server)[5:] == [KEY_PATH, "/api/v1/models/c/d/endpoints"]
        await it.probe(adapter, "")
        await it.probe(adapter, "openrouter-auto")
        answers[KEY_PATH] = {"data": {"limit_remaining": 0}}
        await clock.advance(1000)
        await it.probe(adapter, "a/b:free")
        assert paths(server)[7:] == [KEY_PATH] * 3


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (endpoints({"uptime_last_30m": 10}, {"uptime_last_30m": 99.5}), False),
        (endpoints({"uptime_last_30m": 10}, {"uptime_last_30m": 89}), True),
        (endpoints({"status": -2, "uptime_last_30m": 100}), True),
        (endpoints({"status": 0, "uptime_last_30m": 100}), False),
        (endpoints({"status": "default", "uptime_last_30m": 95}), False),
        (endpoints({"uptime_last_30m": None}, {"uptime_last_30m": 1e9}, {"uptime_last_30m": True}, 7), None),
        (endpoints(), None),
        ({"data": []}, None),
        (None, None),
    ],
)
def test_one_good_upstream_is_enough(body: Any, trouble: bool | None) -> None:
    status = upstreams(body, "m", page="p", now=datetime(2027, 1, 15, tzinfo=UTC))
    assert (status and status.trouble) is trouble


TAGS = {"models": [{"name": "gemma4:latest"}, {"name": "qwen3:8b"}]}
IN_MEMORY = {"models": [{"name": "qwen3:8b", "size_vram": 5, "expires_at": "2027-01-15T08:00:30Z"}]}
OLLAMA = {"/api/version": {"version": "0.17.4"}, "/api/tags": TAGS, "/api/ps": IN_MEMORY}


@pytest.mark.parametrize("model", ["", "gemma4", "GEMMA4:latest", "qwen3:8b"])
async def test_ollama_tells_what_is_installed_and_loaded(model: str) -> None:
    result, asked = await check("ollama", OLLAMA, model)
    assert (result.error, result.model_error) == (None, None)
    assert asked == ["/api/version", "/api/tags", "/api/ps"]
    assert result.models is not None
    assert [(row.id, row.loaded) for row in result.models] == [("gemma4:latest", False), ("qwen3:8b", True)]


async def test_a_model_that_is_not_installed_is_no_fault_of_the_server() -> None:
    result, _ = await check("ollama", OLLAMA, "llama3.3")
    assert result.error is None
    assert result.model_error is not None
    assert (result.model_error.error_class, result.model_error.code) == (ErrorClass.MODEL_NOT_FOUND, "not_installed")
    assert "ollama pull llama3.3" in result.model_error.message
    assert result.model_error.param == "model"


async def test_an_ollama_without_its_lists_is_there_all_the_same() -> None:
    result, _ = await check("ollama", {"/api/version": {"version": "0.1"}}, "gemma4")
    assert (result.error, result.models) == (None, None)
    broken = Reply(500, JSON, [b'{"error":"disk"}'])
    result, _ = await check("ollama", {**OLLAMA, "/api/tags": broken}, "gemma4")
    assert result.error is not None
    assert result.error.error_class is ErrorClass.SERVER


async def test_an_empty_list_is_not_held_against_a_model() -> None:
    result, _ = await check("ollama", {**OLLAMA, "/api/tags": {"models": []}}, "gemma4")
    assert (result.error, result.model_error, result.models) == (None, None, ())


async def test_lm_studio_is_asked_for_the_list_that_its_version_has() -> None:
    old = {"data": [{"id": "a/b", "type": "llm", "state": "not-loaded"}]}
    answers = {"/api/v0/models": old}
    adapter = adapter_for(profile_of("lmstudio").wire_format)
    async with raw_server(answering(answers)) as server, Transport() as transport:
        it = catalogue("lmstudio", transport, server.url)
        result = await it.probe(adapter, "a/b")
        assert result.models is not None
        assert [(row.id, row.loaded) for row in result.models] == [("a/b", False)]
        assert paths(server) == ["/api/v1/models", "/api/v0/models"]
        await it.probe(adapter, "a/b")
        assert paths(server)[2:] == ["/api/v0/models"]


async def test_a_server_without_any_list_is_one_only_if_its_model_is_known() -> None:
    result, _ = await check("lmstudio", {}, "a/b")
    assert result == ProbeResult(proves_key=False)
    result, _ = await check("lmstudio", {}, "")
    assert result.error is not None


@pytest.mark.parametrize("silent", ["/api/version", "/api/tags", "/api/ps"])
def test_a_check_takes_five_seconds_in_all(silent: str) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(4 if request.url.path != silent else 1000)
        content = json.dumps(OLLAMA[request.url.path]).encode()
        return httpx.Response(200, headers=JSON, stream=httpx.ByteStream(content))

    async def main() -> tuple[ProbeResult, float]:
        begun = asyncio.get_running_loop().time()
        async with Transport(http=httpx.MockTransport(answer)) as transport:
            it = catalogue("ollama", transport, "http://localhost:11434")
            result = await it.probe(adapter_for(profile_of("ollama").wire_format), "gemma4")
        return result, asyncio.get_running_loop().time() - begun

    result, seconds = run_virtual(main)
    assert result.error is not None
    assert (result.error.error_class, result.error.code) == (ErrorClass.TIMEOUT, "get_timeout")
    assert seconds == pytest.approx(5.0)


def test_a_hint_that_does_not_come_costs_the_check_nothing_but_time() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1 if request.url.path == KEY_PATH else 1000)
        return httpx.Response(200, headers=JSON, stream=httpx.ByteStream(b'{"data":{}}'))

    async def main() -> tuple[ProbeResult, float]:
        async with Transport(http=httpx.MockTransport(answer)) as transport:
            it = catalogue("openrouter", transport, "https://openrouter.ai")
            result = await it.probe(adapter_for(profile_of("openrouter").wire_format), "a/b")
        return result, asyncio.get_running_loop().time()

    result, seconds = run_virtual(main)
    assert result == ProbeResult()
    assert seconds == pytest.approx(5.0)
