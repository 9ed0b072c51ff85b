"""Each fault, looked at on a bare socket: it does what it says, in every wire format."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import AsyncIterator

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import Ending, SimProvider, Simulator
from phoenix_tui.sim import faults as f
from phoenix_tui.sim.model import Answer, Call
from tests.helpers.simulation import SPEAKERS, InstantClock, RawClient, Speaker, hear, raw_request

COUNT = 60
WORDS = tuple(f"w{number:02d} " for number in range(COUNT))
every_format = pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=list(SPEAKERS))


def _sixty(call: Call, dice: random.Random) -> Answer:
    return Answer(text=WORDS)


@pytest.fixture
async def simulator(clock: InstantClock) -> AsyncIterator[Simulator]:
    async with Simulator(clock=clock) as opened:
        for provider in opened:
            provider.author = _sixty
        yield opened


def words_in(text: str) -> list[str]:
    """The words of the answer in what came, as often as they came."""
    return re.findall(r"w\d\d ", text)


@every_format
async def test_without_a_fault_the_answer_is_whole(simulator: Simulator, speaker: Speaker) -> None:
    provider = simulator[speaker.provider]
    heard = await hear(provider, speaker.request())
    assert heard.status == 200
    assert heard.ending == "open"
    assert words_in(heard.text)[:COUNT] == list(WORDS)
    assert speaker.finish in heard.text
    assert provider.attempts[0].ending is Ending.WHOLE


@every_format
@pytest.mark.parametrize("how", f.Death)
async def test_a_cut_leaves_exactly_the_first_tokens(simulator: Simulator, speaker: Speaker, how: f.Death) -> None:
    provider = simulator[speaker.provider]
    provider.set_fault(f.Cut(after=40, how=how))
    heard = await hear(provider, speaker.request())
    assert words_in(heard.text) == list(WORDS[:40])
    assert speaker.finish not in heard.text
    assert heard.ending == {f.Death.FIN: "fin", f.Death.RST: "rst", f.Death.CLEAN: "open"}[how]
    assert heard.raw.endswith(b"\r\n0\r\n\r\n") == (how is f.Death.CLEAN)
    assert provider.attempts[0].ending is (Ending.WHOLE if how is f.Death.CLEAN else Ending.BROKEN)


@every_format
async def test_a_single_answer_is_cut_in_the_middle_of_its_json(simulator: Simulator, speaker: Speaker) -> None:
    simulator[speaker.provider].set_fault(f.Cut(how=f.Death.FIN))
    heard = await hear(simulator[speaker.provider], speaker.request(stream=False))
    assert heard.ending == "fin"
    assert heard.headers["content-type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        json.loads(heard.body)


@every_format
async def test_a_stall_is_silent_and_then_closes(simulator: Simulator, speaker: Speaker, clock: InstantClock) -> None:
    simulator[speaker.provider].set_fault(f.Stall(after=20, seconds=30))
    heard = await hear(simulator[speaker.provider], speaker.request())
    assert words_in(heard.text) == list(WORDS[:20])
    assert clock.slept == [30]
    assert heard.ending == "fin"


@every_format
async def test_who_leaves_a_stalled_answer_is_seen_to_leave(simulator: Simulator, speaker: Speaker) -> None:
    provider = simulator[speaker.provider]
    provider.set_fault(f.Stall(after=3))
    async with RawClient(provider) as client:
        await client.send(speaker.request())
        await client.read_until(b"w02 ")
        assert provider.attempts[0].ending is Ending.UNDER_WAY
    await provider.until(lambda it: it.attempts[0].ending is Ending.LEFT)


@every_format
async def test_an_error_in_the_stream_has_the_providers_words(simulator: Simulator, speaker: Speaker) -> None:
    simulator[speaker.provider].set_fault(f.ErrorInStream(error=ErrorClass.OVERLOADED, after=5))
    heard = await hear(simulator[speaker.provider], speaker.request())
    assert heard.status == 200
    assert words_in(heard.text) == list(WORDS[:5])
    assert re.search("overloaded|busy|No provider", heard.text, re.IGNORECASE)
    assert speaker.finish not in heard.text


@every_format
async def test_an_invalid_event_comes_between_whole_ones(simulator: Simulator, speaker: Speaker) -> None:
    simulator[speaker.provider].set_fault(f.InvalidEvent(at=10))
    heard = await hear(simulator[speaker.provider], speaker.request())
    assert words_in(heard.text)[:COUNT] == list(WORDS)
    payloads = [line.removeprefix("data: ") for line in heard.text.splitlines() if "{" in line]
    broken = [number for number, payload in enumerate(payloads) if not _is_json(payload)]
    assert len(broken) == 1
    assert words_in("".join(payloads[: broken[0]])) == list(WORDS[:9])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@every_format
async def test_a_big_event_is_as_big_as_it_says(simulator: Simulator, speaker: Speaker) -> None:
    simulator[speaker.provider].set_fault(f.BigEvent(size=2 * 2**20, at=2))
    heard = await hear(simulator[speaker.provider], speaker.request())
    assert max(len(line) for line in heard.text.splitlines()) > 2 * 2**20
    assert words_in(heard.text)[:COUNT] == list(WORDS)


@every_format
async def test_an_answer_without_its_finish(simulator: Simulator, speaker: Speaker) -> None:
    simulator[speaker.provider].set_fault(f.NoFinish())
    heard = await hear(simulator[speaker.provider], speaker.request())
    assert words_in(heard.text)[:COUNT] == list(WORDS)
    assert speaker.finish not in heard.text
    assert "[DONE]" not in heard.text
    assert heard.ending == "open"


async def test_an_answer_without_done_has_all_else_and_may_stay_open(simulator: Simulator) -> None:
    speaker = SPEAKERS["openai_chat"]
    provider = simulator[speaker.provider]
    provider.set_fault(f.NoDone())
    heard = await hear(provider, speaker.request())
    assert "[DONE]" not in heard.text
    assert speaker.finish in heard.text
    assert '"usage":' in heard.text
    assert heard.ending == "open"
    provider.set_fault(f.NoDone(stays_open=True))
    async with RawClient(provider) as client:
        await client.send(speaker.request())
        await client.read_until(b'"usage":')
        assert provider.attempts[1].ending is Ending.UNDER_WAY


@every_format
async def test_a_slow_first_token_comes_after_the_opening(
    simulator: Simulator, speaker: Speaker, clock: InstantClock
) -> None:
    provider = simulator[speaker.provider]
    provider.set_fault(f.SlowFirstToken(seconds=20), f.SlowTokens(seconds=0.5), f.Cut(after=4))
    heard = await hear(provider, speaker.request())
    assert words_in(heard.text) == list(WORDS[:4])
    assert clock.slept == [20, 0.5, 0.5, 0.5, 0.5, 0.5]


@every_format
async def test_a_slow_start_can_have_heartbeats(simulator: Simulator, speaker: Speaker, clock: InstantClock) -> None:
    provider = simulator[speaker.provider]
    silent = await hear(provider, speaker.request())
    provider.set_fault(f.SlowFirstToken(seconds=2.5, heartbeat=1))
    heard = await hear(provider, speaker.request())
    assert words_in(heard.text)[:COUNT] == list(WORDS)
    assert len(heard.body) > len(silent.body)
    assert clock.slept == [1, 1, 0.5]


@every_format
async def test_heartbeats_have_no_token(simulator: Simulator, speaker: Speaker, clock: InstantClock) -> None:
    provider = simulator[speaker.provider]
    provider.set_fault(f.HeartbeatsOnly(seconds=1, count=3))
    heard = await hear(provider, speaker.request())
    assert heard.body
    assert not words_in(heard.text)
    assert heard.ending == "fin"
    assert clock.slept == [1, 1, 1]


@every_format
async def test_byte_by_byte(simulator: Simulator, speaker: Speaker, clock: InstantClock) -> None:
    simulator[speaker.provider].set_fault(f.ByteByByte(seconds=0.01), f.Says(text=("ab", "cd")))
    heard = await hear(simulator[speaker.provider], speaker.request())
    assert speaker.finish in heard.text
    after_head = len(heard.raw.partition(b"\r\n\r\n")[2])
    assert clock.slept == [0.01] * after_head


async def test_slow_headers_drip(simulator: Simulator, clock: InstantClock) -> None:
    simulator["openai"].set_fault(f.SlowHeaders(seconds=2))
    heard = await hear(simulator["openai"], SPEAKERS["openai_responses"].request())
    assert clock.slept == [2] * len(heard.raw)


@every_format
async def test_no_byte_before_a_reset_a_close_or_out_of_a_black_hole(
    simulator: Simulator, speaker: Speaker, clock: InstantClock
) -> None:
    provider = simulator[speaker.provider]
    provider.script(f.ResetBeforeHeaders(), f.CloseBeforeHeaders(), f.BlackHole(seconds=120))
    heard = [await hear(provider, speaker.request()) for _ in range(3)]
    assert [it.raw for it in heard] == [b"", b"", b""]
    assert [it.ending for it in heard] == ["rst", "fin", "fin"]
    assert clock.slept == [120]


async def test_a_refusing_port_refuses_resets_who_is_there_and_comes_back(simulator: Simulator) -> None:
    provider, speaker = simulator["openai"], SPEAKERS["openai_responses"]
    port = provider.port
    async with RawClient(provider) as client:
        await client.hear(speaker.request())
        provider.set_fault(f.Refuse())
        assert (await client.listen()).ending == "rst"
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await RawClient(provider).__aenter__()
    provider.set_fault()
    assert provider.port == port
    assert (await hear(provider, speaker.request())).status == 200


async def test_a_port_can_be_switched_many_times_at_once(simulator: Simulator) -> None:
    provider = simulator["openai"]
    for _ in range(5):
        provider.set_fault(f.Refuse())
        provider.set_fault()
    assert (await hear(provider, SPEAKERS["openai_responses"].request())).status == 200
    provider.set_fault()
    provider.set_fault(f.Refuse())
    with pytest.raises(ConnectionRefusedError):
        await RawClient(provider).__aenter__()


@every_format
@pytest.mark.parametrize("error", [it for it in ErrorClass if it not in (ErrorClass.CANCELLED, ErrorClass.OFFLINE)])
async def test_every_error_is_json_with_words_and_an_error_status(
    simulator: Simulator, speaker: Speaker, error: ErrorClass
) -> None:
    provider = simulator[speaker.provider]
    provider.set_fault(f.Error(error=error))
    heard = await hear(provider, speaker.request())
    if (speaker.provider, error) == ("gemini", ErrorClass.CONTENT_FILTER):
        assert "blockReason" in heard.text, "which is no error there"
        return
    assert heard.status >= 400
    assert "error" in json.loads(heard.body)
    assert not re.search(r"\{\w+\}", _message(json.loads(heard.body))), "a gap was not filled"
    provider.set_fault(f.ErrorInBody(error=error))
    inside = await hear(provider, speaker.request())
    assert inside.status == 200
    assert json.loads(inside.body) == json.loads(heard.body)


def _message(body: dict[str, object]) -> str:
    error = body["error"]
    return str(error["message"] if isinstance(error, dict) else error)


@pytest.mark.parametrize(
    ("provider", "wait", "header", "value"),
    [
        ("openai", 1.5, "retry-after-ms", "1500"),
        ("openai", 2, "retry-after", "2"),
        ("anthropic", 30, "retry-after", "30"),
        ("grok", "Wed, 21 Oct 2026 07:28:00 GMT", "retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),
    ],
)
async def test_waits_that_are_asked_for(
    simulator: Simulator, provider: str, wait: float | str, header: str, value: str
) -> None:
    simulator[provider].set_fault(f.Error(error=ErrorClass.RATE_LIMIT, retry_after=wait, everywhere=True))
    heard = await hear(simulator[provider], raw_request("GET", "/v1/models"))
    assert heard.status == 429
    assert heard.headers[header] == value


async def test_replies_that_are_none(simulator: Simulator) -> None:
    provider, request = simulator["openai"], SPEAKERS["openai_responses"].request()
    provider.script(
        f.Html(), f.Html(status=502), f.Redirect(location="https://elsewhere.invalid/x", status=308), f.NoContent()
    )
    portal, proxy, redirect, nothing = [await hear(provider, request) for _ in range(4)]
    assert (portal.status, portal.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in portal.text
    assert proxy.status == 502
    assert (redirect.status, redirect.headers["location"]) == (308, "https://elsewhere.invalid/x")
    assert (nothing.status, nothing.body) == (204, b"")
    assert "content-length" not in nothing.headers


@every_format
async def test_labels_that_are_wrong_or_missing(simulator: Simulator, speaker: Speaker) -> None:
    provider = simulator[speaker.provider]
    provider.script(f.WrongContentType(media_type="text/plain"), f.WrongContentType(media_type=""), f.SingleJson())
    wrong, missing, single = [await hear(provider, speaker.request()) for _ in range(3)]
    assert wrong.headers["content-type"] == "text/plain"
    assert "content-type" not in missing.headers
    assert words_in(missing.text)[:COUNT] == list(WORDS)
    assert single.headers["content-type"] == "application/json"
    assert words_in(json.dumps(json.loads(single.body)))[:COUNT] == list(WORDS)


@every_format
async def test_gzip_is_flushed_after_every_event(simulator: Simulator, speaker: Speaker) -> None:
    provider = simulator[speaker.provider]
    provider.set_fault(f.Cut(after=2, how=f.Death.FIN), f.Gzip())
    cut = await hear(provider, speaker.request())
    assert cut.headers["content-encoding"] == "gzip"
    assert words_in(zlib.decompressobj(wbits=31).decompress(cut.body).decode()) == list(WORDS[:2])
    provider.set_fault(f.Gzip())
    whole = await hear(provider, speaker.request())
    assert speaker.finish in zlib.decompress(whole.body, wbits=31).decode()


@every_format
async def test_answers_without_text(simulator: Simulator, speaker: Speaker) -> None:
    provider = simulator[speaker.provider]
    provider.script(f.EmptyAnswer(), f.ReasoningOnly(), f.Refusal(words="Rather not"), f.CallsTool(name="look_up"))
    empty, thinking, refused, called = [await hear(provider, speaker.request()) for _ in range(4)]
    assert not words_in(empty.text + thinking.text + refused.text + called.text)
    assert speaker.finish in empty.text
    assert re.search("incomplete|length|max_tokens|MAX_TOKENS", thinking.text)
    assert "Rather" in refused.text
    assert "look_up" in called.text


@every_format
async def test_large_and_hostile_answers_go_out_as_they_are(simulator: Simulator, speaker: Speaker) -> None:
    provider = simulator[speaker.provider]
    provider.script(f.huge_answer(10**6), f.long_line(10**5, piece=999), f.hostile_text())
    huge, line, hostile = [await hear(provider, speaker.request()) for _ in range(3)]
    assert len(huge.body) > 10**6
    assert line.text.count("x" * 999) >= 100
    sent = "".join(_strings(hostile.text))
    assert all(json.loads(f'"{escape}"') in sent for escape in (r"\u001b[2J", r"\u202e", "[/x]", r"\u0000", r"\u0085"))


def _strings(stream: str) -> list[str]:
    """Every string anywhere in the events of a stream."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, dict):
            walk(list(value.values()))

    for line in stream.split("\n"):
        payload = line.removeprefix("data: ")
        if _is_json(payload):
            walk(json.loads(payload))
    return found


