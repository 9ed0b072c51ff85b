"""State as a glyph, a word and a colour with a meaning; the word always stands there, the other two only help."""

from __future__ import annotations

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo
from phoenix_tui.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs. Each is a single cell, and `plain_signs.py` has an ASCII one for it."""

    up: str
    degraded: str
    down: str
    cooling: str
    off: str
    untested: str
    arrow: str
    primary: str
    pin: str
    here: str
    rule: str
    ellipsis: str
    failure: str
    separator: str
    levels: str
    corner: str
    upright: str
    axis: str
    filled: str
    unfilled: str

    def state(self, state: HealthState) -> str:
        """The sign of one state."""
        match state:
            case HealthState.HEALTHY:
                return self.up
            case HealthState.SUSPECT | HealthState.PROBATION:
                return self.degraded
            case HealthState.UNAVAILABLE | HealthState.BLOCKED:
                return self.down
            case HealthState.COOLING:
                return self.cooling
            case HealthState.UNKNOWN:
                return self.untested
            case _:
                return self.off


UNICODE = Glyphs(
    up="●",
    degraded="◐",
    down="✗",
    cooling="◌",
    off="–",
    untested="○",
    arrow="→",
    primary="★",
    pin="◆",
    here="▸",
    rule="─",
    ellipsis="…",
    failure="×",
    separator="·",
    levels="▁▂▃▄▅▆▇█",
    corner="└",
    upright="│",
    axis="─",
    filled="━",
    unfilled="┄",
)
_STYLES = {
    HealthState.UNKNOWN: "$text-muted",
    HealthState.HEALTHY: "$health-up",
    HealthState.SUSPECT: "$health-degraded",
    HealthState.PROBATION: "$health-degraded",
    HealthState.UNAVAILABLE: "$health-down",
    HealthState.COOLING: "$health-degraded",
    HealthState.OFFLINE: "$health-off",
    HealthState.BLOCKED: "$health-down",
    HealthState.DISABLED: "$health-off",
    HealthState.UNCONFIGURED: "$health-off",
}
_BLOCKED_WORDS = {
    ErrorClass.AUTH: "bad key",
    ErrorClass.PERMISSION: "no access",
    ErrorClass.QUOTA: "no credit",
}


def style_of(state: HealthState) -> str:
    """The theme variable that says what `state` means."""
    return _STYLES[state]


def has_failed_check(health: ProviderHealth) -> bool:
    """Whether all that is known of a provider is that it did not pass its newest check."""
    return health.state is HealthState.UNKNOWN and bool(health.reason)


def is_local_server(info: ProviderInfo) -> bool:
    """Whether it is a server of the person's own, which needs no key, wherever it runs. A hosted one may have been
    given an address on this machine, which is then the way to it."""
    return info.name in PROVIDER_NAMES and profile_of(info.name).local


def word_of(health: ProviderHealth, info: ProviderInfo) -> str:
    """The state in one or two words, at most nine cells."""
    if info.broken:
        return "bad value"
    if health.state is HealthState.UNCONFIGURED:
        return "not found" if is_local_server(info) else "no key"
    if health.state is HealthState.BLOCKED:
        return (
            _BLOCKED_WORDS.get(health.last_error.error_class, health.state.word)
            if health.last_error
            else health.state.word
        )
    if health.state is HealthState.UNKNOWN and health.last_checked is not None:
        return "no answer" if has_failed_check(health) else "checked"
    return health.state.word
