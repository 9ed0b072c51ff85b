"""Bodies that break HTTP, their encoding or their bounds: what an attempt makes of each, byte for byte."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, ProviderError
from phoenix_tui.core.types import Answer, Message
from tests.helpers.chat_stream import event
from tests.helpers.raw_server import Raw, Then, raw_server

NETWORK, PROTOCOL = ErrorClass.NETWORK, ErrorClass.PROTOCOL
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
ONE, TWO, END = event({"content": "one "}), event({"content": "two"}), event({}, "stop")
WHOLE = ONE + TWO + END


def sized(body: bytes, *, says: int | None = None, headers: bytes = b"", then: Then = Then.CLOSE) -> Raw:
    length = b"content-length: %d\r\n" % (len(body) if says is None else says)
    return Raw(HEAD + headers + length + b"\r\n" + body, then)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", then: Then = Then.CLOSE) -> Raw:
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return Raw(HEAD + b"transfer-encoding: chunked\r\n\r\n" + body + end, then)


def until_closed(body: bytes, then: Then = Then.CLOSE) -> Raw:
    return Raw(HEAD + b"\r\n" + body, then)


async def asked(reply: Raw) -> Answer | ErrorInfo:
    """The answer of one attempt that is answered with `reply`, or what was wrong with it."""
    async with raw_server(lambda _: reply) as server:
        env = {"LMSTUDIO_BASE_URL": server.url, "LMSTUDIO_MODEL": "m", "LLM_PROVIDER": "lmstudio"}
        async with Client(simulated_config(env)) as client:
            try:
                return await client.providers["lmstudio"].call("m", (Message("user", "x"),))
            except ProviderError as error:
                return error.info
            finally:
                assert len(server.posts) == 1


GZIP = b"content-encoding: gzip\r\n"
COMPRESSED = gzip.compress(WHOLE)
NINE_MB = b"x" * 9 * 2**20


@pytest.mark.parametrize(
    ("reply", "error_class", "code"),
    [
        (sized(ONE, says=1000), NETWORK, "reset"),
        (sized(WHOLE, says=len(ONE)), PROTOCOL, None),
        (sized(b""), PROTOCOL, None),
        (chunked(ONE, end=b"zz\r\n"), NETWORK, "reset"),
        (chunked(ONE, end=b"-5\r\nhello\r\n"), NETWORK, "reset"),
        (chunked(ONE, end=b""), NETWORK, "reset"),
        (chunked(ONE, end=b"", then=Then.RESET), NETWORK, "reset"),
        (chunked(ONE, TWO), PROTOCOL, None),
        (chunked(), PROTOCOL, None),
        (until_closed(ONE), PROTOCOL, None),
        (Raw(b"HTTP/1.1 204 No Content\r\n\r\n"), PROTOCOL, None),
        (Raw(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"), PROTOCOL, None),
        (sized(b"<!DOCTYPE html><title>Wi-Fi</title><form action=login>"), PROTOCOL, "html"),
        (sized(b"Just some words", headers=b"x: y\r\n"), PROTOCOL, "framing"),
        (sized(COMPRESSED[:-40], headers=GZIP), PROTOCOL, None),
        (sized(WHOLE, headers=GZIP), PROTOCOL, "encoding"),
        (sized(b"data: " + NINE_MB), PROTOCOL, "too_large"),
    ],
    ids=[
        "shorter than it says",
        "longer than it says",
        "empty",
        "a chunk of no size",
        "a chunk of negative size",
        "chunks without an end",
        "reset among chunks",
        "chunks without the end of the answer",
        "no chunks",
        "closed before the end",
        "204",
        "302",
        "web page",
        "words",
        "half of a compressed answer",
        "not compressed as it says",
        "an endless event",
    ],
)
async def test_what_is_no_answer(reply: Raw, error_class: ErrorClass, code: str | None) -> None:
    info = await asked(reply)
    assert isinstance(info, ErrorInfo)
    assert (info.error_class, info.code) == (error_class, code)
    assert info.message


@pytest.mark.parametrize(
    "reply",
    [
        sized(WHOLE),
        sized(WHOLE, says=len(WHOLE) + 1000),
        sized(WHOLE, says=len(WHOLE) + 1000, then=Then.RESET),
        chunked(WHOLE),
        chunked(WHOLE, end=b""),
        chunked(WHOLE, end=b"zz\r\n"),
        chunked(*(WHOLE[at : at + 1] for at in range(len(WHOLE)))),
        until_closed(WHOLE),
        until_closed(WHOLE, Then.RESET),
        sized(COMPRESSED, headers=GZIP),
        sized(COMPRESSED[:-8], headers=GZIP),
        sized(WHOLE, headers=b"content-encoding: identity\r\n"),
        sized(WHOLE, headers=b"content-encoding: made-up\r\n"),
    ],
)
async def test_what_breaks_after_the_end_of_an_answer_changes_nothing(reply: Raw) -> None:
    answer = await asked(reply)
    assert isinstance(answer, Answer), answer
    assert answer.text == "one two"


BROKEN_CHARACTER = ONE.replace(b"one ", b"o\xffne \xe2\x82")


@pytest.mark.parametrize("send", [sized, chunked, until_closed])
async def test_bytes_that_are_no_text_are_replaced(send: Callable[[bytes], Raw]) -> None:
    answer = await asked(send(BROKEN_CHARACTER + TWO + END))
    assert isinstance(answer, Answer), answer
    assert answer.text == "o\ufffdne \ufffdtwo"