# -- when a fault strikes


async def _status(provider: SimProvider, speaker: Speaker) -> int:
    return (await hear(provider, speaker.request())).status


async def test_a_fault_strikes_as_often_as_it_says(simulator: Simulator) -> None:
    provider, speaker = simulator["openai"], SPEAKERS["openai_responses"]
    provider.set_fault(f.Error(error=ErrorClass.SERVER, times=2))
    assert [await _status(provider, speaker) for _ in range(4)] == [500, 500, 200, 200]
    assert provider.faults == ()


async def test_a_script_goes_before_a_standing_fault(simulator: Simulator) -> None:
    provider, speaker = simulator["openai"], SPEAKERS["openai_responses"]
    provider.set_fault(f.Error(error=ErrorClass.OVERLOADED))
    provider.script(None, f.Error(error=ErrorClass.SERVER))
    assert [await _status(provider, speaker) for _ in range(3)] == [200, 500, 503]


async def test_a_fault_may_hold_for_one_model_and_spares_lists_unless_told(simulator: Simulator) -> None:
    provider, speaker = simulator["openai"], SPEAKERS["openai_responses"]
    listing = raw_request("GET", "/v1/models", headers=speaker.headers)
    provider.set_fault(f.Error(error=ErrorClass.SERVER, models=frozenset({"gpt-4o"})))
    assert await _status(provider, speaker) == 200
    provider.set_fault(f.Error(error=ErrorClass.SERVER))
    assert (await hear(provider, listing)).status == 200
    provider.set_fault(f.Error(error=ErrorClass.SERVER, everywhere=True))
    assert (await hear(provider, listing)).status == 500
