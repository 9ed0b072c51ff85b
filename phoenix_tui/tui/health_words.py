"""What is said of a provider's health beside its state: why, until when, what is left, what its status page says. Each
phrase comes in several lengths, so that a narrow place shows a whole shorter one. Pure strings."""

from __future__ import annotations

from datetime import datetime

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.policy import consequence_of
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.core.types import RateLimit
from phoenix_tui.tui.glyphs import has_failed_check
from phoenix_tui.tui.text import ago, countdown, one_line, time_of_day
from phoenix_tui.tui.wording import key_variable, mend, what_happened

LOW = 0.2
"""Share of a limit below which what is left of it is told beside the provider."""

Phrases = tuple[str, ...]
"""One thing to say, the longest way first."""


def why_not(health: ProviderHealth, info: ProviderInfo) -> Phrases:
    """Why nobody would simply ask the provider now; empty when they would, and for a lost network, which is said once
    for all of them."""
    brief = consequence_of(health.last_error).words if health.last_error else ""
    if has_failed_check(health) and health.last_error:
        return (what_happened(health.last_error), brief)
    reason = one_line(health.reason)
    match health.state:
        case HealthState.UNCONFIGURED:
            return (mend(info),)
        case HealthState.BLOCKED:
            return (*_blocked(health, info), reason)
        case HealthState.COOLING:
            briefly = reason.partition(",")[0]
            model = f"{one_line(info.model)}: " if info.model and "all its models" not in reason else ""
            return (model + reason, model + briefly, briefly)
        case HealthState.PROBATION:
            if health.on_trial:
                return ("back after an outage; a trial is under way", "a trial is under way", "trial under way")
            return ("back after an outage; the next request is its trial", "the next request is its trial")
        case HealthState.UNAVAILABLE | HealthState.DISABLED:
            happened = what_happened(health.last_error) if health.last_error else ""
            return (reason or one_line(info.problem) or happened, happened, brief)
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


def first_token(health: ProviderHealth, model: str) -> float | None:
    """How soon its answers usually begin, in seconds: the median of `model`, the one that would be asked; before that
    has answered, the average of all its models. None before the first answer."""
    known = health.model(model)
    return known.ttft_median if known and known.ttft_median is not None else health.ttft_average


def last_error(health: ProviderHealth, now: float) -> Phrases:
    """The newest fault in one line; empty where none is known."""
    if health.last_error is None:
        return ()
    happened = what_happened(health.last_error)
    when = f" {time_of_day(health.last_error_at.timestamp(), now)}" if health.last_error_at else ""
    return (f"last error{when}: {happened}", happened, consequence_of(health.last_error).words)


def in_memory(health: ProviderHealth, info: ProviderInfo) -> str:
    """Whether the model of a local server is loaded, in a word or two; empty where that is not known."""
    if not info.local or info.model_loaded is None:
        return ""
    if info.model_loaded:
        return "loaded"
    return "loading" if health.in_flight else "not loaded"


def hint(health: ProviderHealth, info: ProviderInfo, now: float) -> Phrases:
    """What is worth knowing of a provider that can be asked; empty when there is nothing."""
    if health.state is HealthState.SUSPECT and (phrases := last_error(health, now)):
        return phrases
    if low := scarce(health):
        left, again = left_of(low), resets_in(low, now)
        return (f"{left}, {again}", left) if again else (left,)
    if info.upstream is not None and info.upstream.trouble:
        return (f"status page: {one_line(info.upstream.words)}", "its status page reports trouble")
    return ()


def tightest(health: ProviderHealth) -> RateLimit | None:
    """The limit of which the smallest share is left."""
    return min((limit for limit in health.headroom if share_left(limit) is not None), key=_share, default=None)


def scarce(health: ProviderHealth) -> RateLimit | None:
    """The limit of which the smallest share is left, if that is little."""
    limit = tightest(health)
    return limit if limit is not None and _share(limit) < LOW else None


def share_left(limit: RateLimit) -> float | None:
    """The share of a limit that is left, 0 to 1; None where the provider did not tell enough."""
    return min(1.0, limit.remaining / limit.limit) if limit.limit and limit.remaining is not None else None


def _share(limit: RateLimit) -> float:
    share = share_left(limit)
    return 1.0 if share is None else share


def headroom(limit: RateLimit, now: float) -> str:
    """What is left of one limit, and when it begins anew: `12 of 60 requests left, resets in 40s`."""
    again = resets_in(limit, now)
    return f"{left_of(limit)}, {again}" if again else left_of(limit)


def left_of(limit: RateLimit) -> str:
    """What is left of one limit: `12 of 60 requests left`."""
    kind = one_line(limit.kind.replace("-", " "))
    if limit.remaining is None:
        return f"at most {limit.limit:,} {kind}"
    of = f" of {limit.limit:,}" if limit.limit else ""
    return f"{limit.remaining:,}{of} {kind} left"


def resets_in(limit: RateLimit, now: float) -> str:
    """When a limit begins anew; empty where that is not known, or over."""
    remaining = (limit.resets_at or 0.0) - now
    return f"resets in {countdown(remaining)}" if remaining > 0 else ""


def as_of(health: ProviderHealth, now: float) -> str:
    """How old what is shown is, where it comes from an earlier run; else empty."""
    return "" if health.as_of is None else f"as of {ago(max(0.0, now - health.as_of.timestamp()))}"


def kept_from_before(health: ProviderHealth, now: float) -> str:
    """The same of everything that is told of it, as a phrase."""
    age = as_of(health, now)
    return f"all this {age}, from an earlier run" if age else ""


def remaining_until(moment: datetime | None, now: float) -> float | None:
    """Seconds until `moment`; None when it is over, or there is none."""
    remaining = moment.timestamp() - now if moment is not None else 0.0
    return remaining if remaining > 0 else None


def remaining_until_retry(health: ProviderHealth, now: float) -> float | None:
    """Seconds until an unavailable provider may be tried again; None when it is available or nothing is planned."""
    return None if health.is_available else remaining_until(health.retry_at, now)


def next_try(remaining: float) -> str:
    """When it may be asked again, from the seconds until then."""
    return f"next try in {countdown(remaining)}"


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
