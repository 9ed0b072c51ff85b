"""What is said of a provider's health beside its state: why, until when, what is left, what its status page says. Each
phrase comes in several lengths, so that a narrow place shows a whole shorter one. Pure strings."""

from __future__ import annotations

from datetime import datetime

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.core.types import RateLimit
from phoenix_tui.tui.glyphs import has_failed_check
from phoenix_tui.tui.text import ago, countdown, one_line
from phoenix_tui.tui.wording import key_variable, mend, what_happened

LOW = 0.2
"""Share of a limit below which what is left of it is told beside the provider."""

Phrases = tuple[str, ...]
"""One thing to say, the longest way first."""


def why_not(health: ProviderHealth, info: ProviderInfo) -> Phrases:
    """Why nobody would simply ask the provider now; empty when they would."""
    if has_failed_check(health) and health.last_error:
        return (what_happened(health.last_error),)
    reason = one_line(health.reason)
    match health.state:
        case HealthState.UNCONFIGURED:
            return (mend(info),)
        case HealthState.BLOCKED:
            return (*_blocked(health, info), reason)
        case HealthState.COOLING:
            brief = reason.partition(",")[0]
            model = f"{one_line(info.model)}: " if info.model and "all its models" not in reason else ""
            return (model + reason, model + brief, brief)
        case HealthState.PROBATION:
            return ("back after an outage; a trial is under way", "a trial is under way") if health.on_trial else (
                "back after an outage; the next request is its trial", "the next request is its trial")  # fmt: skip
        case HealthState.UNAVAILABLE | HealthState.OFFLINE | HealthState.DISABLED:
            happened = what_happened(health.last_error) if health.last_error else ""
            said_above = health.state is HealthState.OFFLINE
            return (one_line(info.model),) if said_above else (reason or one_line(info.problem) or happened, happened)
        case _:
            return ()


def _blocked(health: ProviderHealth, info: ProviderInfo) -> Phrases:
    cause = health.last_error.error_class if health.last_error else None
    match cause:
        case ErrorClass.AUTH:
            return (f"the key was refused: mend {key_variable(info)}", f"mend {key_variable(info)}")
        case ErrorClass.QUOTA:
            return ("credit or quota is used up: add some there", "add credit or quota there")
        case ErrorClass.PERMISSION:
            return ("the key may not use this model: name another", "name another model")
        case _:
            return ()


def hint(health: ProviderHealth, info: ProviderInfo, now: float) -> Phrases:
    """What is worth knowing of a provider that can be asked; empty when there is nothing."""
    if low := scarce(health):
        left, again = _left(low), _resets(low, now)
        return (f"{left}, {again}", left) if again else (left,)
    if info.upstream is not None and info.upstream.trouble:
        return (f"status page: {one_line(info.upstream.words)}", "its status page reports trouble")
    return ()


def scarce(health: ProviderHealth) -> RateLimit | None:
    """The limit of which the smallest share is left, if that is little."""
    low = [limit for limit in health.headroom if _share(limit) < LOW]
    return min(low, key=_share, default=None)


def _share(limit: RateLimit) -> float:
    if not limit.limit or limit.remaining is None:
        return 1.0
    return limit.remaining / limit.limit


def headroom(limit: RateLimit, now: float) -> str:
    """What is left of one limit, and when it begins anew: `12 of 60 requests left, resets in 40s`."""
    again = _resets(limit, now)
    return f"{_left(limit)}, {again}" if again else _left(limit)


def _left(limit: RateLimit) -> str:
    kind = one_line(limit.kind.replace("-", " "))
    if limit.remaining is None:
        return f"at most {limit.limit:,} {kind}"
    of = f" of {limit.limit:,}" if limit.limit else ""
    return f"{limit.remaining:,}{of} {kind} left"


def _resets(limit: RateLimit, now: float) -> str:
    remaining = (limit.resets_at or 0.0) - now
    return f"resets in {countdown(remaining)}" if remaining > 0 else ""


def as_of(health: ProviderHealth, now: float) -> str:
    """How old what is shown is, where it comes from an earlier run; else empty."""
    return "" if health.as_of is None else f"as of {ago(max(0.0, now - health.as_of.timestamp()))}"


def remaining_until(moment: datetime | None, now: float) -> float | None:
    """Seconds until `moment`; None when it is over, or there is none."""
    remaining = moment.timestamp() - now if moment is not None else 0.0
    return remaining if remaining > 0 else None


def remaining_until_retry(health: ProviderHealth, now: float) -> float | None:
    """Seconds until an unavailable provider may be tried again; None when it is available or nothing is planned."""
    return None if health.is_available else remaining_until(health.retry_at, now)


def offline_banner(snapshot: Snapshot, now: float) -> Phrases:
    """That this machine has no network, and when it is looked for again; empty when it has."""
    if not snapshot.offline:
        return ()
    waits = [remaining_until_retry(its, now) for its in snapshot.health if its.state is HealthState.OFFLINE]
    soonest = min((wait for wait in waits if wait is not None), default=None)
    again = f"in {countdown(soonest)}" if soonest is not None else "now"
    local = [info.name for info in snapshot.providers if info.local and snapshot.health_of(info.name).is_available]
    still = f"; {' and '.join(local)} still {'answer' if len(local) > 1 else 'answers'}" if local else ""
    banner = f"This machine seems to be offline, looking again {again}"
    return (banner + still, banner)


def something_counts(snapshot: Snapshot, now: float) -> bool:
    """Whether anything that is shown of health changes with time alone."""
    for health in snapshot.health:
        low = scarce(health) if health.is_available else None
        if remaining_until_retry(health, now) or (low is not None and (low.resets_at or 0.0) > now):
            return True
    return False
