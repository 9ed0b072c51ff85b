"""Framing: any body, cut at any places, gives the frames of the whole; nothing grows without bound."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.errors import EventTooLarge, FramingError
from phoenix_tui.core.framing import BodyFramer, Frame
from phoenix_tui.core.framing.json_body import JsonDecoder

SSE = "text/event-stream"
NDJSON = "application/x-ndjson"
Expects = Literal["sse", "ndjson"]


def frames(*pieces: bytes, label: str | None = SSE, expects: Expects = "sse", **limits: int) -> list[Frame]:
    framer = BodyFramer(label, expects, **limits)
    found = [frame for piece in pieces for frame in framer.feed(piece)]
    return found + framer.end()


def cut(body: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(ends)]


def outcome(*pieces: bytes, label: str | None, expects: Expects) -> list[Frame] | str:
    try:
        return frames(*pieces, label=label, expects=expects)
    except FramingError as error:
        return str(error)


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
line_text = text.map(lambda value: value.replace("\r", " ").replace("\n", " "))
line_end = st.sampled_from(("\n", "\r\n", "\r"))
field = st.one_of(
    st.builds("data:{}".format, line_text),
    st.builds("data: {}".format, line_text),
    st.builds("event: {}".format, line_text),
    st.builds(":{}".format, line_text),
    st.sampled_from(
        ("id: 7", "retry: 10", "data", "event", "", "", "unknown", "{", '{"error": 1}', '"a": 1', "}", "]")
    ),
)
sse_body = st.lists(st.tuples(field, line_end), max_size=14).map(lambda rows: "".join(row + end for row, end in rows))
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
json_object = st.dictionaries(text, json_value, min_size=1, max_size=3)
json_layout = st.sampled_from(({}, {"indent": 1}, {"indent": 0}, {"ensure_ascii": False}, {"separators": (",", ":")}))
json_text = st.builds(lambda value, layout: json.dumps(value, **layout), json_object, json_layout)
junk = st.sampled_from(("{", "}", '{"a": "b', '{"a": 1,', "nonsense", "[", "]", '"', "\\", "null", '{"a": [1'))
json_body = st.one_of(
    st.lists(json_text | junk, max_size=5).map("\n".join),
    st.lists(json_text, max_size=4).map(lambda values: "[" + "\n,\n".join(values) + "]\n"),
    st.lists(st.tuples(junk, json_text), max_size=3).map(lambda rows: "\r\n".join(a + b for a, b in rows)),
)
label = st.sampled_from((None, SSE, NDJSON, "application/json", "text/html", "text/plain; charset=utf-8"))
expects = st.sampled_from(("sse", "ndjson"))
places = st.lists(st.integers(0, 400), max_size=12)


@given(st.one_of(sse_body, json_body, text), label, expects, places, st.booleans())
def test_cuts_change_nothing(body: str, label: str | None, expects: Expects, places: list[int], marked: bool) -> None:
    raw = ("\ufeff" if marked else "").encode() + body.encode()
    whole = outcome(raw, label=label, expects=expects)
    assert outcome(*cut(raw, places), label=label, expects=expects) == whole
    assert outcome(*(raw[at : at + 1] for at in range(len(raw))), label=label, expects=expects) == whole


@given(st.binary(max_size=60), label, expects, places)
def test_cuts_change_nothing_in_bytes_that_are_no_text(
    body: bytes, label: str | None, expects: Expects, places: list[int]
) -> None:
    assert outcome(*cut(body, places), label=label, expects=expects) == outcome(body, label=label, expects=expects)


@given(st.lists(json_object, min_size=1, max_size=5), json_layout, places)
def test_values_come_back_as_they_were(values: list[Any], layout: dict[str, Any], places: list[int]) -> None:
    lines = "".join(json.dumps(value) + "\n" for value in values)
    array = "[" + ",\r\n".join(json.dumps(value, **layout) for value in values) + "]"
    one = json.dumps(values[0], **layout)
    events = "".join(f"data: {json.dumps(value)}\r\n\r\n" for value in values)
    for body, wanted in ((lines, values), (array, values), (one, values[:1]), (events, values)):
        found = frames(*cut(body.encode(), places), label=None)
        assert [json.loads(frame.data) for frame in found] == wanted


def test_an_event_stream_line_by_line() -> None:
    body = (
        "\ufeff: hello\r\n"
        "event: delta\r\ndata: one\u2028\u0085\u000b\r\ndata:two\r\ndata:  three\r\nid: 9\r\nretry: 5\r\n\r\n"
        "data\rdata: x\r\r"
        "event: empty\n\n"
        "data: after an event without data\n\n"
        "data: at the end, without a blank line"
    )
    assert frames(body.encode()) == [
        Frame("one\u2028\u0085\u000b\ntwo\n three", "delta"),
        Frame("\nx"),
        Frame("after an event without data"),
        Frame("at the end, without a blank line"),
    ]


def test_a_frame_comes_with_the_line_that_ends_it() -> None:
    framer = BodyFramer(SSE, "sse")
    assert framer.feed(b"data: a\r\n\r") == [Frame("a")]
    assert framer.feed(b"\ndata: b\n\n") == [Frame("b")]
    framer = BodyFramer(NDJSON, "ndjson")
    assert framer.feed(b'{"a":1}') == [Frame('{"a":1}')]
    assert framer.feed(b'\n{"b":') == []
    assert framer.feed(b"2}\n") == [Frame('{"b":2}')]
    framer = BodyFramer("application/json", "sse")
    assert framer.feed(b'[{"a": [{}]}') == [Frame('{"a": [{}]}')]
    assert framer.feed(b'\n,\n{"b": "]}"') == []
    assert framer.feed(b"}]") == [Frame('{"b": "]}"}')]


def test_characters_are_cut_and_bytes_are_wrong() -> None:
    body = "data: é🦅\n\n".encode()
    assert frames(body[:7], body[7:9], body[9:10], body[10:]) == [Frame("é🦅")]
    assert frames(b"data: \xff\xfe\n\n") == [Frame("\ufffd\ufffd")]
    assert frames(b'{"a":"\xc3("}\n', label=NDJSON) == [Frame('{"a":"\ufffd("}')]


def test_raw_json_between_events() -> None:
    error = '{\n  "error": {\n    "code": 503,\n\n    "message": "data: {"\n  }\n}'
    body = f'data: {{"a":1}}\r\n\r\n{error}\r\n\r\n'
    found = frames(body.encode())
    assert found[0] == Frame('{"a":1}')
    assert json.loads(found[1].data) == json.loads(error)
    wrapped = frames(f"data: 1\n\n[{error}\n]\n".encode())
    assert json.loads(wrapped[1].data) == json.loads(error)
    cut = frames(b'data: 1\n\n{\n "error": "x"')
    assert cut[1] == Frame('{\n "error": "x"\n')
    broken = frames(b'data: 1\n\n{\n "error": {\ndata: 2\n\n')
    assert [frame.data for frame in broken] == ["1", '{\n "error": {\n', "2"]


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ('{"a":1}\nnonsense\n{"a":2}\n', ['{"a":1}', "nonsense", '{"a":2}']),
        ('nonsense\n{"a":2}\n', ["nonsense", '{"a":2}']),
        ('{"a":"cut\n{"a":2}\n{"a":3}', ['{"a":"cut\n', '{"a":2}', '{"a":3}']),
        ('{"a":{"b":1\n{"a":2}\n', ['{"a":{"b":1\n', '{"a":2}']),
        ('{"a":1,\n{"a":2}\n', ['{"a":1,\n', '{"a":2}']),
        ('{"a":1}\n\n  \r\n{"a":2}\r\n', ['{"a":1}', '{"a":2}']),
        ('{"a":1}\n{\n "error": "x"\n}\n', ['{"a":1}', '{\n "error": "x"\n}']),
    ],
)
def test_a_bad_line_costs_only_itself(body: str, data: list[str]) -> None:
    assert [frame.data for frame in frames(body.encode(), label=NDJSON, expects="ndjson")] == data


def test_a_cut_body_is_given_out_as_it_is() -> None:
    assert frames(b'{\n "a": [1, 2', label="application/json") == [Frame('{\n "a": [1, 2')]
    assert frames(b'data: {"a": ', label=SSE) == [Frame('{"a": ')]
    assert frames(b"", label=SSE) == []
    assert frames(b" \r\n \n", label=None) == []


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b'data: {"a":1}\n\n', "application/json"),
        (b'event: x\ndata: {"a":1}\n\n', None),
        (b': comment\n\ndata: {"a":1}\n\n', "text/plain"),
        (b'\n   \n{"a":1}', SSE),
        (b'{"a":1}\n', "text/html"),
        (b'[{"a":1}]', SSE),
        (b'data: {"a":1}\n\n', NDJSON),
        (b'junk\ndata: {"a":1}\n\n', SSE),
    ],
)
def test_the_first_bytes_beat_the_label(body: bytes, label: str | None) -> None:
    for kind in ("sse", "ndjson"):
        found = frames(body, label=label, expects=kind)
        assert [json.loads(frame.data) for frame in found] == [{"a": 1}]


@pytest.mark.parametrize(
    ("body", "label", "words"),
    [
        (b"<!doctype html><title>Log&nbsp;in &amp; pay\x1b[31m</title>", "text/html", "“Log in & pay”"),
        (b"<html><body>Hello <b>there</b></body></html>", SSE, "“Hello there”"),
        (b"upstream connect error sk-abcdefghijklmnop", "text/plain", "upstream connect error [redacted]"),
        (b"upstream connect error", SSE, "upstream connect error"),
        (b"\x1f\x8b\x08\x00", None, "neither"),
        (b"words " * 2000, SSE, "words words"),
    ],
)
def test_what_is_no_answer_is_named(body: bytes, label: str, words: str) -> None:
    with pytest.raises(FramingError) as caught:
        frames(body, label=label)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_page_is_refused_before_it_ends() -> None:
    framer = BodyFramer("text/html", "sse")
    framer.feed(b"<html>")
    with pytest.raises(FramingError):
        framer.feed(b"<title>x</title>")
    framer = BodyFramer("text/html", "sse")
    with pytest.raises(FramingError):
        framer.feed(b"<!-- " + b"x" * 5000)


@pytest.mark.parametrize(
    "body",
    [
        b"data: " + b"x" * 200 + b"\n\n",
        b"data: " + b"x" * 200,
        b"data:\n" * 200,
        b": " + b"x" * 200,
        b"data: 1\n\n{\n" + b'"a": 1,\n' * 30,
        b'{"a":1}\n{"a":"' + b"x" * 200 + b'"}\n',
        b'{"a":1}\n{"a":"' + b"x" * 200,
        b'[{"a":"' + b"x" * 400 + b'"}]',
        b'{\n"a":"' + b"x" * 400 + b'"}',
    ],
)
def test_an_event_has_a_bound(body: bytes) -> None:
    for size in (1, 64, len(body)):
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        with pytest.raises(EventTooLarge):
            frames(*pieces, label=None, event_limit=100, body_limit=300)


def test_many_small_events_have_none() -> None:
    assert len(frames(b"data: 12345\n\n" * 1000, event_limit=10)) == 1000
    assert len(frames(b'{"a":1}\n' * 1000, event_limit=10, label=NDJSON, body_limit=10)) == 1000
    assert len(frames(b"[" + b'{"a":1},' * 1000 + b"]", event_limit=10, body_limit=10)) == 1000
    assert frames(b'{"a":"' + b"x" * 50 + b'"}', event_limit=10, body_limit=100, label="application/json")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "body",
    [
        b"data: " + b"x" * 5_000_000 + b"\n\n",
        b'{"a":"' + b"\\n" * 2_500_000 + b'"}',
        b"data: 1\n" * 600_000 + b"\n",
    ],
    ids=["event", "value", "lines"],
)
def test_a_large_event_in_tiny_pieces_is_not_quadratic(body: bytes) -> None:
    """Under a second when linear; what copies all it holds for every piece moves terabytes and meets the timeout."""
    pieces = (body[at : at + 16] for at in range(0, len(body), 16))
    assert len(frames(*pieces, label=None)) == 1


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_values_between_which_a_line_end_is_missing_are_each_found(cut: int) -> None:
    body = b'{"a":"1"}\n{"b":"}{"}{"c":"3"}\n{"d":4}{"e":5}'
    decoder = JsonDecoder()
    frames = [*decoder.feed(body[:cut]), *decoder.feed(body[cut:]), *decoder.end()]
    assert [frame.data for frame in frames] == ['{"a":"1"}', '{"b":"}{"}', '{"c":"3"}', '{"d":4}', '{"e":5}']


def test_a_bad_line_with_braces_stays_one_bad_line() -> None:
    decoder = JsonDecoder(only_lines=True)
    assert [frame.data for frame in decoder.feed(b'{"a":1}\n}{ what is this\n{"b":2}\n')] == [
        '{"a":1}',
        "}{ what is this",
        '{"b":2}',
    ]
