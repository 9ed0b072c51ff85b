"""No connection, or one that ends before a reply has begun."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_tui.sim.actions import Fin, Reset
from tests.matrix.fault import HEADERS, IN_PLACE, ONLY_CONNECTING, WHOLE, Fault, Way, but, only
from tests.matrix.outcomes import After, Cannot, Fails
from tests.matrix.phases import Variant
from tests.matrix.replies import Stage, Step

_GROUP = "connection"
_NO_TLS = Cannot("a local server is asked over plain HTTP")
_RESET = Fails("reset before headers", "reset")
_NO_NAME = Fails("offline", "dns")
_NO_ROUTE = Fails("offline", "no_route")
_LATE = Fails("timeout", "connect_timeout", After.CONNECT)


def _failing(way: Way, outcome: Fails, *, virtual: bool = True) -> Fault:
    return Fault(way.value, _GROUP, only(HEADERS, outcome, ONLY_CONNECTING), way=way, virtual=virtual)


def _tls(way: Way, outcome: Fails, *, virtual: bool = False) -> Fault:
    plain = but(_NO_TLS, HEADERS, when=lambda speaker: speaker.local)
    return Fault(way.value, _GROUP, only(HEADERS, outcome, ONLY_CONNECTING), way=way, virtual=virtual, buts=(plain,))


def _resets(_: Stage) -> Sequence[Step]:
    return [Reset()]


def _closes(_: Stage) -> Sequence[Step]:
    return [Fin()]


FAULTS = (
    _failing(Way.REFUSED, Fails("refused", "refused")),
    _failing(Way.NO_NAME, _NO_NAME),
    _failing(Way.NAME_SERVER_FAILS, _NO_NAME),
    _failing(Way.NAME_SERVER_SILENT, Fails("offline", "dns_timeout", After.CONNECT), virtual=False),
    _failing(Way.NO_ROUTE, _NO_ROUTE),
    _failing(Way.UNREACHABLE, _NO_ROUTE),
    _failing(Way.BACKLOG_FULL, _LATE),
    _tls(Way.TLS_UNTRUSTED, Fails("tls", "tls"), virtual=True),
    _tls(Way.TLS_EXPIRED, Fails("tls", "tls")),
    _tls(Way.TLS_STALLS, _LATE),
    Fault("reset before headers", _GROUP, only(HEADERS, _RESET, IN_PLACE), _resets),
    Fault("closed before headers", _GROUP, only(HEADERS, _RESET, IN_PLACE), _closes),
    Fault("kept connection reset", _GROUP, only(HEADERS, _RESET, IN_PLACE), _resets, warm=True),
    Fault("kept connection closed at the request", _GROUP, only(HEADERS, _RESET, IN_PLACE), _closes, warm=True),
    Fault(
        "kept connection closed while idle",
        _GROUP,
        only(HEADERS, WHOLE, IN_PLACE),
        warm=True,
        closes_when_idle=True,
        variants=frozenset({Variant.LASTING}),
    ),
)
