"""The panel of the fallback order: reordering by mouse, what stays in sight, what a click does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from phoenix_tui.core.events import TextDelta
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, FakeClient, make_snapshot, says, started

FOUR = ("openrouter", "openai", "anthropic", "gemini")


def four(*scripts: list[object]) -> FakeClient:
    return FakeClient(make_snapshot(*FOUR), *(scripts or (list(says("Yes.")),)))


def panel(ui: Opened) -> FallbackPanel:
    return ui.screen.query_one(FallbackPanel)


def shown(ui: Opened) -> list[str]:
    """What is seen of the panel, line by line."""
    seen = panel(ui)
    return [seen.render_line(y).text.rstrip() for y in range(seen.scrollable_content_region.height)]


def rows(ui: Opened) -> dict[str, int]:
    """In which line of the panel each provider has its row."""
    lines = shown(ui)
    until = next(y for y, line in enumerate(lines) if "If you send" in line)
    return {name: y for y, line in enumerate(lines[:until]) for name in FOUR if f" {name} " in f"{line} "}


def row_of(ui: Opened, name: str) -> tuple[int, int]:
    """A place of the screen on the row of `name`."""
    start = panel(ui).content_region.offset
    return start.x + 8, start.y + rows(ui)[name]


def names(ui: Opened) -> list[str]:
    return list(rows(ui))


async def test_a_row_is_dragged_to_another_place_in_one_step_of_undo(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "anthropic"), row_of(ui, "openai"), release=False)
        assert names(ui) == ["openrouter", "gemini", "openai", "anthropic"], "the row follows"
        (landing,) = [line for line in shown(ui) if "──" in line]
        assert landing.startswith("────▸ gemini ─")
        assert landing.endswith(" your number 2")
        assert not client.calls
        await ui.mouse(events.MouseUp, row_of(ui, "gemini"))
        await ui.until(lambda: client.was_told("move", "gemini", -2))
        assert [call for call in client.calls if call[0] == "move"] == [("move", "gemini", -2)]
        assert names(ui) == ["openrouter", "gemini", "openai", "anthropic"]
        assert panel(ui).chosen == "gemini"
        assert ui.told == ["Your order: openrouter, gemini, openai, anthropic. alt+u takes it back."]
        await ui.pilot.press("u")
        await ui.until(lambda: names(ui) == list(FOUR))


async def test_who_is_dragged_to_the_top_is_the_primary(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.drag(row_of(ui, "anthropic"), row_of(ui, "openrouter"))
        await ui.until(lambda: client.primary_provider == "anthropic")
        assert ui.told[-1].startswith("anthropic is asked first now. Your order: anthropic, openrouter,")


async def test_a_click_without_a_drag_only_chooses(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.drag(row_of(ui, "anthropic"))
        assert panel(ui).chosen == "anthropic"
        assert not client.calls
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "openai"), row_of(ui, "gemini"))
        assert not client.calls, "it came back to where it was"
        assert names(ui) == list(FOUR)


async def test_esc_lets_go_and_stops_no_answer(open_screen: OpenScreen) -> None:
    client = four([started("openrouter"), TextDelta("Half"), HOLD])
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "openai"), release=False)
        await ui.pilot.press("escape")
        await ui.until(lambda: names(ui) == list(FOUR))
        assert ui.screen.is_answering
        await ui.mouse(events.MouseMove, row_of(ui, "anthropic"))
        await ui.mouse(events.MouseUp, row_of(ui, "anthropic"))
        assert names(ui) == list(FOUR)
        assert not client.calls
        await ui.pilot.press("escape")
        await ui.until(lambda: not ui.screen.is_answering)


async def test_a_release_outside_changes_nothing(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "openai"), (10, 10))
        await ui.until(lambda: names(ui) == list(FOUR))
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "openai"), release=False)
        await ui.mouse(events.MouseMove, row_of(ui, "openai"), button=0)
        await ui.until(lambda: names(ui) == list(FOUR))
        assert not client.calls


async def test_health_and_an_answer_go_on_under_a_drag_and_nothing_jumps(open_screen: OpenScreen) -> None:
    client = four([started("openrouter"), *(TextDelta(f"word {n} ") for n in range(50)), HOLD])
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.send("why?")
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "openai"), release=False)
        under_way = names(ui)
        down = ProviderHealth("openrouter", HealthState.UNAVAILABLE, reason="3 failures in a row")
        new = make_snapshot(*FOUR, openrouter=down)
        first, *others = new.order
        moved = (*(replace(place, position=n) for n, place in enumerate(others, 1)), replace(first, position=4))
        client.publish(replace(new, order=moved))
        await ui.until(lambda: any("skipped: " in line for line in shown(ui)))
        assert names(ui) == under_way
        await ui.pilot.resize_terminal(110, 30)
        await ui.until(lambda: names(ui) == under_way)
        await ui.mouse(events.MouseUp, row_of(ui, "gemini"))
        await ui.until(lambda: client.was_told("move", "gemini", -2))


async def test_a_drag_ends_when_the_panel_goes_or_the_list_is_another(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.drag(row_of(ui, "gemini"), row_of(ui, "openai"), release=False)
        client.publish(make_snapshot("openrouter", "openai"))
        await ui.until(lambda: names(ui) == ["openrouter", "openai"])
        await ui.drag(row_of(ui, "openai"), row_of(ui, "openrouter"), release=False)
        await ui.pilot.resize_terminal(60, 20)
        await ui.mouse(events.MouseUp, (50, 15))
        await ui.pilot.resize_terminal(120, 24)
        await ui.until(lambda: names(ui) == ["openrouter", "openai"])
        assert ui.app.mouse_captured is None
        assert not client.calls


async def test_where_it_is_not_moved_in_the_persons_order_it_says_so(open_screen: OpenScreen) -> None:
    snapshot = make_snapshot("openrouter", "openai")
    first, second = snapshot.order
    turned = (replace(second, position=1), replace(first, position=2))
    client = FakeClient(replace(snapshot, order=turned))
    async with open_screen(client, size=(120, 24)) as ui:
        await ui.drag(row_of(ui, "openrouter"), row_of(ui, "openai"))
        await ui.until(lambda: ui.told)
        assert ui.told[0].startswith("openrouter stands there in your own order already")
        assert not client.calls


@pytest.mark.parametrize("height", [18, 24, 30, 48])
async def test_what_would_become_of_a_message_stays_in_sight(open_screen: OpenScreen, height: int) -> None:
    async with open_screen(size=(120, height)) as ui:
        for keys in ((), ("tab", "tab", "end"), ("home",)):
            await ui.pilot.press(*keys)
            said = "\n".join(shown(ui))
            assert "If you send now, openrouter answers\n  with openrouter-model" in said
        await ui.pilot.press("end")
        assert panel(ui).chosen == "lmstudio"
        assert any(" ● lmstudio" in line for line in shown(ui)), "it was scrolled to"


async def test_lines_that_only_say_something_cannot_be_chosen(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        seen = panel(ui)
        y = next(y for y, line in enumerate(shown(ui)) if "If you send" in line)
        at = (seen.content_region.x + 2, seen.content_region.y + y)
        await ui.drag(at)
        assert seen.chosen == "openrouter"
        assert not client.calls


async def test_a_click_on_the_strategy_passes_on_to_the_next(open_screen: OpenScreen) -> None:
    client = four()
    async with open_screen(client, size=(120, 24)) as ui:
        region = panel(ui).region
        await ui.drag((region.right - 6, region.bottom - 1))
        assert client.was_told("strategy", Strategy.LATENCY)
        await ui.drag((region.x + 4, region.bottom - 1))
        assert client.calls[-1] == ("strategy", Strategy.LATENCY)


async def test_a_pin_is_marked(open_screen: OpenScreen) -> None:
    async with open_screen(four(), size=(120, 24)) as ui:
        await ui.pilot.press("tab", "tab", "down", "f")
        await ui.until(lambda: "2  ◆● openai" in shown(ui))
        await ui.pilot.press("f")
        await ui.until(lambda: "2   ● openai" in shown(ui))
