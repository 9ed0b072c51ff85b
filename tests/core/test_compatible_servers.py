"""A server behind an overridden base URL that speaks only the older of two wire formats, asked in several ways."""

from __future__ import annotations

import asyncio
import json

import pytest

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.configuration import ClientConfig, ProviderConfig
from phoenix_tui.core.errors import NoProviderAnswered
from phoenix_tui.core.types import ChatRequest, Message
from tests.helpers.chat_stream import JSON, answer, error
from tests.helpers.raw_server import Reply, Seen, raw_server

KEY = "no-known-shape-1f2e3d"


def client(url: str, **more: str) -> Client:
    env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url, "OPENAI_MODEL": "m", "LLM_PROVIDER": "openai"}
    return Client(simulated_config({**env, "LLM_FALLBACK_ORDER": "openai", **more}))


def chat_only(request: Seen) -> Reply:
    if request.path.endswith("/chat/completions"):
        return answer("yes")
    return Reply(404, JSON, [b'{"error": {"message": "Not Found"}}'])


async def test_requests_at_once_each_learn_of_the_older_format() -> None:
    async with raw_server(chat_only) as server, client(server.url) as it:
        answers = await asyncio.gather(*(it.ask("x") for _ in range(8)))
    assert [answer.text for answer in answers] == ["yes"] * 8


async def test_a_retried_call_learns_of_it_too_and_remembers() -> None:
    async with raw_server(chat_only) as server, client(server.url) as it:
        question = (Message("user", "x"),)
        provider = it.providers["openai"]
        first = await provider.call_with_retry("m", question)
        second = await provider.call("m", question)
    assert (first.text, second.text) == ("yes", "yes")
    assert [post.path for post in server.posts] == ["/v1/responses", *["/v1/chat/completions"] * 2]
    assert len(first.attempts) == 2


async def test_a_format_that_was_chosen_is_obeyed() -> None:
    async with raw_server(chat_only) as server, client(server.url, OPENAI_API="responses") as it:
        with pytest.raises(NoProviderAnswered):
            await it.ask("x")
    assert [post.path for post in server.posts] == ["/v1/responses"]


async def test_a_key_without_a_known_shape_is_redacted_wherever_it_is_echoed() -> None:
    body = {"error": {"message": f"no {KEY}", "code": f"bad_{KEY}", "param": KEY, "metadata": {"raw": KEY}}}
    echo = Reply(400, JSON, [json.dumps(body).encode()])
    async with raw_server(lambda request: echo) as server, client(server.url) as it:
        with pytest.raises(NoProviderAnswered) as failure:
            await it.ask("x")
    assert KEY not in repr(failure.value.attempts)
    assert KEY not in repr(failure.value.cause)


async def test_a_failure_that_keeps_everybody_out_is_told_again_in_the_providers_own_words() -> None:
    async with raw_server(lambda request: error(401, "this key is revoked")) as server, client(server.url) as it:
        for _ in range(2):
            with pytest.raises(NoProviderAnswered) as failure:
                await it.ask("x")
            cause = failure.value.cause
            assert cause is not None
            assert (cause.provider, cause.info.message, cause.info.status) == ("openai", "this key is revoked", 401)
    assert len(server.posts) == 1


async def test_as_many_requests_at_once_as_anybody_asks() -> None:
    """None of them waits for another: here all must have come before the first is answered."""
    many = 120
    come = 0
    all_here = asyncio.Event()
    body = b"".join(answer("yes").pieces)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal come
        await reader.readuntil(b"\r\n\r\n")
        come += 1
        if come == many:
            all_here.set()
        await all_here.wait()
        writer.write(head + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with client(url, OPENAI_API="chat") as it, asyncio.timeout(30):
            answers = await asyncio.gather(*(it.ask("x") for _ in range(many)))
    assert [answer.text for answer in answers] == ["yes"] * many


async def test_another_name_for_a_cloud_model_does_not_hide_where_it_runs() -> None:
    tags = b'{"models":[{"name":"mine:latest","remote_host":"https://ollama.com"},{"name":"own:1b"}]}'

    def answer(request: Seen) -> Reply:
        if request.method == "GET":
            return Reply(200, JSON, [tags if request.path.endswith("tags") else b'{"models":[]}'])
        return Reply(200, {"content-type": "application/x-ndjson"}, [b'{"message":{"content":"x"},"done":true}\n'])

    async with raw_server(answer) as server:
        provider = ProviderConfig("ollama", True, root=server.url)
        config = ClientConfig((provider,), primary="ollama", order=("ollama",), local_only=True, probes=False)
        async with Client(config) as client:
            assert (await client.ask("hi")).target.model == "own:1b"
            with pytest.raises(NoProviderAnswered):
                await client.ask(ChatRequest((Message("user", "hi"),), model="mine"))
        assert len(server.posts) == 1
