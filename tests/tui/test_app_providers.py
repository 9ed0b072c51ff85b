"""Health, order and the primary: what is shown, and what keys change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.commands import CHAT, commands
from phoenix_tui.tui.screens.picker import Picker
from phoenix_tui.tui.screens.provider_page import ProviderPage
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from phoenix_tui.tui.widgets.lines import HealthStrip, StatusLine
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import NOW, FakeClient, at, make_snapshot, target

DOWN = ProviderHealth(
    "anthropic",
    HealthState.UNAVAILABLE,
    reason="3 failures in a row",
    retry_at=at(12),
    total_requests=3,
    failed_requests=3,
    last_failure=at(-30),
    last_error=ErrorInfo(ErrorClass.OVERLOADED, "Overloaded", status=529),
)
WELL = ProviderHealth(
    "openrouter",
    HealthState.HEALTHY,
    total_requests=20,
    successful_requests=19,
    failed_requests=1,
    average_response_time=4.2,
    ttft_average=1.2,
    last_success=at(-12),
    last_failure=at(-400),
    recent=(0.3, None, 1.2),
    recent_at=(NOW - 130, NOW - 70, NOW - 10),
)


def health(ui: Opened) -> str:
    return ui.screen.query_one(HealthSidebar).plain_text


def order(ui: Opened) -> str:
    return ui.screen.query_one(FallbackPanel).plain_text


async def test_the_sidebar_says_in_words_how_each_one_is(open_screen: OpenScreen) -> None:
    snapshot = make_snapshot("openrouter", "anthropic", "ollama", openrouter=WELL, anthropic=DOWN)
    async with open_screen(FakeClient(snapshot)) as ui:
        lines = health(ui).split("\n")
        assert lines[0].split() == ["★1", "●", "openrouter", "healthy", "1.2s", "95%"]
        assert lines[1].split() == ["#1", "▂×▄", "openrouter-model"]
        assert lines[2].split() == ["2", "–", "openai", "no", "key"]
        assert lines[3].strip() == "OPENAI_API_KEY=..."
        assert lines[4].split() == ["3", "✗", "anthropic", "down", "try", "in", "12s"]
        assert lines[5].strip() == "3 failures in a row"
        assert lines[10].split() == ["6", "●", "ollama", "healthy"]
        assert lines[12].split() == ["7", "–", "lmstudio", "not", "found"]
        widths = {len(line) for line in (lines[0], lines[4])}
        assert widths == {36}, "the figures stand in one column"


async def test_a_countdown_runs_only_while_something_counts(open_screen: OpenScreen) -> None:
    clock = [NOW]
    client = FakeClient(make_snapshot("openrouter", "anthropic", anthropic=DOWN))
    async with open_screen(client, wall=lambda: clock[0]) as ui:
        assert ui.screen._tick is not None
        clock[0] += 5
        ui.screen.tick()
        await ui.until(lambda: "try in 7s" in health(ui))
        client.publish(make_snapshot("openrouter", "anthropic"))
        await ui.until(lambda: "try in" not in health(ui))
        assert ui.screen._tick is None


async def test_only_lines_that_differ_are_painted_again(
    open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient(make_snapshot("openrouter", "anthropic"))
    async with open_screen(client) as ui:
        panel = ui.screen.query_one(HealthSidebar)
        painted: list[int] = []
        monkeypatch.setattr(panel, "_repaint", painted.append)
        client.publish(make_snapshot("openrouter", "anthropic", anthropic=DOWN))
        await ui.until(lambda: "try in" in health(ui))
        assert painted == [4, 5]


@pytest.mark.parametrize("panel", [HealthSidebar, FallbackPanel])
async def test_what_changes_at_once_is_drawn_once(
    open_screen: OpenScreen, panel: type[HealthSidebar | FallbackPanel], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_screen(FakeClient(make_snapshot("openrouter", "anthropic"))) as ui:
        its = ui.screen.query_one(panel)
        drawn: list[float] = []
        monkeypatch.setattr(its, "_draw", lambda: drawn.append(its.now))
        its.now += 1
        its.snapshot = make_snapshot("openrouter", "anthropic", anthropic=DOWN)
        its.now += 1
        await ui.until(lambda: drawn)
        await ui.pilot.pause()
        assert drawn == [its.now]


async def test_the_order_panel_gives_reasons_and_says_who_would_answer(open_screen: OpenScreen) -> None:
    snapshot = make_snapshot("openrouter", "anthropic", "openai", "gemini")
    places = (
        Placement(target("openai"), 1, 3, eligible=True, reason="more reliable"),
        Placement(target("openrouter"), 2, 1, eligible=True, is_primary=True),
        Placement(target("gemini"), 3, 4, eligible=True),
        Placement(target("anthropic"), 4, 2, eligible=False, reason="no key"),
    )
    async with open_screen(FakeClient(replace(snapshot, order=places)), size=(160, 40)) as ui:
        lines = order(ui).split("\n")
        assert lines[0] == "1 3 ● openai     up 2, more reliable"
        assert lines[2] == "2 1★● openrouter primary, down 1"
        assert lines[4] == "3 4 ● gemini     up 1"
        assert lines[6] == "- 2 ● anthropic  skipped: no key"
        assert [line.strip() for line in lines[1:4:2]] == ["openai-model", "openrouter-model"], "there is room for it"
        said = "If you send now, openai answers\n  with openai-model\n  if it fails: openrouter, gemini"
        assert said in order(ui)
        status = ui.screen.query_one(StatusLine).render().plain
        assert "openai > openrouter > gemini" in status
        assert "anthropic" not in status


@pytest.mark.parametrize("keys", [[f"alt+{n}" for n in range(1, 8)], [f"f{n}" for n in range(2, 9)]], ids=["alt", "f"])
async def test_a_key_from_the_prompt_chooses_the_primary(open_screen: OpenScreen, keys: list[str]) -> None:
    async with open_screen() as ui:
        await ui.type("draft")
        for name, key in (*zip(PROVIDER_NAMES, keys, strict=True), (PROVIDER_NAMES[0], keys[0])):
            await ui.pilot.press(key)
            await ui.until(lambda name=name: f"If you send now, {name} answers" in order(ui))  # type: ignore[misc]
        assert [call for call in ui.client.calls if call[0] == "primary"] == [
            ("primary", name) for name in (*PROVIDER_NAMES[1:], PROVIDER_NAMES[0])
        ]
        last = "openrouter is asked first now with openrouter-model; before it was lmstudio. alt+u takes it back."
        assert ui.told == [last], "they pile up over the chat"
        assert ui.screen.prompt.value == "draft"


async def test_a_provider_that_is_not_set_up_is_refused_with_the_line_that_mends_it(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openrouter"))
    async with open_screen(client) as ui:
        await ui.pilot.press("alt+2")
        await ui.until(lambda: any("openai is not set up: OPENAI_API_KEY=..." in told for told in ui.told))
        assert not client.calls


async def test_a_primary_that_is_down_is_chosen_with_a_warning(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openrouter", "anthropic", anthropic=DOWN))
    async with open_screen(client) as ui:
        await ui.pilot.press("f4")
        await ui.until(lambda: any("but it cannot be asked (down): until it can" in told for told in ui.told))


async def test_in_the_sidebar_p_makes_primary_and_c_checks(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openrouter", "openai", "anthropic", anthropic=DOWN))
    async with open_screen(client) as ui:
        await ui.pilot.press("tab")
        assert ui.focus == "health"
        await ui.pilot.press("down", "p")
        await ui.until(lambda: ("primary", "openai") in client.calls)
        await ui.pilot.press("down", "c")
        await ui.until(lambda: any("anthropic was checked: down (3 failures in a row)." in told for told in ui.told))
        assert client.probed == ["anthropic"]


async def test_the_order_is_changed_by_keys_and_kept(open_screen: OpenScreen) -> None:
    kept: list[tuple[str, tuple[str, ...] | None, frozenset[str]]] = []

    def keep(arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None) -> str | None:
        kept.append((arrangement.primary, arrangement.order, arrangement.switched_off))
        return "The disk is full." if len(kept) == 4 else None

    client = FakeClient(make_snapshot("openrouter", "openai", "anthropic"))
    async with open_screen(client, choices=keep) as ui:
        await ui.pilot.press("tab", "tab")
        assert ui.focus == "order"
        await ui.pilot.press("end", "K")
        await ui.until(lambda: len(kept) == 1)
        assert client.was_told("move", "anthropic", -1)
        assert kept[-1] == ("openrouter", ("openrouter", "anthropic", "openai"), frozenset())
        assert ui.screen.query_one(FallbackPanel).chosen == "anthropic", "the cursor goes with it"
        await ui.pilot.press("shift+down")
        await ui.until(lambda: len(kept) == 2)
        await ui.pilot.press("x")
        await ui.until(lambda: len(kept) == 3)
        assert kept[-1][2] == frozenset({"anthropic"})
        await ui.until(lambda: "anthropic  switched off (x)" in order(ui))
        await ui.pilot.press("x")
        await ui.until(lambda: "The disk is full." in ui.told)
        assert kept[-1][2] == frozenset()
        await ui.pilot.press("0")
        await ui.until(lambda: len(kept) == 5)
        assert client.was_told("reset")
        assert [order for _, order, _ in kept[4:]] == [None]
        await ui.pilot.press("home", "K")
        await ui.until(lambda: any("openrouter is at the top already." in told for told in ui.told))
        assert len(kept) == 5


async def test_a_click_chooses_and_a_double_click_opens_the_page(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openrouter", "openai"))
    async with open_screen(client) as ui:
        await ui.pilot.click("#health", offset=(10, 3))
        assert ui.screen.query_one(HealthSidebar).chosen == "openai"
        assert not client.calls
        await ui.pilot.click("#health", offset=(10, 3), times=2)
        await ui.until(lambda: isinstance(ui.app.screen, ProviderPage) and ui.app.screen.provider == "openai")


@pytest.mark.parametrize("command", ["/providers", "/health"])
async def test_the_report_tells_everything_in_the_chat(open_screen: OpenScreen, command: str) -> None:
    unused = ProviderHealth("ollama", HealthState.UNKNOWN)
    snapshot = make_snapshot("openrouter", "anthropic", "ollama", openrouter=WELL, anthropic=DOWN, ollama=unused)
    async with open_screen(FakeClient(snapshot)) as ui:
        await ui.send(command)
        await ui.until(lambda: "Current provider: openrouter (openrouter-model)" in ui.said)
        said = " ".join(ui.said.split())
        assert "Available: openrouter, ollama" in said
        assert (
            "openrouter healthy success rate 95%; 20 requests (19 successful, 1 failed); average response time 4.2s; "
            "time to first token 1.2s (average); last success 12 s ago; last failure 7 min ago" in said
        )
        assert "anthropic down success rate 0%; 3 requests (0 successful, 3 failed)" in said
        assert "next try in 12s; it said: Overloaded." in said
        assert "openai no key not configured: OPENAI_API_KEY=..." in said
        assert "ollama untested not yet tested" in said
        assert not ui.client.turns, "a report is no message"


async def test_the_palette_offers_every_provider_and_runs_what_is_chosen(open_screen: OpenScreen) -> None:
    titles = [command.title for command in commands()]
    for name in PROVIDER_NAMES:
        assert f"Make {name} the primary" in titles
        assert f"Check {name} now" in titles
    assert len(set(titles)) == len(titles)
    async with open_screen() as ui:
        await ui.pilot.press("ctrl+p")
        await ui.until(lambda: ui.app.screen is not ui.screen)
        await ui.type("check grok now")
        await ui.until(lambda: ui.app.screen.query("OptionList").first().option_count == 1)  # type: ignore[attr-defined]
        await ui.pilot.press("enter", "enter")
        await ui.until(lambda: ui.client.probed == ["grok"])


async def test_every_command_of_the_palette_has_an_action(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for command in commands():
            name = command.action.partition("(")[0].rpartition(".")[2]
            owners = (ui.screen.transcript,) if command.action.startswith(CHAT) else (ui.screen, ui.app)
            assert any(hasattr(owner, f"action_{name}") for owner in owners), command


async def test_the_strip_keeps_health_in_sight_when_it_is_narrow(open_screen: OpenScreen) -> None:
    snapshot = make_snapshot("openrouter", "anthropic", "ollama", anthropic=DOWN)
    async with open_screen(FakeClient(snapshot), size=(60, 20)) as ui:
        strip = ui.screen.query_one(HealthStrip)
        assert strip.display
        assert strip.render().plain.strip() == "● openrouter healthy  ✗ anthropic down 12s  +1 (f9)"


async def test_probes_of_the_idle_rest_while_nobody_looks(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        ui.screen.on_app_blur()
        ui.screen.on_app_focus()
        assert ui.client.calls[-2:] == [("watching", False), ("watching", True)]


async def test_changes_to_who_is_asked_can_be_taken_back_one_by_one(open_screen: OpenScreen) -> None:
    kept: list[tuple[Arrangement, dict[str, str], Strategy | None]] = []

    def keep(arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None) -> None:
        kept.append((arrangement, dict(models), strategy))

    client = FakeClient(make_snapshot("openrouter", "openai", "anthropic"))
    async with open_screen(client, choices=keep) as ui:
        at_first = client.arrangement
        await ui.run_actions("undo")
        assert ui.told[-1] == "There is no change to who is asked that could be taken back."
        await ui.run_actions(
            "primary('anthropic')", "pin('openai')", "switch('openai')", "strategy('cost')", "primary('anthropic')"
        )
        ui.screen.choose_model("openai", "gpt-x")
        await ui.until(lambda: len(kept) == 5)
        assert kept[-1][1:] == ({"openai": "gpt-x"}, Strategy.COST)
        said: list[str] = []
        for _ in range(5):
            await ui.run_actions("undo")
            said.append(ui.told[-1])
        assert said == [
            "Taken back: openai is asked with its default model.",
            "Taken back: the strategy is balanced.",
            "Taken back: openai is switched on.",
            "Taken back: openai is not pinned.",
            "Taken back: openrouter is the primary again.",
        ]
        assert client.arrangement == replace(at_first, models={"openai": ""})
        await ui.until(lambda: len(kept) == 10)
        assert kept[-1][1:] == ({}, None)
        await ui.run_actions("undo")
        assert ui.told[-1].startswith("There is no change")


async def test_a_pin_is_told_and_what_is_known_can_be_forgotten(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openrouter", "anthropic", anthropic=DOWN))
    async with open_screen(client) as ui:
        await ui.run_actions("pin('anthropic')")
        assert ui.told[-1].startswith("anthropic is pinned to place 2 of your order")
        await ui.run_actions("pin('anthropic')")
        assert ui.told[-1] == "anthropic is not pinned any more: it may be moved."
        await ui.run_actions("pin('gemini')")
        assert ui.told[-1] == "gemini has no place in your order that it could be pinned to."
        await ui.run_actions("clear_health('anthropic')")
        assert client.was_told("clear", "anthropic")
        assert client.arrangement.pinned == frozenset()


async def test_what_a_command_prints_is_shown_from_its_first_line(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 20)) as ui:
        for _ in range(3):
            await ui.send("/providers")
            await ui.until(lambda: "new below" in ui.drawn)
            title = next(line for line in ui.drawn.splitlines()[2:] if line.strip())
            assert "providers" in title.casefold(), ui.drawn
        await ui.pilot.press("ctrl+end")
        await ui.until(lambda: "new below" not in ui.drawn)


async def test_the_line_at_the_top_and_a_number_lead_to_who_is_asked_first(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 36)) as ui:
        await ui.pilot.click(offset=(12, 0))
        await ui.until(lambda: isinstance(ui.app.screen, Picker))
        await ui.type("4\r")
        await ui.until(lambda: ui.client.was_told("primary", "gemini"))
