"""What is known of one provider, as facts with a name: `/providers` strings them into a sentence, the page of a
provider sets them in columns. Pure strings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.snapshot import Band, ModelHealth, ProviderHealth, ProviderInfo, UpstreamStatus
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.health_words import first_token, in_memory, remaining_until
from phoenix_tui.tui.text import ago, count, countdown, one_line, percent, seconds, time_of_day

_BANDS = {
    Band.A: "reliable",
    Band.B: "less reliable",
    Band.C: "unreliable",
    Band.D: "hardly usable",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: what it is called, what it is, and what else there is to say where there is room."""

    label: str
    value: str
    note: str = ""


def said(facts: Iterable[Fact]) -> list[str]:
    """Facts as phrases: `success rate 95%`."""
    return [f"{fact.label} {fact.value}" for fact in facts]


def success_rate(health: ProviderHealth) -> Fact:
    return Fact("success rate", percent(health.success_rate))


def reliability(health: ProviderHealth) -> Fact:
    """The band: what the order looks at, where the rate of a few requests says little."""
    return Fact("band", health.band, f"{_BANDS[health.band]} (A to D)")


def total(health: ProviderHealth) -> Fact:
    return Fact("total", f"{health.total_requests:,}")


def requests(health: ProviderHealth) -> tuple[Fact, ...]:
    """The requests by how they ended, which add up to their number."""
    run = f"{health.consecutive_failures} in a row" if health.consecutive_failures else ""
    return (
        Fact("successful", f"{health.successful_requests:,}"),
        Fact("failed", f"{health.failed_requests:,}", run),
        Fact("stopped or not its fault", f"{health.neutral_requests:,}"),
        Fact("under way", f"{health.in_flight:,}", "a trial" if health.on_trial else ""),
    )


def requests_said(health: ProviderHealth) -> str:
    """The same as one phrase: `20 requests (19 successful, 1 failed)`."""
    always, others = requests(health)[:2], requests(health)[2:]
    shown = (*always, *(fact for fact in others if fact.value != "0"))
    return f"{count(health.total_requests, 'request')} ({', '.join(f'{fact.value} {fact.label}' for fact in shown)})"


def response_time(health: ProviderHealth) -> Fact:
    return Fact("average response time", seconds(health.average_response_time))


def first_token_times(health: ProviderHealth, model: str) -> tuple[Fact, ...]:
    """The times to first token: of `model`, the one that would be asked, and of all."""
    known = health.model(model) or ModelHealth(model)
    return (
        Fact("median", seconds(known.ttft_median), one_line(model)),
        Fact("95 % begin within", seconds(known.ttft_p95)),
        Fact("last", seconds(health.ttft_last)),
        Fact("average", seconds(health.ttft_average), "all its models"),
    )


def first_token_said(health: ProviderHealth, model: str) -> str:
    """How soon its answers usually begin, as a phrase; empty before the first."""
    known = health.model(model)
    which = "median" if known and known.ttft_median is not None else "average"
    usual = first_token(health, model)
    return "" if usual is None else f"time to first token {seconds(usual)} ({which})"


def speed(health: ProviderHealth) -> Fact:
    rate = health.tokens_per_second
    return Fact("tokens a second", "-" if rate is None else f"{rate:.0f}")


def moments(health: ProviderHealth, now: float) -> tuple[Fact, ...]:
    """When it last succeeded and failed, and when anything was last heard of it."""
    return (
        _moment("last success", health.last_success, now),
        _moment("last failure", health.last_failure, now),
        _moment("checked", health.last_checked, now),
    )


def _moment(label: str, moment: datetime | None, now: float) -> Fact:
    if moment is None:
        return Fact(label, "never")
    wall = moment.timestamp()
    return Fact(label, ago(max(0.0, now - wall)), time_of_day(wall, now, exact=True))


def rest(model: ModelHealth, now: float) -> str:
    """How long a model is left in peace, and why; empty where it is not."""
    remaining = remaining_until(model.cooling_until, now)
    return f"rests for {countdown(remaining)} more ({one_line(model.cooling_reason)})" if remaining else ""


def loading(health: ProviderHealth, info: ProviderInfo) -> str:
    """Whether the model of a local server is in memory, as a phrase; empty where it is, or nobody knows."""
    match in_memory(health, info):
        case "loading":
            return "its model is being loaded"
        case "not loaded":
            return "its model is not loaded yet"
        case _:
            return ""


def status_page(info: ProviderInfo) -> str:
    """What its public status page says, as a phrase; empty where it has not been read."""
    if info.upstream is None:
        return ""
    return f"its status page says: {status_words(info.upstream)} ({one_line(info.upstream.page)})"


def status_words(upstream: UpstreamStatus) -> str:
    """The headline of a status page."""
    return one_line(upstream.words) or ("trouble" if upstream.trouble else "no trouble")


def key(info: ProviderInfo, source: str) -> Fact:
    """Whether it has a key, and from where (`source`, empty where that is not known); never the key."""
    names = profile_of(info.name).key_variables if info.name in PROVIDER_NAMES else ()
    if info.local and not source:
        return Fact("key", "none needed")
    if not names:
        return Fact("key", "set" if source else "not set", one_line(source))
    if not info.configured:
        return Fact("key", "not set", names[0])
    return Fact("key", "set", one_line(source) or names[0])
