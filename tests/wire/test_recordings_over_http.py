"""Every recording once more, over real HTTP and through the whole core: client, turn, transport, framing, adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from phoenix_tui.commands.shapes import answer_shape, failure_shape
from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered, ProviderError
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.types import ChatRequest, Message
from tests.helpers.raw_server import NOT_FOUND, RawServer, Reply, Seen, raw_server
from tests.helpers.recordings import (
    ERROR_CLASSES,
    WIRE_DIR,
    Recording,
    check_deltas,
    check_ending,
    check_error,
    recordings,
)

pytestmark = pytest.mark.skipif(not WIRE_DIR.is_dir(), reason="the recordings are not here (PHOENIX_WIRE_DIR)")

REQUEST = ChatRequest((Message("user", "as recorded"),), fallback=False)


def provider_of(recording: Recording) -> str:
    """Who speaks the recording's format: its own provider, or for Ollama's compatible endpoint one that knows it."""
    own = profile_of(recording.provider)
    if recording.is_list or recording.wire_format in (own.wire_format, own.alternative_format):
        return own.name
    return "lmstudio"


def client_for(recording: Recording, server: RawServer) -> Client:
    name = provider_of(recording)
    profile = profile_of(name)
    wire_format = None if recording.wire_format is profile.wire_format else recording.wire_format
    provider = ProviderConfig(
        name,
        configured=True,
        key=None if profile.local else Secret("sk-recorded-000000"),
        root=server.url,
        version_path=profile.version_path,
        model="as-recorded",
        wire_format=None if recording.is_list else wire_format,
    )
    return Client(ClientConfig((provider,), primary=name, order=(name,), probes=False))


def answering(recording: Recording, seed: int) -> Callable[[Seen], Reply]:
    def answer(request: Seen) -> Reply:
        if request.method == "GET" and not recording.is_list:
            return NOT_FOUND
        return Reply(recording.status, recording.headers, recording.pieces(seed))

    return answer


def cases(*, lists: bool) -> list[Any]:
    return [pytest.param(case, id=case.name) for case in recordings() if case.is_list == lists]


@pytest.mark.parametrize("recording", cases(lists=False))
async def test_answer_or_error(recording: Recording) -> None:
    for seed in range(2):
        async with raw_server(answering(recording, seed)) as server, client_for(recording, server) as client:
            if recording.is_error:
                with pytest.raises(NoProviderAnswered) as caught:
                    await client.ask(REQUEST)
                cause = caught.value.cause
                assert cause is not None
                check_error(recording, cause.info)
                shape = failure_shape(caught.value)
                assert shape["error"]["class"] == ERROR_CLASSES[recording.name].value
                assert shape["attempts"][0]["outcome"] == "failed"
            else:
                answer = await client.ask(REQUEST)
                check_deltas(
                    recording,
                    text=answer.text,
                    reasoning=answer.reasoning,
                    refusal=answer.refusal,
                    tool_calls=answer.tool_calls,
                )
                check_ending(recording, answer.finish_reason, answer.usage, answer.model)
                assert answer_shape(answer)["attempts"][0]["outcome"] == "ok"
                if not answer.text:
                    assert answer.why_empty
                health = client.get_provider_health(answer.target.provider)
                assert (health.total_requests, health.successful_requests) == (1, 1)
            assert len(server.posts) == 1 or ERROR_CLASSES.get(recording.name) is ErrorClass.OVERLOADED


@pytest.mark.parametrize("recording", cases(lists=True))
async def test_model_list(recording: Recording) -> None:
    wanted = [name.removeprefix("models/") for name in recording.expect["models"]]
    page = 0

    def answer(request: Seen) -> Reply:
        nonlocal page
        page += 1
        if "api/v1/models" in request.path and recording.provider == "lmstudio":
            return NOT_FOUND
        if "api/v0" in request.path and "api-v0" not in recording.name:
            return NOT_FOUND
        if page > 1 and recording.provider in ("gemini", "anthropic"):
            return Reply(200, {"content-type": "application/json"}, [b'{"models":[],"data":[]}'])
        if request.path.endswith("/ps"):
            return Reply(200, {"content-type": "application/json"}, [b'{"models":[]}'])
        return Reply(recording.status, recording.headers, recording.pieces())

    async with raw_server(answer) as server, client_for(recording, server) as client:
        try:
            models = await client.list_models(provider_of(recording))
        except ProviderError as error:
            pytest.fail(f"{error} after {[request.path for request in server.seen]}")
        assert [model.id for model in models] == wanted
