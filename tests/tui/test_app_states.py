"""Every state as a word, a reason and a time: what the panels say of providers that are not simply well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.snapshot import (
    HealthState,
    ModelHealth,
    Placement,
    ProviderHealth,
    Reason,
    ReasonKind,
    Snapshot,
    UpstreamStatus,
)
from phoenix_tui.core.types import RateLimit, Strategy
from phoenix_tui.tui.glyphs import UNICODE
from phoenix_tui.tui.health_rows import health_lines
from phoenix_tui.tui.health_words import something_counts
from phoenix_tui.tui.order_report import order_report
from phoenix_tui.tui.report import report
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.lines import Banner, HealthStrip, KeyBar
from phoenix_tui.tui.widgets.order_rows import order_rows
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import NOW, FakeClient, at, make_snapshot, target

LIMITED = ErrorInfo(ErrorClass.RATE_LIMIT, "slow down", status=429)
COOLING = ProviderHealth("openai", HealthState.COOLING, retry_at=at(24), last_error=LIMITED,
                         reason="rate limit, it asked for a pause")  # fmt: skip


def offline(name: str) -> ProviderHealth:
    return ProviderHealth(name, HealthState.OFFLINE, retry_at=at(4), reason="this machine seems to be offline")


def rows(health: ProviderHealth, width: int = 36, snapshot: Snapshot | None = None) -> list[str]:
    """The two lines of one provider in the sidebar."""
    snapshot = snapshot or make_snapshot(health.name, "ollama", **{health.name: health})
    lines = health_lines(snapshot, NOW, width, 2, UNICODE)[health.name]
    return [" ".join("".join(text for text, _ in line).split()) for line in lines]


def printed(snapshot: Snapshot) -> str:
    return " ".join(" ".join("".join(text for text, _ in line) for line in report(snapshot, NOW, UNICODE)).split())


def test_a_rest_names_its_model_its_reason_and_its_end() -> None:
    assert rows(COOLING) == ["★2 ◌ openai cooling try in 24s", "openai-model: rate limit"]
    assert rows(COOLING, 60)[1] == "openai-model: rate limit, it asked for a pause"
    for_all = replace(COOLING, reason="rate limit for all its models, it asked for a pause")
    assert rows(for_all)[1] == "rate limit for all its models"


@pytest.mark.parametrize(
    ("error_class", "word", "fix"),
    [
        (ErrorClass.AUTH, "bad key", "mend OPENAI_API_KEY"),
        (ErrorClass.QUOTA, "no credit", "add credit or quota there"),
        (ErrorClass.PERMISSION, "no access", "name another model"),
    ],
)
def test_a_block_says_what_mends_it(error_class: ErrorClass, word: str, fix: str) -> None:
    blocked = ProviderHealth("openai", HealthState.BLOCKED, reason="blocked", last_error=ErrorInfo(error_class, "no"))
    assert rows(blocked) == [f"★2 ✗ openai {word}", fix]


def test_a_trial_is_announced_and_told() -> None:
    trial = ProviderHealth("openai", HealthState.PROBATION, reason="back after an outage, on trial")
    assert rows(trial) == ["★2 ◐ openai on trial", "#1 the next request is its trial"]
    assert rows(replace(trial, on_trial=True))[1] == "#1 a trial is under way"


def test_a_limit_that_nears_its_end_is_told_beside_the_provider_and_all_of_them_in_the_report() -> None:
    few, many = RateLimit("requests", 60, 6, NOW + 40), RateLimit("input-tokens", 1000, 900, NOW + 40)
    scarce = ProviderHealth("openai", HealthState.HEALTHY, headroom=(few, many), total_requests=1)
    assert rows(scarce)[1] == "#1 6 of 60 requests left"
    assert rows(scarce, 60)[1] == "#1 6 of 60 requests left, resets in 40s"
    plenty = replace(scarce, headroom=(replace(few, remaining=12), many))
    assert rows(plenty)[1] == "#1 openai-model"
    said = printed(make_snapshot("openai", openai=plenty))
    assert "12 of 60 requests left, resets in 40s; 900 of 1,000 input tokens left, resets in 40s" in said
    assert something_counts(make_snapshot("openai", openai=scarce), NOW)
    assert not something_counts(make_snapshot("openai", openai=plenty), NOW)
    assert not something_counts(make_snapshot("openai", openai=scarce), NOW + 41)


def test_a_status_page_is_a_hint_and_its_words_are_only_words() -> None:
    snapshot = make_snapshot("openai")
    trouble = UpstreamStatus(True, "Elevated [b]errors\x1b[2J in the API", "https://status.example", at(-60))
    providers = tuple(replace(info, upstream=trouble) if info.name == "openai" else info for info in snapshot.providers)
    snapshot = replace(snapshot, providers=providers)
    health = snapshot.health_of("openai")
    assert rows(health, 60, snapshot)[1] == "#1 status page: Elevated [b]errors in the API"
    assert rows(health, 38, snapshot)[1] == "#1 its status page reports trouble"
    assert "its status page says: Elevated [b]errors in the API (https://status.example)" in printed(snapshot)


def test_what_an_earlier_run_has_left_says_how_old_it_is() -> None:
    kept = ProviderHealth(
        "openai", HealthState.HEALTHY, recent=(0.3,), recent_at=(NOW - 1,), as_of=at(-180), total_requests=4
    )
    assert rows(kept)[1] == "#1 ▂ as of 3 min ago"
    assert rows(kept, 60)[1] == "#1 ▂ openai-model, as of 3 min ago"
    assert "all this as of 3 min ago, from an earlier run" in printed(make_snapshot("openai", openai=kept))


@pytest.mark.parametrize(("in_flight", "said"), [(0, "not loaded"), (1, "loading")])
def test_a_local_model_that_is_not_in_memory_says_so(in_flight: int, said: str) -> None:
    snapshot = make_snapshot("ollama", ollama=ProviderHealth("ollama", HealthState.UNKNOWN, in_flight=in_flight))
    providers = tuple(replace(info, model_loaded=False) if info.local else info for info in snapshot.providers)
    snapshot = replace(snapshot, providers=providers)
    health = snapshot.health_of("ollama")
    assert rows(health, 60, snapshot)[1] == f"#1 ollama-model ({said})"
    assert rows(health, 26, snapshot)[1] == f"#1 {said}"


def test_other_models_that_rest_are_in_the_report() -> None:
    well = ProviderHealth(
        "openai", HealthState.HEALTHY, total_requests=1,
        models=(ModelHealth("gpt-big", cooling_until=at(30), cooling_reason="rate limit"),),
    )  # fmt: skip
    assert "gpt-big rests for 30s more (rate limit)" in printed(make_snapshot("openai", openai=well))


async def test_a_lost_network_is_one_line_for_all_and_local_ones_go_on(open_screen: OpenScreen) -> None:
    clock = [NOW]
    lost = make_snapshot("openai", "anthropic", "ollama", openai=offline("openai"), anthropic=offline("anthropic"))
    client = FakeClient(make_snapshot("openai", "anthropic", "ollama"))
    async with open_screen(client, wall=lambda: clock[0]) as ui:
        banner = ui.screen.query_one(Banner)
        assert not banner.display
        client.publish(replace(lost, offline=True))
        await ui.until(lambda: banner.region.width)
        assert banner.render().plain == "This machine seems to be offline, looking again in 4s; ollama still answers"
        clock[0] += 1
        ui.screen.tick()
        assert "looking again in 3s" in banner.render().plain
        client.publish(make_snapshot("openai", "anthropic", "ollama"))
        await ui.until(lambda: not banner.display)
        assert ui.screen._tick is None


async def test_the_strip_leaves_the_countdown_to_the_banner(open_screen: OpenScreen) -> None:
    lost = replace(make_snapshot("openai", openai=offline("openai")), offline=True)
    async with open_screen(FakeClient(lost), size=(60, 20)) as ui:
        assert ui.screen.query_one(HealthStrip).render().plain.strip() == "– openai offline"
        assert ui.screen.query_one(Banner).region.height == 1


async def test_a_second_repaints_only_what_counts(open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [NOW]
    client = FakeClient(make_snapshot("openai", "anthropic"))
    async with open_screen(client, size=(60, 20), wall=lambda: clock[0]) as ui:
        strip = ui.screen.query_one(HealthStrip)
        painted: list[float] = []
        monkeypatch.setattr(strip, "refresh", lambda *_, **__: painted.append(clock[0]))
        clock[0] += 1
        ui.screen.tick()
        assert painted == [], "nothing counts down in it"
        cooling = make_snapshot("openai", "anthropic", openai=COOLING)
        client.publish(cooling)
        await ui.until(lambda: painted)
        clock[0] += 1
        ui.screen.tick()
        assert painted[-1] == clock[0]


def test_a_place_says_its_reasons_briefly_where_there_is_little_room_and_fully_in_the_report() -> None:
    snapshot = make_snapshot("openai", "anthropic", "gemini", openai=COOLING)
    rests = Reason(ReasonKind.COOLING, COOLING.reason, COOLING.retry_at)
    faster = Reason(ReasonKind.FASTER, "usually begins after 0.4 s, anthropic after 1.9 s")
    places = (
        Placement(target("gemini"), 1, 3, eligible=True, reasons=(faster,)),
        Placement(target("anthropic"), 2, 2, eligible=True),
        Placement(target("openai"), 3, 1, eligible=False, reasons=(rests,), is_primary=True),
    )
    snapshot = replace(snapshot, order=places, strategy=Strategy.LATENCY)

    def shown(width: int) -> list[str]:
        return [
            " ".join("".join(text for text, _ in row.lines[0]).split()) for row in order_rows(snapshot, width, UNICODE)
        ]

    assert shown(38)[0] == "1 3 ● gemini up 2, faster"
    assert shown(38)[2] == "- 1★◌ openai skipped: cooling"
    assert shown(90)[0] == "1 3 ● gemini up 2, usually begins after 0.4 s, anthropic after 1.9 s"
    lines = ["".join(text for text, _ in line) for line in order_report(snapshot, NOW, UNICODE)]
    whole = " ".join(" ".join(lines).split())
    assert "Strategy: latency" in whole
    assert "number 3 in your own order; usually begins after 0.4 s, anthropic after 1.9 s" in whole
    assert "your primary; rate limit, it asked for a pause, for 24s more" in whole
    assert "If you send now, gemini answers with gemini-model; if it fails: anthropic." in whole


async def test_s_passes_the_strategy_on_and_the_panel_names_it(open_screen: OpenScreen) -> None:
    kept: list[Strategy | None] = []

    def keep(arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None) -> None:
        kept.append(strategy)

    async with open_screen(choices=keep) as ui:
        panel = ui.screen.query_one(FallbackPanel)
        assert str(panel.border_subtitle) == "balanced (s changes it)"
        await ui.pilot.press("tab", "tab", "s")
        await ui.until(lambda: str(panel.border_subtitle) == "latency (s changes it)")
        assert ui.client.calls[-1] == ("strategy", Strategy.LATENCY)
        await ui.pilot.press("escape")
        await ui.send("/strategy strict")
        await ui.until(lambda: str(panel.border_subtitle) == "strict (s changes it)")
        await ui.until(lambda: len(kept) == 2)
        assert kept[-1] is Strategy.STRICT
        await ui.send("/strategy fast")
        await ui.until(lambda: any("The strategies: strict, balanced, latency, cost." in told for told in ui.told))
        await ui.send("/route")
        await ui.until(lambda: "Strategy: strict" in ui.said)


async def test_what_is_spent_of_the_day_stands_in_the_last_line(open_screen: OpenScreen) -> None:
    snapshot = replace(make_snapshot(), spent_today=0.034, daily_budget=2.0)
    async with open_screen(FakeClient(snapshot)) as ui:
        assert ui.screen.query_one(KeyBar).render().plain.rstrip().endswith("$0.034 of $2.00")
        assert "Spent today: $0.034 of $2.00" in printed(snapshot)
