"""Nothing comes, or nothing that means anything, or too slowly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from phoenix_tui.sim.actions import Hang, Wait
from tests.matrix.fault import FINISHED, HEADERS, NO_BODY_YET, TOKENS, WHOLE, Fault, but, everywhere
from tests.matrix.outcomes import After, Cannot, Fails, Whole
from tests.matrix.phases import Mode, Variant
from tests.matrix.replies import LAST_CHUNK, Slowly, Stage, Step, chunk

_GROUP = "silence"
_NO_TOKEN = Fails("timeout", "first_token_timeout", After.FIRST_TOKEN)
_STALLED = Fails("timeout", "stalled", After.STALL)
_STANDS_STILL = but(_STALLED, TOKENS, mode=Mode.STREAM)
_NO_HEAD = Cannot("the headers have come")
_WHILE_OTHERS_CAN = frozenset({Variant.LASTING})
"""Where nobody else can be asked, a local server is waited for so long that even this gets through."""
_MANY = 1000
"""Keep-alives, a second apart: more than any deadline here leaves time for."""


def _silent(stage: Stage) -> Sequence[Step]:
    return [*stage.sent(), Hang()]


def _slow_headers(stage: Stage) -> Sequence[Step]:
    return [Slowly(stage.head(), 1.0), *map(chunk, stage.script.whole), LAST_CHUNK]


def _dripping(stage: Stage, seconds: float) -> list[Step]:
    rest = b"".join(map(chunk, stage.after)) + LAST_CHUNK
    return [*stage.sent(), Slowly(rest, seconds)]


def _drip(stage: Stage) -> Sequence[Step]:
    return _dripping(stage, 1.0)


def _steady_drip(stage: Stage) -> Sequence[Step]:
    return _dripping(stage, 0.001)


def _for_ever(stage: Stage, keep_alive: bytes) -> list[Step]:
    each: Iterator[Step] = chain.from_iterable(repeat((chunk(keep_alive), Wait(1.0)), _MANY))
    return [*stage.sent(), *each, Hang()]


def _pings(stage: Stage) -> Sequence[Step]:
    if stage.mode is Mode.SINGLE:
        return _for_ever(stage, b" ")
    return _for_ever(stage, b": still here\n\n" if stage.speaker.is_sse else b"\n")


def _roles(stage: Stage) -> Sequence[Step]:
    return _for_ever(stage, stage.speaker.event(stage.speaker.delta("")))


FAULTS = (
    Fault("accepts, then silence", _GROUP, everywhere(_NO_TOKEN, finished=WHOLE), _silent, buts=(_STANDS_STILL,)),
    Fault(
        "headers at 1 B/s",
        _GROUP,
        everywhere(_NO_HEAD, headers=_NO_TOKEN),
        _slow_headers,
        variants=_WHILE_OTHERS_CAN,
    ),
    Fault(
        "body at 1 B/s",
        _GROUP,
        everywhere(_NO_TOKEN, headers=NO_BODY_YET, finished=WHOLE),
        _drip,
        buts=(_STANDS_STILL,),
        variants=_WHILE_OTHERS_CAN,
    ),
    Fault(
        "body at 1 kB/s",
        _GROUP,
        everywhere(Whole("slow, and steady", seconds=9.0), headers=NO_BODY_YET),
        _steady_drip,
    ),
    Fault(
        "pings only",
        _GROUP,
        everywhere(_NO_TOKEN, headers=NO_BODY_YET, finished=WHOLE),
        _pings,
        buts=(_STANDS_STILL,),
    ),
    Fault(
        "role-only deltas only",
        _GROUP,
        everywhere(_NO_TOKEN, headers=NO_BODY_YET, finished=WHOLE),
        _roles,
        buts=(
            but(NO_BODY_YET, HEADERS),
            but(Cannot("a whole answer has no deltas"), mode=Mode.SINGLE),
            _STANDS_STILL,
            but(WHOLE, FINISHED),
        ),
    ),
)
