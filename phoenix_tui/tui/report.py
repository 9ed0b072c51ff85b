"""What `/providers` prints: everything known about the health of all of them, in words."""

from __future__ import annotations

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.tui import provider_facts
from phoenix_tui.tui.glyphs import Glyphs, has_failed_check, style_of, word_of
from phoenix_tui.tui.health_words import headroom, kept_from_before, next_try, offline_banner, remaining_until_retry
from phoenix_tui.tui.text import fit, money, one_line
from phoenix_tui.tui.wording import mend, next_step, said

Part = tuple[str, str]


def report(snapshot: Snapshot, now: float, glyphs: Glyphs) -> list[list[Part]]:
    """The report as lines of (text, style) parts. `now` is wall time in seconds since the epoch."""
    lines: list[list[Part]] = []
    primary = snapshot.info_of(snapshot.primary)
    model = f" ({one_line(primary.model)})" if primary.model else ""
    available = [info.name for info in snapshot.providers if snapshot.health_of(info.name).is_available]
    lines.append([("Current provider: ", "$text-muted"), (snapshot.primary, "$accent bold"), (model, "")])
    lines.append([("Available: ", "$text-muted"), (", ".join(available) or "none", "")])
    lines.append(
        [("Strategy: ", "$text-muted"), (snapshot.strategy.value, ""), ("; /route has the order", "$text-muted")]
    )
    if snapshot.daily_budget is not None:
        spent = f"{money(snapshot.spent_today)} of {money(snapshot.daily_budget)}"
        lines.append([("Spent today: ", "$text-muted"), (spent, "")])
    if banner := offline_banner(snapshot, now):
        lines.append([(banner[0] + ".", "$health-degraded")])
    lines.append([("", "")])
    for health, info in zip(snapshot.health, snapshot.providers, strict=True):
        style = style_of(health.state)
        lines.append([(f"{glyphs.state(health.state)} {fit(info.name, 11)}{word_of(health, info)}", style)])
        lines.append([("    " + "; ".join(_facts(health, info, now)), "")])
    return lines


def _facts(health: ProviderHealth, info: ProviderInfo, now: float) -> list[str]:
    if health.state is HealthState.UNCONFIGURED:
        mended_by = mend(info)
        return [f"not configured: {mended_by}" if mended_by else "not configured"]
    facts: list[str] = []
    success, failure, checked = provider_facts.moments(health, now)
    if health.total_requests:
        facts += provider_facts.said((provider_facts.success_rate(health),))
        facts.append(provider_facts.requests_said(health))
        facts += provider_facts.said((provider_facts.response_time(health),))
        facts += filter(None, (provider_facts.first_token_said(health, info.model),))
        facts += provider_facts.said((success, failure))
    else:
        facts.append("not yet tested" if health.last_checked is None else "no request yet")
    if health.last_checked is not None and not health.total_requests:
        facts += provider_facts.said((checked,))
    if age := kept_from_before(health, now):
        facts.append(age)
    if (not health.is_available or has_failed_check(health) or health.state is HealthState.PROBATION) and health.reason:
        facts.append(one_line(health.reason))
    if remaining := remaining_until_retry(health, now):
        facts.append(next_try(remaining))
    if health.state is HealthState.BLOCKED and health.last_error:
        step = next_step(health.last_error, info.model, info).rstrip(".")
        facts.append(step[0].lower() + step[1:])
    facts += [
        f"{one_line(its.model)} {rest}"
        for its in health.models
        if (rest := provider_facts.rest(its, now)) and health.state is not HealthState.COOLING
    ]
    facts += [headroom(limit, now) for limit in health.headroom]
    facts += filter(None, (provider_facts.loading(health, info), provider_facts.status_page(info)))
    if health.last_error is not None and (not health.is_available or has_failed_check(health)):
        own_words = said(health.last_error, 200)
        facts.append(own_words[:1].lower() + own_words[1:])
    return facts
