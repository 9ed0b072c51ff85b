"""HTTP as the simulated providers speak it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.sim import Simulator
from phoenix_tui.sim.http import BODY_BOUND, HEADER_BOUND, BadHttp, Request, RequestParser
from tests.helpers.simulation import SPEAKERS, RawClient, hear, raw_request

SPEAKER = SPEAKERS["openai_responses"]
CHUNKED = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\nA\r\n0123456789\r\n0\r\n\r\n"


def parse(pieces: list[bytes]) -> list[Request]:
    """All requests in `pieces`."""
    parser, found = RequestParser(), []
    for piece in pieces:
        parser.feed(piece)
        while (request := parser.next()) is not None:
            found.append(request)
    return found


@given(cuts=st.lists(st.integers(0, 400), max_size=12))
def test_requests_are_the_same_however_their_bytes_are_cut(cuts: list[int]) -> None:
    raw = raw_request("POST", "/p%20q?a=1%262&b=", b"\r\n\r\nbody", {"X-Odd": " v "}) + CHUNKED
    raw += raw_request("GET", "/last")
    ends = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    first, second, third = parse([raw[start:end] for start, end in pairwise(ends)])
    assert (first.method, first.path, first.query) == ("POST", "/p q", {"a": "1&2", "b": ""})
    assert first.headers["x-odd"] == "v"
    assert first.body == b"\r\n\r\nbody"
    assert second.body == b"abcd0123456789"
    assert (third.path, third.body) == ("/last", b"")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nspace : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"GET / HTTP/1.1\r\na: " + b"x" * HEADER_BOUND, 431),
        (f"POST / HTTP/1.1\r\ncontent-length: {BODY_BOUND + 1}\r\n\r\n".encode(), 413),
    ],
)
async def test_what_is_no_request_is_refused(sim: Simulator, raw: bytes, status: int) -> None:
    with pytest.raises(BadHttp) as caught:
        parse([raw])
    assert caught.value.status == status
    heard = await hear(sim["openai"], raw)
    assert heard.status == status
    assert heard.headers["connection"] == "close"


async def test_a_connection_is_used_again_also_after_errors(sim: Simulator) -> None:
    listing = raw_request("GET", "/v1/models")
    async with RawClient(sim["openai"]) as client:
        heard = [await client.hear(listing) for _ in range(3)]
        heard.append(await client.hear(SPEAKER.request()))
        assert [it.status for it in heard] == [401] * 4
        assert sim["openai"].connections == 1
        assert (await client.hear(raw_request("GET", "/v1/models", headers={"connection": "close"}))).status == 401
        assert (await client.listen()).ending == "fin"


async def test_requests_sent_ahead_are_answered_in_order(sim: Simulator) -> None:
    last = raw_request("GET", "/", headers={"connection": "close"})
    async with RawClient(sim["ollama"]) as client:
        await client.send(raw_request("GET", "/api/version") + raw_request("GET", "/api/nothing") + last)
        raw = await client.read_all()
    assert re.findall(rb"HTTP/1.1 (\d+)", raw) == [b"200", b"404", b"200"]
    assert raw.endswith(b"Ollama is running")


async def test_head_has_the_headers_and_no_body(sim: Simulator) -> None:
    async with RawClient(sim["ollama"]) as client:
        await client.send(raw_request("HEAD", "/"))
        head = await client.read_until(b"\r\n\r\n")
        after = await client.hear(raw_request("GET", "/"))
    assert b"content-length: 17" in head
    assert after.body == b"Ollama is running"


async def test_a_client_that_asks_first_is_told_to_go_on(sim: Simulator) -> None:
    request = SPEAKERS["ollama_chat"].request(expect="100-continue")
    head, _, body = request.partition(b"\r\n\r\n")
    async with RawClient(sim["ollama"]) as client:
        await client.send(head + b"\r\n\r\n")
        assert await client.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert (await client.hear(body)).status == 200


async def test_unknown_paths_and_methods(sim: Simulator) -> None:
    assert (await hear(sim["openai"], raw_request("GET", "/v1/nothing"))).status == 404
    assert (await hear(sim["openai"], raw_request("DELETE", "/v1/models"))).status == 405
    assert (await hear(sim["lmstudio"], raw_request("GET", "/nothing"))).status == 200, "as LM Studio really does"


async def test_a_path_can_be_missing(sim: Simulator) -> None:
    sim["openai"].missing.add("/v1/responses")
    heard = await hear(sim["openai"], SPEAKER.request(authorization=f"Bearer {sim.key('openai')}"))
    assert heard.status == 404
    assert "model" not in json.loads(heard.body)["error"]["message"]


async def test_a_name_with_slashes_may_come_percent_encoded(sim: Simulator) -> None:
    sim["openai"].key = None
    headers = {"authorization": "Bearer x"}
    for name in ("gpt-6.1-sol", quote("gpt-6.1-sol", safe="").replace(".", "%2E")):
        heard = await hear(sim["openai"], raw_request("GET", f"/v1/models/{name}", headers=headers))
        assert json.loads(heard.body)["id"] == "gpt-6.1-sol"


async def test_the_log_keeps_what_was_asked(sim: Simulator) -> None:
    await hear(sim["openai"], SPEAKER.request())
    await hear(sim["openai"], raw_request("GET", "/v1/models?x=1"))
    asked, listed = sim["openai"].requests
    assert (asked.method, asked.path, asked.model) == ("POST", "/v1/responses", "gpt-6-luna")
    assert asked.json["input"] == "go on"
    assert asked.headers["authorization"] == "Bearer sk-sim-any"
    assert asked.at <= listed.at
    assert listed.query == {"x": "1"}
    assert sim["openai"].attempts == [asked]
