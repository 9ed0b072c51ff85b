"""How wide the panels are: by themselves, by keys and by a mouse, at every size of the terminal."""

from __future__ import annotations

import pytest
from textual import events

from phoenix_tui.tui.preferences import NARROWEST
from phoenix_tui.tui.widgets.panels import Panels
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, FakeClient, make_snapshot, says, started


def width_of(ui: Opened) -> int:
    return ui.screen.query_one(Panels).region.width


def border_of(ui: Opened) -> int:
    return ui.screen.query_one(Panels).region.x


@pytest.mark.parametrize(("width", "panels"), [(100, 40), (120, 40), (140, 46), (160, 52), (240, 60)])
async def test_by_themselves_the_panels_have_a_third_of_the_screen(
    open_screen: OpenScreen, width: int, panels: int
) -> None:
    async with open_screen(size=(width, 36)) as ui:
        assert width_of(ui) == panels


async def test_keys_make_them_wider_and_narrower_within_bounds_and_say_where_these_are(
    open_screen: OpenScreen,
) -> None:
    async with open_screen(size=(120, 36)) as ui:
        await ui.pilot.press("tab", ">")
        assert width_of(ui) == 44
        await ui.pilot.press(*["<"] * 4)
        assert width_of(ui) == NARROWEST
        assert not ui.told
        await ui.pilot.press("<")
        assert ui.told == ["The panels take at least 30 columns here."]
        await ui.pilot.press(*[">"] * 9)
        assert width_of(ui) == 60
        assert ui.told == ["The panels take at most 60 columns here."]
        await ui.pilot.press("f9")
        await ui.run_actions("panel_width(4)")
        assert ui.told == ["The panels are not shown now; f9 shows them."]


async def test_a_width_of_the_persons_own_is_kept_through_a_narrower_terminal(open_screen: OpenScreen) -> None:
    async with open_screen(size=(160, 36)) as ui:
        await ui.run_actions("panel_width(20)")
        assert width_of(ui) == 72
        await ui.pilot.resize_terminal(120, 36)
        await ui.until(lambda: width_of(ui) == 60)
        await ui.pilot.resize_terminal(60, 20)
        await ui.pilot.press("f9")
        assert width_of(ui) == 60, "over the chat they may have all of it"
        await ui.pilot.press("f9")
        await ui.pilot.resize_terminal(160, 36)
        await ui.until(lambda: width_of(ui) == 72)


async def test_the_border_is_pulled_by_a_mouse_and_leaves_the_focus_where_it_is(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 36)) as ui:
        x = border_of(ui)
        await ui.mouse(events.MouseMove, (x, 5), button=0)
        assert ui.screen.query_one(Panels).has_class("-pulled"), "it shows that it can be pulled"
        await ui.drag((x, 5), (x - 3, 6), (x - 7, 30))
        assert width_of(ui) == 47
        assert ui.focus == "prompt"
        await ui.mouse(events.MouseMove, (x - 20, 5))
        assert width_of(ui) == 47, "it was let go"
        await ui.drag((border_of(ui), 20), (1, 20))
        assert width_of(ui) == 60
        await ui.drag((border_of(ui), 20), (119, 20))
        assert width_of(ui) == NARROWEST


async def test_a_release_that_the_terminal_did_not_see_ends_the_pulling(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 36)) as ui:
        x = border_of(ui)
        await ui.drag((x, 5), (x - 4, 5), release=False)
        await ui.mouse(events.MouseMove, (x - 10, 5), button=0)
        await ui.mouse(events.MouseMove, (x - 10, 5))
        assert width_of(ui) == 44


async def test_another_width_keeps_the_readers_place_and_costs_one_layout(open_screen: OpenScreen) -> None:
    lines = "\n".join(f"- row {number}" for number in range(200)) + "\n\n" + "many words " * 400
    client = FakeClient(make_snapshot(), says("many words " * 400 + "\n\n" + lines))
    async with open_screen(client, size=(140, 30)) as ui:
        await ui.send("why?")
        await ui.answered()
        transcript = ui.screen.transcript
        await ui.pilot.press("escape", "home", *["pagedown"] * 6)
        first = transcript.line(0).text
        assert "row" in first
        layouts: list[object] = []
        ui.screen.screen_layout_refresh_signal.subscribe(ui.screen, layouts.append)
        for by in (8, 4, -12):
            await ui.run_actions(f"panel_width({by})")
            await ui.until(lambda: layouts)
            await ui.pilot.pause()
            assert transcript.line(0).text.strip() == first.strip()
            assert len(layouts) <= 2, "the second is Textual's own, after any change of a size"
            layouts.clear()


async def test_a_low_terminal_gives_its_rows_to_the_chat(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 15)) as ui:
        assert not ui.screen.query_one(Panels).region
        assert ui.screen.query_one("#conversation").region.height == 10
        await ui.pilot.press("f9")
        assert width_of(ui) == 40
        await ui.pilot.press("escape")
        assert not ui.screen.query_one(Panels).region


async def test_the_terminal_changes_its_size_while_the_border_is_pulled(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client, size=(160, 36)) as ui:
        await ui.send("why?")
        x = border_of(ui)
        await ui.drag((x, 5), (x - 4, 5), release=False)
        await ui.pilot.resize_terminal(60, 20)
        await ui.mouse(events.MouseMove, (30, 5))
        await ui.mouse(events.MouseUp, (30, 5))
        await ui.pilot.resize_terminal(160, 36)
        await ui.until(lambda: border_of(ui) > 80)


async def test_running_text_is_never_wider_than_one_reads_with_ease(open_screen: OpenScreen) -> None:
    text = "word " * 100 + "\n\n```\n" + "x" * 150 + "\n```\n"
    async with open_screen(FakeClient(make_snapshot(), says(text)), size=(240, 60)) as ui:
        await ui.send("why?")
        await ui.answered()
        rows = [ui.screen.transcript.line(y).text.rstrip() for y in range(20)]
        assert 105 < max(len(row) for row in rows if "word" in row) <= 115
        assert any("x" * 150 in row for row in rows)


async def test_panels_that_had_room_do_not_lie_over_the_chat_by_themselves(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 20)) as ui:
        await ui.pilot.press("f9")
        assert width_of(ui) == 40
        await ui.pilot.resize_terminal(120, 36)
        await ui.until(lambda: border_of(ui) == 80)
        await ui.pilot.press("escape")
        await ui.pilot.resize_terminal(60, 20)
        await ui.until(lambda: not ui.screen.query_one(Panels).region)


async def test_the_terminal_changes_its_size_under_a_list(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 36)) as ui:
        await ui.pilot.press("ctrl+o")
        await ui.pilot.resize_terminal(60, 15)
        await ui.pilot.resize_terminal(20, 5)
        await ui.pilot.resize_terminal(60, 20)
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.screen.has_class("-narrow"))
        assert ui.screen.query_one("#strip").region
        assert not ui.screen.query_one(Panels).region


async def test_panels_for_which_there_is_no_room_any_more_do_not_keep_the_focus(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 36)) as ui:
        await ui.pilot.press("tab", "tab")
        assert ui.focus == "order"
        await ui.pilot.resize_terminal(60, 20)
        await ui.until(lambda: ui.focus == "prompt")
