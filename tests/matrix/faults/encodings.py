"""Characters, compression and labels."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence

from tests.matrix.fault import BODY, FINISHED, IN_PLACE, NO_BODY_YET, ONLY_HEAD, WHOLE, Fault, but, everywhere, only
from tests.matrix.outcomes import Cannot, Fails, Whole
from tests.matrix.phases import Mode
from tests.matrix.replies import LAST_CHUNK, Stage, Step, chunk, head

_GROUP = "encoding"
_UMLAUT = "ü".encode()
_NO_TEXT_FOLLOWS = but(Cannot("no text follows"), FINISHED)


def _split(stage: Stage) -> Sequence[Step]:
    """Every character of two bytes comes in two chunks."""
    return stage.then(part for piece in stage.after for part in _halves(piece))


def _halves(piece: bytes) -> Iterable[bytes]:
    first, *others = piece.split(_UMLAUT)
    for other in others:
        yield first + _UMLAUT[:1]
        first = _UMLAUT[1:] + other
    yield first


def _one_by_one(stage: Stage) -> Sequence[Step]:
    data = b"".join(map(chunk, stage.after)) + LAST_CHUNK
    return [*stage.sent(), *(data[at : at + 1] for at in range(len(data)))]


def _invalid_bytes(stage: Stage) -> Sequence[Step]:
    return stage.then(piece.replace(_UMLAUT, b"\xff") for piece in stage.after)


def _zipped(pieces: Iterable[bytes], *, end: bool) -> list[Step]:
    packer = zlib.compressobj(wbits=31)
    steps: list[Step] = [chunk(packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)) for piece in pieces]
    return [*steps, chunk(packer.flush())] if end else steps


def _gzip(stage: Stage) -> Sequence[Step]:
    return [stage.head(content_encoding="gzip"), *_zipped(stage.script.whole, end=True), LAST_CHUNK]


def _deflate(stage: Stage) -> Sequence[Step]:
    body = zlib.compress(b"".join(stage.script.whole))
    return [stage.head(content_encoding="deflate"), chunk(body), LAST_CHUNK]


def _cut_gzip(stage: Stage) -> Sequence[Step]:
    return [stage.head(content_encoding="gzip"), *_zipped(stage.before, end=False), LAST_CHUNK]


def _torn_gzip(stage: Stage) -> Sequence[Step]:
    return [stage.head(content_encoding="gzip"), *_zipped(stage.before, end=False), chunk(b"\xff" * 40), LAST_CHUNK]


def _labelled(label: str) -> Callable[[Stage], Sequence[Step]]:
    def play(stage: Stage) -> Sequence[Step]:
        return [stage.head(content_encoding=label), *map(chunk, stage.script.whole), LAST_CHUNK]

    return play


def _unlabelled_gzip(stage: Stage) -> Sequence[Step]:
    return [stage.head(), *_zipped(stage.script.whole, end=True), LAST_CHUNK]


def _typed(media_type: str) -> Callable[[Stage], Sequence[Step]]:
    """A good reply under this content type, "" for none."""

    def play(stage: Stage) -> Sequence[Step]:
        label = {"content-type": media_type} if media_type else {}
        good = [*map(chunk, stage.script.whole), LAST_CHUNK]
        return [head(200, {**label, "transfer-encoding": "chunked"}), *good]

    return play


def _type(media_type: str) -> Fault:
    name = f"content-type {media_type}" if media_type else "no content-type"
    return Fault(name, _GROUP, only(BODY, Whole("the bytes decide"), ONLY_HEAD), _typed(media_type))


_UNPACKABLE = Fails("protocol", "encoding")

FAULTS = (
    Fault("characters split over chunks", _GROUP, everywhere(WHOLE, headers=NO_BODY_YET), _split, (_NO_TEXT_FOLLOWS,)),
    Fault("one byte at a time", _GROUP, everywhere(WHOLE, headers=NO_BODY_YET), _one_by_one),
    Fault(
        "bytes that are no UTF-8",
        _GROUP,
        everywhere(Whole("U+FFFD in their place", replaced=("ü", "\ufffd")), headers=NO_BODY_YET),
        _invalid_bytes,
        (_NO_TEXT_FOLLOWS,),
    ),
    Fault("gzip", _GROUP, only(BODY, WHOLE, ONLY_HEAD), _gzip),
    Fault("deflate", _GROUP, only(BODY, WHOLE, ONLY_HEAD), _deflate),
    Fault("truncated gzip", _GROUP, everywhere(Fails("protocol"), headers=NO_BODY_YET, finished=WHOLE), _cut_gzip),
    Fault("corrupt gzip", _GROUP, everywhere(_UNPACKABLE, headers=NO_BODY_YET, finished=WHOLE), _torn_gzip),
    Fault("labelled gzip, and is not", _GROUP, only(BODY, _UNPACKABLE, ONLY_HEAD), _labelled("gzip")),
    Fault("labelled with an unknown encoding", _GROUP, only(BODY, WHOLE, ONLY_HEAD), _labelled("x-phoenix")),
    Fault("gzip without a label", _GROUP, only(BODY, Fails("protocol"), IN_PLACE), _unlabelled_gzip),
    _type("text/plain"),
    _type("text/html"),
    _type("application/octet-stream"),
    _type(""),
    Fault(
        "content-type of the other mode",
        _GROUP,
        only(BODY, Whole("the bytes decide"), ONLY_HEAD),
        lambda stage: _typed("text/event-stream" if stage.mode is Mode.SINGLE else "application/json")(stage),
    ),
)
