"""A provider of which everything is known that can be."""

from __future__ import annotations

from phoenix_tui.core import bands
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_models import Latency, ModelState, Rest
from phoenix_tui.core.health_state import Before, Block, OpenAttempt, ProviderState
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.quantile import Quantile
from phoenix_tui.core.snapshot import Band, HealthState
from phoenix_tui.core.types import RateLimit

NOW = Moment(5_000.0, 1_800_000_000.0)


def ago(seconds: float) -> Moment:
    return NOW.plus(-seconds)


def everything() -> ProviderState:
    """A provider in an outage, with every field set to something that it is not by itself."""
    markers = ((1.0, 2.0, 3.0, 4.0, 5.0), (1.0, 2.0, 3.0, 4.0, 5.0))
    return ProviderState(
        name="a",
        reliability=bands.Reliability(ago(1), ago(2), 3.5, 4.5, Band.B, 7),
        before_failures=bands.Reliability(ago(3), ago(4), 5.5, 0.25, Band.C, 8),
        phase=HealthState.UNAVAILABLE,
        block=Block(ErrorClass.QUOTA, ago(5), NOW.plus(400)),
        rest=Rest(ago(6), NOW.plus(300), ErrorClass.RATE_LIMIT, True),
        retry_at=NOW.plus(40),
        failing_since=ago(7),
        key_generation=2,
        open=(OpenAttempt("1", "m", ago(8), 2, NOW.plus(30)), OpenAttempt("2", "m", ago(8.5), 2)),
        models=(
            ModelState(
                "m",
                Rest(ago(9), NOW.plus(200), ErrorClass.OVERLOADED, False),
                3,
                Latency(9, Quantile(0.5, *markers), Quantile(0.95, *markers), 6.0, ago(10)),
            ),
        ),
        consecutive_failures=5,
        successes=11,
        failures=12,
        neutrals=13,
        undoable=(Before(ago(1), HealthState.SUSPECT, 1, bands.Reliability(ago(1), ago(1)), None, None, None, None),),
        response_time=1.5,
        ttft_average=0.5,
        ttft_last=0.75,
        tokens_per_second=60.0,
        recent=(0.5, None, 0.75),
        recent_at=(NOW.wall - 30, NOW.wall - 20, NOW.wall - 10),
        headroom=(RateLimit("requests", 60, 5, NOW.wall + 20), RateLimit("tokens", None, None, None)),
        last_error=ErrorInfo(ErrorClass.SERVER, "broken", 500, detail="behind", retry_after=8.0),
        last_error_at=ago(14.5),
        last_used=ago(11),
        last_checked=ago(12),
        last_success=ago(13),
        last_failure=ago(14),
        probe_at=NOW.plus(50),
        failed_probes=2,
        quiet_until=NOW.plus(3),
        as_of=ago(15),
    )
