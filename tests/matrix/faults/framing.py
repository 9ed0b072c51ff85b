"""Events framed in every way that is allowed, and in some that are not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from phoenix_tui.core.adapters.base import WireFormat
from tests.matrix.fault import (
    BODY,
    FINISHED,
    NO_BODY_YET,
    NOT_SSE,
    ONLY_STREAMS,
    OPENED,
    TOKENS,
    WHOLE,
    Fault,
    but,
    everywhere,
)
from tests.matrix.outcomes import Cannot, Fails, Whole
from tests.matrix.phases import Mode, Variant
from tests.matrix.replies import Stage, Step
from tests.matrix.speakers import ONE_OF_EACH_FORMAT

_GROUP = "framing"
_LINES = (WireFormat.OLLAMA_CHAT,)
_NO_STREAM = but(ONLY_STREAMS, mode=Mode.SINGLE)
_HARMLESS = everywhere(WHOLE, headers=NO_BODY_YET)
_PIECE = 2**16
BIG = 10 * 2**20
TINY, ALL_TINY = 500, 100_000

Change = Callable[[Stage, bytes], Iterable[bytes]]


def _changed(change: Change) -> Callable[[Stage], Sequence[Step]]:
    """Each piece that follows becomes other pieces."""

    def play(stage: Stage) -> Sequence[Step]:
        return stage.then(piece for after in stage.after for piece in change(stage, after))

    return play


def _inserted(make: Callable[[Stage], Iterable[bytes]]) -> Callable[[Stage], Sequence[Step]]:
    """More pieces come before those that follow."""

    def play(stage: Stage) -> Sequence[Step]:
        return stage.then((*make(stage), *stage.after))

    return play


def _crlf(_: Stage, piece: bytes) -> Iterable[bytes]:
    return [piece.replace(b"\n", b"\r\n")]


def _cr(_: Stage, piece: bytes) -> Iterable[bytes]:
    return [piece.replace(b"\n", b"\r")]


def _bom(_: Stage) -> Iterable[bytes]:
    return [b"\xef\xbb\xbf"]


def _over_lines(stage: Stage, piece: bytes) -> Iterable[bytes]:
    """The JSON of an event over several lines."""
    if stage.mode is Mode.SINGLE:
        return [piece]
    lines: list[bytes] = []
    for line in piece.split(b"\n"):
        field, _, data = line.partition(b"data: ")
        if not stage.speaker.is_sse and line:
            lines.append(_pretty(line))
        elif data[:1] == b"{" and not field:
            lines += [b"data: " + part for part in _pretty(data).split(b"\n")]
        else:
            lines.append(line)
    return [b"\n".join(lines)]


def _pretty(data: bytes) -> bytes:
    return json.dumps(json.loads(data), ensure_ascii=False, indent=1).encode()


def _comments(_: Stage, piece: bytes) -> Iterable[bytes]:
    return [b":\n: a comment: of no meaning\n\n", piece]


def _retry(_: Stage, piece: bytes) -> Iterable[bytes]:
    return [b"retry: 3000\nid: 7\n" + piece]


def _unspaced(_: Stage, piece: bytes) -> Iterable[bytes]:
    return [piece.replace(b"data: ", b"data:").replace(b"event: ", b"event:")]


def _one_blank_line_less(stage: Stage) -> Sequence[Step]:
    following = stage.after or (stage.speaker.event(stage.speaker.delta("")),)
    first = following[0].rstrip(b"\n") + (b"\n" if stage.speaker.is_sse else b"")
    return stage.then((first, *following[1:]))


def _last_blank_line_missing(stage: Stage) -> Sequence[Step]:
    *others, last = stage.after or (stage.speaker.event(stage.speaker.delta("")),)
    return stage.then((*others, last.rstrip(b"\n")))


def _big_event(stage: Stage) -> Sequence[Step]:
    if stage.mode is Mode.STREAM:
        return stage.then((*_pieces(stage.speaker.event(_padded(BIG))), *stage.after))
    return _big_value(stage, BIG)


def _bigger_value(stage: Stage) -> Sequence[Step]:
    return _big_value(stage, 4 * BIG)


def _big_value(stage: Stage, size: int) -> Sequence[Step]:
    """A value with white space, where there may be some: before its text begins, or behind it all."""
    if stage.phase is BODY:
        rest = b"".join(stage.after)
        return stage.then((rest[:1], *_pieces(b" " * size), rest[1:]))
    return stage.then((*_pieces(b" " * size), *stage.after))


def _padded(size: int) -> str:
    return '{"padding":"' + "x" * size + '"}'


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


def _tiny(count: int) -> Callable[[Stage], Sequence[Step]]:
    def play(stage: Stage) -> Sequence[Step]:
        if stage.mode is Mode.SINGLE:
            rest = b"".join(stage.after)
            return stage.then(rest[at : at + 1] for at in range(len(rest)))
        event = stage.speaker.event(stage.speaker.delta("" if stage.phase is FINISHED else "."))
        return stage.then((*[event] * count, *stage.after))

    return play


def _with_dots(count: int) -> Whole:
    return Whole(added="." * count)


_TOO_LARGE = Fails("protocol")

FAULTS = (
    Fault("CRLF", _GROUP, _HARMLESS, _changed(_crlf)),
    Fault("lone CR", _GROUP, _HARMLESS, _changed(_cr), buts=(but(NOT_SSE, formats=_LINES, mode=Mode.STREAM),)),
    Fault(
        "byte-order mark",
        _GROUP,
        everywhere(Cannot("it stands at the beginning of a body"), headers=NO_BODY_YET, body=WHOLE),
        _inserted(_bom),
    ),
    Fault("data over several lines", _GROUP, _HARMLESS, _changed(_over_lines)),
    Fault("comments", _GROUP, _HARMLESS, _changed(_comments), buts=(_NO_STREAM, but(NOT_SSE, formats=_LINES))),
    Fault("retry: and id:", _GROUP, _HARMLESS, _changed(_retry), buts=(_NO_STREAM, but(NOT_SSE, formats=_LINES))),
    Fault(
        "no space after colons", _GROUP, _HARMLESS, _changed(_unspaced), buts=(_NO_STREAM, but(NOT_SSE, formats=_LINES))
    ),
    Fault("a blank line is missing", _GROUP, _HARMLESS, _one_blank_line_less, buts=(_NO_STREAM,)),
    Fault("the last blank line is missing", _GROUP, _HARMLESS, _last_blank_line_missing, buts=(_NO_STREAM,)),
    Fault(
        "event of 10 MB",
        _GROUP,
        everywhere(_TOO_LARGE, headers=NO_BODY_YET, finished=WHOLE),
        _big_event,
        buts=(
            but(Whole("a body may have 32 MB"), BODY, FINISHED, mode=Mode.SINGLE),
            but(Cannot("white space within the text would be text"), OPENED, TOKENS, mode=Mode.SINGLE),
        ),
        providers=ONE_OF_EACH_FORMAT,
        variants=frozenset({Variant.LASTING}),
    ),
    Fault(
        "body of 40 MB",
        _GROUP,
        everywhere(Cannot("it is one value, large as a whole"), headers=NO_BODY_YET, body=_TOO_LARGE),
        _bigger_value,
        buts=(but(Cannot("a stream may have any length"), mode=Mode.STREAM),),
        providers=frozenset({"openrouter", "ollama"}),
        variants=frozenset({Variant.LASTING}),
    ),
    Fault(
        f"{TINY} tiny events",
        _GROUP,
        everywhere(_with_dots(TINY), headers=NO_BODY_YET, finished=WHOLE),
        _tiny(TINY),
        buts=(but(WHOLE, BODY, OPENED, TOKENS, mode=Mode.SINGLE),),
        providers=ONE_OF_EACH_FORMAT,
    ),
    Fault(
        f"{ALL_TINY:,} tiny events",
        _GROUP,
        everywhere(
            Cannot("once is enough: see the cells with fewer"), headers=NO_BODY_YET, tokens=_with_dots(ALL_TINY)
        ),
        _tiny(ALL_TINY),
        buts=(_NO_STREAM,),
        providers=frozenset({"openrouter"}),
    ),
)
