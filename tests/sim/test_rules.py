"""What each provider refuses by itself, as its real counterpart does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from phoenix_tui.sim import Simulator
from tests.helpers.simulation import SPEAKERS, TEXT, Heard, InstantClock, Speaker, hear, raw_request

WRONG = {"authorization": "Bearer sk-sim-wrong-wrong", "x-api-key": "wrong", "x-goog-api-key": "wrong"}
PROBES = {
    "openrouter": "/api/v1/key",
    "openai": "/v1/models/gpt-6-luna",
    "anthropic": "/v1/models/claude-haiku-5-5",
    "gemini": "/v1beta/models/gemini-3.8-flash",
    "grok": "/v1/api-key",
    "ollama": "/api/version",
    "lmstudio": "/api/v1/models",
}
LOCAL = ("ollama", "lmstudio")


def _right(sim: Simulator, name: str) -> dict[str, str]:
    key = sim.key(name)
    return {"authorization": f"Bearer {key}", "x-goog-api-key": key, "anthropic-version": "2026-10-21"}


@pytest.mark.parametrize("name", PROBES)
async def test_probes_prove_the_key_where_there_is_one(sim: Simulator, name: str) -> None:
    good, wrong, none = [
        (await hear(sim[name], raw_request("GET", PROBES[name], headers=headers))).status
        for headers in (_right(sim, name), WRONG, {})
    ]
    assert good == 200
    expected = {"gemini": (400, 403), "grok": (400, 401)}.get(name, (401, 401))
    assert (wrong, none) == ((200, 200) if name in LOCAL else expected)


async def test_openrouters_list_is_public_and_its_credits_are_not_for_everybody(sim: Simulator) -> None:
    assert (await hear(sim["openrouter"], raw_request("GET", "/api/v1/models"))).status == 200
    credit = await hear(sim["openrouter"], raw_request("GET", "/api/v1/credits", headers=_right(sim, "openrouter")))
    assert credit.status == 403


async def test_openrouter_tells_how_those_do_who_serve_a_model(sim: Simulator) -> None:
    path, headers = "/api/v1/models/{}/endpoints", _right(sim, "openrouter")
    heard = await hear(sim["openrouter"], raw_request("GET", path.format("openai/gpt-6-luna"), headers=headers))
    rows = json.loads(heard.text)["data"]["endpoints"]
    assert [row["uptime_last_30m"] for row in rows] == [99.8]
    unknown = await hear(sim["openrouter"], raw_request("GET", path.format("no/such"), headers=headers))
    assert unknown.status in (400, 404)


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=list(SPEAKERS))
async def test_an_unknown_model_is_not_found(sim: Simulator, speaker: Speaker) -> None:
    sim[speaker.provider].key = None
    unknown = replace(speaker, body={**speaker.body, "model": "no-such-model"})
    if speaker.provider == "gemini":
        unknown = replace(speaker, path=speaker.path.replace("gemini-3.8-flash", "no-such-model"))
    heard = await hear(sim[speaker.provider], unknown.request())
    assert heard.status in (400, 404)
    assert "no-such-model" in heard.text


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=list(SPEAKERS))
async def test_a_conversation_that_is_too_long(sim: Simulator, speaker: Speaker) -> None:
    sim[speaker.provider].key = None
    sim[speaker.provider].context_limit = 3
    heard = await hear(sim[speaker.provider], speaker.request())
    assert heard.status == 400
    assert "context" in heard.text or "too long" in heard.text or "token count" in heard.text


async def _lmstudio(sim: Simulator, **body: Any) -> Heard:
    messages = [{"role": "user", "content": body.pop("content", "hi")}]
    full = {"model": "openai/gpt-oss-20b", "messages": messages, "stream": True, **body}
    return await hear(sim["lmstudio"], raw_request("POST", "/v1/chat/completions", json.dumps(full).encode()))


async def test_lm_studio_finds_out_late_that_a_conversation_is_too_long(sim: Simulator) -> None:
    sim["lmstudio"].loaded_context = 100
    heard = await _lmstudio(sim, content="x" * 1000)
    assert heard.status == 200
    assert heard.text.startswith("event: error\ndata: ")
    assert "greater than the context length" in heard.text
    assert "[DONE]" not in heard.text


async def test_lm_studio_loads_on_demand_or_says_that_nothing_is_loaded(sim: Simulator, clock: InstantClock) -> None:
    provider = sim["lmstudio"]
    provider.loaded.clear()
    provider.loads_on_demand = False
    refused = await _lmstudio(sim)
    assert (refused.status, json.loads(refused.body)["error"]["code"]) == (404, "model_not_found")
    provider.loads_on_demand, provider.load_seconds = True, 25
    assert "".join(TEXT[:1]) in (await _lmstudio(sim)).text
    assert clock.slept == [25]
    new = json.loads((await hear(provider, raw_request("GET", "/api/v1/models"))).body)["models"]
    old = json.loads((await hear(provider, raw_request("GET", "/api/v0/models"))).body)["data"]
    assert [row["key"] for row in new if row["loaded_instances"]] == ["openai/gpt-oss-20b"]
    assert [row["id"] for row in old if row["state"] == "loaded"] == ["openai/gpt-oss-20b"]


async def test_gemini_without_alt_sse_is_one_json_array(sim: Simulator) -> None:
    speaker = SPEAKERS["gemini_generate"]
    sim["gemini"].key = None
    heard = await hear(sim["gemini"], replace(speaker, path=speaker.path.partition("?")[0]).request())
    assert heard.headers["content-type"].startswith("application/json")
    events = json.loads(heard.body)
    texts = [part["text"] for event in events for part in event["candidates"][0]["content"]["parts"]]
    assert "".join(texts) == "".join(TEXT)


async def test_gemini_has_no_assistant(sim: Simulator) -> None:
    sim["gemini"].key = None
    turns = [{"role": "assistant", "parts": [{"text": "a"}]}, {"role": "user", "parts": [{"text": "b"}]}]
    heard = await hear(sim["gemini"], replace(SPEAKERS["gemini_generate"], body={"contents": turns}).request())
    assert heard.status == 400
    assert "valid role" in heard.text


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=list(SPEAKERS))
async def test_a_body_that_is_no_json_object_is_refused(sim: Simulator, speaker: Speaker) -> None:
    sim[speaker.provider].key = None
    for body in (b"{not json", b"[1]", b"null"):
        heard = await hear(
            sim[speaker.provider], raw_request("POST", speaker.path, body, {**speaker.headers, "x": "y"})
        )
        assert heard.status in (400, 404)


async def test_headroom_and_request_ids_stand_in_the_headers(sim: Simulator) -> None:
    for name, header, reset in (
        ("openai", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("anthropic", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ):
        request = raw_request("GET", "/v1/models", headers=_right(sim, name))
        first, second = [await hear(sim[name], request) for _ in range(2)]
        assert int(first.headers[header]) == int(second.headers[header]) + 1
        assert first.headers[reset]
        ids = [it.headers.get("x-request-id") or it.headers["request-id"] for it in (first, second)]
        assert len(set(ids)) == 2


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=list(SPEAKERS))
@pytest.mark.parametrize("refuses", [True, False])
async def test_any_provider_can_be_told_to_refuse_the_models_own_last_word(
    sim: Simulator, speaker: Speaker, refuses: bool
) -> None:
    provider = sim[speaker.provider]
    provider.key, provider.refuses_prefill = None, refuses
    said = [{"role": "user", "content": "go on"}, {"role": "assistant", "content": "so"}]
    parts = [{"role": "user", "parts": [{"text": "go on"}]}, {"role": "model", "parts": [{"text": "so"}]}]
    named = {"messages": said, "input": said, "contents": parts}
    body = {name: named.get(name, value) for name, value in speaker.body.items()}
    heard = await hear(provider, replace(speaker, body=body).request())
    assert heard.status == (400 if refuses else 200)
