"""The reply ends, or breaks, before it should."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_tui.sim.actions import Fin, Hang, Reset
from tests.matrix.fault import (
    BODY,
    HEADERS,
    IN_PLACE,
    NO_BODY_YET,
    TOKENS,
    WHOLE,
    Fault,
    but,
    everywhere,
    only,
)
from tests.matrix.outcomes import After, Cannot, Fails, Whole
from tests.matrix.phases import Mode
from tests.matrix.replies import LAST_CHUNK, Stage, Step, chunk, head

_GROUP = "break"
_BROKEN = everywhere(Fails("broken body", "reset"), headers=NO_BODY_YET, finished=WHOLE)
_EARLY_END = everywhere(Fails("protocol"), headers=NO_BODY_YET, finished=WHOLE)
_NO_TOKEN = Fails("timeout", "first_token_timeout", After.FIRST_TOKEN)
_STALLED = Fails("timeout", "stalled", After.STALL)


def _reset(stage: Stage) -> Sequence[Step]:
    return [*stage.sent(), Reset()]


def _fin(stage: Stage) -> Sequence[Step]:
    return [*stage.sent(), Fin()]


def _end(stage: Stage) -> Sequence[Step]:
    return stage.then(())


def _until_close(stage: Stage) -> Sequence[Step]:
    """A body without a length ends with its connection: nobody can tell that end from a good one."""
    return [head(200, {"content-type": stage.media_type, "connection": "close"}), *stage.before, Fin()]


def _good_until_close(stage: Stage) -> Sequence[Step]:
    lines = stage.head().replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"transfer-encoding: chunked\r\n", b"")
    return [lines, *stage.script.whole, Fin()]


def _with_length(stage: Stage, difference: int) -> list[Step]:
    body = b"".join(stage.before)
    length = max(0, len(body) + difference)
    return [head(200, {"content-type": stage.media_type, "content-length": str(length)}), *stage.before]


def _length_short(stage: Stage) -> Sequence[Step]:
    """The length ends where the phase does; what follows is no part of the answer any more."""
    return [*_with_length(stage, 0), *stage.after, Fin()]


def _length_long(stage: Stage) -> Sequence[Step]:
    return [*_with_length(stage, 100), Fin()]


def _length_long_open(stage: Stage) -> Sequence[Step]:
    return [*_with_length(stage, 100), Hang()]


def _bad_chunk(stage: Stage) -> Sequence[Step]:
    return [*stage.sent(), b"this is no chunk size\r\n", Hang()]


def _no_last_chunk(stage: Stage) -> Sequence[Step]:
    return [*stage.sent(), *map(chunk, stage.after), Hang()]


def _not_http(_: Stage) -> Sequence[Step]:
    return [b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Fin()]


def _half_a_head(stage: Stage) -> Sequence[Step]:
    return [stage.head()[:40], Fin()]


def _half_an_event(stage: Stage) -> Sequence[Step]:
    following = stage.after[0] if stage.after else stage.speaker.event(stage.speaker.delta("never said"))
    return [*stage.sent(), chunk(following[: len(following) // 2]), LAST_CHUNK]


FAULTS = (
    Fault("reset in the body", _GROUP, _BROKEN, _reset),
    Fault("closed in a chunked body", _GROUP, _BROKEN, _fin),
    Fault("body ends too early", _GROUP, _EARLY_END, _end),
    Fault("body without a length ends too early", _GROUP, _EARLY_END, _until_close),
    Fault("body without a length", _GROUP, only(BODY, WHOLE, IN_PLACE), _good_until_close),
    Fault("content-length too short", _GROUP, _EARLY_END, _length_short),
    Fault("content-length too long", _GROUP, _BROKEN, _length_long),
    Fault(
        "content-length too long, left open",
        _GROUP,
        everywhere(_NO_TOKEN, headers=NO_BODY_YET, finished=WHOLE),
        _length_long_open,
        buts=(but(_STALLED, TOKENS, mode=Mode.STREAM),),
    ),
    Fault("no chunk where one should begin", _GROUP, _BROKEN, _bad_chunk),
    Fault(
        "chunked body without its last chunk",
        _GROUP,
        everywhere(Cannot("it is the end of the body that is missing"), finished=Whole(left_open=True)),
        _no_last_chunk,
    ),
    Fault("event cut in two", _GROUP, _EARLY_END, _half_an_event),
    Fault("reply is not HTTP", _GROUP, only(HEADERS, Fails("protocol", "not_http"), IN_PLACE), _not_http),
    Fault("head cut in two", _GROUP, only(HEADERS, Fails("reset before headers", "reset"), IN_PLACE), _half_a_head),
)
